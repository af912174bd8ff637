"""Five therapists and thirty visits of one day, with two that cannot fit. Everybody is invented.

The postal codes are real ones of public buildings, so that nobody's home is in the demo.
"""

from datetime import time
from zoneinfo import ZoneInfo

from data.demo.scenario import DemoTherapist, DemoVisit, Scenario
from optimizer.domain.practice import Practice
from optimizer.domain.therapist import Limits, Therapist, WallBreak, WorkPattern
from optimizer.domain.time import HOUR, MINUTE

NOON = WallBreak(earliest=time(12), latest=time(14), minutes=30)
EVERY_DAY = 7


def _therapist(
    id: str, name: str, gender: str, home: tuple[str, str], hours: tuple[int, int], services: str | None, limits: Limits
) -> DemoTherapist:
    """`home` is (town, postal code), `services` the codes offered, with spaces between; None means all."""
    return DemoTherapist(
        pattern=WorkPattern(
            therapist=Therapist(
                id=id, name=name, gender=gender, services=None if services is None else frozenset(services.split())
            ),
            hours=((time(hours[0]), time(hours[1])),) * EVERY_DAY,
            breaks=(NOON,),
            limits=limits,
        ),
        town=home[0],
        postal_code=home[1],
    )


THERAPISTS = (
    _therapist(
        "finch", "Fern Finch", "female", ("Mississauga", "L5V 0A1"), (8, 19),
        "swedish deep_tissue cupping geriatric foot rehabilitation", Limits(visits=7, hands_on=6 * HOUR),
    ),
    _therapist(
        "heron", "Hollis Heron", "male", ("Toronto", "M6H 3L9"), (9, 20),
        "swedish sports deep_tissue trigger_point_release myofascial_release", Limits(visits=7, heavy_visits=4),
    ),
    _therapist(
        "lark", "Lane Lark", "female", ("Oakville", "L6M 4W1"), (8, 18),
        "swedish geriatric foot energy_healing hydrotherapy joint_mobilization", Limits(visits=6),
    ),
    _therapist(
        "robin", "River Robin", "male", ("Guelph", "N1G 1X7"), (8, 19),
        "swedish cupping geriatric foot hydrotherapy rehabilitation joint_mobilization myofascial_release sports",
        Limits(visits=7, driving=4 * HOUR, longest_drive=75 * MINUTE),
    ),
    _therapist(
        "wren", "Taylor Wren", "male", ("Brampton", "L6Y 2J6"), (8, 20),
        "swedish cupping sports rehabilitation foot geriatric deep_tissue", Limits(visits=7, hands_on=6 * HOUR),
    ),
)  # fmt: skip


def _visit(
    client: str, town: str, code: str, service: str, minutes: int, start: str, **wishes: str | int | bool
) -> DemoVisit:
    """`start` is `10:00` or `09:00-12:00`."""
    earliest, _, latest = start.partition("-")
    return DemoVisit(
        client=client, town=town, postal_code=code, service=service, minutes=minutes,
        earliest=earliest, latest=latest or None, **wishes,  # type: ignore[arg-type]  # names are the dataclass's own
    )  # fmt: skip


VISITS = (
    _visit("Alder Apple", "Mississauga", "L5B 1M7", "swedish", 45, "09:00-17:00"),
    _visit("Aster Almond", "Mississauga", "L5A 4G6", "geriatric", 45, "09:00-12:00", gender="female"),
    _visit("Basil Beech", "Mississauga", "L4Z 3G1", "cupping", 45, "13:00-17:00"),
    _visit("Bay Bramble", "Mississauga", "L4W 1K3", "foot", 30, "10:00-16:00"),
    _visit("Clover Cherry", "Mississauga", "L5B 3C2", "deep_tissue", 45, "10:00-17:30", gender="female"),
    _visit("Cosmo Cypress", "Etobicoke", "M9B 3Z9", "swedish", 45, "09:30-17:00"),
    _visit("Dahlia Date", "Etobicoke", "M9C 5S1", "sports", 45, "18:00"),
    _visit("Dill Damson", "Etobicoke", "M8V 1H5", "deep_tissue", 45, "10:00-15:00"),
    _visit("Elder Ebony", "Etobicoke", "M8Z 1H4", "trigger_point_release", 45, "13:00-17:00"),
    _visit("Fennel Fig", "Toronto", "M4S 1J6", "sports", 60, "11:00"),
    _visit("Flora Fern", "Toronto", "M5S 1B2", "myofascial_release", 60, "12:30-16:00"),
    _visit("Ginger Gum", "Toronto", "M6P 3V7", "swedish", 45, "15:00-18:00", gender="male"),
    _visit("Heath Holly", "Oakville", "L6J 7X1", "energy_healing", 45, "08:30-11:00"),
    _visit("Iris Ilex", "Oakville", "L6K 1L8", "hydrotherapy", 60, "10:00-14:00", first_visit=True),
    _visit("Jasper Jasmine", "Oakville", "L6J 3L5", "geriatric", 45, "12:00-17:00"),
    _visit("Kit Katsura", "Milton", "L9T 2T9", "joint_mobilization", 45, "09:00-15:00"),
    _visit("Laurel Linden", "Milton", "L9T 5B6", "foot", 30, "11:00-15:30"),
    _visit("Lotus Lime", "Milton", "L9T 2R1", "swedish", 45, "10:00-16:00"),
    _visit("Maple Myrtle", "Halton", "L7G 2B8", "rehabilitation", 45, "10:00-16:00"),
    _visit("Nettle Nut", "Halton", "L7G 4K4", "myofascial_release", 45, "11:00-17:00"),
    _visit("Olive Oak", "Guelph", "N1H 7T8", "swedish", 60, "08:30-10:30"),
    _visit("Poppy Pine", "Guelph", "N1E 6K9", "hydrotherapy", 45, "09:00-13:00", therapist="robin"),
    _visit("Quill Quince", "Guelph", "N1H 3P7", "foot", 30, "10:00-18:00"),
    _visit("Rowan Reed", "Brampton", "L6X 1N3", "swedish", 45, "09:00-18:30"),
    _visit("Rue Rose", "Brampton", "L6W 2Z8", "rehabilitation", 45, "13:00-18:00", gender="male"),
    _visit("Sage Spruce", "Brampton", "L7A 0C9", "foot", 30, "09:00-18:30"),
    _visit("Thyme Tulip", "Caledon", "L7E 1P7", "swedish", 30, "09:00-18:30"),
    _visit("Umber Ulex", "Orangeville", "L9W 2X1", "swedish", 30, "09:00-18:00"),
    # Only Lark gives energy healing, and at that hour she is in Oakville; Heron is near, and does not give it.
    _visit("Vetch Violet", "Toronto", "M4P 1G8", "energy_healing", 30, "09:45", priority=40),
    # No woman of the team gives sports massage.
    _visit("Willow Wattle", "Mississauga", "L5B 3B9", "sports", 30, "09:00-18:30", gender="female", priority=30),
)  # fmt: skip

TEAM = Scenario(
    practice=Practice(id="demo-team", name="Demo: five therapists", zone=ZoneInfo("America/Toronto")),
    therapists=THERAPISTS,
    visits=VISITS,
)
