"""The treatments of the seed practice.

The practice names its treatments and gives no lengths: 30, 45, 60 and 90 minutes are our defaults, as is which
treatments count as heavy on the therapist's hands.
"""

from optimizer.domain.practice import Service
from optimizer.domain.time import MINUTE

LENGTHS = (30 * MINUTE, 45 * MINUTE, 60 * MINUTE, 90 * MINUTE)


def _service(code: str, name: str, *, heavy: bool = False, setup: int | None = None) -> Service:
    return Service(code=code, name=name, lengths=LENGTHS, heavy=heavy, setup=None if setup is None else setup * MINUTE)


SERVICES: tuple[Service, ...] = (
    _service("swedish", "Swedish massage"),
    _service("cupping", "Cupping"),
    _service("deep_tissue", "Deep tissue massage", heavy=True),
    _service("rehabilitation", "Rehabilitation massage"),
    _service("myofascial_release", "Myofascial release", heavy=True),
    _service("trigger_point_release", "Trigger point release", heavy=True),
    _service("joint_mobilization", "Joint mobilization"),
    _service("hydrotherapy", "Hydrotherapy", setup=15),
    _service("geriatric", "Geriatric massage"),
    _service("sports", "Sports massage", heavy=True),
    _service("energy_healing", "Energy healing"),
    _service("foot", "Therapeutic foot massage", setup=5),
)
