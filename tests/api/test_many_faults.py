"""However many faults there are: all kinds come at once, and no list is without end."""

from tests.api.conftest import Door
from tests.api.problems import faults, on_the_map, only, problem, therapist, visit, window


def test_all_faults_of_all_kinds_come_at_once(door: Door) -> None:
    """A wrong type in one visit hides neither a duplicate id, nor a wrong place, nor a wrong zone elsewhere."""
    document = on_the_map(
        visit("v1", place={"postal_code": "M5V 3L9"}, session_minutes="60"),
        visit("v2", place={"lat": -79.38, "lng": 43.64}),
        visit("v2", place={"postal_code": "M5V 3L9"}, windows=[window("12:00", "11:00")]),
        visit("v3", place={"postal_code": "M5V 3L9"}, therapist={"require": ["tailor"]}, colour="red"),
        visit("v4", place={"postal_code": "M5V 3L9"}, therapist={"require": ["tailor"]}),
        timezone="America/Torono",
    )

    assert {(pointer, code) for pointer, code, _ in faults(door, document)} == {
        ("/visits/0/session_minutes", "wrong_type"),
        ("/visits/1/place", "swapped_coordinates"),
        ("/visits/2/id", "duplicate_id"),
        ("/visits/2/windows/0/latest_start", "end_before_start"),
        ("/visits/3/colour", "unknown_key"),
        ("/visits/4/therapist/require/0", "unknown_therapist"),
        ("/timezone", "unknown_timezone"),
    }


def test_a_therapist_who_cannot_be_read_is_not_called_unknown_as_well(door: Door) -> None:
    document = problem(
        visit("v1", therapist={"require": ["taylor"]}), therapists=[therapist(limits={"visits": "many"})]
    )

    assert only(door, document)[:2] == ("/therapists/0/limits/visits", "wrong_type")


def test_missing_parts_are_named_each(door: Door) -> None:
    assert {(pointer, code) for pointer, code, _ in faults(door, {})} == {
        ("/date", "missing"),
        ("/timezone", "missing"),
        ("/therapists", "missing"),
        ("/visits", "missing"),
    }


def test_too_many_visits_are_refused_without_looking_at_them(door: Door) -> None:
    """A hundred thousand of them, none with a place that exists: only their number is a fault."""
    crowd = [visit(f"v{number}", place={"postal_code": "nowhere"}) for number in range(100_000)]
    document = on_the_map(*crowd)
    door.app.config["MAX_CONTENT_LENGTH"] = None

    pointer, code, hint = only(door, document)

    assert (pointer, code) == ("/visits", "too_many_visits")
    assert hint


def test_too_many_therapists_are_refused(door: Door) -> None:
    document = problem(therapists=[therapist(f"t{number}") for number in range(401)])

    assert only(door, document)[:2] == ("/therapists", "too_many_therapists")


def test_a_great_many_faults_are_counted_and_the_first_are_listed(door: Door) -> None:
    keys = {f"key{number}": number for number in range(2_000)}

    answer = door.post("/v1/solve", problem(**keys))

    assert answer.status_code == 422
    assert answer.json is not None
    assert len(answer.json["errors"]) == 500
    assert "2000 faults" in answer.json["detail"]


def test_a_document_of_nothing_but_faults_gets_one_for_all_of_them(door: Door) -> None:
    nonsense = {f"key{number}": number for number in range(30_000)}

    pointer, code, hint = only(door, nonsense)

    assert (pointer, code) == ("", "too_many_faults")
    assert "/docs" in hint
