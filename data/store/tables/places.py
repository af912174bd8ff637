"""Roads and addresses: of no practice."""

from sqlalchemy import BigInteger, Column, Date, Double, Index, Integer, Table

from data.store.tables.metadata import metadata
from data.store.types import UtcDateTime, Words

road_pair = Table(
    "road_pair",
    metadata,
    # Of no practice: a road is the same for everybody, and who drives it is not told.
    Column("network", Words, primary_key=True),
    Column("origin", BigInteger, primary_key=True, autoincrement=False),
    Column("destination", BigInteger, primary_key=True, autoincrement=False),
    Column("seconds", Integer, nullable=False),
    Column("meters", Integer, nullable=False),
    Column("noted_on", Date, nullable=False),
    Index("ix_road_pair_destination", "network", "destination"),
    Index("ix_road_pair_noted_on", "noted_on"),
)

geocoded_address = Table(
    "geocoded_address",
    metadata,
    # Of no practice: an address lies where it lies, and who lives there is not told.
    Column("service", Words, primary_key=True),
    Column("address", Words, primary_key=True),
    Column("verdict", Words, nullable=False),
    Column("lat", Double),
    Column("lng", Double),
    Column("forget_at", UtcDateTime, nullable=False),
    Index("ix_geocoded_address_forget_at", "forget_at"),
)

geocoder_turn = Table(
    "geocoder_turn",
    metadata,
    Column("service", Words, primary_key=True),
    Column("free_at", UtcDateTime, nullable=False),
)
