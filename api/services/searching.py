"""What every search does alike: find the place, name what is wrong with the words, let the public see no door."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from api.services.address_budget import Asker
from api.services.boards import PracticeBoard, Reading
from api.services.day_problem import buffer_of
from api.services.desk import Desk
from api.services.doors import on_offer
from api.services.starts import ask
from data.geocoding.geocoder import PlaceQuery
from data.geocoding.typed_address import folded
from data.roads.source import TravelSource
from optimizer.domain.errors import Fault, InvalidRequest
from optimizer.domain.place import Place
from optimizer.domain.time import MINUTE, Seconds
from optimizer.domain.visit import TherapistChoice, Visit
from optimizer.schedule.slots import Openings
from optimizer.schedule.world import Ints
from optimizer.travel.times import ESTIMATE

GENDERS = ("female", "male")
"""May be asked for even where nobody is; a practice may have others."""


LEARNING_SECONDS = 2.0
"""A search waits so long, once for each new place, for what the road engine says of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for: where, which treatment, and whom the client asks for.

    `exact` searches with the very places of other clients, which only staff may. `asker` is who pays for asking about
    one more place; None for staff, and where the place has been asked about before. `words` begins the pointer of a
    fault: `?` for a query, `/` for a body. `known` is the place where it has been found before, as an offer or a
    booking has it: then `where` only says how it was told.
    """

    practice_id: str
    where: PlaceQuery
    service: str
    session: Seconds
    choice: TherapistChoice = TherapistChoice()
    first_visit: bool = False
    exact: bool = False
    asker: Asker | None = None
    known: Place | None = None
    words: str = "?"


def located(query: Wanted, desk: Desk, faults: list[Fault]) -> Place | None:
    """The place; None where it is at fault, and for the public where nobody drives."""
    if query.known is not None:
        return query.known
    # The public names no doors: a door of somebody else's would cost no drive.
    where = query.where if query.exact else replace(query.where, id=None)
    try:
        place = desk.geocoders.of(query.practice_id).locate(where, before_asking=lambda: _count_question(query, desk))
    except InvalidRequest as error:
        if error.code == "outside_area" and not query.exact:
            return None
        faults.append(Fault(pointer=f"{query.words}place", code=error.code, detail=error.detail, hint=error.hint))
        return None
    return place if where.id is not None else on_offer(place)


def _count_question(query: Wanted, desk: Desk) -> None:
    """A question to the geocoding service costs the public as much as a place, found or not. Raises TooMany."""
    if query.asker is not None:
        address = Place(id=f"asked:{folded(query.where.address or '')}")
        desk.address_budget.spend(query.asker, address, store=desk.store, now=desk.clock())


def count_far_place(query: Wanted, desk: Desk, now: datetime) -> None:
    """A place where nobody drives costs the public as much as any other. Raises TooMany."""
    if query.asker is not None:
        where = query.where
        words = where.coordinate or (where.address or "", where.postal_code or "")
        desk.address_budget.spend(query.asker, Place(id=f"far:{words}"), store=desk.store, now=now)


def view_for(query: Wanted, place: Place, reading: Reading, desk: Desk, *, keep: bool = True) -> PracticeBoard:
    """The days as whoever asks may see them; `keep` is that of `Boards.board`.

    Raises
    ------
    optimizer.domain.errors.TooMany
        When the public has asked about too many places.
    """
    if query.asker is not None:
        desk.address_budget.spend(query.asker, place, store=desk.store, now=reading.now)
    view = desk.boards.board(reading, keep=keep)
    view = view if query.exact else desk.public_view.of(view)
    # Here and not later: what is not known when the board is asked is estimated.
    roads_for(query, desk).learn([place], view.board.stops, within=LEARNING_SECONDS)
    return view


def roads_for(query: Wanted, desk: Desk) -> TravelSource:
    """The roads as whoever asks may know them."""
    return desk.roads if query.exact else desk.public_roads


def roads_told(query: Wanted, view: PracticeBoard, place: Place, desk: Desk) -> str:
    """What the drives behind an answer come from: with "+estimate" where the engine did not know all of them."""
    return roads_behind(view, place, roads_for(query, desk))


def roads_behind(view: PracticeBoard, place: Place, roads: TravelSource) -> str:
    """The same of a view drawn with these roads."""
    said = {
        roads.label(place, view.board.stops, buffer_of(view.practice.policies).roads),
        *(day.problem.travel.source for day in view.days if day.problem.visits),
    }
    return next((label for label in sorted(said) if label.endswith(f"+{ESTIMATE}")), roads.name)


def openings_for(
    query: Wanted, view: PracticeBoard, visit: Visit, grids: Sequence[Ints] | Ints, desk: Desk
) -> Openings:
    """Every possible start of a visit on a view of `view_for`; see `starts.ask`."""
    if query.exact:
        return ask(view, visit, grids, roads=desk.roads)
    # Under a name of its own: the public must not learn that a door is visited already.
    hidden = replace(visit, place=replace(visit.place, id="asked"))
    return ask(view, hidden, grids, roads=desk.public_roads)


def faults_of(query: Wanted, reading: Reading) -> list[Fault]:
    """What is wrong with the words of a search; the public is not told who works here."""
    faults = []
    service = next((service for service in reading.services if service.code == query.service), None)
    if service is None:
        faults.append(
            Fault(
                pointer=f"{query.words}service",
                code="unknown_service",
                detail=f"There is no service {query.service!r}.",
                hint=f"Known: {', '.join(service.code for service in reading.services)}.",
            )
        )
    elif service.lengths and query.session not in service.lengths:
        faults.append(
            Fault(
                pointer=f"{query.words}session_minutes",
                code="session_not_offered",
                detail=f"{service.name} is not offered for {query.session // MINUTE} minutes.",
                hint=f"Offered: {', '.join(str(length // MINUTE) for length in service.lengths)}.",
            )
        )
    genders = {*GENDERS, *(each.pattern.therapist.gender or "" for each in reading.settings.values())} - {""}
    if query.choice.gender is not None and query.choice.gender not in genders:
        faults.append(
            Fault(
                pointer=f"{query.words}therapist_gender",
                code="unknown_gender",
                detail=f"Nobody is {query.choice.gender!r}.",
                hint=f"Known: {', '.join(sorted(genders))}.",
            )
        )
    # To the public somebody unknown and somebody without a free hour look alike.
    unknown = sorted(query.choice.require - set(reading.settings)) if query.exact else ()
    faults += [
        Fault(
            pointer=f"{query.words}therapist",
            code="unknown_therapist",
            detail=f"There is no therapist {name!r}.",
            hint=f"Known: {', '.join(sorted(reading.settings))}.",
        )
        for name in unknown
    ]
    return faults


def faults_beside(query: Wanted, *, has_service: bool, has_place: bool, desk: Desk) -> list[Fault]:
    """What is wrong with the words of a search that cannot be made for another reason; a session of 0 was not read."""
    faults: list[Fault] = []
    if has_place:
        located(query, desk, faults)
    with desk.store.unit_of_work(query.practice_id, write=False) as uow:
        faults += faults_of(query, desk.boards.read(uow, (), desk.clock()))
    unread = {f"{query.words}service"} if not has_service else set()
    unread |= {f"{query.words}session_minutes"} if not query.session else set()
    return [fault for fault in faults if fault.pointer not in unread]


def told_to(query: Wanted, place: Place | None, *, is_empty: bool) -> Place | None:
    """The place as it is told: to the public an empty answer does not tell a full day from a far place."""
    return None if is_empty and not query.exact else place
