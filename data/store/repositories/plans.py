"""Plans as stored, and the days inside them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select

from data.store.convert import (
    Json,
    horizon_from_json,
    itinerary_from_json,
    plan_from_json,
    plan_to_json,
    unassigned_from_json,
)
from data.store.records import PlanHead, StoredPlan
from data.store.repositories.agendas import Agendas
from data.store.repositories.base import Repository, insert
from data.store.repositories.bookings import Bookings
from data.store.tables import itinerary, plan_run
from data.store.tables import plan as table
from optimizer.domain.errors import Conflict, NotFound
from optimizer.domain.itinerary import Itinerary, Plan

_NEWEST_FIRST = (table.c.created_at.desc(), table.c.id.desc())


def _stored(row: Row[Any], days: Sequence[Json]) -> StoredPlan:
    return StoredPlan(
        id=row.id,
        run_id=row.run_id,
        date=row.date,
        created_at=row.created_at,
        published_at=row.published_at,
        plan=plan_from_json({**row.details, "itineraries": days}),
    )


def _head(row: Row[Any]) -> PlanHead:
    return PlanHead(
        id=row.id,
        date=row.date,
        created_at=row.created_at,
        published_at=row.published_at,
        horizon=horizon_from_json(row.details["horizon"]),
        roads=row.details["roads"],
        unassigned=tuple(unassigned_from_json(left) for left in row.details["unassigned"]),
    )


def _agendas_of(plan: Plan) -> dict[str, str | None]:
    """On whose agenda the plan puts each booking, by id."""
    placed = {stop.visit.id: day.shift.therapist.id for day in plan for stop in day.stops}
    return {**{left.visit.id: None for left in plan.unassigned}, **placed}


class Plans(Repository):
    def add(self, stored: StoredPlan) -> None:
        """Keep an unpublished plan.

        Raises
        ------
        NotFound
            When the plan names a run that is not there.
        Conflict
            code `already_exists`, when the id is taken.
        ValueError
            When the plan says that it is published: only `publish` does that.
        """
        if stored.published_at is not None:
            raise ValueError(f"plan {stored.id!r} cannot be added as published")
        if stored.run_id is not None and self._one(self._select(plan_run, plan_run.c.id == stored.run_id)) is None:
            raise NotFound(f"there is no plan run {stored.run_id!r}")
        document = plan_to_json(stored.plan)
        days = document.pop("itineraries")
        values = {
            "id": stored.id,
            "run_id": stored.run_id,
            "date": stored.date,
            "created_at": stored.created_at,
            "details": document,
        }
        if not self._add(table, values):
            raise Conflict(f"plan {stored.id!r} exists already", code="already_exists")
        rows = [
            {
                "practice_id": self._practice_id,
                "plan_id": stored.id,
                "therapist": day.shift.therapist.id,
                "position": position,
                "details": details,
            }
            for position, (day, details) in enumerate(zip(stored.plan, days, strict=True))
        ]
        if rows:
            self._connection.execute(insert(self._connection, itinerary), rows)

    def get(self, id: str) -> StoredPlan:
        """Raises NotFound."""
        row = self._one(self._select(table, table.c.id == id))
        if row is None:
            raise NotFound(f"there is no plan {id!r}")
        return self._whole(row)

    def latest(self, day: date) -> StoredPlan | None:
        """The plan of a date that was made last, published or not."""
        row = self._one(self._newest(day))
        return None if row is None else self._whole(row)

    def published(self, day: date) -> StoredPlan | None:
        """The plan of a date that everyone works by."""
        row = self._one(self._select(table, table.c.date == day, table.c.published_at.is_not(None)))
        return None if row is None else self._whole(row)

    def head(self, day: date, *, drafts: bool = True) -> PlanHead | None:
        """The plan that counts on a date, without its days: the published one, else with `drafts` the one made last."""
        published = table.c.published_at.is_not(None)
        if not drafts:
            row = self._one(self._select(table, table.c.date == day, published))
            return None if row is None else _head(row)
        row = self._one(self._newest(day).order_by(None).order_by(published.desc(), *_NEWEST_FIRST))
        return None if row is None else _head(row)

    def draft(self, day: date) -> PlanHead | None:
        """The plan made last, without its days, where nobody works by it and none was published after it was made."""
        row = self._one(self._newest(day))
        if row is None or row.published_at is not None:
            return None
        published = self.head(day, drafts=False)
        at = published.published_at if published is not None else None
        return None if at is not None and at > row.created_at else _head(row)

    def discard(self, id: str) -> None:
        """Forget a plan that nobody works by.

        Raises
        ------
        NotFound
        Conflict
            code `plan_published`, when it is the plan of its date.
        """
        row = self._one(self._select(table, table.c.id == id).with_for_update())
        if row is None:
            raise NotFound(f"there is no plan {id!r}")
        if row.published_at is not None:
            raise Conflict(f"plan {id!r} is the one that everyone works by", code="plan_published")
        self._delete(itinerary, itinerary.c.plan_id == id)
        self._delete(table, table.c.id == id)

    def published_between(self, first: date, last: date) -> tuple[PlanHead, ...]:
        """The published plans of some dates, both included, without their days, by date."""
        wanted = table.c.date >= first, table.c.date <= last, table.c.published_at.is_not(None)
        return tuple(_head(row) for row in self._all(self._select(table, *wanted).order_by(table.c.date)))

    def publish(self, id: str, at: datetime) -> StoredPlan:
        """Make this the plan of its date; the one published before it no longer is.

        In the same transaction its bookings move to the agendas it gives them to, those it leaves out to nobody's, and
        the agendas of every therapist in either plan get a new version. Bookings that the plan does not know stay
        where they are. Publishing the published plan again changes nothing.

        Raises
        ------
        NotFound
            When there is no such plan.
        Conflict
            code `slot_taken`, when a therapist has promised that very time to somebody else since the plan was made.
        """
        stored = self.get(id)
        # All plans of the date are locked in one order: two plans published at once end as one, not as an error.
        of_the_date = self._select(table, table.c.date == stored.date).order_by(table.c.id).with_for_update()
        before = next((self._whole(row) for row in self._all(of_the_date) if row.published_at is not None), None)
        if before is not None and before.id == id:
            return before
        if before is not None:
            self._update(table, table.c.id == before.id, values={"published_at": None})
        self._update(table, table.c.id == id, values={"published_at": at})
        agendas = Agendas(self._connection, self._practice_id)
        bookings = Bookings(self._connection, self._practice_id, agendas)
        planned = {day.shift.therapist.id for each in (before, stored) if each is not None for day in each.plan}
        promised = {booking.therapist for booking in bookings.on(stored.date) if booking.therapist is not None}
        agendas.lock(((therapist, stored.date) for therapist in planned | promised), at)
        agendas.bump((therapist, stored.date) for therapist in planned)
        try:
            bookings.place(stored.date, _agendas_of(stored.plan))
        except Conflict as conflict:
            detail = f"since plan {id!r} was made, a therapist has promised a time of it to somebody else"
            raise Conflict(detail, code=conflict.code, hint="plan the date again") from conflict
        return replace(stored, published_at=at)

    def _newest(self, day: date) -> Select[Any]:
        return self._select(table, table.c.date == day).order_by(*_NEWEST_FIRST).limit(1)

    def _whole(self, row: Row[Any]) -> StoredPlan:
        days = self._all(self._select(itinerary, itinerary.c.plan_id == row.id).order_by(itinerary.c.position))
        return _stored(row, [day.details for day in days])


class Itineraries(Repository):
    """The days inside a plan, read one by one."""

    def of(self, plan_id: str) -> tuple[Itinerary, ...]:
        """Every therapist's day, as ordered in the plan; empty where there is no such plan."""
        query = self._select(itinerary, itinerary.c.plan_id == plan_id).order_by(itinerary.c.position)
        return tuple(itinerary_from_json(row.details) for row in self._all(query))

    def find(self, plan_id: str, therapist: str) -> Itinerary | None:
        """One therapist's day; None where the plan has none for them."""
        row = self._one(self._select(itinerary, itinerary.c.plan_id == plan_id, itinerary.c.therapist == therapist))
        return None if row is None else itinerary_from_json(row.details)

    def of_plans(self, plan_ids: Collection[str], therapist: str) -> dict[str, Itinerary]:
        """One therapist's days in several plans, by plan id."""
        mine = self._select(itinerary, itinerary.c.plan_id.in_(plan_ids), itinerary.c.therapist == therapist)
        return {row.plan_id: itinerary_from_json(row.details) for row in self._all(mine)}
