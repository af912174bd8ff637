"""The comparison with other engines: `python -m tests.benchmarks.suite [short|full]`, called by `make bench`.

Writes `var/bench/PROFILE.md` and the plots beside it; prints what it writes. Asserts nothing.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from tests.benchmarks.arena import Run
from tests.benchmarks.cases import Case, cases
from tests.benchmarks.compare import compete, cores
from tests.benchmarks.cpu_clock import VAR, CpuClock
from tests.benchmarks.growth import growth_table
from tests.benchmarks.instances import BENCH
from tests.benchmarks.kept import Kept
from tests.benchmarks.plots import plot_gaps, plot_growth
from tests.benchmarks.references import References
from tests.benchmarks.rush_hour_day import PLANNERS, driven_table
from tests.benchmarks.tables import header, row, table

EVERYBODY = ("rounds", "ortools-gls", "ortools-ils", "ortools-ils+", "pyvrp", "vroom", "vrp-cli")
REFEREED = ("rounds", "kayros")
SOME = ("rounds", "ortools-gls", "pyvrp", "vroom")
GROWING = ("rounds", "ortools-gls", "pyvrp", "vroom", "vrp-cli")
"""Those who tell when they found what; and VROOM, which ends by itself."""
SHORT = (1, 10)
RESUMED = ("full",)
"""Profiles whose runs are kept (see `kept`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One table: sets of cases, who takes part, limits in CPU seconds, seeds of days and of engines."""

    title: str
    sets: tuple[str, ...]
    engines: tuple[str, ...] = EVERYBODY
    limits: tuple[float, ...] = (1, 10, 60)
    seeds: tuple[int, ...] = (1, 2, 3)
    luck: tuple[int, ...] = (1,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is measured. `growth` and `rush_hour` are chapters with a table of their own kind."""

    chapters: tuple[Chapter, ...]
    growth: Chapter
    rush_hour: Chapter


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "short": Profile(
            chapters=(
                Chapter(title="Home-visit days", sets=("gta-30", "made-up-10x60"), limits=(1, 5), seeds=(1, 2)),
                Chapter(title="Home health care", sets=("hhcrsp-5x30", "hhcrsp-plain-5x30"), limits=(2,), seeds=(1,)),
                Chapter(title="Long routes", sets=("solomon:R101", "solomon:RC208"), engines=SOME, limits=(5,)),
                Chapter(title="One therapist, home early", sets=("tsptw:rc_201.1",), engines=SOME, limits=(2,)),
                Chapter(
                    title="Proofs refereed, rush hour, starts fixed",
                    sets=("office-8x8", "office-12x12"),
                    engines=REFEREED,
                    limits=(5,),
                    seeds=(1, 2),
                ),
            ),
            growth=Chapter(
                title="Growth",
                sets=("made-up-2x10", "made-up-5x30", "made-up-10x60"),
                engines=SOME,
                limits=(5,),
                seeds=(1,),
            ),
            rush_hour=Chapter(title="Rush hour", sets=("rush-5x30",), engines=PLANNERS, limits=(3,), seeds=(1, 2)),
        ),
        "full": Profile(
            chapters=(
                Chapter(title="Home-visit days, 30 visits", sets=("gta-30", "made-up-5x30"), limits=SHORT),
                Chapter(title="Home-visit days, 60 visits", sets=("gta-60", "made-up-10x60"), limits=SHORT),
                Chapter(title="Home-visit days, 180 visits", sets=("gta-180", "made-up-30x180")),
                Chapter(title="Days on which every visit fits", sets=("room-5x30", "room-10x60"), limits=SHORT),
                Chapter(title="Days of 180 on which every visit fits", sets=("room-30x180",), limits=(60,)),
                Chapter(title="A region", sets=("contract-200x1200",), limits=(60,), seeds=(1, 2)),
                Chapter(
                    title="Home-visit days with a rush hour",
                    sets=("rush-gta-30", "rush-gta-60", "rush-10x60"),
                    engines=PLANNERS,
                    limits=SHORT,
                ),
                Chapter(
                    title="Home health care", sets=("hhcrsp-5x30", "hhcrsp-10x60", "hhcrsp-plain-10x60"), limits=SHORT
                ),
                Chapter(title="Solomon, 100 customers", sets=("solomon",), limits=SHORT),
                Chapter(title="Homberger, 200 customers", sets=("homberger",), limits=(60,)),
                Chapter(title="One therapist, home early", sets=("tsptw",), limits=SHORT),
                Chapter(title="Timefold's demo", sets=("timefold",), limits=SHORT),
                Chapter(
                    title="Proofs refereed, rush hour, starts fixed",
                    sets=("office-8x8", "office-12x12", "office-20x20", "office-30x30"),
                    engines=REFEREED,
                    limits=(60,),
                ),
            ),
            growth=Chapter(
                title="Growth",
                sets=("made-up-2x10", "made-up-5x30", "made-up-10x60", "made-up-20x120", "made-up-30x180"),
                engines=GROWING,
                limits=(60,),
            ),
            rush_hour=Chapter(
                title="Rush hour",
                sets=("rush-gta-30", "rush-gta-60", "rush-10x60", "rush-30x180"),
                engines=PLANNERS,
                limits=(10,),
            ),
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arena:
    """Where everything is run."""

    clock: CpuClock
    cores: Sequence[int]
    kept: Kept | None = None

    def play(self, chapter: Chapter) -> tuple[list[Case], list[Run]]:
        """Run a chapter, telling of every run as it ends. Published sets are left out where they are not there."""
        found, runs = [], []
        for name in chapter.sets:
            given = list(cases(name, chapter.seeds))
            found += given
            if not given:
                print(f"no {name} in {BENCH}: left out")
        for seconds in chapter.limits:
            for run in compete(
                found,
                chapter.engines,
                seconds=seconds,
                seeds=chapter.luck,
                clock=self.clock,
                cores=self.cores,
                kept=self.kept,
            ):
                print(row(run), flush=True)
                runs.append(run)
        return found, runs


def main(name: str) -> None:
    if name not in PROFILES:
        raise SystemExit(f"no profile {name}: there are {', '.join(PROFILES)}")
    profile, references = PROFILES[name], References.load()
    clock = CpuClock.build()
    # Hours of runs are not lost with an interruption; the short profile is always measured anew.
    arena = Arena(clock=clock, cores=cores(os.cpu_count() or 1), kept=Kept(clock=clock) if name in RESUMED else None)
    report = [f"# Engines compared ({name} profile)", "", header(EVERYBODY, arena.clock)]
    for number, chapter in enumerate(profile.chapters):
        found, runs = arena.play(chapter)
        _learn(references, found, runs)
        picture = f"{name}-{number}-gap.png"
        plot_gaps(chapter.title, found, runs, references, VAR / picture)
        report += [_heading(chapter), table(found, runs, references), "", f"![gap over time]({picture})"]
    found, runs = arena.play(profile.growth)
    _learn(references, found, runs)
    plot_growth(found, runs, references, VAR / f"{name}-growth.png")
    report += [_heading(profile.growth), growth_table(found, runs, references), "", f"![growth]({name}-growth.png)"]
    found, runs = arena.play(profile.rush_hour)
    report += [_heading(profile.rush_hour), driven_table(found, runs)]
    written = VAR / f"{name}.md"
    written.write_text("\n".join([*report, ""]))
    print("\n".join(report))
    print(f"\nwritten to {written}")


def _learn(references: References, found: Sequence[Case], runs: Sequence[Run]) -> None:
    references.learn(found, runs)
    references.save()


def _heading(chapter: Chapter) -> str:
    days, luck = (", ".join(map(str, seeds)) for seeds in (chapter.seeds, chapter.luck))
    return f"\n## {chapter.title}\n\nSeeds of generated days {days}; seeds of engines {luck}."


if __name__ == "__main__":
    main(*sys.argv[1:] or ["short"])
