"""The days met so far, as arrays that grow: which visits each has, and what it costs."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.solver.columns.pricing import Route


class Routes:
    """Days by number. Of two days of one class with the same visits only the better one is kept in use."""

    def __init__(self, visits: int) -> None:
        self._visits = visits
        self._rows: dict[tuple[int, frozenset[int]], int] = {}
        self.all: list[Route] = []
        self._member: NDArray[np.bool_] = np.zeros((1024, visits), dtype=np.bool_)

    def twin(self) -> "Routes":
        """The same days under the same numbers; what either meets later the other does not know."""
        twin = Routes(self._visits)
        twin._rows, twin.all, twin._member = dict(self._rows), list(self.all), self._member.copy()
        return twin

    def __len__(self) -> int:
        return len(self.all)

    @property
    def member(self) -> NDArray[np.bool_]:
        """`[route, visit]` whether a day has a visit."""
        return self._member[: len(self.all)]

    def add(self, route: Route) -> int:
        """The number of a day, or of the better one of the same visits that is known."""
        key = (route.number, frozenset(route.visits))
        known = self._rows.get(key)
        if known is not None:
            before = self.all[known]
            if (before.overtime, before.points) <= (route.overtime, route.points):
                return known
        row = len(self.all)
        if row == len(self._member):
            self._member = np.concatenate([self._member, np.zeros_like(self._member)])
        self._member[row, list(route.visits)] = True
        self._rows[key] = row
        self.all.append(route)
        return row

    def add_all(self, routes: Iterable[Route]) -> list[int]:
        return [self.add(route) for route in routes]

    def known(self, number: int, visits: Iterable[int]) -> int | None:
        """The best day of a class with exactly these visits."""
        return self._rows.get((number, frozenset(visits)))

    def in_use(self) -> list[int]:
        """The best day of each class and set of visits."""
        return sorted(self._rows.values())

    def figures(self, rows: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Overtime and points of some days."""
        chosen = [self.all[row] for row in rows]
        return (
            np.array([route.overtime for route in chosen], dtype=np.float64),
            np.array([route.points for route in chosen], dtype=np.float64),
        )
