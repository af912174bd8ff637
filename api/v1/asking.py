"""Who pays for asking about one more place."""

from flask import request

from api.auth import Role, caller
from api.services.address_budget import Asker

SESSION_HEADER = "Rounds-Session"
"""Names the visitor behind a frontend's key, in words of the frontend's own; each has a budget of places."""

LONGEST = 200
"""Characters of a session's name that count."""


def asker() -> Asker | None:
    """The visitor who searches; None for staff, who may ask about as many places as they like."""
    who = caller()
    if who.role is not Role.BOOKING:
        return None
    session = request.headers.get(SESSION_HEADER, "")[:LONGEST]
    return Asker(practice_id=who.practice_id, key_id=who.key_id, session=session)
