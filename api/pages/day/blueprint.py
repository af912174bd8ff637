"""What the therapist's pages share: their blueprint, whose they are, and the day as it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from api.pages.shell import lock_down
from api.pages.signed_in import sign_in_page, signed_in
from api.pages.trouble import told_as_pages
from api.services.day_under_way import Asked, Said
from api.services.itineraries import TherapistDay, therapist_day
from api.services.replanning import Dispatcher, run_late
from api.services.saying_late import late_by
from api.wiring import wiring
from data.geocoding.geocoder import PlaceQuery
from data.store.page_records import PageSession
from data.store.records import Role
from optimizer.domain.errors import RoundsError
from optimizer.domain.time import Seconds

blueprint = Blueprint("day", __name__)
blueprint.after_request(lock_down)
told_as_pages(blueprint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """Who looks, at which moment, and where the clocks of the practice stand."""

    practice_id: str
    therapist: str
    session: PageSession
    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def day(self, wanted: date | None = None) -> TherapistDay:
        """My day of a date, of today where None."""
        parts = wiring()
        return therapist_day(
            self.practice_id,
            self.therapist,
            wanted or self.today,
            store=parts.store,
            roads=parts.roads,
            now=self.now,
        )

    def dispatcher(self) -> Dispatcher:
        parts = wiring()
        geocoder = parts.geocoders.of(self.practice_id)
        return Dispatcher(store=parts.store, roads=parts.roads, geocoder=geocoder, clock=parts.clock)

    def late(self, day: TherapistDay) -> Seconds:
        """How late I say that I am."""
        if day.date != self.today:
            return 0
        return late_by(self.practice_id, self.therapist, day, store=wiring().store)

    def asked(self, *, late: Seconds = 0, position: PlaceQuery | None = None) -> Asked:
        """What is left of my day, with nobody else's visits."""
        mine = Said(therapist=self.therapist, late=late, position=position)
        return Asked(practice_id=self.practice_id, therapists=(self.therapist,), said=(mine,), own=True)

    def expected(self, day: TherapistDay, late: Seconds) -> Mapping[str, Seconds]:
        """When each visit still to come will start, going by what was told; empty where nothing was, or not today."""
        if day.date != self.today or not (day.events or late):
            return {}
        try:
            found = run_late(self.asked(), late, dispatcher=self.dispatcher()).lateness
        except RoundsError:
            return {}  # the page is worth more than a guess
        return {} if found is None else {stop.visit.id: stop.start for stop in found.late.stops}


def mine() -> Mine | AnyResponse:
    """The therapist who is signed in, else the page that says what to do instead; asked by every view first."""
    who = signed_in(Role.THERAPIST)
    if not isinstance(who, PageSession):
        return who
    if who.therapist is None:
        return sign_in_page(401)
    parts = wiring()
    zone = parts.store.practices.get(who.practice_id).zone
    return Mine(practice_id=who.practice_id, therapist=who.therapist, session=who, now=parts.clock(), zone=zone)
