"""What geocoding services have answered, and when each may be asked again."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, tuple_, update

from data.geocoding.memory import GAP, Judged, Verdict
from data.store.engine import Database
from data.store.repositories.base import insert
from data.store.tables import geocoded_address, geocoder_turn
from optimizer.domain.place import Coordinate

ROWS = 4_000
"""Forgotten in one transaction: a booking that waits for it waits some hundredths of a second."""


class Geocoding:
    """A `data.geocoding.memory.GeocodingMemory`. Of no practice, and addresses are digests: nothing here tells whose
    they are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, service: str, address: str, now: datetime) -> Judged | None:
        table = geocoded_address
        query = select(table.c.verdict, table.c.lat, table.c.lng)
        wanted = (table.c.service == service, table.c.address == address, table.c.forget_at > now)
        with self._database.glance() as connection:
            row = connection.execute(query.where(*wanted)).first()
        if row is None:
            return None
        point = None if row.lat is None else Coordinate(lat=row.lat, lng=row.lng)
        return Judged(verdict=Verdict(row.verdict), point=point)

    def write(self, service: str, address: str, judged: Judged, *, until: datetime, most: int) -> None:
        point = judged.point
        fresh = {
            "verdict": judged.verdict.value,
            "lat": None if point is None else point.lat,
            "lng": None if point is None else point.lng,
            "forget_at": until,
        }
        with self._database.transaction(write=True) as connection:
            new = insert(connection, geocoded_address).values(service=service, address=address, **fresh)
            connection.execute(new.on_conflict_do_update(index_elements=["service", "address"], set_=fresh))
            connection.commit()
        self._forget(most)

    def count(self) -> int:
        """How many answers are kept, of every service."""
        with self._database.glance() as connection:
            return int(connection.scalar(select(func.count()).select_from(geocoded_address)) or 0)

    def take_turn(self, service: str, now: datetime, *, patience: timedelta) -> timedelta | None:
        table = geocoder_turn
        with self._database.transaction(write=True) as connection:
            new = insert(connection, table).values(service=service, free_at=now)
            connection.execute(new.on_conflict_do_nothing())
            free_at = connection.scalar(select(table.c.free_at).where(table.c.service == service).with_for_update())
            begins = now if free_at is None else max(now, free_at)
            if begins - now > patience:
                return None
            connection.execute(update(table).where(table.c.service == service).values(free_at=begins + GAP))
            connection.commit()
        return begins - now

    def leave_alone(self, service: str, until: datetime) -> None:
        table = geocoder_turn
        with self._database.transaction(write=True) as connection:
            new = insert(connection, table).values(service=service, free_at=until)
            connection.execute(new.on_conflict_do_nothing())
            later = (table.c.service == service, table.c.free_at < until)
            connection.execute(update(table).where(*later).values(free_at=until))
            connection.commit()

    def _forget(self, most: int) -> None:
        keys = tuple(geocoded_address.primary_key)
        while (over := self.count() - most) > 0:
            with self._database.transaction(write=True) as connection:
                oldest = select(*keys).order_by(geocoded_address.c.forget_at).limit(min(over, ROWS))
                connection.execute(delete(geocoded_address).where(tuple_(*keys).in_(oldest)))
                connection.commit()
