"""The planted bugs still fit the code: one whose text has changed would be planted nowhere and found by nobody."""

import ast

import pytest

from tests.discovery.mutants import ROOT
from tests.discovery.planted import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_text_that_a_bug_changes_is_there_once_and_what_comes_of_it_is_python(mutant: Mutant) -> None:
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    assert text.count(mutant.before) == 1
    ast.parse(text.replace(mutant.before, mutant.after))
    assert all((ROOT / test.partition("::")[0]).exists() for test in mutant.tests)


def test_no_two_bugs_have_one_name() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 12
