"""Whatever the domain can say survives the way through JSON."""

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import Enum
from types import SimpleNamespace
from typing import Any, Union, cast, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.store.convert import (
    booking_from_row,
    booking_to_row,
    held_visit_from_row,
    held_visit_to_row,
    pattern_from_row,
    pattern_to_row,
    plan_from_json,
    plan_to_json,
    practice_from_row,
    practice_to_row,
    service_from_row,
    service_to_row,
)
from optimizer.domain.booking import Booking, StartWindow
from optimizer.domain.driving import LearnedArea, LearnedRoads
from optimizer.domain.itinerary import Plan
from optimizer.domain.practice import Practice, Service
from optimizer.domain.promise import HeldVisit
from optimizer.domain.therapist import Shift, WorkPattern
from optimizer.domain.time import TimeWindow
from tests.contract.samples import plan

ZONES = ("America/Toronto", "America/Vancouver", "Europe/London", "UTC")
INSTANTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1))  # noqa: DTZ001  # a zone is drawn too
OFFSETS = st.sampled_from([UTC, timezone(timedelta(hours=-5)), timezone(timedelta(hours=5, minutes=30))])

SECONDS = st.integers(0, 10**6)
PERCENTS = st.sampled_from(range(70, 155, 5))
DAY = st.lists(st.floats(0.4, 2.5), min_size=24, max_size=24).map(tuple)


def _window(ends: list[int]) -> TimeWindow:
    return TimeWindow(min(ends), max(ends))


LEAVES: Mapping[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=4),
    int: st.integers(-(2**40), 2**40),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    types.NoneType: st.none(),
    date: st.dates(),
    time: st.times(),
    datetime: st.builds(datetime.replace, INSTANTS, tzinfo=OFFSETS),
    ZoneInfo: st.sampled_from(ZONES).map(ZoneInfo),
    TimeWindow: st.lists(SECONDS, min_size=2, max_size=2).map(_window),
    LearnedRoads: st.builds(
        LearnedRoads,
        version=SECONDS,
        workday=DAY,
        weekend=DAY,
        parking=st.lists(st.tuples(st.text(), SECONDS)).map(tuple),
        percents=st.lists(st.tuples(st.text(), PERCENTS)).map(tuple),
        areas=st.lists(
            st.builds(LearnedArea, square=SECONDS, workday=DAY, weekend=DAY), unique_by=lambda area: area.square
        ).map(tuple),
    ),
}

FIELDS: Mapping[tuple[type, str], st.SearchStrategy[Any]] = {
    (Shift, "travel_percent"): PERCENTS,
    (WorkPattern, "travel_percent"): st.none() | PERCENTS,
}
"""Those that may not have every value of their type."""


def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type of the domain, every field drawn."""
    if kind in LEAVES:
        return LEAVES[kind]
    if kind is StartWindow:
        ends = st.tuples(LEAVES[datetime], LEAVES[datetime]).map(sorted)
        return ends.map(lambda pair: StartWindow(earliest=pair[0], latest=pair[1]))
    if is_dataclass(kind):
        hints = get_type_hints(kind).items()
        fields = {name: FIELDS[kind, name] if (kind, name) in FIELDS else anything(hint) for name, hint in hints}
        return st.builds(cast(Callable[..., Any], kind), **fields)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of(*(anything(each) for each in inner))
    if origin is tuple:
        if inner[-1] is Ellipsis:
            return st.lists(anything(inner[0]), max_size=2).map(tuple)
        return st.tuples(*(anything(each) for each in inner))
    if origin is frozenset:
        return st.frozensets(anything(inner[0]), max_size=2)
    if origin is Mapping:
        return st.dictionaries(anything(inner[0]), anything(inner[1]), max_size=2)
    raise NotImplementedError(f"no values for {kind}")


def row(columns: Mapping[str, Any]) -> Any:
    """A row as a database gives it back: JSON columns have been text in between."""
    documents = {name: json.loads(json.dumps(value)) for name, value in columns.items() if isinstance(value, dict)}
    return SimpleNamespace(**{**columns, **documents})


patient = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


@patient
@given(anything(Plan))
def test_a_plan_survives(original: Plan) -> None:
    assert plan_from_json(json.loads(json.dumps(plan_to_json(original)))) == original


@patient
@given(anything(Booking))
def test_a_booking_survives(original: Booking) -> None:
    assert booking_from_row(row(booking_to_row(original))) == original


@patient
@given(anything(HeldVisit))
def test_a_held_visit_survives(original: HeldVisit) -> None:
    assert held_visit_from_row(row(held_visit_to_row(original))) == original


@patient
@given(anything(WorkPattern), anything(Service), anything(Practice))
def test_a_practice_its_services_and_its_weeks_survive(
    pattern: WorkPattern, service: Service, practice: Practice
) -> None:
    assert pattern_from_row(row(pattern_to_row(pattern))) == pattern
    assert service_from_row(row(service_to_row(service))) == service
    assert practice_from_row(row(practice_to_row(practice))) == practice


def test_the_same_plan_is_the_same_text() -> None:
    assert json.dumps(plan_to_json(plan("taylor"))) == json.dumps(plan_to_json(plan("taylor")))
    assert [step["type"] for step in plan_to_json(plan("taylor"))["itineraries"][0]["steps"]] == [
        "drive",
        "visit",
        "break",
    ]


def test_a_document_from_before_a_field_existed_gets_the_fields_default() -> None:
    document = plan_to_json(plan("taylor"))
    del document["itineraries"][0]["shift"]["limits"]
    del document["itineraries"][0]["shift"]["travel_percent"]
    del document["certificate"]["checked"]
    read = plan_from_json(document)
    assert read.certificate.checked is False
    assert read.itineraries == plan("taylor").itineraries
