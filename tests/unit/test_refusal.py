"""A reason is given only if relaxing it makes some order of the day fit, and the amount is the smallest that does."""

from dataclasses import replace
from datetime import datetime
from itertools import permutations
from random import Random

import numpy as np
import pytest

from optimizer.domain.eligibility import obstacles
from optimizer.domain.reason import Reason, Rejection
from optimizer.domain.therapist import Limits, Shift
from optimizer.domain.time import MINUTE, TimeWindow
from optimizer.domain.visit import Clearance, TherapistChoice, Visit
from optimizer.schedule.insertion import try_insert
from optimizer.schedule.problem import Problem
from optimizer.schedule.refusal import explain
from optimizer.schedule.timeline import Day, Timeline
from optimizer.travel.times import TravelTimes
from tests.builders import problem, rest, roads, shift, visit, window
from tests.tiny import tiny_world

MINUTES = {("home", "a"): 30, ("a", "b"): 20, ("home", "b"): 40}
BUSY = visit("busy", "a", window("10:00"))


def _reasons(new: Visit, day: Shift, *others: Visit) -> dict[Reason, Rejection]:
    world = problem([*others, new], [day], roads(MINUTES))
    timeline = Day.of(world).timeline("taylor", [other.id for other in others])
    return {why.reason: why for why in explain(timeline, len(others))}


def _why(new: Visit, day: Shift, *others: Visit) -> Rejection:
    world = problem([*others, new], [day], roads(MINUTES))
    answer = try_insert(Day.of(world).timeline("taylor", [other.id for other in others]), len(others))
    assert isinstance(answer, Rejection)
    return answer


def test_a_visit_past_the_shift_is_refused_and_says_by_how_much() -> None:
    why = _why(visit("v", "a", window("17:00")), shift())
    assert why.reason is Reason.SHIFT
    assert why.opens_if == {"shift_ends_later_seconds": 30 * MINUTE}
    assert "30 min later, at 18:30" in why.detail


def test_a_visit_before_the_shift_is_refused_and_says_by_how_much() -> None:
    why = _why(visit("v", "a", window("9:10")), shift())
    assert why.opens_if == {"shift_begins_earlier_seconds": 20 * MINUTE}


def test_a_start_that_can_not_be_reached_names_the_nearest_that_can() -> None:
    why = _reasons(visit("v", "b", window("11:00", "11:15")), shift(), BUSY)[Reason.TIME_WINDOW]
    assert why.opens_if == {"start": "2026-11-23T11:20:00-05:00"}
    assert why.detail == "Taylor could start at 11:20"


def test_a_drive_that_is_too_long_is_named_with_the_minutes_missing() -> None:
    why = _why(visit("v", "b", window("11:00", "11:15")), shift(), BUSY)
    assert why.reason is Reason.TRAVEL
    assert why.opens_if == {"travel_shorter_seconds": 300, "origin": "a", "destination": "b"}
    assert why.detail == "needs 5 min more between a and b"


def test_a_break_in_the_way_is_named() -> None:
    day = shift(breaks=[rest("12:00", "12:30", minutes=20)])
    why = _reasons(visit("v", "a", window("12:00"), minutes=45), day, BUSY)[Reason.BREAK]
    assert why.opens_if == {"without_break_seconds": 20 * MINUTE}


def test_a_time_that_is_promised_to_another_is_taken() -> None:
    why = _reasons(visit("v", "b", window("10:30")), shift(), BUSY)[Reason.TAKEN]
    assert why.opens_if == {"without_visit": "busy"}
    assert why.detail == "Taylor is taken by a visit that starts at 10:00"


def test_a_time_that_only_the_drive_forbids_is_not_called_taken() -> None:
    assert Reason.TAKEN not in _reasons(visit("v", "b", window("11:00", "11:15")), shift(), BUSY)


def test_two_drives_that_are_both_too_long_are_named_together() -> None:
    later = visit("later", "a", window("13:00"))
    why = _reasons(visit("v", "b", window("11:10")), shift(), BUSY, replace(later, windows=(window("12:25"),)))
    assert why[Reason.TRAVEL].opens_if == {"travel_shorter_seconds": 600, "place": "b"}
    assert (
        why[Reason.TRAVEL].detail == "the drive to b and the drive on from there would both have to be 10 min shorter"
    )


