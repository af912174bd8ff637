"""What every command begins with."""

from api import logs
from api.settings import read_settings
from api.wiring import Wiring
from optimizer.domain.errors import InvalidRequest


def set_up() -> Wiring:
    """Settings from the environment, the log on stderr, and everything else at its first use."""
    settings = read_settings()
    logs.configure(settings)
    return Wiring(settings)


def practice_of(wiring: Wiring, named: str = "") -> str:
    """The id of the practice meant: the one named, the one in `ROUNDS_PRACTICE`, or the only one there is.

    Raises
    ------
    NotFound
        When the one named is not there.
    InvalidRequest
        When there is none, or several and none is named.
    """
    if wanted := named or wiring.settings.practice:
        return wiring.store.practices.get(wanted).id
    match wiring.store.practices.list():
        case (only,):
            return only.id
        case ():
            raise InvalidRequest(
                "There is no practice yet.", code="no_practice", hint="Make one with `rounds practice create`."
            )
        case several:
            names = ", ".join(practice.id for practice in several)
            raise InvalidRequest(
                f"There are several practices: {names}.", code="which_practice", hint="Name one with --practice."
            )
