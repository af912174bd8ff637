"""pydantic's errors in plain sentences, each with what to send instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.v1.schemas.base import LINE, LINE_OR_EMPTY, POSTAL_PREFIX, REGION, WALL_CLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is wrong, and what to do about it."""

    detail: str
    hint: str = ""


OBJECT = ("An object", "Send keys and values in braces: {...}.")
LIST = ("A list", "Send the items in brackets: [...].")
TEXT = ("Text", "Put it in quotes.")
WHOLE = ("A whole number", "Send a whole number, without quotes.")
NUMBER = ("A number", "Send a number, without quotes.")
YES_OR_NO = ("true or false", "Send true or false, without quotes.")
INSTANT = ("A date or time", "Write it like 2026-11-23T09:00:00-05:00.")

WANTED = {
    "model_type": OBJECT, "model_attributes_type": OBJECT, "dataclass_type": OBJECT, "dict_type": OBJECT,
    "mapping_type": OBJECT, "list_type": LIST, "tuple_type": LIST, "set_type": LIST, "frozen_set_type": LIST,
    "iterable_type": LIST, "string_type": TEXT, "string_sub_type": TEXT, "int_type": WHOLE, "int_from_float": WHOLE,
    "int_parsing": WHOLE, "int_parsing_size": WHOLE, "float_type": NUMBER, "float_parsing": NUMBER,
    "finite_number": NUMBER, "bool_type": YES_OR_NO, "bool_parsing": YES_OR_NO, "date_type": INSTANT,
    "datetime_type": INSTANT, "time_type": INSTANT,
}  # fmt: skip
"""What is wanted, and how to send it, by pydantic's error type."""

NO_CONTROLS = Words(
    detail="A line break or another control character has no place here.", hint="Send one line of plain text."
)
PATTERNS = {
    REGION: Words(detail="This is no region.", hint="Write country and province like CA-ON, none, or nothing."),
    LINE: NO_CONTROLS,
    LINE_OR_EMPTY: NO_CONTROLS,
    WALL_CLOCK: Words(detail="This is not a time of day.", hint="Write hours and minutes: 09:00 to 23:59."),
    POSTAL_PREFIX: Words(detail="This is not the beginning of a postal code.", hint="Send 1 to 6 of its letters: L6X."),
}

BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def words_for(kind: str, value: object, context: Mapping[str, Any]) -> Words:
    """The sentence for pydantic's error type `kind` about `value`."""
    if kind in WANTED:
        what, how = WANTED[kind]
        return Words(detail=f"{what} is wanted here, not {_called(value)}.", hint=how)
    if kind in BOUNDS:
        name, bound = BOUNDS[kind]
        return Words(detail=f"This must be {bound} {context[name]}.", hint=f"It is {str(value)[:40]}.")
    match kind:
        case "multiple_of":
            step = context["multiple_of"]
            return Words(detail=f"This goes in steps of {step}.", hint=f"Send a multiple of {step}.")
        case "too_short":
            return Words(detail=f"At least {_counted(context['min_length'], 'item')} must be here.")
        case "too_long":
            count = len(value) if isinstance(value, list | tuple | dict | str) else "more"
            limit = _counted(context["max_length"], "item")
            return Words(detail=f"At most {limit} may be here, and there are {count}.", hint="Send fewer at a time.")
        case "string_too_short" if context["min_length"] == 1:
            return Words(detail="This text is empty.", hint="Fill it in, or leave the key out.")
        case "string_too_short":
            return Words(detail=f"This text needs at least {_counted(context['min_length'], 'character')}.")
        case "string_too_long":
            limit = _counted(context["max_length"], "character")
            return Words(detail=f"This text may have at most {limit}.", hint="Shorten it.")
        case "string_pattern_mismatch":
            return PATTERNS.get(context["pattern"], Words(detail="This text is not of the shape that is wanted here."))
        case "string_unicode":
            return Words(detail="This text holds half a character.", hint="Send whole characters, in UTF-8.")
        case "literal_error" | "enum":
            return Words(detail="This value is not known here.", hint=f"Choose from {context.get('expected', '')}.")
        case _:
            return Words(detail="This value cannot be used here.", hint="Compare it with the schema at /docs.")


def _called(value: object) -> str:
    """What JSON calls a value, in words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int():
            return "a number"
        case float():
            return "a number with a decimal point"
        case str():
            return "text"
        case list() | tuple():
            return "a list"
        case _:
            return "an object"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
