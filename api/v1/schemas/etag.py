"""Versions of resources, for `ETag` and `If-Match`."""

import hashlib

from pydantic import BaseModel


def etag_of(document: BaseModel) -> str:
    """Changes with anything in the document, and with nothing else."""
    return f'"{hashlib.sha256(document.model_dump_json().encode()).hexdigest()[:24]}"'


def matches(if_match: str | None, document: BaseModel | None) -> bool:
    """Whether a write that carries this `If-Match` is about this very document; without the header it always is.

    `document` is None where nothing is stored yet: no tag matches that, nor does `*`.
    """
    if if_match is None:
        return True
    if document is None or if_match.strip() == "*":
        return document is not None
    return etag_of(document) in [tag.strip() for tag in if_match.split(",")]
