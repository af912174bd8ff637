"""Shifts that are alike are one class: the same hours, homes, breaks, limits, eligible visits and wishes."""

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.schedule.world import World
from optimizer.solver.assignment import Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftClass:
    """Shifts (rows) of which any may work a day of any other; the first stands for all."""

    members: tuple[int, ...]

    @property
    def row(self) -> int:
        return self.members[0]


def group(world: World) -> tuple[ShiftClass, ...]:
    """The classes of a world in the order of their first members."""
    alike: dict[tuple[bytes, bytes, bytes], list[int]] = {}
    for row in range(len(world.shifts)):
        key = (world.shifts[row].tobytes(), world.fits[row].tobytes(), world.preference[row].tobytes())
        alike.setdefault(key, []).append(row)
    return tuple(ShiftClass(members=tuple(members)) for members in alike.values())


def hand_out(classes: Sequence[ShiftClass], shifts: int, days: Sequence[tuple[int, tuple[int, ...]]]) -> Assignment:
    """Days (class, order) given to the members of their classes, one each."""
    orders: list[tuple[int, ...]] = [()] * shifts
    free = [iter(one.members) for one in classes]
    for number, order in days:
        orders[next(free[number])] = order
    return tuple(orders)
