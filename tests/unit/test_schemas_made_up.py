"""A good problem with something made up in it is a problem still, or is refused with a pointer: never a crash."""

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.settings import Settings
from api.stateless.build import Surroundings, build
from api.stateless.reading import read_evaluation, read_problem
from api.wiring import Wiring
from optimizer.domain.errors import Fault, InvalidRequest
from optimizer.schedule.problem import Problem
from tests.api.problems import DAY, TRAVEL, at, on_the_map, problem, therapist, visit, window

REST = window("12:00", "13:00") | {"minutes": 30}
GOOD = [
    problem(
        visit("v1", pinned={"therapist": "taylor", "start": at("10:00")}, therapist={"require": ["taylor"]}),
        visit("v2", place={"id": "far"}, windows=[window("10:00", "11:00"), window("13:00", "14:00")]),
        therapists=[therapist(breaks=[REST], limits={"visits": 3}), therapist("kim", services=["swedish"])],
        options={"seed": 2, "travel_buffer": {"minutes": 5, "percent": 10}, "order": {"taylor": ["v1"]}},
    ),
    on_the_map(
        visit("v1", place={"postal_code": "M5V 3L9"}),
        visit("v2", place={"lat": 43.6426, "lng": -79.3871}),
        visit("v3", place={"id": "a", "address": "Milton"}),
        visit("v4", place={"id": "a"}),
    ),
]
INSTANTS = [
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    f"{DAY}T24:00:00Z",
    f"{DAY}T23:59:60Z",
    at("10:00"),
]
ODD = st.sampled_from(
    [None, True, 0, -1, 10**400, 1e308, -0.0, "", "\x00", "\ud800", "a" * 1000, [], {}, [[]], {"": {}}, *INSTANTS]
) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
SURROUNDINGS = Surroundings.of(Wiring(Settings()))


def paths(node: object, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [here, *(path for key, child in children for path in paths(child, (*here, key)))]


@st.composite
def spoiled(draw: st.DrawFn) -> object:
    document: Any = copy.deepcopy(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(paths(document)))
        if not path:
            continue
        parent = document
        for step in path[:-1]:
            parent = parent[step]
        match draw(st.sampled_from(["replace", "remove", "repeat", "rename"])):
            case "replace":
                parent[path[-1]] = draw(ODD)
            case "remove":
                del parent[path[-1]]
            case "repeat" if isinstance(parent, list):
                parent.append(copy.deepcopy(parent[path[-1]]))
            case "rename" if isinstance(parent, dict):
                parent[draw(st.text(max_size=8))] = parent.pop(path[-1])
    return document


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=spoiled(), read=st.sampled_from([read_problem, read_evaluation]))
def test_whatever_is_made_up_is_a_problem_or_a_list_of_faults(document: object, read: Any) -> None:
    outcome = built(read, document)

    if isinstance(outcome, Problem):
        assert outcome.travel.places is not None
        return
    assert outcome
    for fault in outcome:
        assert fault.pointer == "" or fault.pointer.startswith("/")
        assert fault.code
        assert fault.detail


def built(read: Any, document: object) -> Problem | tuple[Fault, ...]:
    try:
        return build(read(document), SURROUNDINGS)
    except InvalidRequest as refused:
        return refused.faults


def test_the_good_problems_are_good() -> None:
    for document, read in zip(GOOD, (read_evaluation, read_problem), strict=True):
        assert build(read(document), SURROUNDINGS).visits
    assert TRAVEL["places"]
