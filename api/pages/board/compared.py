"""A draft beside the day, in words and figures."""

from dataclasses import dataclass, replace

from api.feeds import words
from api.feeds.timetable import Captions
from api.pages.board import scale, wording
from api.pages.board.view import Line, line
from api.services.board_day import BoardDay, BoardRow
from api.services.day_now import Behind
from api.services.plan_comparison import Comparison
from optimizer.domain.itinerary import Itinerary
from optimizer.domain.time import Horizon, Seconds
from optimizer.solver.replanning import Moved


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """One figure before and after; `tone` says whether the difference is good."""

    name: str
    before: str
    after: str
    difference: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRow:
    """One visit that moves; `kind` in a word or two."""

    kind: str
    tone: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutRow:
    """A visit without a place in the draft, and why."""

    title: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPage:
    """What the page says. `changed` are the visits that the draft has elsewhere."""

    plan: str
    headline: str
    proof: str
    figures: tuple[FigureRow, ...]
    moves: tuple[MoveRow, ...]
    unchanged: str
    left_out: tuple[LeftOutRow, ...]
    lines: tuple[Line, ...]
    changed: frozenset[str]
    first: int
    last: int
    ticks: tuple[str, ...]


def compared_page(found: Comparison) -> ComparedPage:
    """Everything of a comparison."""
    horizon, day = found.plan.plan.horizon, found.day
    rows = _rows(found.plan.plan.itineraries, day)
    first, last = scale.axis(
        (mine.leave_at, mine.back_at) for row in rows if (mine := row.day.itinerary) is not None and mine.stops
    )
    every = (*found.moved, *found.added)
    return ComparedPage(
        plan=found.plan.id,
        headline=_headline(found),
        proof=words.certificate(found.plan.plan.certificate),
        figures=_figures(found),
        moves=tuple(_move(each, horizon, found.captions, day) for each in every),
        unchanged=f"{found.unchanged} visit{' stays as it is' if found.unchanged == 1 else 's stay as they are'}."
        if found.unchanged
        else "",
        left_out=tuple(
            LeftOutRow(
                title=_who(left.visit.id, found.captions),
                reasons=tuple(
                    f"{said.detail}. {wording.opening(said.opens_if, horizon.zone)}".strip() for said in left.rejections
                ),
            )
            for left in found.left_out
        ),
        lines=tuple(line(row, day, tone) for tone, row in enumerate(rows)),
        changed=frozenset(each.visit for each in every),
        first=first,
        last=last,
        ticks=tuple(words.clock(horizon.local(hour * 3600)) for hour in range(first, last)),
    )


def _rows(planned: tuple[Itinerary, ...], day: BoardDay) -> list[BoardRow]:
    """Everybody's line as the draft has it, in the order of the board."""
    drawn = {mine.shift.id: mine for mine in planned}
    return [
        replace(
            row,
            day=replace(
                row.day,
                itinerary=drawn.get(row.day.therapist.id),
                captions=day.captions,
                behind=Behind(),
                broken=(),
                off=False,
                warnings=(),
            ),
        )
        for row in day.rows
    ]


def _headline(found: Comparison) -> str:
    more = found.before.left_out - found.after.left_out
    saved = -(found.difference.driving + found.difference.waiting)
    parts = []
    if more:
        count = f"{abs(more)} visit{'' if abs(more) == 1 else 's'}"
        parts.append(f"places {count} more" if more > 0 else f"leaves out {count} more")
    if words.minutes(abs(saved)):
        parts.append(f"{'saves' if saved > 0 else 'costs'} {words.length(abs(saved))} of driving and waiting")
    if not parts:
        return "The draft costs as much as the day does now."
    return f"The draft {' and '.join(parts)}."


def _figures(found: Comparison) -> tuple[FigureRow, ...]:
    before, after = found.before, found.after
    counts = (("Visits", before.visits, after.visits, 1), ("On nobody’s day", before.left_out, after.left_out, -1))
    lengths = (
        ("Hands-on", before.hands_on, after.hands_on, 1),
        ("Driving, with buffers", before.driving, after.driving, -1),
        ("Waiting", before.waiting, after.waiting, -1),
        ("Overtime", before.overtime, after.overtime, -1),
    )
    return (
        *(
            FigureRow(
                name=name,
                before=str(then),
                after=str(now),
                difference="0" if now == then else f"{'+' if now > then else '−'}{abs(now - then)}",
                tone=_tone((now - then) * good),
            )
            for name, then, now, good in counts
        ),
        *(
            FigureRow(
                name=name,
                before=words.length(then),
                after=words.length(now),
                difference=wording.signed(now - then),
                tone=_tone((now - then) * good if words.minutes(abs(now - then)) else 0),
            )
            for name, then, now, good in lengths
        ),
    )


def _tone(gain: int) -> str:
    if gain == 0:
        return ""
    return "good" if gain > 0 else "warn"


def _move(each: Moved, horizon: Horizon, captions: Captions, day: BoardDay) -> MoveRow:
    who = _who(each.visit, captions)
    to, source = (_name(name, day) for name in (each.to_shift, each.from_shift))
    now, then = (_wall(start, horizon) for start in (each.to_start, each.from_start))
    if each.from_shift is None:
        return MoveRow(kind="placed", tone="good", said=f"{who}: {to}, {now}")
    if each.to_shift is None:
        return MoveRow(kind="left out", tone="bad", said=f"{who}: was with {source}, {then}")
    if each.from_shift == each.to_shift:
        return MoveRow(kind="time", tone="", said=f"{who} with {to}: {then} → {now}")
    return MoveRow(kind="therapist", tone="accent", said=f"{who}: {source}, {then} → {to}, {now}")


def _who(visit: str, captions: Captions) -> str:
    caption = captions.get(visit)
    return (caption.client or caption.service) if caption is not None else visit


def _name(therapist: str | None, day: BoardDay) -> str:
    return day.names.get(therapist or "", therapist or "")


def _wall(start: Seconds | None, horizon: Horizon) -> str:
    return "" if start is None else words.clock(horizon.local(start))
