"""A fault is a plain sentence: no word of it comes from a library, no expression is shown."""

from typing import Any

import pytest

from tests.api.conftest import Door
from tests.api.problems import problem, visit

SENTENCES = {
    "no object": ([], "An object is wanted here, not a list.", "{...}"),
    "text for a list": (problem(visit("v1"), therapists="taylor"), "A list is wanted here, not text.", "[...]"),
    "a number for text": (problem(visit("v1", service=7)), "Text is wanted here, not a number.", "quotes"),
    "text for a number": (problem(visit("v1", session_minutes="60")), "A whole number is wanted here, not text.", ""),
    "text for a flag": (problem(visit("v1", required="no")), "true or false is wanted here, not text.", ""),
    "too low": (problem(visit("v1", priority=0)), "This must be at least 1.", "It is 0."),
    "none at all": (problem(visit("v1", windows=[])), "At least 1 item must be here.", ""),
    "empty": (problem(visit("v1", id="")), "This text is empty.", "Fill it in"),
    "too long": (problem(visit("v1", id="x" * 201)), "This text may have at most 200 characters.", "Shorten"),
    "a line break": (problem(visit("v1", id="a\nb")), "A line break or another control character", "one line"),
    "no clock": (
        problem(travel={"places": ["a"], "bands": [{"from": "9", "seconds": [[0]]}]}), "not a time of day", "09:00",
    ),
    "no choice": (problem(visit("v1", clearance="maybe")), "This value is not known here.", "pending"),
}  # fmt: skip


@pytest.mark.parametrize(("document", "detail", "hint"), SENTENCES.values(), ids=SENTENCES.keys())
def test_a_fault_says_what_is_wrong_and_what_to_send(door: Door, document: Any, detail: str, hint: str) -> None:
    answer = door.post("/v1/solve", document)

    assert answer.status_code == 422
    assert answer.json is not None
    (fault,) = answer.json["errors"]
    assert detail in fault["detail"]
    assert hint in fault["hint"]
