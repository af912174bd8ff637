"""Who serves whom in which order, as rows of the problem: what searches hand to each other."""

from dataclasses import dataclass

Assignment = tuple[tuple[int, ...], ...]
"""Orders of visit rows, one for each shift row. Visits in none of them are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A feasible day of one shift: visits (rows) as served, and what it costs."""

    shift: int
    visits: tuple[int, ...]
    overtime: int
    points: int
