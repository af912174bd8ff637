"""Requests made up from the contract, good and bad: whatever comes, the answer is one that the contract names."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from api.auth import Role
from tests.api.conftest import Door

pytestmark = pytest.mark.slow

BOUNDED = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_made_up_requests_get_answers_that_the_contract_names(door: Door, mode: GenerationMode) -> None:
    contract = schemathesis.openapi.from_wsgi("/openapi.json", door.app)
    key = {"Authorization": f"Bearer {door.keys[Role.PLANNER]}"}
    refused: dict[str, str] = {}

    for found in contract.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not takes_anything(operation):
            continue

        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode))
        def every_case(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=key, checks=CHECKS)

        try:
            every_case()
        except (AssertionError, ExceptionGroup) as error:
            refused[operation.label] = str(error)
    assert not refused


def takes_anything(operation: APIOperation) -> bool:
    return bool(len(operation.body) or len(operation.query) or len(operation.headers))
