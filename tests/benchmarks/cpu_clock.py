"""The same CPU seconds for everybody: a clock that only runs while an engine computes (see `cpu_clock.c`)."""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("cpu_clock.c")
VAR = Path(__file__).parents[2] / "var" / "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuClock:
    """A compiled clock; `library` is None where there is no C compiler or another system than Linux.

    Without it engines keep to wall seconds. What they used is measured and printed either way.
    """

    library: Path | None

    @classmethod
    def build(cls) -> "CpuClock":
        """Compile the clock unless a newer library than its source is there."""
        compiler, library = shutil.which("cc"), VAR / "cpu_clock.so"
        if compiler is None or not Path("/proc/self/statm").exists():
            return cls(library=None)
        if not library.exists() or library.stat().st_mtime < SOURCE.stat().st_mtime:
            VAR.mkdir(parents=True, exist_ok=True)
            subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl", "-pthread"], check=True)
        return cls(library=library)

    def environment(self, page: Path) -> Mapping[str, str]:
        """What a process needs to live by this clock; `page` is a file that its family shares."""
        if self.library is None:
            return {}
        return {"LD_PRELOAD": str(self.library), "ROUNDS_CPU_CLOCK": str(page)}

    @property
    def says(self) -> str:
        return "wall seconds (no C compiler)" if self.library is None else "CPU seconds of the engine's processes"