def test_drives_that_would_have_to_vanish_are_called_that() -> None:
    """Wanted at a until 11:00 and again from 12:00: an hour at b fits only without the 20 min each way."""
    why = _reasons(visit("v", "b", window("10:50")), shift(), BUSY, visit("later", "a", window("11:55")))
    assert Reason.TRAVEL not in why
    why = _reasons(visit("v", "b", window("11:00")), shift(), BUSY, visit("later", "a", window("12:00")))
    assert why[Reason.TRAVEL].detail.endswith("would both have to be 20 min shorter, or no drive at all")


def test_times_in_a_sentence_are_rounded_so_that_it_stays_true() -> None:
    """Fifteen seconds more than whole minutes everywhere; `opens_if` has them, the sentence allows for them."""
    late = replace(visit("v", "b", window("11:00", "11:15")), parking=15)
    why = _reasons(late, shift(), BUSY)
    assert why[Reason.TIME_WINDOW].opens_if == {"start": "2026-11-23T11:20:15-05:00"}
    assert why[Reason.TIME_WINDOW].detail == "Taylor could start at 11:21"
    why = _reasons(replace(visit("v", "a", window("17:00")), wrap_up=15), shift())
    assert why[Reason.SHIFT].opens_if == {"shift_ends_later_seconds": 30 * MINUTE + 15}
    assert why[Reason.SHIFT].detail == "Taylor's day would end 31 min later, at 18:31"
    why = _reasons(replace(visit("v", "a", window("9:10")), setup=15), shift())
    assert why[Reason.SHIFT].opens_if == {"shift_begins_earlier_seconds": 20 * MINUTE + 15}
    assert why[Reason.SHIFT].detail == "Taylor's day would begin 21 min earlier, at 08:39"


def test_an_earlier_start_is_rounded_down_and_shown_to_the_second_where_the_round_one_does_not_fit() -> None:
    after = visit("after", "a", window("12:30"))
    asked = replace(visit("v", "b", window("11:15", "11:30")), tear_down=15)
    assert _reasons(asked, shift(), after)[Reason.TIME_WINDOW].detail == "Taylor could start at 11:09"
    at_noon = shift(hours=("10:29", "18:00"))
    fixed = replace(asked, parking=45)
    why = _reasons(fixed, at_noon, after)[Reason.TIME_WINDOW]
    assert why.opens_if == {"start": "2026-11-23T11:09:45-05:00"}
    assert why.detail == "Taylor could start at 11:09:45"


def test_a_visit_that_another_order_of_the_day_takes_is_not_refused_for_a_rule() -> None:
    late, early = visit("late", "a", window("9:30", "16:00")), visit("early", "a", window("9:30", "10:35"))
    why = _why(visit("v", "b", window("11:30")), shift(), late, early)
    assert why.reason is Reason.CAPACITY
    assert "in another order" in why.detail


def test_a_day_that_is_broken_already_is_called_that() -> None:
    """Two at once, as staff may promise against the check: the new visit is not to blame."""
    why = _reasons(visit("v", "b", window("15:00")), shift(), BUSY, visit("twin", "b", window("10:00")))
    assert why[Reason.CAPACITY].detail == "what Taylor has promised on this day cannot be kept as it is"


def test_every_order_is_asked_before_minutes_are_named() -> None:
    """In the order of the day the movable visit is in the way; served after the new one it asks for less."""
    movable = visit("movable", "a", window("10:00", "11:25"))
    (why, *_) = _reasons(visit("v", "b", window("10:10")), shift(), movable).values()
    assert why.reason is Reason.TRAVEL
    assert why.opens_if == {"travel_shorter_seconds": 300, "origin": "b", "destination": "a"}


