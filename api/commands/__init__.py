"""The commands of `rounds`, one module a subject. Only click is imported at their top: `rounds --help` is quick."""
