"""What was asked for, counted and forgotten: no place, no visitor, no time of day."""

from sqlalchemy import Column, Date, Integer, Table

from data.store.tables.metadata import metadata, of_practice
from data.store.types import Words

# `date` is when it was asked, on the practice's calendar; `area` a town, or empty where nobody drives.
search_tally = Table(
    "search_tally",
    metadata,
    of_practice(),
    Column("date", Date, primary_key=True),
    Column("area", Words, primary_key=True),
    Column("outcome", Words, primary_key=True),
    Column("count", Integer, nullable=False),
)
