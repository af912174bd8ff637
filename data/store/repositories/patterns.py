"""Who works, and when: a therapist is kept as a usual week."""

from data.store.convert import pattern_from_row, pattern_to_row
from data.store.repositories.base import Repository
from data.store.tables import work_pattern as table
from optimizer.domain.errors import NotFound
from optimizer.domain.therapist import WorkPattern


class WorkPatterns(Repository):
    def list(self) -> tuple[WorkPattern, ...]:
        """Every therapist's week, by therapist id."""
        return tuple(pattern_from_row(row) for row in self._all(self._select(table).order_by(table.c.therapist)))

    def get(self, therapist: str) -> WorkPattern:
        """Raises NotFound."""
        row = self._one(self._select(table, table.c.therapist == therapist))
        if row is None:
            raise NotFound(f"there is no therapist {therapist!r}")
        return pattern_from_row(row)

    def put(self, pattern: WorkPattern) -> None:
        """Add the therapist, or replace the one with the same id."""
        self._revise()
        self._put(table, pattern_to_row(pattern))

    def remove(self, therapist: str) -> None:
        """Raises NotFound. The therapist's keys and feed tokens go too; stored plans stay."""
        self._revise()
        if not self._delete(table, table.c.therapist == therapist):
            raise NotFound(f"there is no therapist {therapist!r}")
