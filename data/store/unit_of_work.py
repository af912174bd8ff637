"""One transaction of one practice."""

from datetime import date

from sqlalchemy import Connection, bindparam, select

from data.store.convert import practice_from_row
from data.store.repositories.agendas import CHANGES, Agendas
from data.store.repositories.asked_places import AskedPlaces
from data.store.repositories.audit import Audit
from data.store.repositories.bookings import Bookings
from data.store.repositories.feeds import Feeds
from data.store.repositories.holds import Holds
from data.store.repositories.idempotency import IdempotencyRecords
from data.store.repositories.learned_roads import LearnedVersions
from data.store.repositories.outside_feeds import OutsideFeeds
from data.store.repositories.patterns import WorkPatterns
from data.store.repositories.plan_runs import PlanRuns
from data.store.repositories.plans import Itineraries, Plans
from data.store.repositories.said_late import LateWords
from data.store.repositories.search_tallies import SearchTallies
from data.store.repositories.services import Services
from data.store.repositories.visit_events import VisitEvents
from data.store.repositories.worked import Worked
from data.store.tables import practice as table
from optimizer.domain.errors import NotFound
from optimizer.domain.practice import Practice

REVISION = select(table.c.revision).where(table.c.id == bindparam("of"))
"""Asked by every search, and so written once."""

MARKS = REVISION.add_columns(CHANGES.scalar_subquery())


class UnitOfWork:
    """Everything a service reads and writes, all or nothing, and only of its practice.

    Opened by `Store.unit_of_work`. What is not committed when the `with` block ends is rolled back.
    """

    def __init__(self, connection: Connection, practice_id: str) -> None:
        self.practice_id = practice_id
        self.services = Services(connection, practice_id)
        self.patterns = WorkPatterns(connection, practice_id)
        self.agendas = Agendas(connection, practice_id)
        self.bookings = Bookings(connection, practice_id, self.agendas)
        self.holds = Holds(connection, practice_id, self.agendas)
        self.plan_runs = PlanRuns(connection, practice_id)
        self.plans = Plans(connection, practice_id)
        self.itineraries = Itineraries(connection, practice_id)
        self.asked_places = AskedPlaces(connection, practice_id)
        self.worked = Worked(connection, practice_id)
        self.search_tallies = SearchTallies(connection, practice_id)
        self.idempotency = IdempotencyRecords(connection, practice_id)
        self.feeds = Feeds(connection, practice_id)
        self.outside_feeds = OutsideFeeds(connection, practice_id)
        self.learned_roads = LearnedVersions(connection, practice_id)
        self.visit_events = VisitEvents(connection, practice_id)
        self.late_words = LateWords(connection, practice_id)
        self.audit = Audit(connection, practice_id)
        self._connection = connection

    def practice(self) -> Practice:
        """Raises NotFound."""
        row = self._connection.execute(select(table).where(table.c.id == self.practice_id)).first()
        if row is None:
            raise NotFound(f"there is no practice {self.practice_id!r}")
        return practice_from_row(row)

    def revision(self) -> int:
        """How often the practice has changed its policies, services, weeks or list of outside calendars.

        Raises NotFound.
        """
        found: int | None = self._connection.scalar(REVISION, {"of": self.practice_id})
        if found is None:
            raise NotFound(f"there is no practice {self.practice_id!r}")
        return found

    def marks(self, first: date, last: date) -> tuple[int, int]:
        """`revision()` and `agendas.changes(first, last)` of one moment, in one query. Raises NotFound."""
        row = self._connection.execute(MARKS, {"of": self.practice_id, "first": first, "last": last}).first()
        if row is None:
            raise NotFound(f"there is no practice {self.practice_id!r}")
        return int(row[0]), int(row[1])

    def commit(self) -> None:
        """Make everything done so far last. Nothing more is done in this unit of work afterwards."""
        self._connection.commit()
