"""Whose door a place is, and when two ways of telling a place mean one home."""

import uuid
from dataclasses import replace

from data.geocoding.chain import NEAR_AREA_KM
from data.geocoding.distance import kilometres
from data.geocoding.postal_code import code_in, normalise
from data.geocoding.typed_address import folded
from optimizer.domain.place import Place, Precision

NOBODYS = ""
"""The id of a place on offer that no door is known of: whoever takes the offer up makes it a door of their own."""

VAGUER = (Precision.EXACT, Precision.POSTAL_CODE, Precision.AREA)
ONE_HOME_KM = {Precision.EXACT: 0.05, Precision.POSTAL_CODE: 1.0, Precision.AREA: NEAR_AREA_KM}
"""How far from a home its point may lie as it is told again: a pin scatters, a postal code and a town have a middle."""


def on_offer(place: Place) -> Place:
    """A place as an offer carries it: a postal code or a town is nobody's door yet."""
    return place if place.precision is Precision.EXACT else replace(place, id=NOBODYS)


def own_door(place: Place) -> Place:
    """A place of an offer as it is promised to one client. A door that is known stays that door."""
    return replace(place, id=f"door_{uuid.uuid4().hex}") if place.id == NOBODYS else place


def is_same_home(booked: Place, told: Place) -> bool:
    """Whether a place told later means the home that is booked, told as exactly or less exactly.

    A place told more exactly than what is booked is not known to be it. Words count first: another house number, or
    another postal code, is another home. Where words do not say, the distance decides, by `ONE_HOME_KM`.
    """
    if told.id != NOBODYS and told.id == booked.id:
        return True
    if VAGUER.index(told.precision) < VAGUER.index(booked.precision):
        return False
    if booked.coordinate is None or told.coordinate is None:
        return False
    street, code = _street(told.label), code_in(told.label)
    if street and street != _street(booked.label):
        return False
    booked_code = code_in(booked.label)
    if code and booked_code and told.precision is not Precision.EXACT:
        here, there = normalise(booked_code), normalise(code)
        return here == there or (told.precision is Precision.AREA and here.startswith(there))
    return kilometres(booked.coordinate, told.coordinate) <= ONE_HOME_KM[told.precision]


def _street(label: str) -> str:
    """The words of an address with a house number, without its postal code; empty where there is no number."""
    words = folded(label.replace(code_in(label) or "", " "))
    return words if any(sign.isdigit() for sign in words) else ""
