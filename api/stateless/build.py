"""From a typed problem to the optimizer's Problem, or to every fault that keeps it from being one."""

from dataclasses import dataclass
from typing import Self

from api.stateless import table
from api.stateless.checks import LONGEST_NIGHT, check, read_horizon
from api.stateless.doors import Doors, Mention, in_table, on_the_map
from api.stateless.faults import Faults, Path
from api.stateless.reading import Reading
from api.v1.schemas.problem import LimitsIn, ProblemIn, TherapistIn, VisitIn, WeightsIn
from api.wiring import Wiring
from data.geocoding.geocoder import Geocoder
from data.roads.source import TravelSource
from optimizer.domain.therapist import BreakRule, Limits, Shift, Therapist
from optimizer.domain.time import MINUTE, Horizon, Seconds, TimeWindow, merge
from optimizer.domain.visit import Pin, TherapistChoice, Visit
from optimizer.schedule.problem import Problem, Weights
from optimizer.travel.times import BufferPolicy, TravelTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a problem is completed with: where places are, how long drives take, how long a search may last."""

    geocoder: Geocoder
    roads: TravelSource
    longest_search: float

    @classmethod
    def of(cls, wiring: Wiring, practice_id: str | None = None) -> Self:
        """The surroundings of this installation, and of a practice where it is for one."""
        geocoder = wiring.geocoder if practice_id is None else wiring.geocoders.of(practice_id)
        return cls(geocoder=geocoder, roads=wiring.roads, longest_search=wiring.settings.solve_time_limit)


def build(reading: Reading, surroundings: Surroundings) -> Problem:
    """The problem that was meant.

    Raises
    ------
    optimizer.domain.errors.InvalidRequest
        With every fault of the request: those met while reading it, those between fields, places that cannot be found.
    optimizer.domain.errors.Unavailable
        When a geocoding provider that was needed is down.
    """
    given, faults = reading.given, Faults(reading.faults)
    horizon = read_horizon(reading, faults)
    check(reading, horizon, faults)
    _limit_search(given, surroundings.longest_search, faults)
    if given.travel is not None:
        table.check(given.travel, faults)
    doors = _doors(reading, surroundings.geocoder, faults)
    faults.stop_if_any()
    if horizon is None:
        raise AssertionError("an unknown horizon is a fault")
    return Problem(
        horizon=horizon,
        shifts=tuple(
            _shift(therapist, ("therapists", row), horizon, doors)
            for row, therapist in zip(reading.therapist_rows, given.therapists, strict=True)
        ),
        visits=tuple(
            _visit(visit, ("visits", row), horizon, doors)
            for row, visit in zip(reading.visit_rows, given.visits, strict=True)
        ),
        travel=_travel(given, horizon, doors, surroundings.roads),
        weights=_weights(given.options.objective),
    )


def _limit_search(given: ProblemIn, longest: float, faults: Faults) -> None:
    if given.options.time_limit_seconds > longest:
        faults.add(
            ("options", "time_limit_seconds"),
            "out_of_range",
            f"A search of {given.options.time_limit_seconds:g} seconds is longer than this service allows.",
            f"Ask for at most {longest:g} seconds.",
        )


def _doors(reading: Reading, geocoder: Geocoder, faults: Faults) -> Doors:
    if "travel" in reading.unread:  # whether a place needs a point is not known then
        return {}
    mentions = []
    for row, therapist in zip(reading.therapist_rows, reading.given.therapists, strict=True):
        for name, place in (("start", therapist.start), ("end", therapist.end)):
            if place is not None and not (name == "end" and _is_home(therapist)):
                mentions.append(Mention(path=("therapists", row, name), given=place, owner=f"{name}:{therapist.id}"))
    for row, visit in zip(reading.visit_rows, reading.given.visits, strict=True):
        mentions.append(Mention(path=("visits", row, "place"), given=visit.place, owner=f"visit:{visit.id}"))
    if reading.given.travel is not None:
        return in_table(mentions, reading.given.travel.places, faults)
    return on_the_map(mentions, geocoder, faults)


def _shift(given: TherapistIn, path: Path, horizon: Horizon, doors: Doors) -> Shift:
    return Shift(
        therapist=Therapist(
            id=given.id,
            name=given.name,
            gender=given.gender,
            services=None if given.services is None else frozenset(given.services),
        ),
        begins=horizon.seconds(given.shift.start),
        ends=horizon.seconds(given.shift.end),
        start_place=doors.get((*path, "start")),
        end_place=doors.get((*path, "start" if _is_home(given) else "end")),
        breaks=tuple(
            BreakRule(
                window=TimeWindow(horizon.seconds(rest.earliest_start), horizon.seconds(rest.latest_start)),
                duration=rest.minutes * MINUTE,
            )
            for rest in given.breaks
        ),
        limits=_limits(given.limits),
        travel_percent=given.travel_percent,
    )


def _is_home(given: TherapistIn) -> bool:
    """Start and end described alike are one door, even by nothing but a postal code: the therapist's home."""
    return given.start is not None and given.start == given.end


