"""Read calendars kept elsewhere: fetch, understand, find the places, then write it all at once, or change nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from api.feeds.booking_rows import BookingRow, Catalogue
from api.feeds.decoding import read_text
from api.feeds.outside import BusyTime, ParsedFeed
from api.feeds.outside_csv import parse_table
from api.services.feeds_writing import Taken, Takeover, take_over
from data.feeds.errors import FeedTrouble
from data.feeds.fetch import Fetched, Seen, Unchanged, fetch
from data.geocoding.geocoder import Geocoder, PlaceQuery
from data.roads.source import TravelSource
from data.store.records import FeedFormat, OutsideFeed
from data.web.exchange import Limits
from optimizer.domain.errors import Fault, InvalidRequest, Unavailable
from optimizer.domain.place import Place

if TYPE_CHECKING:
    from data.store.store import Store

HINT = "give the address of the calendar itself (.ics), not of a page that shows it"


@dataclass(frozen=True, kw_only=True)
class FeedReader:
    """What reading leans on."""

    store: "Store"
    geocoder: Geocoder
    roads: TravelSource
    clock: Callable[[], datetime]
    user_agent: str
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOutcome:
    """What became of one calendar: `trouble` where it could not be read, else what it changed."""

    feed: OutsideFeed
    trouble: str = ""
    taken: Taken | None = None
    remarks: tuple[Fault, ...] = ()


def fetch_feeds(
    practice_id: str, *, reader: FeedReader, only: str | None = None, accept_loss: bool = False
) -> tuple[FeedOutcome, ...]:
    """Read every calendar of the practice, one after the other; trouble with one does not keep the others waiting.

    Parameters
    ----------
    only
        The id of the only one to read.
    accept_loss
        Believe a calendar that has suddenly lost most of its events.

    Raises
    ------
    NotFound
        When there is no calendar `only`.
    """
    with reader.store.unit_of_work(practice_id, write=False) as uow:
        feeds = uow.outside_feeds.list() if only is None else (uow.outside_feeds.get(only),)
    return tuple(_read(practice_id, feed, reader, accept_loss=accept_loss) for feed in feeds)


def _read(practice_id: str, feed: OutsideFeed, reader: FeedReader, *, accept_loss: bool) -> FeedOutcome:
    with reader.store.unit_of_work(practice_id, write=False) as uow:
        practice, pattern = uow.practice(), uow.patterns.get(feed.therapist)
        catalogue = Catalogue(
            zone=practice.zone,
            services=uow.services.list(),
            therapists={known.therapist.id: known.therapist.name for known in uow.patterns.list()},
        )
    today = reader.clock().astimezone(practice.zone).date()
    last = today + timedelta(days=practice.policies.horizon_days)
    try:
        # Repeating events go on into dates that were not asked for last time.
        seen = Seen(etag=feed.etag, last_modified=feed.last_modified) if feed.read_to == last else Seen()
        found = fetch(
            feed.address,
            allow_loopback=feed.allow_loopback,
            seen=seen,
            user_agent=reader.user_agent,
            limits=reader.limits,
        )
        if isinstance(found, Unchanged):
            fresh = replace(feed, succeeded_at=reader.clock(), trouble="", trouble_at=None)
            return FeedOutcome(feed=_remember(practice_id, fresh, reader), taken=Taken())
        parsed = _parse(feed, found, catalogue, today, last, ours=f"@{practice_id}.rounds")
        home = pattern.start_place or pattern.end_place
        takeover, remarks = _located(feed, parsed, home, practice.zone, reader.geocoder)
        with reader.store.unit_of_work(practice_id) as uow:
            taken = take_over(
                replace(takeover, first=today, last=last, accept_loss=accept_loss),
                uow=uow,
                roads=reader.roads,
                clock=reader.clock,
            )
            now = reader.clock()
            fresh = replace(
                feed,
                succeeded_at=now if found.as_of is None else min(now, found.as_of),
                read_to=last,
                etag=found.seen.etag,
                last_modified=found.seen.last_modified,
                trouble="",
                trouble_at=None,
            )
            uow.outside_feeds.put(fresh)
            uow.commit()
    except (FeedTrouble, InvalidRequest) as error:
        why = _told(error)
        structlog.get_logger().warning("feed_trouble", feed=feed.id, therapist=feed.therapist, trouble=why)
        troubled = replace(feed, trouble=why, trouble_at=reader.clock())
        return FeedOutcome(feed=_remember(practice_id, troubled, reader), trouble=why)
    return FeedOutcome(feed=fresh, taken=taken, remarks=(*parsed.remarks, *remarks))


def _told(error: FeedTrouble | InvalidRequest) -> str:
    if error.code == "unwritable_text":  # its detail quotes the text
        return "it holds a sign that cannot be stored"
    return f"{error.detail}; {error.hint}" if error.hint else error.detail


def _remember(practice_id: str, feed: OutsideFeed, reader: FeedReader) -> OutsideFeed:
    with reader.store.unit_of_work(practice_id) as uow:
        uow.outside_feeds.put(feed)
        uow.commit()
    return feed


def _parse(
    feed: OutsideFeed, found: Fetched, catalogue: Catalogue, first: date, last: date, *, ours: str
) -> ParsedFeed:
    match feed.format:
        case FeedFormat.CSV:
            text = read_text(_declared(found), wanted="a calendar", hint=HINT)
            return parse_table(text, catalogue, first, last)
        case FeedFormat.ICS:
            # Imported here: the calendar libraries cost a fifth of a second.
            from api.feeds.outside_ics import parse_calendar

            text = read_text(_utf8(_declared(found)), wanted="a calendar", hint=HINT)
            return parse_calendar(text, catalogue, first, last, ours=ours)


def _declared(found: Fetched) -> bytes:
    """The body in UTF-8 where the server says what it is in."""
    if found.charset is None:
        return found.body
    try:
        return found.body.decode(found.charset).encode()
    except (LookupError, UnicodeError) as error:
        raise FeedTrouble("the server says that it is in an alphabet in which it is not") from error


def _utf8(body: bytes) -> bytes:
    """iCalendar without another word is UTF-8 (RFC 5545, 3.1.4)."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise FeedTrouble("it is not in UTF-8, and nothing says in what") from error
    return body


