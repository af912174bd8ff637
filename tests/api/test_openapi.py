"""The contract is made from the code, and the code keeps it."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask

from api import openapi
from api.operation import operation_of
from tests.api.conftest import Door

METHODS = {"get", "put", "post", "patch", "delete"}


@pytest.fixture
def contract(door: Door) -> dict[str, Any]:
    answer = door.ask("GET", "/openapi.json", role=None)
    assert answer.json is not None
    document: dict[str, Any] = answer.json
    return document


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def test_the_contract_is_valid_openapi_3_1(contract: dict[str, Any]) -> None:
    schemathesis.openapi.from_dict(contract).validate()
    assert contract["openapi"].startswith("3.1.")
    assert contract["info"]["version"]
    for path, methods in contract["paths"].items():
        assert path.startswith("/")
        assert set(methods) <= METHODS
        for operation in methods.values():
            assert operation["responses"]
            named = {part["name"] for part in operation["parameters"] if part["in"] == "path"}
            assert named == {part[1:-1] for part in path.replace(".", "/").split("/") if part.startswith("{")}


def test_every_schema_of_the_contract_is_a_valid_json_schema(contract: dict[str, Any]) -> None:
    for schema in contract["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def test_every_reference_in_the_contract_is_kept(contract: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in contract["components"]["schemas"]}

    assert set(references(contract)) <= known


def test_operations_are_named_apart(contract: dict[str, Any]) -> None:
    names = [operation["operationId"] for methods in contract["paths"].values() for operation in methods.values()]

    assert len(names) == len(set(names))


def test_every_route_under_v1_is_in_the_contract(door: Door, contract: dict[str, Any]) -> None:
    app: Flask = door.app
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/v1/"):
            continue
        path = openapi.template(rule)
        assert operation_of(app.view_functions[rule.endpoint]) is not None, f"{rule} has no operation"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert method.lower() in contract["paths"][path]


def test_the_errors_of_every_door_are_problem_documents(contract: dict[str, Any]) -> None:
    for methods in contract["paths"].values():
        for operation in methods.values():
            refused = {
                status: r for status, r in operation["responses"].items() if status == "default" or status >= "4"
            }
            assert all(set(response["content"]) == {"application/problem+json"} for response in refused.values())


def test_the_docs_show_every_route_and_fetch_nothing(door: Door, contract: dict[str, Any]) -> None:
    page = door.ask("GET", "/docs", role=None).text

    assert all(path in page for path in contract["paths"])
    assert "http://" not in page
    assert "https://" not in page
    assert "src=" not in page
