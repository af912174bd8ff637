"""Addresses as people type them, taken apart."""

import pytest

from data.geocoding.typed_address import folded, read_address

TOWNS = {"brampton", "milton", "halton hills", "toronto", "montreal"}


def is_town(name: str) -> bool:
    return folded(name) in TOWNS


@pytest.mark.parametrize(
    "typed",
    [
        "12 Main Street West, Brampton, ON L6Y 1N2",
        "12 main st w brampton on l6y1n2",
        "  12  MAIN ST. W.,\n Brampton, Ontario,  L6Y-1N2, Canada",
        "L6Y 1N2, 12 Main St W, Brampton",
        "Ann Smith, 12 Main St W, City of Brampton L6Y 1N2, 416-555-0199",
        "Ann Smith 12 Main St W, Brampton L6Y 1N2 (side door, call +1 (416) 555-0199)",
        "12 Main St W, Brampton, ann@example.org, L6Y 1N2, ring twice, buzzer 7",
    ],
)
def test_one_house_in_many_spellings_is_one_house(typed: str) -> None:
    address = read_address(typed, is_town=is_town)

    assert address.key == "12 main st w|brampton|L6Y1N2"
    assert (address.unit, address.number) == ("", "12")


@pytest.mark.parametrize(
    "typed",
    [
        "Unit 5 - 12 Main St, Milton",
        "unit #5, 12 Main Street, Milton",
        "5-12 Main St, Milton",
        "5 - 12 Main St Milton ON",
        "12 Main St, Apt 5, Milton",
        "12 Main St Apt. 5, Milton",
        "12 Main St #5, Milton",
        "Suite 5, 12 Main St, Milton",
        "#5 - 12 Main St, Milton",
        "12 Main St, suite 05, Milton",
    ],
)
def test_one_flat_in_many_spellings_is_one_flat_in_the_same_house(typed: str) -> None:
    address = read_address(typed, is_town=is_town)

    assert address.door == "5|12 main st|milton|"
    assert address.key == read_address("12 Main St, Milton", is_town=is_town).key


def test_two_flats_of_one_house_are_two_doors() -> None:
    one, other = (read_address(f"12 Main St, Apt {flat}, Milton", is_town=is_town) for flat in ("4b", "5"))

    assert one.key == other.key
    assert one.door != other.door


def test_accents_and_apostrophes_do_not_matter() -> None:
    one = read_address("3 Rue St-Honor\u00e9, Montr\u00e9al", is_town=is_town)
    other = read_address("3 rue saint honore, MONTREAL", is_town=is_town)

    assert one.key == other.key
    assert folded("Queen\u2019s Quay") == folded("queens quay")


@pytest.mark.parametrize(
    ("typed", "street", "town"),
    [
        ("12B King St, Toronto", "12B King St", "Toronto"),
        ("100 The Kingsway Toronto", "100 The Kingsway", "Toronto"),
        ("12 St Clair Ave E, Toronto", "12 St Clair Ave E", "Toronto"),
        ("36 Main St S, Town of Halton Hills", "36 Main St S", "Halton Hills"),
        ("5 Milton", "5 Milton", ""),
        ("17th Sideroad 5, Milton", "17th Sideroad 5", "Milton"),
        ("Highway 10, Milton", "Highway 10", "Milton"),
        ("Milton", "", "Milton"),
        ("Ann Smith, Milton", "", "Milton"),
        ("Square One, Toronto", "", "Toronto"),
        ("", "", ""),
        ("\U0001f3e0" * 10_000, "", ""),
        ("-" * 10_000, "", ""),
        ("1 " * 10_000, "", ""),
    ],
)
def test_street_and_town_are_told_apart(typed: str, street: str, town: str) -> None:
    address = read_address(typed, is_town=is_town)

    assert (address.street, address.town) == (street, town)


def test_the_code_told_beside_an_address_comes_before_the_one_inside() -> None:
    address = read_address("12 Main St, Milton L9T 1A1", is_town=is_town, code="l9t 2m3")

    assert (address.street, address.code) == ("12 Main St", "L9T2M3")


def test_what_is_no_code_beside_an_address_is_left_for_whoever_looks_it_up() -> None:
    assert read_address("12 Main St", is_town=is_town, code=" L6Y IN2").code == "L6Y IN2"
