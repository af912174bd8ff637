"""The booking page, first half: where and what, then when. Every step is a plain form, good without a script.

Nothing here authenticates: what a visitor may do is in the signed words that their form carries (see `state`).
"""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.pages.book import answers, view, words
from api.pages.book.details import carried, details_page
from api.pages.book.forms import AskForm, place_query, read_ask
from api.pages.book.reception import Reception, reception
from api.pages.book.rhythms import rhythm_of, rhythms
from api.pages.book.search import PARTS, Wishes, courses_of, first_look, week_of
from api.pages.book.state import Ask, Held, new_visitor
from api.pages.book.weeks import first_date, lost_words, week_view
from api.services.searching import GENDERS
from api.services.visitors import held_for, keep, let_go
from data.store.errors import InFlight
from optimizer.domain.errors import Conflict, InvalidRequest
from optimizer.domain.place import Precision
from optimizer.domain.promise import HeldVisit

blueprint = Blueprint("book", __name__)
answers.register(blueprint)

FIELD_OF = {"?place": "where", "?service": "service", "?session_minutes": "minutes", "?therapist_gender": "gender"}
GENDER_WORDS = {"female": "A woman", "male": "A man"}


@blueprint.get("/book/<practice>")
def start(practice: str) -> AnyResponse:
    """The first step; a link may choose treatment and length: `?service=swedish&minutes=60`. Whoever comes back to it
    finds what they asked."""
    desk = reception(practice)
    before = desk.seals.read_ask(request.args.get("ask", ""))
    if before is None:
        return _start_page(desk, AskForm(typed=request.args), new_visitor())
    return _start_page(desk, AskForm(typed=before.typed), before.visitor)


@blueprint.post("/book/<practice>")
def ask(practice: str) -> AnyResponse:
    desk = reception(practice)
    visitor = desk.seals.read_visitor(request.form.get("visitor", "")) or new_visitor()
    courses = rhythms(desk.today, desk.practice.policies)
    form = read_ask(request.form, visitor=visitor, services=desk.services, courses=courses)
    if form.ask is None:
        return _start_page(desk, form, visitor, status=422)
    faults = _faults_of_search(desk, form.ask)
    if faults:
        return _start_page(desk, AskForm(typed=form.typed, faults=faults), visitor, status=422)
    # Shown by its own address, so that going back or reloading asks nothing of anybody.
    return redirect(url_for("book.times", practice=practice, ask=desk.seals.ask(form.ask)), 303)


@blueprint.get("/book/<practice>/times")
def times(practice: str) -> AnyResponse:
    """The second step: days with times, or courses."""
    desk = reception(practice)
    asked = _asked(desk, request.args.get("ask", ""))
    if asked is None:
        return redirect(url_for("book.start", practice=practice), 303)
    return times_page(desk, asked)


@blueprint.post("/book/<practice>/times")
def times_again(practice: str) -> AnyResponse:
    """The second step anew, for somebody who has filled in the third: what is typed comes along, the hold goes."""
    desk = reception(practice)
    asked = _asked(desk, request.form.get("ask", ""))
    if asked is None:
        return answers.too_old()
    let_go(desk.visitor(asked.visitor), desk=desk.desk)
    return times_page(desk, asked, typed=carried(request.form))


@blueprint.post("/book/<practice>/hold")
def hold(practice: str) -> AnyResponse:
    """Take a time, or a course. One that is gone is answered with the nearest there are."""
    desk = reception(practice)
    asked = _asked(desk, request.form.get("ask", ""))
    if asked is None:
        return answers.too_old()
    typed, chosen = carried(request.form), request.form.get("start", "")
    try:
        kept = keep(desk.visitor(asked.visitor), view.join(request.form.get("terms", ""), chosen), desk=desk.desk)
    except InFlight:
        raise  # a press of theirs is being answered: nothing is lost
    except (Conflict, InvalidRequest) as lost:
        return times_page(desk, asked, typed=typed, lost=lost, wanted=view.start_in(chosen))
    held = Held(ask=asked, hold_id=kept.id)
    if typed:
        return details_page(desk, held, kept, typed=typed)
    return redirect(url_for("book_details.details", practice=practice, held=desk.seals.held(held)), 303)


