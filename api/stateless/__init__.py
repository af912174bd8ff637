"""A problem that arrives whole, is answered and forgotten: `POST /v1/solve`, `/v1/evaluate`, and the same as commands.

`reading.py` document -> schema, `checks.py` faults across fields, `doors.py` places, `build.py` schema -> Problem,
`answers.py` the two promises, `returning.py` an answered plan -> Plan.
"""
