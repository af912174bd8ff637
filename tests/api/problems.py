"""Small problems as JSON documents, on Monday 2026-11-23 in Toronto."""

from typing import Any

from tests.api.conftest import Door

DAY = "2026-11-23"


def at(clock: str, day: str = DAY) -> str:
    return f"{day}T{clock}:00-05:00"


def window(earliest: str, latest: str) -> dict[str, str]:
    return {"earliest_start": at(earliest), "latest_start": at(latest)}


def visit(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "place": {"id": "door"},
        "service": "swedish",
        "session_minutes": 60,
        "windows": [window("10:00", "15:00")],
    } | more


def therapist(name: str = "taylor", **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "start": {"id": "home"},
        "end": {"id": "home"},
        "shift": {"start": at("09:00"), "end": at("18:00")},
    } | more


TRAVEL = {
    "places": ["home", "door", "far"],
    "bands": [{"from": "00:00", "seconds": [[0, 600, 1200], [600, 0, 900], [1200, 900, 0]]}],
}


def problem(*visits: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One therapist, travel brought along, so that times can be added up."""
    return {
        "date": DAY,
        "timezone": "America/Toronto",
        "therapists": [therapist()],
        "visits": list(visits),
        "travel": TRAVEL,
    } | more


def on_the_map(*visits: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The same without travel: places are found, drives estimated."""
    home = {"postal_code": "L6Y 1N2"}
    document = problem(*visits, therapists=[therapist(start=home, end=home)]) | more
    del document["travel"]
    return document


def faults(door: Door, document: object) -> list[tuple[str, str, str]]:
    """(pointer, code, hint) of every fault that solving this is refused with."""
    answer = door.post("/v1/solve", document)
    assert answer.status_code == 422, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    return [(fault["pointer"], fault["code"], fault["hint"]) for fault in answer.json["errors"]]


def only(door: Door, document: object) -> tuple[str, str, str]:
    (fault,) = faults(door, document)
    return fault
