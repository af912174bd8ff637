"""The words of a search that is refused for another reason: what is wrong with them is told at the same time."""

from collections.abc import Mapping, Sequence

from api.auth import Role, caller
from api.services.searching import Wanted, faults_beside
from api.wiring import wiring
from data.geocoding.geocoder import PlaceQuery
from optimizer.domain.errors import Fault
from optimizer.domain.time import MINUTE
from optimizer.domain.visit import TherapistChoice


def beside_query(values: Mapping[str, str]) -> Sequence[Fault]:
    """Faults of the words of a query string."""
    minutes = values.get("session_minutes", "")
    return _faults(values, values, minutes=int(minutes) if minutes.isascii() and minutes.isdecimal() else 0, words="?")


def beside_body(document: object) -> Sequence[Fault]:
    """Faults of the words of a JSON document."""
    if not isinstance(document, dict):
        return ()
    place, minutes = document.get("place"), document.get("session_minutes")
    return _faults(
        document,
        place if isinstance(place, dict) else {},
        minutes=minutes if isinstance(minutes, int) and minutes > 0 else 0,
        words="/",
    )


def _faults(values: Mapping[str, object], place: Mapping[str, object], *, minutes: int, words: str) -> Sequence[Fault]:
    service, therapist, gender = (_word(values, name) for name in ("service", "therapist", "therapist_gender"))
    code, address = (_word(place, name) for name in ("postal_code", "address"))
    is_point = "lat" in place or "lng" in place  # read with the numbers, or not at all
    query = Wanted(
        practice_id=caller().practice_id,
        where=PlaceQuery(postal_code=code, address=address),
        service=service or "",
        session=minutes * MINUTE,
        choice=TherapistChoice(require=frozenset({therapist} if therapist else ()), gender=gender),
        exact=caller().role is not Role.BOOKING,
        words=words,
    )
    has_place = bool(code or address) and not is_point
    return faults_beside(query, has_service=service is not None, has_place=has_place, desk=wiring().desk)


def _word(values: Mapping[str, object], name: str) -> str | None:
    found = values.get(name)
    return found if isinstance(found, str) and 0 < len(found) <= LONGEST else None


LONGEST = 200
"""Characters of a word that is looked up."""
