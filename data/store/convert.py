"""Domain <-> JSON, without loss: what comes back equals what was stored.

Stored documents follow the domain's field names. A field added later needs a default there; a field renamed or
removed needs a migration here.
"""

import json
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from cattrs.preconf.json import JsonConverter, make_converter
from cattrs.strategies import configure_tagged_union
from sqlalchemy import Row

from optimizer.domain.booking import Booking
from optimizer.domain.driving import LearnedRoads
from optimizer.domain.itinerary import Break, Certificate, Itinerary, Leg, Plan, Step, Stop, Unassigned
from optimizer.domain.practice import Policies, Practice, Service
from optimizer.domain.promise import HeldVisit, Hold, HoldStatus
from optimizer.domain.therapist import WorkPattern
from optimizer.domain.time import Horizon

Json = dict[str, Any]
"""A JSON object on its way into or out of a column; it never leaves `data.store`."""

STEPS: dict[type[Step], str] = {Leg: "drive", Stop: "visit", Break: "break"}
BOOKING_COLUMNS = frozenset({"id", "date", "uid", "therapist", "feed", "status", "service", "client", "notes"})


def _converter() -> JsonConverter:
    # Sets are sorted, so that the same plan is the same text.
    converter = make_converter(unstruct_collection_overrides={AbstractSet: sorted})
    converter.register_unstructure_hook(ZoneInfo, str)
    converter.register_structure_hook(ZoneInfo, lambda key, _: ZoneInfo(key))
    converter.register_unstructure_hook(time, time.isoformat)
    converter.register_structure_hook(time, lambda text, _: time.fromisoformat(text))
    converter.register_unstructure_hook(datetime, lambda instant: instant.astimezone(UTC).isoformat())
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    configure_tagged_union(Step, converter, tag_name="type", tag_generator=STEPS.__getitem__)
    return converter


_CONVERTER = _converter()


def plan_to_json(plan: Plan) -> Json:
    return cast(Json, _CONVERTER.unstructure(plan))


def plan_from_json(document: Json) -> Plan:
    return _CONVERTER.structure(document, Plan)


def itinerary_from_json(document: Json) -> Itinerary:
    return _CONVERTER.structure(document, Itinerary)


def unassigned_from_json(document: Json) -> Unassigned:
    return _CONVERTER.structure(document, Unassigned)


def certificate_to_json(certificate: Certificate) -> Json:
    return cast("Json", _converter().unstructure(certificate))


def certificate_from_json(document: Json) -> Certificate:
    return _converter().structure(document, Certificate)


def horizon_from_json(document: Json) -> Horizon:
    return _CONVERTER.structure(document, Horizon)


def practice_to_row(practice: Practice) -> Json:
    return {
        "id": practice.id,
        "name": practice.name,
        "zone": str(practice.zone),
        "policies": _CONVERTER.unstructure(practice.policies),
    }


def practice_from_row(row: Row[Any]) -> Practice:
    policies = _CONVERTER.structure(row.policies, Policies)
    return Practice(id=row.id, name=row.name, zone=ZoneInfo(row.zone), policies=policies)


def learned_to_json(learned: LearnedRoads) -> Json:
    return cast(Json, _CONVERTER.unstructure(learned))


def learned_from_json(document: Json) -> LearnedRoads:
    return _CONVERTER.structure(document, LearnedRoads)


def service_to_row(service: Service) -> Json:
    return {"code": service.code, "name": service.name, "details": _CONVERTER.unstructure(service)}


def service_from_row(row: Row[Any]) -> Service:
    return _CONVERTER.structure(row.details, Service)


def pattern_to_row(pattern: WorkPattern) -> Json:
    return {"therapist": pattern.therapist.id, "details": _CONVERTER.unstructure(pattern)}


def pattern_from_row(row: Row[Any]) -> WorkPattern:
    return _pattern(json.dumps(row.details))


@lru_cache(maxsize=4_096)
def _pattern(details: str) -> WorkPattern:
    """Every search reads every week of the practice, and hardly ever has one changed."""
    return _CONVERTER.structure(json.loads(details), WorkPattern)


def booking_to_row(booking: Booking) -> Json:
    document = cast(Json, _CONVERTER.unstructure(booking))
    client = booking.client
    return {
        "id": booking.id,
        "date": booking.date,
        "uid": booking.uid,
        "therapist": booking.therapist,
        "feed": booking.feed,
        "status": booking.status.value,
        "service": booking.service,
        "client_ref": client.ref,
        "client_name": client.name,
        "client_phone": client.phone,
        "client_email": client.email,
        "notes": booking.notes,
        "details": {name: value for name, value in document.items() if name not in BOOKING_COLUMNS},
    }


def booking_from_row(row: Row[Any]) -> Booking:
    day: date = row.date
    document = {
        **row.details,
        "id": row.id,
        "date": day.isoformat(),
        "uid": row.uid,
        "therapist": row.therapist,
        "feed": row.feed,
        "status": row.status,
        "service": row.service,
        "client": {
            "ref": row.client_ref,
            "name": row.client_name,
            "phone": row.client_phone,
            "email": row.client_email,
        },
        "notes": row.notes,
    }
    return _CONVERTER.structure(document, Booking)


def hold_to_row(hold: Hold) -> Json:
    return {
        "id": hold.id,
        "owner": hold.owner,
        "client_ref": hold.client_ref,
        "created_at": hold.created_at,
        "expires_at": hold.expires_at,
        "status": hold.status.value,
        "replaces": hold.replaces,
        "series": hold.series,
    }


def hold_from_row(row: Row[Any], visits: Sequence[HeldVisit]) -> Hold:
    return Hold(
        id=row.id,
        owner=row.owner,
        client_ref=row.client_ref,
        created_at=row.created_at,
        expires_at=row.expires_at,
        status=HoldStatus(row.status),
        replaces=row.replaces,
        series=row.series,
        visits=tuple(visits),
    )


def held_visit_to_row(visit: HeldVisit) -> Json:
    return {"therapist": visit.therapist, "date": visit.date, "details": _CONVERTER.unstructure(visit)}


def held_visit_from_row(row: Row[Any]) -> HeldVisit:
    return _CONVERTER.structure(row.details, HeldVisit)
