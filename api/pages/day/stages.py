"""What has been told of a visit, and what comes next: one button a stage."""

from dataclasses import dataclass

from api.feeds import words
from api.services.itineraries import TherapistDay
from optimizer.domain.visit_event import EventKind

WORDS = {
    EventKind.DEPARTED: "Set off",
    EventKind.ARRIVED: "Arrived",
    EventKind.STARTED: "Started",
    EventKind.FINISHED: "Finished",
}
"""The stages of a visit, in their order, as their buttons call them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`told` is the clock time that it was told to have happened at, empty while it was not."""

    kind: str
    word: str
    told: str
    is_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """`missed` is when nobody opened the door, empty where somebody did, or may."""

    stages: tuple[Stage, ...]
    missed: str

    def has(self, kind: str) -> bool:
        return any(stage.kind == kind and stage.told for stage in self.stages)

    @property
    def begun(self) -> bool:
        return self.has("started") or self.has("finished")

    @property
    def summary(self) -> str:
        """The last of them in words: `Finished 09:31`."""
        if self.missed:
            return f"No-show {self.missed}"
        told = [stage for stage in self.stages if stage.told]
        return f"{told[-1].word} {told[-1].told}" if told else ""


def stages(day: TherapistDay, visit: str) -> Stages:
    told = {
        event.kind: words.clock(event.at.astimezone(day.practice.zone)) for event in day.events if event.visit == visit
    }
    kinds = list(WORDS)
    reached = max((row for row, kind in enumerate(kinds) if kind in told), default=-1)
    # Setting off may be left out: nobody at a door wants to be asked when they left.
    following = kinds[reached + 1] if reached + 1 < len(kinds) else None
    return Stages(
        stages=tuple(
            Stage(kind=kind.value, word=word, told=told.get(kind, ""), is_next=kind is following)
            for kind, word in WORDS.items()
        ),
        missed=told.get(EventKind.NO_SHOW, ""),
    )
