"""`POST /v1/evaluate`: times one can add up, and every broken promise by name."""

from tests.api.conftest import Door
from tests.api.problems import problem, visit, window


def evaluated(door: Door, document: object) -> dict[str, object]:
    answer = door.post("/v1/evaluate", document)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    found: dict[str, object] = answer.json
    return found


def test_an_order_that_keeps_every_promise_has_its_times_and_no_violation(door: Door) -> None:
    document = problem(
        visit("v1", setup_minutes=10, windows=[window("10:00", "10:00")]), options={"order": {"taylor": ["v1"]}}
    )

    found = evaluated(door, document)

    assert found["violations"] == []
    (day,) = found["plan"]["itineraries"]  # type: ignore[index]
    drive, stop, home = day["steps"]
    assert [drive["type"], stop["type"], home["type"]] == ["drive", "visit", "drive"]
    assert (drive["from_place"], drive["to_place"], drive["roads"]) == ("home", "door", "caller")
    assert drive["travel_seconds"] == 600
    assert stop["start"] == "2026-11-23T10:00:00-05:00"
    assert stop["finish"] == "2026-11-23T11:00:00-05:00"
    assert stop["setup_seconds"] == 600
    assert day["back_at"] == "2026-11-23T11:10:00-05:00"
    assert stop["place"] == {
        "id": "door",
        "label": "",
        "lat": None,
        "lng": None,
        "precision": "exact",
        "source": "",
        "radius_meters": None,
        "approximate": False,
    }


def test_an_order_that_breaks_a_promise_is_still_timed_and_says_what_it_breaks(door: Door) -> None:
    fixed = [window("10:00", "10:00")]
    both = problem(
        visit("v1", windows=fixed),
        visit("v2", windows=fixed, place={"id": "far"}),
        options={"order": {"taylor": ["v1", "v2"]}},
    )

    found = evaluated(door, both)

    assert len(found["plan"]["itineraries"][0]["steps"]) == 5  # type: ignore[index]
    assert {broken["visit"] for broken in found["violations"]} >= {"v2"}  # type: ignore[attr-defined]
    assert found["plan"]["certificate"]["status"] == "infeasible"  # type: ignore[index]


def test_a_visit_without_a_place_in_the_order_is_left_out(door: Door) -> None:
    found = evaluated(door, problem(visit("v1"), options={"order": {}}))

    assert [left["visit"] for left in found["plan"]["unassigned"]] == ["v1"]  # type: ignore[index]
