"""Requests made up from the contract, good and bad: whatever comes, the answer is one that the contract names."""

import json
from datetime import UTC, datetime

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode

from api.auth import Role
from tests.api.conftest import Door
from tests.api.problems import problem, therapist, visit

pytestmark = pytest.mark.slow

BOUNDED = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def app(door: Door) -> Flask:
    return door.app


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/version", "/openapi.json", "/docs", "/v1/solve", "/v1/evaluate"]
)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_made_up_requests_get_answers_that_the_contract_names(door: Door, path: str, mode: GenerationMode) -> None:
    contract = schemathesis.openapi.from_wsgi("/openapi.json", door.app)
    key = {"Authorization": f"Bearer {door.keys[Role.PLANNER]}"}
    (method,) = contract.raw_schema["paths"][path]
    operation = contract[path][method]
    if mode is GenerationMode.NEGATIVE and operation.body == ():
        pytest.skip("nothing can be sent wrongly where nothing is sent")

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def every_case(case: schemathesis.Case) -> None:
        answer = case.call(headers=key)
        assert answer.status_code < 500, answer.text
        case.validate_response(answer, headers=key, excluded_checks=[schemathesis.checks.load_all_checks])

    every_case()
