"""The planner's board: a date's therapists against time, and what a planner does about it."""
