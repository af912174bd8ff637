"""What a practice offers."""

from data.store.convert import service_from_row, service_to_row
from data.store.repositories.base import Repository
from data.store.tables import service as table
from optimizer.domain.errors import NotFound
from optimizer.domain.practice import Service


class Services(Repository):
    def list(self) -> tuple[Service, ...]:
        """Every service, by code."""
        return tuple(service_from_row(row) for row in self._all(self._select(table).order_by(table.c.code)))

    def get(self, code: str) -> Service:
        """Raises NotFound."""
        row = self._one(self._select(table, table.c.code == code))
        if row is None:
            raise NotFound(f"there is no service {code!r}")
        return service_from_row(row)

    def put(self, service: Service) -> None:
        """Add the service, or replace the one with its code."""
        self._revise()
        self._put(table, service_to_row(service))

    def remove(self, code: str) -> None:
        """Raises NotFound. Bookings of the service stay."""
        self._revise()
        if not self._delete(table, table.c.code == code):
            raise NotFound(f"there is no service {code!r}")
