"""Postal codes as people type them, right and wrong."""

import csv
from pathlib import Path

import pytest

from data.geocoding.postal_code import code_in, is_area, is_code, mistyped_in, normalise, spell
from optimizer.domain.errors import InvalidRequest

POINTS = Path(__file__).parents[3] / "shared" / "geo" / "facility_points.csv"


def test_the_last_code_of_an_address_is_taken() -> None:
    assert code_in("B2B 2B2 Consulting, 2 Main St, Brampton L6Y 1N2, Canada") == "L6Y 1N2"
    assert code_in("2 Main St, Brampton ON l6y1n2") == "l6y1n2"
    assert code_in("Unit A1B, 2 Main St") is None


def test_a_code_typed_with_letters_for_digits_is_found_as_it_was_meant() -> None:
    assert mistyped_in("12 Main St, Brampton L6Y IN2") == "L6Y1N2"
    assert mistyped_in("12 Main St, Brampton LGY 1N2") is None
    assert mistyped_in("12 Main Street East, Brampton") is None


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("L6Y 1NO", "Did you mean L6Y 1N0?"),
        ("LoY 1N2", "Did you mean L0Y 1N2?"),
        ("L6YiN2", "Did you mean L6Y 1N2?"),
        ("M5V ZT6", "Did you mean M5V 2T6?"),
        ("L6D 1N2", "A postal code looks like L6Y 1N2; no postal code has D."),
        ("L6Q 1U2", "A postal code looks like L6Y 1N2; no postal code has Q or U."),
        ("W6Y 1N2", "A postal code looks like L6Y 1N2; no postal code begins with W."),
        ("L6Y", "A postal code looks like L6Y 1N2."),
        ("\u0665\u0666\u0667 123", "A postal code looks like L6Y 1N2."),
    ],
)
def test_a_code_that_is_none_is_refused_with_what_is_wrong_with_it(typed: str, hint: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        normalise(typed)

    assert (refused.value.code, refused.value.hint) == ("unknown_postal_code", hint)


@pytest.mark.skipif(not POINTS.exists(), reason=f"no surveyed points at {POINTS}")
def test_every_code_of_a_real_building_is_read_out_of_any_address_and_put_right_when_mistyped() -> None:
    with POINTS.open(encoding="utf-8") as file:
        codes = sorted({row["postal_code"] for row in csv.DictReader(file)})

    for spelled in codes:
        code = normalise(spelled)
        assert is_code(code)
        assert is_area(code[:3])
        assert spell(code) == spelled
        for address in (f"Unit 5 - 12 Main St, Milton, ON {spelled}", f"12 main st {code.lower()} canada", spelled):
            assert normalise(code_in(address) or "") == code
        mistyped = spelled[:4] + spelled[4:].replace("0", "O").replace("1", "I")
        if mistyped != spelled:
            assert mistyped_in(f"12 Main St, Milton {mistyped}") == code
