"""How far two points are from each other."""

import math

from optimizer.domain.place import Coordinate


def kilometres(a: Coordinate, b: Coordinate) -> float:
    """Great circle, by haversines."""
    up, across = math.radians(b.lat - a.lat) / 2, math.radians(b.lng - a.lng) / 2
    half = math.sin(up) ** 2 + math.cos(math.radians(a.lat)) * math.cos(math.radians(b.lat)) * math.sin(across) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(half))
