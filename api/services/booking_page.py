"""A practice's booking page: whether it is open, and what is wrong with one."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from optimizer.domain.booking_page import BookingPage
from optimizer.domain.errors import Fault, NotFound
from optimizer.domain.practice import Practice

if TYPE_CHECKING:
    from data.store.store import Store

ORIGIN = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?")
"""A site by name. Wildcards would let in whoever gets a name beside it."""


def open_page(practice_id: str, *, store: "Store") -> Practice:
    """The practice, where clients may book with it on the web.

    Raises
    ------
    NotFound
        When there is none, or its page is not open: the two look alike.
    """
    try:
        found = store.practices.get(practice_id)
    except NotFound:
        raise _closed() from None
    if not found.policies.booking_page.is_open:
        raise _closed()
    return found


def page_faults(page: BookingPage, offered: Collection[str]) -> list[Fault]:
    """What is wrong with a page: origins that are none, treatments that are not offered."""
    faults = [
        Fault(
            pointer=f"/booking_page/framed_by/{row}",
            code="not_an_origin",
            detail=f"{origin[:100]!r} is no origin of a site.",
            hint="Write scheme and host only, like https://www.example.org.",
        )
        for row, origin in enumerate(page.framed_by)
        if ORIGIN.fullmatch(origin) is None
    ]
    faults += [
        Fault(
            pointer=f"/booking_page/services/{row}",
            code="unknown_service",
            detail=f"There is no service {code!r}.",
            hint=f"Known: {', '.join(sorted(offered))}.",
        )
        for row, code in enumerate(page.services)
        if code not in offered
    ]
    return faults


def _closed() -> NotFound:
    return NotFound("There is no such booking page.")
