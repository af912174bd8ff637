"""What visitors send, read field by field: what can be used, and a sentence for each field that cannot."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from api.pages.book.rhythms import Rhythm
from api.pages.book.state import Ask
from api.services.searching import GENDERS
from data.geocoding.geocoder import PlaceQuery
from data.geocoding.postal_code import code_in, normalise, spell
from data.geocoding.typed_address import folded
from optimizer.domain.practice import Service
from optimizer.domain.time import MINUTE
from optimizer.domain.visit import Clearance

Faults = Mapping[str, str]
"""A sentence by the name of the field it belongs to, in the order of the form."""

CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
PHONE_DIGITS = range(10, 16)

LONGEST = {"where": 200, "name": 100, "phone": 40, "email": 200, "door": 150, "notes": 500}
TYPED = ("name", "phone", "email", "door", "notes", "applies")
"""The fields of the details: carried along where the visitor has to go back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForm:
    """The first step as it was sent; `ask` is None where there are faults."""

    typed: Mapping[str, str]
    ask: Ask | None = None
    faults: Faults = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The third step as it was sent. The answer to the screening is gone but for what came of it."""

    typed: Mapping[str, str]
    faults: Faults
    clearance: Clearance


def line(form: Mapping[str, str], name: str) -> str:
    """One field as one line of text."""
    return CONTROL.sub(" ", form.get(name, ""))[: LONGEST.get(name, 200) + 1].strip()


def read_ask(
    form: Mapping[str, str], *, visitor: str, services: tuple[Service, ...], courses: tuple[Rhythm, ...]
) -> AskForm:
    """The first step; whether there is such a place is for the search to find out."""
    names = ("where", "service", "minutes", "first_visit", "gender", "rhythm")
    typed = {name: line(form, name) for name in names}
    faults: dict[str, str] = {}
    if not typed["where"]:
        faults["where"] = "Tell us where to come: a postal code is enough."
    elif len(typed["where"]) > LONGEST["where"]:
        faults["where"] = "This is too long for an address. A postal code is enough."
    service = next((each for each in services if each.code == typed["service"]), None)
    if service is None:
        faults["service"] = "Choose a treatment."
    minutes = int(typed["minutes"]) if typed["minutes"].isdecimal() and len(typed["minutes"]) < 5 else 0
    if not minutes:
        faults["minutes"] = "Choose how long."
    elif service is not None and service.lengths and minutes * MINUTE not in service.lengths:
        offered = " or ".join(str(length // MINUTE) for length in service.lengths)
        faults["minutes"] = f"{service.name} takes {offered} minutes."
    if typed["gender"] not in ("", *GENDERS):
        faults["gender"] = "Choose one of these."
    if typed["rhythm"] not in ("", *(each.code for each in courses)):
        faults["rhythm"] = "This cannot be booked any more. Choose one of these."
    if faults:
        return AskForm(typed=typed, faults=faults)
    return AskForm(
        typed=typed,
        ask=Ask(
            visitor=visitor,
            where=typed["where"],
            service=typed["service"],
            minutes=minutes,
            first_visit=bool(typed["first_visit"]),
            gender=typed["gender"],
            rhythm=typed["rhythm"],
        ),
    )


def read_details(form: Mapping[str, str], *, ask: Ask, screened: bool) -> Details:
    """The third step. `screened`: does the practice ask for reasons to talk first?"""
    typed = {name: line(form, name) for name in TYPED if name != "applies"}
    faults: dict[str, str] = {}
    if not typed["name"]:
        faults["name"] = "Tell us your name."
    digits = sum(sign.isdigit() for sign in typed["phone"])
    if not typed["phone"] and not typed["email"]:
        faults["phone"] = "Give a phone number or an e-mail address, so that we can reach you."
    elif typed["phone"] and digits not in PHONE_DIGITS:
        faults["phone"] = "A phone number has ten digits, like 905 555 0100."
    if typed["email"] and EMAIL.fullmatch(typed["email"]) is None:
        faults["email"] = "An e-mail address looks like name@example.org."
    if door := _fault_of_door(typed["door"], ask):
        faults["door"] = door
    for name in ("name", "phone", "email", "door", "notes"):
        if len(typed[name]) > LONGEST[name]:
            faults[name] = f"At most {LONGEST[name]} characters, please."
    applies = form.get("applies", "")
    if screened and applies not in ("no", "yes"):
        faults["applies"] = "Answer with yes or no; nobody asks which."
    clear = not screened or applies == "no"
    order = ("name", "phone", "email", "door", "notes", "applies")
    return Details(
        typed=typed,
        faults={name: faults[name] for name in order if name in faults},
        clearance=Clearance.CLEAR if clear else Clearance.HOLD,
    )


def says_door(where: str) -> bool:
    """Is a house told, or only a postal code or a town?"""
    return any(sign.isdigit() for sign in folded(where.replace(code_in(where) or "", " ")))


def place_query(where: str) -> PlaceQuery:
    """An address, or a postal code alone."""
    bare = re.sub(r"[\s.\-]", "", where)
    is_code = len(bare) == 6 and bare.isalnum() and not bare.isalpha() and not bare.isdigit()
    if not is_code:
        return PlaceQuery(address=where, label=where)
    code = bare.upper()
    return PlaceQuery(postal_code=code, label=spell(code))


def _fault_of_door(door: str, ask: Ask) -> str:
    if says_door(ask.where):
        return ""
    if not any(sign.isdigit() for sign in door):
        return "Tell us house number and street, so that we find your door."
    told, asked = code_in(door), code_in(ask.where)
    if told and asked and normalise(told) != normalise(asked):
        return f"The times are for {spell(normalise(asked))}. For another postal code, begin anew."
    return ""
