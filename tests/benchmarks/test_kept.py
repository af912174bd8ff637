"""Runs that are kept: found again for the same question only, and done anew where they cannot be read."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.arena import ROOT, Run
from tests.benchmarks.cases import Case, cases
from tests.benchmarks.compare import compete
from tests.benchmarks.cpu_clock import CpuClock
from tests.benchmarks.engines.all import NAMES
from tests.benchmarks.judge import judge
from tests.benchmarks.kept import Kept


@pytest.fixture
def case() -> Case:
    (only,) = cases("made-up-1x7", [1])
    return only


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(clock=CpuClock.build(), folder=tmp_path / "runs")


def done(case: Case, engine: str, *, died: bool = False) -> Run:
    return Run(
        case=case.name,
        engine=engine,
        seconds=0.5,
        seed=1,
        verdict=None if died else judge(case, {}),
        fault="died with -11" if died else "",
        orders=None,
        cpu=0.5,
        memory=1,
        bound=None,
        steps=(),
    )


@pytest.mark.parametrize("engine", NAMES)
def test_a_kept_run_answers_its_own_question_and_no_other(engine: str, case: Case, kept: Kept) -> None:
    kept.keep(case, done(case, engine))
    assert kept.find(case, engine, seconds=0.5, seed=1) == done(case, engine)
    assert kept.find(case, engine, seconds=1.0, seed=1) is None
    assert kept.find(case, engine, seconds=0.5, seed=2) is None
    assert kept.find(replace(case, price=case.price + 1), engine, seconds=0.5, seed=1) is None
    others = [name for name in NAMES if name != engine]
    assert [kept.find(case, other, seconds=0.5, seed=1) for other in others] == [None] * len(others)


@pytest.mark.parametrize("name", ["made-up-3x14", "rush-3x14", "hhcrsp-3x14", "contract-3x14"])
def test_another_process_knows_a_case_by_the_same_name(name: str) -> None:
    told = f"from tests.benchmarks.cases import cases; print(next(cases({name!r}, [1])).content)"
    said = [
        subprocess.run(
            [sys.executable, "-c", told],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] != ""


def test_a_run_that_died_is_tried_again(case: Case, kept: Kept) -> None:
    kept.keep(case, done(case, "rounds", died=True))
    assert kept.find(case, "rounds", seconds=0.5, seed=1) is None


def test_a_run_that_cannot_be_read_is_tried_again(case: Case, kept: Kept) -> None:
    kept.keep(case, done(case, "rounds"))
    (file,) = kept.folder.iterdir()
    file.write_bytes(file.read_bytes()[:-9])
    assert kept.find(case, "rounds", seconds=0.5, seed=1) is None


def test_what_is_kept_is_not_run(case: Case, kept: Kept) -> None:
    kept.keep(case, done(case, "ortools-gls"))
    asked = compete([case], ["ortools-gls"], seconds=0.5, seeds=[1], clock=kept.clock, cores=[0], kept=kept)
    assert list(asked) == [done(case, "ortools-gls")]
