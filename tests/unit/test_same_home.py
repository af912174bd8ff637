"""When two ways of telling a place mean one home."""

import pytest

from api.services.doors import is_same_home
from optimizer.domain.place import Coordinate, Place, Precision

POINT = Coordinate(lat=43.69, lng=-79.77)
BOOKED = Place(
    id="door", coordinate=POINT, label="12 Main Street West, Brampton L6X 1N3", precision=Precision.POSTAL_CODE
)


@pytest.mark.parametrize(
    ("label", "same"),
    [
        ("12 MAIN ST. W, Brampton L6X 1N3", True),
        ("12 main st w brampton, l6x1n3", True),
        ("14 Main St W, Brampton L6X 1N3", False),
        ("12 Main St E, Brampton L6X 1N3", False),
        ("L6X 1N3", True),
        ("L6X 1N4", False),
    ],
)
def test_a_home_told_again_in_another_spelling_is_the_same_home(label: str, *, same: bool) -> None:
    told = Place(id="", coordinate=POINT, label=label, precision=Precision.POSTAL_CODE)

    assert is_same_home(BOOKED, told) is same
