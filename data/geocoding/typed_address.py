"""What somebody typed as an address, taken apart: flat, street, town, postal code. Everything else is left behind.

A name, a phone number or a door code beside the address is no part of it, and so never leaves the house with it.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from data.geocoding.postal_code import code_in, normalise
from optimizer.domain.errors import InvalidRequest

LONGEST = 500
"""Characters looked at; no address is longer."""

APOSTROPHES = ".'\N{RIGHT SINGLE QUOTATION MARK}"
"""Signs inside a word that are left out: "St.", "Queen's"."""

_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|\S+@\S+|(?:\+?1[\s.-]?)?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}\b")
_UNIT = re.compile(
    r"(?:\b(?:unit|apt|apartment|suite|ste|flat|room|rm|buzzer|buzz|code|th|ph)\b\.?\s*#?|#)\s*"
    r"(\d+\s?[a-z]?|[a-z]\d*|ph\s?\d+)\b",
    re.IGNORECASE,
)
_FLOOR = re.compile(r"\b(?:basement|bsmt|upper|lower|main floor|\d+(?:st|nd|rd|th) floor|floor \d+)\b", re.IGNORECASE)
_UNIT_FIRST = re.compile(r"^(\d+[a-z]?)\s*[-–]\s*(?=\d+[a-z]?\s+\S*[a-z])", re.IGNORECASE)
_STREET = re.compile(r"^\d+(?:[a-z]|\s*-\s*\d+)?(?:\s+1/2|½)?\s+\S*[^\W\d]", re.IGNORECASE)
_BEFORE_NUMBER = re.compile(r"^[^\d]+?(?=\d+[a-z]?\s+[^\W\d])", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_ROADS = {"hwy", "route", "county", "regional", "rd", "line", "sdrd", "conc", "lot"}
"""Words, folded, of country addresses that number the road and not the house."""

_PROVINCE = {"on", "ont", "ontario", "canada", "ca", "can"}
_TOWN_WORDS = re.compile(r"^(?:the\s+)?(?:city|town|township|region|municipality)\s+of\s+", re.IGNORECASE)
_SHORT = {
    "street": "st",
    "str": "st",
    "saint": "st",
    "avenue": "ave",
    "av": "ave",
    "road": "rd",
    "drive": "dr",
    "boulevard": "blvd",
    "crescent": "cres",
    "cr": "cres",
    "court": "crt",
    "ct": "crt",
    "place": "pl",
    "lane": "ln",
    "circle": "cir",
    "trail": "trl",
    "terrace": "terr",
    "parkway": "pkwy",
    "highway": "hwy",
    "square": "sq",
    "heights": "hts",
    "gardens": "gdns",
    "grove": "grv",
    "mount": "mt",
    "sideroad": "sdrd",
    "concession": "conc",
    "north": "n",
    "east": "e",
    "south": "s",
    "west": "w",
    "northeast": "ne",
    "northwest": "nw",
    "southeast": "se",
    "southwest": "sw",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedAddress:
    """Each is empty (or None) where it was not there.

    `street` begins with the house number where one was typed, in the words of whoever typed it; `town` is one that is
    known by that name; `code` is normalised, or as it was typed where it is none. `is_bare` says that no other words
    were there.
    """

    unit: str = ""
    street: str = ""
    town: str = ""
    code: str | None = None
    is_bare: bool = False

    @property
    def number(self) -> str:
        """The house number: "12" of "12B Main St"."""
        found = _NUMBER.match(self.street)
        return found[0] if found else ""

    @property
    def key(self) -> str:
        """The house, the same however it is spelled: "12 main st w|brampton|L6Y1N2"."""
        return f"{folded(self.street)}|{folded(self.town)}|{self.code or ''}"

    @property
    def door(self) -> str:
        """The flat in the house, the same however it is spelled."""
        return f"{folded(self.unit).lstrip('0')}|{self.key}"


def read_address(text: str, *, is_town: Callable[[str], bool], code: str | None = None) -> TypedAddress:
    """Take an address apart.

    Parameters
    ----------
    is_town
        Whether a town is known by that name.
    code
        The postal code where it was told beside the address; it comes before one inside.
    """
    written = code_in(text[:LONGEST])
    before, _, after = text[:LONGEST].rpartition(written) if written else (text[:LONGEST], "", "")
    # What follows the code ("... L6Y 1N2, ring twice") is no part of the address any more, unless the code came first.
    street = before if before.strip(" ,") else after
    units: list[str] = []
    parts = [
        part for each in re.split(r"[,;|\r\n\t]+", _ASIDE.sub(" ", street)) if (part := _without_unit(each, units))
    ]
    parts = [part for each in parts if (part := _without_province(each))]
    town, parts = _town(parts, is_town)
    return TypedAddress(
        unit=units[0] if units else "",
        street=_street(parts),
        town=town,
        code=_normal(code or written or "") or None,
        is_bare=not parts and not units,
    )


def folded(text: str) -> str:
    """Small letters without accents and punctuation, and the usual words short: "12 Main Street" is "12 main st"."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign) and sign not in APOSTROPHES)
    return " ".join(_SHORT.get(word, word) for word in re.findall(r"\w+", plain))


def _without_unit(part: str, units: list[str]) -> str:
    def take(found: re.Match[str]) -> str:
        units.append(found[1].replace(" ", ""))
        return " "

    bare = _FLOOR.sub(" ", _UNIT.sub(take, part)).strip(" -–.:")
    return " ".join(_UNIT_FIRST.sub(take, bare).split())


def _without_province(part: str) -> str:
    words = part.split()
    while words and words[-1].strip(".").replace(".", "").lower() in _PROVINCE:
        words.pop()
    return " ".join(words).rstrip(" ,-.")


def _town(parts: list[str], is_town: Callable[[str], bool]) -> tuple[str, list[str]]:
    """The town, and the parts without it: one of its own, or the end of another."""
    for i in range(len(parts) - 1, -1, -1):
        name = _TOWN_WORDS.sub("", parts[i])
        if is_town(name):
            return name, parts[:i] + parts[i + 1 :]
    for i in range(len(parts) - 1, -1, -1):
        words = parts[i].split()
        for count in (4, 3, 2, 1):
            name = _TOWN_WORDS.sub("", " ".join(words[-count:]))
            # A number and a single word are a street: "5 Milton".
            if len(words) - count >= 2 and is_town(name):
                return name, [*parts[:i], " ".join(words[:-count]), *parts[i + 1 :]]
    return "", parts


def _street(parts: list[str]) -> str:
    """The part that begins with a house number, or else one with a number in it: a name never has one."""
    numbered = [part for part in parts if any(sign.isdigit() for sign in part)]
    for part in numbered:
        if _STREET.match(part):
            return part
    for part in numbered:
        before = _BEFORE_NUMBER.match(part)
        if before is not None and not _ROADS & set(folded(before[0]).split()):
            return part[before.end() :]  # "Ann Smith 12 Main St"
    return numbered[0] if numbered and _ROADS & set(folded(numbered[0]).split()) else ""


def _normal(code: str) -> str:
    try:
        return normalise(code) if code.strip() else ""
    except InvalidRequest:
        return code.strip()