def _located(
    feed: OutsideFeed, parsed: ParsedFeed, home: Place | None, zone: ZoneInfo, geocoder: Geocoder
) -> tuple[Takeover, tuple[Fault, ...]]:
    """Find every place, asked for once. A visit without one, and busy time without one, is at the therapist's home."""
    places: dict[PlaceQuery, Place | None] = {}
    remarks: list[Fault] = []
    visits: list[tuple[BookingRow, Place]] = []
    busy = list(parsed.busy)
    for row in parsed.visits:
        place = _place(row.where, geocoder, places)
        if place is not None:
            visits.append((row, place))
            if place.is_rough:
                day = row.windows[0].earliest.astimezone(zone).date()
                detail = "a visit at a place that is known to more than a kilometre only"
                remarks.append(Fault(pointer=str(day), code="place_approximate", detail=detail))
            continue
        start = row.windows[0].earliest
        day = start.astimezone(zone).date()
        end = start + timedelta(seconds=row.session)
        summary = row.client.name if row.client else ""
        busy.append(BusyTime(uid=row.uid, day=day, begins=start, ends=end, summary=summary))
        detail = "a visit at a place that cannot be found: taken as busy time at home"
        remarks.append(Fault(pointer=str(day), code="place_unknown", detail=detail))
    blocks: list[tuple[BusyTime, Place]] = []
    for block in busy:
        place = _place(block.where, geocoder, places)
        if place is None and home is None:
            raise FeedTrouble("busy time without an address needs a therapist with a home", code="place_missing")
        if place is None and block.where is not None:
            detail = "busy time at an address that cannot be found: taken to be at home"
            remarks.append(Fault(pointer=str(block.day), code="place_unknown", detail=detail))
        # A door of its own: a visit next to it shares no set-up with it.
        at = replace(place, id=f"busy/{block.uid}") if place is not None else home
        if at is not None:
            blocks.append((block, at))
    return Takeover(feed=feed, visits=tuple(visits), busy=tuple(blocks), mentioned=parsed.mentioned), tuple(remarks)


def _place(where: PlaceQuery | None, geocoder: Geocoder, known: dict[PlaceQuery, Place | None]) -> Place | None:
    if where is None:
        return None
    if where not in known:
        try:
            known[where] = geocoder.locate(where)
        except InvalidRequest as error:
            # People's calendars are not theirs to mend here: of a point and a code that disagree the point counts.
            bare = replace(where, postal_code=None) if error.code == "place_contradicts" else None
            known[where] = _place(bare, geocoder, known)
        except Unavailable as error:
            raise FeedTrouble(f"its places cannot be looked up: {error.detail}") from error
    return known[where]
