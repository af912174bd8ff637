"""Days of hundreds of therapists: planned in groups of neighbours, again and again in other groups.

Start reading at `region`.
"""
