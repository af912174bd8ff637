"""How a search gets on, in one line that is written over, where somebody looks at a terminal."""

import sys
from typing import TYPE_CHECKING

import click

from api.feeds import words

if TYPE_CHECKING:
    from optimizer.solver.progress import Progress


class ProgressLine:
    """The `report` of a search; silent where stderr is a file or a pipe, as it is under cron."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._width = 0

    def report(self, progress: "Progress") -> None:
        if self._is_shown:
            self._write(line_of(progress))

    def clear(self) -> None:
        """Leave the terminal as it was."""
        if self._width:
            self._write("")
            click.echo("\r", err=True, nl=False)

    def _write(self, text: str) -> None:
        click.echo("\r" + text.ljust(self._width), err=True, nl=False)
        self._width = len(text)


def line_of(progress: "Progress") -> str:
    """Visits left out, time on the road, the gap where one is known, and seconds."""
    totals, gap = progress.plan.totals, progress.gap
    left = f"{totals.unassigned} left out" if totals.unassigned else "nobody left out"
    known = "" if gap is None else f", at most {100 * gap:.1f} % from the best"
    return f"{progress.seconds:.1f} s: {left}, {words.length(totals.travel + totals.buffer)} on the road{known}"
