"""The contract, made from the code: every route with its operation, every schema from its pydantic model."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from importlib.metadata import version
from inspect import cleandoc
from typing import Any

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from werkzeug.routing import Rule

from api.auth import roles_of, takes_token
from api.operation import JSON, Operation, operation_of
from api.problem_details import MEDIA_TYPE, ProblemOut

Json = dict[str, Any]
"""A piece of the document: it leaves this module as JSON and is never read again."""

COMPONENT = "#/components/schemas/{model}"


def document(app: Flask) -> Json:
    """The OpenAPI 3.1 document of every route that has an operation."""
    routes = [(rule, found) for rule in _rules(app) if (found := operation_of(app.view_functions[rule.endpoint]))]
    references, schemas = _schemas(found for _, found in routes)
    paths: Json = {}
    for rule, found in routes:
        path = paths.setdefault(template(rule), {})
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path[method.lower()] = _operation(app, rule, method, found, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Rounds",
            "version": version("rounds"),
            "summary": "Plans home visits: feasible slots, proven routes, daily itineraries.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in sorted({found.tag for _, found in routes})],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "bearerFormat": "rk_..."},
                "manage": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`Manage <token>`: the `manage` of a confirmed booking, for that booking alone.",
                },
            },
        },
    }


def _rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ())))


def template(rule: Rule) -> str:
    """The path of a route as OpenAPI writes it: `/v1/plans/{plan_id}`."""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)


References = Mapping[tuple[Any, JsonSchemaMode], Json]
"""Where each model is found in the document: `{"$ref": ...}` by model and direction."""


def _schemas(operations: Iterable[Operation]) -> tuple[References, Json]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(ProblemOut, "serialization"): None}
    for found in operations:
        if found.body is not None:
            wanted[found.body, "validation"] = None
        if found.query is not None:
            wanted[found.query, "validation"] = None
        for answer in found.answers.values():
            if isinstance(answer, type):
                wanted[answer, "serialization"] = None
    references, definitions = models_json_schema(list(wanted), ref_template=COMPONENT)
    return references, definitions.get("$defs", {})


def _operation(app: Flask, rule: Rule, method: str, found: Operation, references: References) -> Json:
    view = app.view_functions[rule.endpoint]
    roles = roles_of(view)
    described: Json = {
        "operationId": f"{rule.endpoint.replace('.', '_')}_{method.lower()}",
        "summary": found.summary,
        "tags": [found.tag],
        "parameters": [*_path_parameters(rule), *_query_parameters(found), *_headers(found)],
        "responses": _responses(found, is_guarded=bool(roles), references=references),
    }
    words = [cleandoc(view.__doc__)] if view.__doc__ else []
    if roles:
        described["security"] = [{"key": []}, {"manage": []}] if takes_token(view) else [{"key": []}]
        words.append(f"Roles: {', '.join(roles)}.")
    if words:
        described["description"] = "\n\n".join(words)
    content: Json = {media: {"schema": {"type": "string"}} for media in found.uploads}
    if found.body is not None:
        content[JSON] = {"schema": references[found.body, "validation"]}
    if content:
        described["requestBody"] = {"required": True, "content": content}
    return described


def _path_parameters(rule: Rule) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in sorted(rule.arguments)
    ]


def _query_parameters(found: Operation) -> list[Json]:
    if found.query is None:
        return []
    schema = found.query.model_json_schema(ref_template=COMPONENT)
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": part}
        for name, part in schema.get("properties", {}).items()
    ]


def _headers(found: Operation) -> list[Json]:
    if not found.idempotent:
        return []
    text = {"type": "string", "minLength": 1, "maxLength": 200}
    return [{"name": "Idempotency-Key", "in": "header", "required": True, "schema": text}]


def _responses(found: Operation, *, is_guarded: bool, references: References) -> Json:
    responses: Json = {}
    for status, answer in found.answers.items():
        responses[str(status)] = {"description": HTTPStatus(status).phrase}
        if isinstance(answer, str):
            responses[str(status)]["content"] = {answer: {"schema": {} if answer == JSON else {"type": "string"}}}
        elif answer is not None:
            responses[str(status)]["content"] = {JSON: {"schema": references[answer, "serialization"]}}
    problem = {"content": {MEDIA_TYPE: {"schema": references[ProblemOut, "serialization"]}}}
    for status in sorted(_problem_statuses(found, is_guarded=is_guarded)):
        responses.setdefault(str(status), {"description": HTTPStatus(status).phrase, **problem})
    return responses | {"default": {"description": "What went wrong", **problem}}


def _problem_statuses(found: Operation, *, is_guarded: bool) -> set[int]:
    statuses = set(found.problems)
    if is_guarded:
        statuses |= {401, 404}
    if found.body is not None or found.uploads:
        statuses |= {400, 413, 415, 422}
    if found.query is not None:
        statuses.add(422)
    if found.idempotent:
        statuses |= {409, 422, 428}
    return statuses
