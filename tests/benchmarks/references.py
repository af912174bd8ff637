"""What a value is measured against: a published best, a proven bound, or else the best value anybody has shown here.

Kept in var/bench from run to run, so that a short run is measured against what a long one has found.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.benchmarks.arena import Run
from tests.benchmarks.cases import Case
from tests.benchmarks.cpu_clock import VAR

KEPT = VAR / "references.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The best value seen by the judge with who showed it, and the highest lower bound claimed."""

    best: float | None = None
    by: str = ""
    bound: float | None = None
    bound_by: str = ""

    @property
    def is_proven(self) -> bool:
        return self.best is not None and self.bound is not None and self.bound >= self.best

    @property
    def says(self) -> str:
        if self.best is None:
            return "nothing known"
        if self.is_proven:
            return f"{self.best:.0f}, proven ({self.bound_by})"
        bound = "" if self.bound is None else f", bound {self.bound:.0f} ({self.bound_by})"
        return f"{self.best:.0f} ({self.by}){bound}"


@dataclass(kw_only=True)
class References:
    """References by case; a case is known by its name and its content, so that a changed instance starts anew."""

    known: dict[str, Reference] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path = KEPT) -> Self:
        if not path.exists():
            return cls()
        return cls(known={key: Reference(**value) for key, value in json.loads(path.read_text()).items()})

    def save(self, path: Path = KEPT) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        fields = ("best", "by", "bound", "bound_by")
        kept = {key: {name: getattr(value, name) for name in fields} for key, value in self.known.items()}
        path.write_text(json.dumps(kept, indent=1, sort_keys=True))

    def learn(self, cases: Sequence[Case], runs: Sequence[Run]) -> None:
        """Take in what these runs have shown, and what is published."""
        by_name = {case.name: case for case in cases}
        for case in cases:
            if case.best_known is not None:
                self._better(case, case.best_known, "published")
        for run in runs:
            case = by_name[run.case]
            if run.value is not None:
                self._better(case, run.value, run.engine)
            known = self.of(case)
            if run.bound is not None and (known.bound is None or run.bound > known.bound):
                self.known[case.content] = Reference(best=known.best, by=known.by, bound=run.bound, bound_by=run.engine)

    def of(self, case: Case) -> Reference:
        return self.known.get(case.content, Reference())

    def gap(self, case: Case, value: float) -> float | None:
        """Percent above the reference; None where there is none."""
        best = self.of(case).best
        return None if best is None else 100 * (value - best) / best

    def _better(self, case: Case, value: float, by: str) -> None:
        known = self.of(case)
        if known.best is None or value < known.best:
            self.known[case.content] = Reference(best=value, by=by, bound=known.bound, bound_by=known.bound_by)
