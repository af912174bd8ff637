"""Plants known bugs, one at a time, and runs the tests that should find them: `make mutants`.

Each bug is a small change of text (see `planted`), applied to a copy of the packages that lies in front of the real
ones on the import path; the working tree is never touched. First the named tests are run on a copy without a bug,
because a test that fails anyway finds nothing. Ends with an error when a bug survives, when its text is not found
exactly once, or when there is no verdict.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from time import monotonic

import click

from tests.discovery.planted import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "data", "optimizer", "tests")
SECONDS_EACH = 420
"""How long one run of tests may take before there is no verdict."""


class Verdict(StrEnum):
    CAUGHT = "caught"
    SURVIVED = "SURVIVED"
    NOT_FOUND = "NO LONGER APPLIES"
    NONE = "NO VERDICT"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What became of a planted bug, and the first test that failed."""

    mutant: Mutant
    verdict: Verdict
    by: str = ""
    seconds: float = 0.0


@click.command()
@click.argument("names", nargs=-1)
@click.option("--jobs", default=2, show_default=True, help="How many bugs at a time.")
def main(names: tuple[str, ...], jobs: int) -> None:
    """Plant the bugs called NAMES, or all of them."""
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    if unknown := set(names) - {mutant.name for mutant in chosen}:
        raise click.UsageError(f"there are no bugs called {', '.join(sorted(unknown))}")
    tests = sorted({test for mutant in chosen for test in mutant.tests})
    click.echo(f"without a bug: {' '.join(tests)}")
    status, said, seconds = run_tests(None, tests)
    if status != 0:
        click.echo(said)
        raise click.ClickException("the tests fail without a bug: they could catch nothing")
    click.echo(f"all pass ({seconds:.0f} s)\n")
    with ThreadPoolExecutor(jobs) as pool:
        findings = [_tell(finding) for finding in pool.map(examine, chosen)]
    bad = [finding for finding in findings if finding.verdict is not Verdict.CAUGHT]
    click.echo(f"\n{len(findings) - len(bad)} of {len(findings)} planted bugs caught")
    sys.exit(1 if bad else 0)


def examine(mutant: Mutant) -> Finding:
    """Plant one bug and look whether its tests find it."""
    if (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.before) != 1:
        return Finding(mutant=mutant, verdict=Verdict.NOT_FOUND)
    status, said, seconds = run_tests(mutant, mutant.tests)
    by = re.search(r"^FAILED \S*?::(\S+)", said, re.MULTILINE)
    if status == 0:
        verdict = Verdict.SURVIVED
    elif status == 1 and by:
        verdict = Verdict.CAUGHT
    else:
        click.echo(said)
        verdict = Verdict.NONE
    return Finding(mutant=mutant, verdict=verdict, by=by[1] if by else "", seconds=seconds)


def run_tests(mutant: Mutant | None, tests: Iterable[str]) -> tuple[int | None, str, float]:
    """Exit status (None when it took too long), what was said, and the seconds it took."""
    with tempfile.TemporaryDirectory(prefix="rounds-mutant-") as folder:
        tree = Path(folder)
        copy_packages(tree, mutant)
        environment = os.environ | {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-q",
            "-p",
            "no:cacheprovider",
            "--no-header",
            "-m",
            "not marathon",
            *tests,
        ]
        began = monotonic()
        with subprocess.Popen(
            command, cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            try:
                said, _ = process.communicate(timeout=SECONDS_EACH)
                status: int | None = process.returncode
            except subprocess.TimeoutExpired:
                process.terminate()
                said, status = process.communicate()[0], None
        return status, said, monotonic() - began


def copy_packages(tree: Path, mutant: Mutant | None) -> None:
    """Everything that a test needs. The optimizer is left where it is, with its compiled kernels, unless it is changed.

    Compiled code is kept by path: a copy of the optimizer would be compiled anew, which takes a minute.
    """
    shutil.copy(ROOT / "pyproject.toml", tree)
    for package in PACKAGES:
        if package == "optimizer" and (mutant is None or not mutant.file.startswith("optimizer/")):
            continue
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    if mutant is not None:
        file = tree / mutant.file
        file.write_text(file.read_text(encoding="utf-8").replace(mutant.before, mutant.after), encoding="utf-8")


def _tell(finding: Finding) -> Finding:
    by = f"by {finding.by}" if finding.by else ""
    click.echo(f"{finding.verdict:<18}{finding.mutant.name:<34}{finding.seconds:5.0f} s  {by}")
    return finding


if __name__ == "__main__":
    main()
