"""How constraints are named, and the column that every table of a practice begins with."""

from sqlalchemy import Column, ForeignKey, MetaData

from data.store.types import Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def of_practice() -> Column[str]:
    return Column("practice_id", Words, ForeignKey("practice.id"), primary_key=True)
