"""Why not: refusals are values, each with a public code and a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Reason(StrEnum):
    """Why a visit does not fit a therapist's day. The strings are public and never renamed.

    Each means: *relaxing exactly this rule makes the visit fit*. `CAPACITY` means that no single rule does.
    """

    SKILL = "skill"
    THERAPIST = "therapist"
    GENDER = "gender"
    TIME_WINDOW = "time_window"
    SHIFT = "shift"
    BREAK = "break"
    TRAVEL = "travel"
    VISIT_LIMIT = "visit_limit"
    HANDS_ON_LIMIT = "hands_on_limit"
    HEAVY_LIMIT = "heavy_limit"
    DRIVING_LIMIT = "driving_limit"
    OUTSIDE_AREA = "outside_area"
    CLEARANCE = "clearance"
    TAKEN = "taken"
    CAPACITY = "capacity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Why a visit does not fit one shift.

    `detail` is a sentence with names and values; `opens_if` the smallest change found that makes the visit fit, with
    the unit in each key (`{"later_minutes": 11}`), empty where no change of one rule does.
    """

    reason: Reason
    shift: str
    detail: str
    opens_if: Mapping[str, int | str] = field(default_factory=dict)