def _limits(given: LimitsIn) -> Limits:
    return Limits(
        visits=given.visits,
        hands_on=_seconds(given.hands_on_minutes),
        driving=_seconds(given.driving_minutes),
        longest_drive=_seconds(given.longest_drive_minutes),
        heavy_visits=given.heavy_visits,
        overtime=given.overtime_minutes * MINUTE,
    )


def _visit(given: VisitIn, path: Path, horizon: Horizon, doors: Doors) -> Visit:
    pinned = given.pinned
    return Visit(
        id=given.id,
        place=doors[*path, "place"],
        service=given.service,
        session=given.session_minutes * MINUTE,
        windows=_windows(given, horizon),
        parking=given.parking_minutes * MINUTE,
        setup=given.setup_minutes * MINUTE,
        consultation=given.consultation_minutes * MINUTE if given.first_visit else 0,
        wrap_up=given.wrap_up_minutes * MINUTE,
        tear_down=given.teardown_minutes * MINUTE,
        priority=given.priority,
        required=given.required,
        choice=TherapistChoice(
            require=frozenset(given.therapist.require),
            prefer=frozenset(given.therapist.prefer),
            refuse=frozenset(given.therapist.refuse),
            gender=given.therapist.gender,
        ),
        pinned=Pin(therapist=pinned.therapist, start=horizon.seconds(pinned.start) if pinned.start else None)
        if pinned
        else None,
        heavy=given.heavy,
        clearance=given.clearance,
    )


def _windows(given: VisitIn, horizon: Horizon) -> tuple[TimeWindow, ...]:
    """The windows cut to the date (nobody works beyond it), or the whole date."""
    last = horizon.length + LONGEST_NIGHT
    if not given.windows:
        return (TimeWindow(0, last),)
    return merge(
        TimeWindow(
            max(0, horizon.seconds(window.earliest_start)),
            min(last, horizon.seconds(window.latest_start)),
        )
        for window in given.windows
    )


def _travel(given: ProblemIn, horizon: Horizon, doors: Doors, roads: TravelSource) -> TravelTimes:
    buffer = BufferPolicy(minutes=given.options.travel_buffer.minutes, percent=given.options.travel_buffer.percent)
    if given.travel is not None:
        return table.build(given.travel, horizon, buffer)
    distinct = {place.id: place for place in doors.values()}
    places = tuple(distinct.values())
    roads.learn(places).require_roads()
    return roads.travel_times(places, horizon, buffer)


def _weights(given: WeightsIn) -> Weights:
    return Weights(road=given.road, waiting=given.waiting, preference=given.preference)


def _seconds(minutes: int | None) -> Seconds | None:
    return None if minutes is None else minutes * MINUTE
