"""Running late: first what it does and to whom, then the messages, then the word itself; and back."""

from dataclasses import dataclass
from urllib.parse import quote

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api.feeds import replan_words, words
from api.pages.day.blueprint import Mine, blueprint, mine
from api.pages.shell import message
from api.services.replanning import Late, run_late
from api.services.saying_late import say_late, unsay_late
from api.wiring import wiring
from optimizer.domain.errors import RoundsError
from optimizer.domain.time import MINUTE

MOST_MINUTES = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """Somebody whose session starts later. `late` is by how much the promise breaks, 0 where it holds; `to_sms` and
    `to_mail` are links with the message in them, empty where there is no number or address."""

    visit: str
    who: str
    was: str
    will: str
    late: int
    message: str
    phone: str
    email: str
    subject: str

    @property
    def to_sms(self) -> str:
        # `?&body=` is what both Android and iOS read.
        return f"sms:{self.phone}?&body={quote(self.message)}" if self.phone else ""

    @property
    def to_mail(self) -> str:
        if not self.email:
            return ""
        return f"mailto:{quote(self.email, safe='@')}?subject={quote(self.subject)}&body={quote(self.message)}"


@blueprint.get("/day/late")
def late() -> AnyResponse:
    """Nothing is written and nobody told: this only looks."""
    who = mine()
    if not isinstance(who, Mine):
        return who
    minutes = _minutes(request.args.get("minutes", ""))
    if minutes is None:
        return message("How late?", f"Between 1 and {MOST_MINUTES} minutes.", 422)
    try:
        found = run_late(who.asked(), minutes * MINUTE, dispatcher=who.dispatcher())
    except RoundsError as error:
        return message("That cannot be worked out just now", error.detail, 503)
    horizon, lateness = found.day.horizon, found.lateness
    story = () if lateness is None else tuple(replan_words.late_story(lateness, horizon, found.day.captions))
    everybody = affected(found, therapist=who.day().therapist.name or who.therapist)
    return Response(
        render_template(
            "day/late.html",
            minutes=minutes,
            story=story,
            warn=[each for each in everybody if each.late],
            later=[each for each in everybody if not each.late],
        )
    )


@blueprint.post("/day/late")
def go_on_late() -> AnyResponse:
    who = mine()
    if not isinstance(who, Mine):
        return who
    minutes = _minutes(request.form.get("minutes", ""))
    if minutes is None:
        return message("How late?", f"Between 1 and {MOST_MINUTES} minutes.", 422)
    parts = wiring()
    say_late(
        who.practice_id,
        who.therapist,
        minutes * MINUTE,
        store=parts.store,
        clock=parts.clock,
        actor=who.session.id,
    )
    return redirect("/day", 303)


@blueprint.post("/day/late/undo")
def on_time_after_all() -> AnyResponse:
    who = mine()
    if not isinstance(who, Mine):
        return who
    parts = wiring()
    unsay_late(who.practice_id, who.therapist, store=parts.store, clock=parts.clock, actor=who.session.id)
    return redirect("/day", 303)


def affected(found: Late, *, therapist: str) -> tuple[Affected, ...]:
    """Everybody who starts later, in the order of the day."""
    if found.lateness is None:
        return ()
    horizon, captions = found.day.horizon, found.day.captions
    people = []
    for delay in found.lateness.delays:
        caption = captions.get(delay.visit)
        client = caption.client if caption is not None else ""
        # Nobody stands at a door by the minute, and later than told is worse than earlier.
        about = delay.start + -delay.start % (5 * MINUTE)
        was, will, told = (words.clock(horizon.local(at)) for at in (delay.on_time, delay.start, about))
        hello = f"Hello {words.first_name(client)}" if client else "Hello"
        text = f"{hello}, this is {words.first_name(therapist)}. I am running late and expect to start at about {told}"
        people.append(
            Affected(
                visit=delay.visit,
                who=words.first_name(client) or replan_words.name(delay.visit, captions),
                was=was,
                will=will,
                late=-(-delay.late // MINUTE),
                message=f"{text} instead of {was}. I am sorry for the wait.",
                phone=caption.phone.replace(" ", "") if caption is not None else "",
                email=caption.email if caption is not None else "",
                subject=f"Your visit today: about {told} instead of {was}",
            )
        )
    return tuple(people)


def _minutes(given: str) -> int | None:
    """What a form or a link says, None where it is no such number."""
    return int(given) if given.isascii() and given.isdigit() and 1 <= int(given) <= MOST_MINUTES else None
