"""Who asks: a bearer key, its practice and its role. What a role may not see does not exist for it."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, request

from api.problem_details import Unauthorized
from api.wiring import wiring
from data.store.records import Role
from optimizer.domain.errors import NotFound

__all__ = ["Caller", "Role", "caller", "hash_key", "new_key", "require", "roles_of"]

P = ParamSpec("P")
R = TypeVar("R")

PREFIX = "rk_"
ROLES_ATTRIBUTE = "__rounds_roles__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The holder of a key. `therapist` is whose key it is, for role `therapist`."""

    key_id: str
    practice_id: str
    role: Role
    therapist: str | None = None


def new_key() -> str:
    """A fresh secret, shown once to its holder: 256 bits."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_key(key: str) -> str:
    """What the store keeps of a key. A random secret needs no salt and no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


def require(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only these roles in; the outermost decorator of a view, under its route."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            found = authenticate()
            if found.role not in roles:
                raise NotFound("There is nothing here for this key.", hint="The routes are listed at /docs.")
            return view(*args, **kwargs)

        setattr(guarded, ROLES_ATTRIBUTE, roles)
        return guarded

    return decorate


def roles_of(view: Callable[..., object]) -> tuple[Role, ...]:
    """Who may use a view; empty when it is open to everyone."""
    return tuple(getattr(view, ROLES_ATTRIBUTE, ()))


def authenticate() -> Caller:
    """The caller behind the request's key, kept for the rest of the request.

    Raises
    ------
    Unauthorized
        When there is no key, or none that the store knows.
    """
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise _unauthorized("This door needs a key.")
    found = wiring().store.keys.find_by_hash(hash_key(key.strip())) if key.isascii() else None
    if found is None:
        raise _unauthorized("This key is not known.")
    g.caller = Caller(key_id=found.id, practice_id=found.practice_id, role=Role(found.role), therapist=found.therapist)
    return caller()


def caller() -> Caller:
    """Who asks, inside a view behind `require`."""
    found = g.caller
    if not isinstance(found, Caller):
        raise TypeError("no caller has been authenticated")
    return found


def _unauthorized(detail: str) -> Unauthorized:
    return Unauthorized(
        detail,
        hint="Send `Authorization: Bearer rk_...`; `rounds keys create` makes a key.",
        headers={"WWW-Authenticate": 'Bearer realm="rounds"'},
    )
