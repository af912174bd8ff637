"""How times and lengths are said to a therapist. The timetable, the day page and the JSON day all read this."""

from dataclasses import dataclass
from datetime import date, datetime

from optimizer.domain.itinerary import Certificate, Leg, Status, Stop
from optimizer.domain.time import HOUR, MINUTE, Horizon, Seconds

TIGHT: Seconds = 5 * MINUTE
"""Below this much slack the wording warns."""

BOOKED_SINCE = "booked since the plan"
CHANGED_SINCE = "changed since the plan"
PLACED_BY_HAND = "placed by hand since the plan"
LEFT_OUT = "the plan found no room for it"
DAY_OFF = "There are visits on a day off."
OVERRIDDEN = "booked against the check of the day"
"""Marks of a visit."""

LONG: Seconds = 6 * HOUR
"""Above this much slack nobody wants to read a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What a reader may see of one visit. `client` is a full name or initials: whoever builds the caption decides.

    `where` is the address or postal code as it was given; `marks` are short remarks that nobody may overlook.
    """

    service: str
    client: str = ""
    where: str = ""
    phone: str = ""
    email: str = ""
    notes: str = ""
    marks: tuple[str, ...] = ()


def clock(moment: datetime) -> str:
    """`09:05`. Seconds are cut off, so that a time to leave by is never told too late."""
    return f"{moment:%H:%M}"


def long_date(day: date) -> str:
    """`Monday 23 November 2026`."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def minutes(seconds: Seconds) -> int:
    """Whole minutes, rounded half up."""
    return (seconds + MINUTE // 2) // MINUTE


def length(seconds: Seconds) -> str:
    """`25 min`, `1 h 05 min`, `2 h`; rounded to minutes."""
    hours, rest = divmod(minutes(seconds), 60)
    if hours == 0:
        return f"{rest} min"
    return f"{hours} h {rest:02d} min" if rest else f"{hours} h"


def kilometres(meters: int) -> str:
    return f"{meters / 1000:.1f} km" if meters < 10_000 else f"{meters / 1000:.0f} km"


def drive(leg: Leg) -> str:
    """`24 min drive + 8 min buffer (18 km)`."""
    text = f"{length(leg.travel)} drive"
    if leg.buffer:
        text += f" + {length(leg.buffer)} buffer"
    return text if leg.meters is None else f"{text} ({kilometres(leg.meters)})"


def slack(seconds: Seconds) -> str:
    """How late a session may start with every later promise kept, as one would say it.

    Cut down to whole minutes: a promise of a minute that is not there would be a lie.
    """
    whole = seconds // MINUTE * MINUTE
    if whole == 0:
        return "no slack: must start on time"
    if whole < TIGHT:
        return f"tight: at most {length(whole)} late"
    if whole > LONG:
        return "nothing presses"
    return f"may start up to {length(whole)} late"


def to_spare(seconds: Seconds) -> str:
    """The same as `slack` in the fewest words: `12 min to spare`."""
    whole = seconds // MINUTE * MINUTE
    if whole == 0:
        return "no time to spare"
    if whole < TIGHT:
        return f"only {length(whole)} to spare"
    return "plenty of time" if whole > LONG else f"{length(whole)} to spare"


def first_name(name: str) -> str:
    """`Anna` for `Anna Maria Bell`."""
    return name.split()[0] if name.split() else ""


def before_the_session(stop: Stop, horizon: Horizon) -> str:
    """`wait 20 min, set up from 09:45`; empty where the session can begin at once."""
    prepare = stop.parking + stop.setup + stop.consultation
    parts = [f"wait {length(stop.wait)}"] if minutes(stop.wait) else []
    if prepare:
        first = "set up and talk" if stop.consultation else "set up"
        parts.append(f"{first} from {clock(horizon.local(stop.start - prepare))}")
    return ", ".join(parts)


def certificate(proof: Certificate) -> str:
    """What is proven of the plan, in one line."""
    match proof.status, proof.gap:
        case Status.OPTIMAL, _:
            quality = "proven best"
        case Status.INFEASIBLE, _:
            quality = "no plan keeps every promise"
        case _, None:
            quality = "good plan, distance to the best unknown"
        case _, gap:
            quality = f"at most {100 * gap:.1f} % from the best"
    verdict = "checked" if proof.checked else "not checked"
    return f"{quality}; {verdict}; {proof.engine}, seed {proof.seed}"


def initials(name: str) -> str:
    """`A. B.` for `Anna Maria Bell`: the first and the last part."""
    parts = [part for part in name.split() if part[0].isalpha()]
    ends = parts[:1] + parts[-1:] if len(parts) > 1 else parts
    return " ".join(f"{part[0].upper()}." for part in ends)
