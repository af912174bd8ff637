"""What to say of a place whose point is not its door, and what to ask a map for."""

import re

from optimizer.domain.place import Place, Precision

POSTAL_CODE = re.compile(r"\b([A-Z]\d[A-Z])[\s-]?(\d[A-Z]\d)\b", re.IGNORECASE)


def vagueness(where: str, precision: Precision) -> str:
    """How far the point of `where` may be trusted: "approximate", "near L6X 1N3".

    Empty for a door, and for words that promise no more than a postal code themselves.
    """
    code = POSTAL_CODE.search(where)
    match precision:
        case Precision.EXACT:
            return ""
        case Precision.AREA:
            return "approximate"
        case Precision.POSTAL_CODE if code is None:
            return "near its postal code"
    names_a_door = any(c.isdigit() for c in where.replace(code[0], " "))
    return f"near {code[1].upper()} {code[2].upper()}" if names_a_door else ""


def in_words(where: str, precision: Precision) -> str:
    """`12 Main St, Brampton L6X 1N3 (near L6X 1N3)`."""
    vague = vagueness(where, precision)
    return f"{where} ({vague})" if where and vague else where


def destination(where: str, place: Place) -> str:
    """What a map is asked for; empty where there is nothing to ask for.

    A map knows streets that Rounds does not: it gets the words of an address rather than a point that only stands near
    it. Words without a postal code may be anything ("at her sister's"), so the point is better than they are.
    """
    if place.precision is not Precision.EXACT and POSTAL_CODE.search(where):
        return where
    point = place.coordinate
    return f"{point.lat},{point.lng}" if point else ""
