"""How soon the planner's board can be used: a full day in a real Chromium, by the browser's own clock.

    python -m tests.benchmarks.bench_board [--therapists 20] [--visits 3] [--rounds 7]

Interactive is when the board's script has set itself up (its mark `board-ready`), counted from the start of the
navigation: the server's answer, the style sheets and the scripts are in it.
"""

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from data.store.migrate import migrate
from tests.booking_world import crew
from tests.browser.conftest import NAMES
from tests.browser.desk import fill, open_desk

MEASURED = """
() => {
  const page = performance.getEntriesByType('navigation')[0];
  return {
    answered: page.responseEnd,
    drawn: page.domContentLoadedEventEnd,
    interactive: performance.getEntriesByName('board-ready')[0].startTime,
    kilobytes: page.encodedBodySize / 1000,
    nodes: document.querySelectorAll('*').length,
  };
}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--therapists", type=int, default=20)
    parser.add_argument("--visits", type=int, default=3, help="of each therapist")
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'rounds.db'}"
        migrate(url)
        with open_desk(url, Path(folder) / "var", crew(asked.therapists)) as desk, sync_playwright() as playwright:
            fill(desk, asked.therapists, asked.visits)
            path = next(found for name in NAMES if (found := shutil.which(name)))
            chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            page = desk.sign_in(chromium)
            rounds = [_measure(page) for _ in range(asked.rounds + 1)][1:]
            chromium.close()
    print(f"{asked.therapists} therapists, {asked.therapists * asked.visits} visits, {asked.rounds} loads")
    for name in rounds[0]:
        values = [each[name] for each in rounds]
        print(
            f"{name:>12}: median {statistics.median(values):8.1f}   best {min(values):8.1f}   worst {max(values):8.1f}"
        )


def _measure(page: Page) -> dict[str, float]:
    page.reload()
    page.wait_for_function("document.documentElement.dataset.board === 'ready'")
    return dict(page.evaluate(MEASURED))


if __name__ == "__main__":
    main()
