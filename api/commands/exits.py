"""Exit codes, as `sysexits.h` has them where it has one."""

from enum import IntEnum

from optimizer.domain.errors import BrokenPlan, RoundsError, Unavailable

SCHEMA_CODES = frozenset({"schema_missing", "schema_old", "schema_too_new"})


class Exit(IntEnum):
    """What a script may rely on."""

    DONE = 0
    USAGE = 2
    LEFT_OUT = 3
    BAD_INPUT = 4
    NO_BETTER = 5
    BUG = 70
    TRY_LATER = 75


def exit_of(error: RoundsError) -> Exit:
    """The exit code of an error.

    Waiting helps against a lock, a port in use or a service that is down, not against an old schema.
    """
    match error:
        case BrokenPlan():
            return Exit.BUG
        case Unavailable() if error.code not in SCHEMA_CODES:
            return Exit.TRY_LATER
        case _:
            return Exit.BAD_INPUT
