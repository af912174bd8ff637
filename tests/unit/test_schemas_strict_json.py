"""JSON is read as RFC 8259 has it: what json writes comes back, what it should never have accepted does not."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import strict_json
from api.problem_details import Malformed

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(DOCUMENTS)
def test_a_document_comes_back_as_it_was_written(document: object) -> None:
    assert strict_json.parse(json.dumps(document).encode()) == document


@given(st.binary(max_size=40))
def test_bytes_are_json_or_malformed_and_nothing_else(body: bytes) -> None:
    with contextlib.suppress(Malformed):
        json.dumps(strict_json.parse(body), allow_nan=False)


@pytest.mark.parametrize("depth", [1, 31, 32])
def test_a_document_as_deep_as_allowed_is_read(depth: int) -> None:
    assert strict_json.parse(b"[" * depth + b"]" * depth, max_depth=32) is not None


@pytest.mark.parametrize("depth", [33, 500, 50_000])
def test_a_deeper_one_is_not(depth: int) -> None:
    with pytest.raises(Malformed) as refused:
        strict_json.parse(b'{"a":' * depth + b"1" + b"}" * depth, max_depth=32)

    assert refused.value.code == "too_deep"


def test_brackets_in_text_are_not_depth() -> None:
    assert strict_json.parse(b'"' + b"[" * 1000 + b'"') == "[" * 1000


def test_a_key_twice_is_named() -> None:
    with pytest.raises(Malformed, match="'b'"):
        strict_json.parse(b'{"a": {"b": 1, "c": 2, "b": 3}}')