def times_page(
    desk: Reception,
    asked: Ask,
    *,
    typed: Mapping[str, str] | None = None,
    lost: Conflict | InvalidRequest | None = None,
    wanted: datetime | None = None,
) -> Response:
    """The second step, after a start that was lost with what is nearest to it."""
    service = next((each for each in desk.every_service if each.code == asked.service), None)
    common = {
        "asked": asked,
        "ask": desk.seals.ask(asked),
        "what": view.what(service, asked.service, asked.session),
        "typed": typed or {},
        "notice": lost_words(lost, wanted, desk) if lost else "",
        "kept": _kept(desk, asked),
    }
    status = 409 if lost else 200
    if asked.rhythm:
        return _courses_page(desk, asked, common, status)
    first = first_date(request.args.get("from", ""), wanted, desk)
    visitor = desk.visitor(asked.visitor)
    week = week_of(asked, first, visitor=visitor, practice=desk.practice, services=desk.services, desk=desk.desk)
    others = [
        {
            "label": _other_words(asked, other.ask),
            "when": words.when(other.start, desk.zone, desk.now),
            "ask": desk.seals.ask(other.ask),
        }
        for other in week.others
    ]
    return desk.show("times", status, **common, **week_view(week, wanted, desk), others=others)


def _courses_page(desk: Reception, asked: Ask, common: Mapping[str, object], status: int) -> Response:
    weekday, part = request.args.get("weekday", ""), request.args.get("part", "")
    wishes = Wishes(weekday=int(weekday) if weekday in tuple("0123456") else None, part=part if part in PARTS else "")
    rhythm = rhythm_of(asked.rhythm, desk.today, desk.practice.policies)
    answer, trouble = None, ""
    try:
        answer = courses_of(asked, wishes, visitor=desk.visitor(asked.visitor), practice=desk.practice, desk=desk.desk)
    except InvalidRequest as error:
        trouble = " ".join(f"{fault.detail} {fault.hint}" for fault in error.faults) or error.detail
    return desk.show(
        "courses",
        status,
        **common,
        courses=view.courses(answer, desk.zone, desk.now) if answer else (),
        trouble=trouble,
        wishes=wishes,
        rhythm="" if rhythm is None else rhythm.name,
        once=desk.seals.ask(asked.but(rhythm="")),
        warnings=answer.warnings if answer else (),
    )


def _kept(desk: Reception, asked: Ask) -> dict[str, str]:
    """What is kept for the visitor while they look around: its time is not in the list. Empty where nothing is, or
    where it is for another question of theirs."""
    found = held_for(desk.visitor(asked.visitor), desk=desk.desk)
    if found is None or not _is_for(found.visits[0], asked):
        return {}
    return {
        "when": words.when(found.visits[0].start, desk.zone, desk.now),
        "held": desk.seals.held(Held(ask=asked, hold_id=found.id)),
    }


def _is_for(held: HeldVisit, asked: Ask) -> bool:
    told = (held.service, held.session, held.place.label)
    return told == (asked.service, asked.session, place_query(asked.where).label)


def _asked(desk: Reception, text: str) -> Ask | None:
    """The question somebody carries; None where its treatment is on the page no more."""
    found = desk.seals.read_ask(text)
    is_offered = found is not None and any(service.code == found.service for service in desk.services)
    return found if is_offered else None


def _start_page(desk: Reception, form: AskForm, visitor: str, status: int = 200) -> Response:
    return desk.show(
        "start",
        status,
        typed=form.typed,
        faults=form.faults,
        visitor=desk.seals.visitor(visitor),
        services=desk.services,
        lengths=sorted({length // 60 for service in desk.services for length in service.lengths}),
        genders={name: GENDER_WORDS[name] for name in GENDERS},
        courses=rhythms(desk.today, desk.practice.policies),
    )


def _faults_of_search(desk: Reception, asked: Ask) -> dict[str, str]:
    """What only the search finds out: a place that is not known, or not well enough."""
    try:
        answer = first_look(asked, visitor=desk.visitor(asked.visitor), practice=desk.practice, desk=desk.desk)
    except InvalidRequest as error:
        return {FIELD_OF.get(fault.pointer, "where"): f"{fault.detail} {fault.hint}".strip() for fault in error.faults}
    if answer.place is not None and answer.place.precision is Precision.AREA:
        return {"where": "This could be anywhere in a whole area. Add the postal code, like L6Y 1N2."}
    return {}


def _other_words(asked: Ask, other: Ask) -> str:
    return f"{other.minutes} minutes" if other.minutes != asked.minutes else "With any therapist"
