"""Where something stands on the board's scale of time, as classes: a page may carry no style of its own.

A block of `h9 m35 l1 n20` begins at 9:35 and is 1 h 20 min long; `p15 t10` are its minutes before and after
the session.
"""

from collections.abc import Iterable, Iterator
from functools import cache

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from optimizer.domain.time import HOUR, MINUTE, Seconds

blueprint = Blueprint("board_scale", __name__)

HOURS = range(36)
"""A day of visits may end after midnight."""

AROUND = range(121)
"""Minutes at the door before or after a session that can be told apart."""


def stretch(begins: Seconds, ends: Seconds) -> str:
    """The classes of what lasts from one instant of a date to another."""
    start, length = minutes(begins), max(0, minutes(ends) - minutes(begins))
    return f"h{start // 60} m{start % 60} l{length // 60} n{length % 60}"


def around(before: Seconds, after: Seconds) -> str:
    """The classes of the minutes at the door before and after a session."""
    return f"p{min(minutes(before), AROUND[-1])} t{min(minutes(after), AROUND[-1])}"


def minutes(seconds: Seconds) -> int:
    return max(0, seconds) // MINUTE


def axis(spans: Iterable[tuple[Seconds, Seconds]]) -> tuple[int, int]:
    """The whole hours that hold all of these; eight to six where there is nothing."""
    known = [span for span in spans if span[1] > span[0]]
    if not known:
        return 8, 18
    return max(0, min(known)[0] // HOUR), min(HOURS[-1], -(-max(end for _, end in known) // HOUR))


@blueprint.get("/board/scale.css")
def sheet() -> AnyResponse:
    answer = Response(style_sheet(), mimetype="text/css", headers={"Cache-Control": "private, max-age=86400"})
    answer.add_etag()
    return answer.make_conditional(request)


@cache
def style_sheet() -> str:
    """Every class above, in a few kilobytes."""
    return "\n".join(_rules()) + "\n"


def _rules() -> Iterator[str]:
    for prefix, name, values in (
        ("h", "h", HOURS), ("m", "m", range(60)), ("l", "l", HOURS), ("n", "n", range(60)),
        ("p", "p", AROUND), ("t", "t", AROUND), ("from-", "from", HOURS), ("to-", "to", HOURS),
        ("share-", "share", range(101)),
    ):  # fmt: skip
        yield "".join(f".{prefix}{value}{{--{name}:{value}}}" for value in values)