@pytest.mark.parametrize(
    ("limits", "reason", "opens_if", "words"),
    [
        (Limits(visits=1), Reason.VISIT_LIMIT, {"visits": 2}, "would reach 2 visits, the limit is 1 visit"),
        (
            Limits(hands_on=90 * MINUTE),
            Reason.HANDS_ON_LIMIT,
            {"hands_on_minutes": 120},
            "would reach 2 h hands-on, the limit is 1 h 30 min",
        ),
        (
            Limits(driving=85 * MINUTE),
            Reason.DRIVING_LIMIT,
            {"driving_minutes": 90},
            "would drive 1 h 30 min in all, the limit is 1 h 25 min",
        ),
        (
            Limits(longest_drive=39 * MINUTE),
            Reason.DRIVING_LIMIT,
            {"longest_drive_minutes": 40},
            "would drive 40 min at a stretch, the limit is 39 min",
        ),
    ],
)
def test_a_limit_is_named_with_the_value_that_would_do(
    limits: Limits, reason: Reason, opens_if: dict[str, int], words: str
) -> None:
    why = _why(visit("v", "b", window("12:00")), shift(limits=limits), BUSY)
    assert (why.reason, why.opens_if) == (reason, opens_if)
    assert why.detail == f"Taylor {words}"


@pytest.mark.parametrize(
    ("change", "reason", "words"),
    [
        ({"clearance": Clearance.PENDING}, Reason.CLEARANCE, "screening is pending"),
        ({"service": "cupping"}, Reason.SKILL, "does not offer cupping"),
        ({"choice": TherapistChoice(gender="female")}, Reason.GENDER, "female therapist"),
        ({"choice": TherapistChoice(require=frozenset({"sam"}))}, Reason.THERAPIST, "sam was asked for"),
        ({"choice": TherapistChoice(refuse=frozenset({"taylor"}))}, Reason.THERAPIST, "refused by the client"),
    ],
)
def test_a_rule_about_who_is_named(change: dict[str, object], reason: Reason, words: str) -> None:
    who = shift(gender="male", services=frozenset({"swedish"}))
    why = _why(replace(visit("v", "b", window("12:00")), **change), who, BUSY)  # type: ignore[arg-type]
    assert why.reason is reason
    assert words in why.detail


def test_where_no_single_rule_is_to_blame_the_day_is_full() -> None:
    new = replace(visit("v", "b", window("10:00")), service="cupping")
    why = _why(new, shift(services=frozenset({"swedish"})), BUSY)
    assert why.reason is Reason.CAPACITY
    assert why.detail == "Taylor does not offer cupping, and Taylor's day has no room for it either"


def test_two_rules_about_who_are_both_named_and_none_of_them_opens_the_day() -> None:
    new = replace(visit("v", "b", window("12:00")), service="cupping", choice=TherapistChoice(gender="female"))
    why = _why(new, shift(gender="male", services=frozenset({"swedish"})), BUSY)
    assert (why.reason, why.opens_if) == (Reason.CAPACITY, {})
    assert why.detail == "Taylor does not offer cupping, and a female therapist was asked for"


@pytest.mark.parametrize("seed", range(6))
def test_relaxing_exactly_what_is_named_opens_the_day_and_relaxing_less_does_not(seed: int) -> None:
    """Over every order of the day, each of them tried one by one."""
    rng, seen = Random(seed), set()
    for _ in range(250):
        world = tiny_world(rng, visits=rng.randint(1, 5))
        new = len(world.visits) - 1
        if _fits(world):
            continue
        timeline = Day.of(world).timeline("t0", [other.id for other in world.visits[:-1]])
        for why in explain(timeline, new):
            seen.add(why.reason)
            if why.reason is Reason.CAPACITY:
                assert "in another order" not in why.detail
                continue
            assert _fits(_relaxed(world, why)), why
            less = _relaxed(world, why, by=-1)
            assert less is None or not _fits(less), why
    assert len(seen) >= 9


def test_a_day_of_too_many_visits_is_asked_in_the_order_it_has() -> None:
    others = [visit(f"v{k}", "a", window(f"{9 + k}:30", "23:00")) for k in range(11)]
    world = problem([*others, visit("new", "b", window("12:00"))], [shift(hours=("9:00", "22:00"))], roads(MINUTES))
    timeline = Day.of(world).timeline("taylor", [other.id for other in others])
    (why, *_) = explain(timeline, len(others))
    assert (why.reason, why.opens_if) == (Reason.SHIFT, {"shift_ends_later_seconds": 50 * MINUTE})


def _fits(world: Problem | None) -> bool:
    assert world is not None
    if any(obstacles(world.shifts[0], world.visits[-1])):
        return False
    day = Day.of(world)
    return any(Timeline.of(day, 0, order).is_feasible for order in permutations(range(len(world.visits))))


