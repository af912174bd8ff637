"""One therapist's calendar kept elsewhere, read by a practice: what tests of it share."""

from datetime import date

from api.feeds.timetable import plan_text
from api.services import planning
from api.services.feeds import NewFeed, add_feed
from api.services.feeds_reading import FeedOutcome, FeedReader, fetch_feeds
from api.services.itineraries import plan_captions
from data.store.records import FeedFormat, OutsideFeed, Role
from data.web.exchange import Limits
from optimizer.domain.booking import Booking, PlanRun
from tests.calendars import event
from tests.features.conftest import House

TUESDAY = date(2026, 11, 24)
PATIENT = Limits(seconds=5)
DENTIST = event("dentist", "20261124T100000", "20261124T113000", "Dentist Dr. Molar", "LOCATION:1 King St, L9T 2R1")
ANNA = event("anna", "20261124T150000", "20261124T160000", "Swedish 60 min - Anna Bell", "LOCATION:L6J 3L5")


def add(house: House, address: str, *, format: FeedFormat = FeedFormat.ICS) -> OutsideFeed:
    """A calendar of Taylor's, not read yet."""
    return add_feed(
        NewFeed(
            practice_id=house.practice,
            actor="cli",
            therapist="taylor",
            address=address,
            format=format,
            allow_loopback=True,
        ),
        store=house.wiring.store,
        clock=house.wiring.clock,
    )


def reader(house: House, limits: Limits = PATIENT) -> FeedReader:
    parts = house.wiring
    return FeedReader(
        store=parts.store,
        geocoder=parts.geocoder,
        roads=parts.roads,
        clock=parts.clock,
        user_agent="rounds test",
        limits=limits,
    )


def fetch(house: House, *, accept_loss: bool = False, limits: Limits = PATIENT) -> FeedOutcome:
    (outcome,) = fetch_feeds(house.practice, reader=reader(house, limits), accept_loss=accept_loss)
    return outcome


def promises(house: House, day: date = TUESDAY) -> dict[str, Booking]:
    """The confirmed bookings of a date, by the UID of their event."""
    with house.wiring.store.unit_of_work(house.practice, write=False) as uow:
        return {(booking.uid or "").rpartition("/")[2]: booking for booking in uow.bookings.on(day)}


def version(house: House, day: date = TUESDAY) -> int:
    with house.wiring.store.unit_of_work(house.practice, write=False) as uow:
        return uow.agendas.get("taylor", day).version


def starts(house: House, day: date = TUESDAY, postal_code: str = "L9T 2R1") -> list[str]:
    """What is offered for half an hour, on the practice's clocks."""
    asked = f"service=geriatric&session_minutes=30&postal_code={postal_code}&from={day}&to={day}"
    answer = house.client.get(f"/v1/slots?{asked}", headers=house.key(Role.PLANNER))
    assert answer.status_code == 200, answer.json
    assert answer.json is not None
    return [slot["start"][11:16] for slot in answer.json["data"][str(day)]]


def plan_tuesday(house: House) -> tuple[PlanRun, str]:
    """A run of the date, and what its plan says."""
    parts = house.wiring
    run = planning.plan_now(
        planning.PlanRequest(practice_id=house.practice, date=TUESDAY),
        planner=planning.Planner(store=parts.store, roads=parts.roads, clock=parts.clock),
    )
    stored, captions = plan_captions(house.practice, run.plan_id or "", store=parts.store)
    return run, plan_text(stored.plan, captions)
