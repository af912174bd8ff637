"""The doors of version 1: one module a resource, each with its blueprint."""

from flask import Blueprint


def blueprints() -> tuple[Blueprint, ...]:
    """Every blueprint of the app; a new resource adds its line here."""
    from api.v1 import docs, house, solve

    return (
        docs.blueprint,
        house.blueprint,
        solve.blueprint,
    )