def _relaxed(world: Problem, why: Rejection, by: int = 0) -> Problem | None:
    """The problem with exactly the named change, or with `by` seconds (or units) of it more; None: no such step."""
    (shift,), new = world.shifts, world.visits[-1]
    limits, travel = shift.limits, world.travel.at_percent(shift.travel_percent)
    match dict(why.opens_if):
        case {"start": str(start)}:
            at = world.horizon.seconds(datetime.fromisoformat(start))
            if by == 0:
                return _with_visit(world, replace(new, windows=(TimeWindow(at, at),), pinned=None))
            # Every start nearer to the windows than the one named.
            near = min(max(w.earliest - at, at - w.latest) for w in new.starts)
            nearer = tuple(TimeWindow(w.earliest - near + 1, w.latest + near - 1) for w in new.starts)
            return _with_visit(world, replace(new, windows=nearer, pinned=None))
        case {"shift_ends_later_seconds": int(s)}:
            return _with_shift(world, replace(shift, ends=shift.ends + s + by))
        case {"shift_begins_earlier_seconds": int(s)}:
            return _with_shift(world, replace(shift, begins=shift.begins - s - by))
        case {"travel_shorter_seconds": int(s), "origin": str(i), "destination": str(j)}:
            rows, table = travel.index, travel.seconds.copy()
            table[:, rows[i], rows[j]] = np.maximum(0, table[:, rows[i], rows[j]] - s - by)
            usual = _with_shift(world, replace(shift, travel_percent=100))
            return replace(usual, travel=_retimed(travel, table))
        case {"travel_shorter_seconds": int(s), "place": str(here)}:
            row, table = travel.index[here], travel.seconds.copy()
            table[:, row, :] = np.maximum(0, table[:, row, :] - s - by)
            table[:, :, row] = np.maximum(0, table[:, :, row] - s - by)
            usual = _with_shift(world, replace(shift, travel_percent=100))
            return replace(usual, travel=_retimed(travel, table))
        case {"visits": int(n)}:
            return _with_shift(world, replace(shift, limits=replace(limits, visits=n + by)))
        case {"heavy_visits": int(n)}:
            return _with_shift(world, replace(shift, limits=replace(limits, heavy_visits=n + by)))
        case {"hands_on_minutes": int(n)}:
            # Whole minutes: the world counts seconds, so a minute less is far less.
            return _with_shift(world, replace(shift, limits=replace(limits, hands_on=(n + by) * MINUTE)))
        case {"driving_minutes": int(n)}:
            return _with_shift(world, replace(shift, limits=replace(limits, driving=(n + by) * MINUTE)))
        case {"longest_drive_minutes": int(n)}:
            return _with_shift(world, replace(shift, limits=replace(limits, longest_drive=(n + by) * MINUTE)))
        case {"without_break_seconds": int(s)}:
            if by:
                return None
            others = [tuple(b for b in shift.breaks if b is not rule) for rule in shift.breaks if rule.duration == s]
            worlds = [_with_shift(world, replace(shift, breaks=rest)) for rest in others]
            return next((w for w in worlds if _fits(w)), None)
        case {"without_visit": str(name)}:
            return None if by else replace(world, visits=tuple(v for v in world.visits if v.id != name))
        case _:
            if by:
                return None
            anyone = TherapistChoice(prefer=new.choice.prefer)
            free = replace(new, choice=anyone, clearance=Clearance.CLEAR, pinned=_anyone(new))
            able = replace(shift, therapist=replace(shift.therapist, services=None))
            return _with_visit(_with_shift(world, able), free)


def _anyone(new: Visit) -> object:
    return None if new.pinned is None else replace(new.pinned, therapist="t0")


def _retimed(travel: TravelTimes, seconds: np.ndarray) -> TravelTimes:
    drive = np.minimum(travel.drive, seconds)
    return TravelTimes(places=travel.places, starts=travel.starts, drive=drive, seconds=seconds)


def _with_shift(world: Problem, changed: Shift) -> Problem:
    return replace(world, shifts=(changed,))


def _with_visit(world: Problem, changed: Visit) -> Problem:
    return replace(world, visits=(*world.visits[:-1], changed))
