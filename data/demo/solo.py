"""One therapist in Brampton, and clients in all ten places over two days. Everybody is invented.

The postal codes are real ones of public buildings, so that nobody's home is in the demo.
"""

from datetime import time
from zoneinfo import ZoneInfo

from data.demo.scenario import DemoTherapist, DemoVisit, Scenario
from optimizer.domain.practice import Practice
from optimizer.domain.therapist import Limits, Therapist, WallBreak, WorkPattern
from optimizer.domain.time import HOUR

TAYLOR = DemoTherapist(
    pattern=WorkPattern(
        therapist=Therapist(id="taylor", name="Taylor Wren", gender="male"),
        hours=((time(8), time(20)),) * 7,
        breaks=(WallBreak(earliest=time(12), latest=time(14), minutes=30),),
        limits=Limits(visits=8, hands_on=6 * HOUR),
    ),
    postal_code="L6Y 2J6",
    town="Brampton",
)

VISITS = (
    DemoVisit(
        client="Billie Birch", postal_code="L7G 2B8", town="Halton", service="geriatric", minutes=30, earliest="09:00",
    ),
    DemoVisit(
        client="Casey Cedar", postal_code="L9T 2R1", town="Milton", service="rehabilitation", minutes=45,
        earliest="09:30", latest="13:00", first_visit=True,
    ),
    DemoVisit(
        client="Drew Dogwood", postal_code="L6J 3L5", town="Oakville", service="deep_tissue", minutes=45,
        earliest="12:00", latest="15:00",
    ),
    DemoVisit(
        client="Emery Elm", postal_code="L5B 3C2", town="Mississauga", service="foot", minutes=30,
        earliest="13:00", latest="17:00",
    ),
    DemoVisit(
        client="Frankie Fir", postal_code="M5S 1B2", town="Toronto", service="myofascial_release", minutes=45,
        earliest="15:00", latest="17:00",
    ),
    DemoVisit(
        client="Gray Ginkgo", postal_code="M9B 2B1", town="Etobicoke", service="cupping", minutes=30,
        earliest="17:00", latest="19:00",
    ),
    DemoVisit(
        client="Harper Hazel", postal_code="L7E 1P7", town="Caledon", service="swedish", minutes=60,
        earliest="09:00", latest="11:00", days_ahead=1,
    ),
    DemoVisit(
        client="Indigo Ivy", postal_code="L9W 2X1", town="Orangeville", service="joint_mobilization", minutes=45,
        earliest="11:00", latest="13:00", days_ahead=1,
    ),
    DemoVisit(
        client="Jules Juniper", postal_code="N1H 7T8", town="Guelph", service="hydrotherapy", minutes=60,
        earliest="13:00", latest="16:00", days_ahead=1,
    ),
    DemoVisit(
        client="Avery Acorn", postal_code="L6X 1N3", town="Brampton", service="swedish", minutes=45,
        earliest="16:30", latest="19:00", days_ahead=1,
    ),
)  # fmt: skip

SOLO = Scenario(
    practice=Practice(id="demo-solo", name="Demo: one therapist", zone=ZoneInfo("America/Toronto")),
    therapists=(TAYLOR,),
    visits=VISITS,
)
