"""Ask for drives before anybody waits for them: between every place a practice knows."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from data.roads.source import Learned, TravelSource
from optimizer.domain.place import Place

if TYPE_CHECKING:
    from data.store.store import Store

BACK = timedelta(days=60)
AHEAD = timedelta(days=120)
"""Whoever is booked within these is known: they come again, or are searched beside."""


def warm_roads(
    practice_id: str,
    *,
    store: "Store",
    roads: TravelSource,
    public_roads: TravelSource,
    clock: Callable[[], datetime],
    within: float | None = None,
) -> Learned:
    """Learn the drives between homes of therapists and places of bookings, exact ones and those the public sees.

    Parameters
    ----------
    within
        Seconds after which no further question is asked; None for as long as it takes.
    """
    places = known_places(practice_id, store=store, now=clock())
    exact = roads.learn(places, within=within)
    if exact.trouble:
        return exact
    public = public_roads.learn(places, places, within=within)
    if not public.trouble:
        cells = public_roads.learn(places, within=within)
        public = Learned(asked=public.asked + cells.asked, drives=public.drives + cells.drives, trouble=cells.trouble)
    return Learned(
        asked=exact.asked + public.asked,
        drives=exact.drives + public.drives,
        trouble=public.trouble,
        off_road=exact.off_road,
    )


def known_places(practice_id: str, *, store: "Store", now: datetime) -> tuple[Place, ...]:
    """Where the practice's therapists live, and where it has visited lately or will; each point once."""
    with store.unit_of_work(practice_id, write=False) as uow:
        today = now.astimezone(uow.practice().zone).date()
        patterns, first, last = uow.patterns.list(), today - BACK, today + AHEAD
        booked = uow.bookings.on_days([pattern.therapist.id for pattern in patterns], first, last)
        unplaced = uow.bookings.unplaced(first, last)
    homes = [place for pattern in patterns for place in (pattern.start_place, pattern.end_place)]
    every = (*homes, *(booking.place for booking in (*booked, *unplaced)))
    return tuple({place.coordinate: place for place in every if place is not None and place.coordinate}.values())
