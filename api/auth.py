"""Who asks: a bearer key or a signed-in page, with practice and role. What a role may not see does not exist for it."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from flask import g, request

from api import page_session
from api.problem_details import Forbidden, Unauthorized
from api.services.manage_token import is_token, practice_of
from api.wiring import wiring
from data.store.records import Role
from optimizer.domain.errors import NotFound

__all__ = ["Caller", "Role", "caller", "hash_key", "new_key", "require", "roles_of"]

P = ParamSpec("P")
R = TypeVar("R")

PREFIX = "rk_"
ROLES_ATTRIBUTE = "__rounds_roles__"
OPENS_WITH_MANAGE = "__rounds_opens_with_manage__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The holder of a key, or who is signed in to a page. `therapist` is whose it is, for role `therapist`.

    `manage` is the token of a client who has no key: it opens one booking and nothing else.
    """

    key_id: str
    practice_id: str
    role: Role
    therapist: str | None = None
    manage: str | None = None
    known_zone: ZoneInfo | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the practice. It came with the key; for a client's token it is looked up."""
        return self.known_zone or wiring().store.practices.get(self.practice_id).zone


def new_key() -> str:
    """A fresh secret, shown once to its holder: 256 bits."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_key(key: str) -> str:
    """What the store keeps of a key. A random secret needs no salt and no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


def require(*roles: Role, or_token: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only these roles in; the outermost decorator of a view, under its route.

    With `or_token` a client's manage token will do, too: the view asks whether it opens the booking.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if or_token and (token := manage_token()):
                g.caller = Caller(key_id="client", practice_id=practice_of(token), role=Role.BOOKING, manage=token)
                return view(*args, **kwargs)
            found = authenticate()
            if found.role not in roles:
                raise NotFound("There is nothing here for this key.", hint="The routes are listed at /docs.")
            return view(*args, **kwargs)

        setattr(guarded, ROLES_ATTRIBUTE, roles)
        setattr(guarded, OPENS_WITH_MANAGE, or_token)
        return guarded

    return decorate


def takes_token(view: Callable[..., object]) -> bool:
    """Does a client's manage token open this view?"""
    return bool(getattr(view, OPENS_WITH_MANAGE, False))


def manage_token() -> str | None:
    """The client's token: `Authorization: Manage ...`, or `?manage=` in a link."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "manage":
        return token.strip()
    return request.args.get("manage")


def roles_of(view: Callable[..., object]) -> tuple[Role, ...]:
    """Who may use a view; empty when it is open to everyone."""
    return tuple(getattr(view, ROLES_ATTRIBUTE, ()))


def authenticate() -> Caller:
    """The caller behind the request's key, else behind its page's cookie, kept for the rest of the request.

    Raises
    ------
    Unauthorized
        When there is no key, or none that the store knows.
    Forbidden
        When a signed-in browser writes without the token that its pages carry.
    """
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if not scheme and (session := page_session.current()) is not None:
        if not page_session.is_ours(session):
            raise Forbidden(
                "This request does not come from a page of ours.",
                hint=f"Pages send their token as {page_session.TOKEN_HEADER}; programs send a key.",
            )
        g.caller = Caller(
            key_id=session.id, practice_id=session.practice_id, role=session.role, therapist=session.therapist
        )
        return caller()
    if scheme.lower() != "bearer" or not key:
        raise _unauthorized("This door needs a key.")
    found = wiring().store.keys.find_by_hash(hash_key(key.strip())) if key.isascii() else None
    if found is None and not key.startswith(PREFIX) and is_token(key.strip()):
        raise _unauthorized("This key is not known.", "A client's token goes into `Authorization: Manage ...`.")
    if found is None:
        raise _unauthorized("This key is not known.")
    opened = found.key
    g.caller = Caller(
        key_id=opened.id,
        practice_id=opened.practice_id,
        role=Role(opened.role),
        therapist=opened.therapist,
        known_zone=found.zone,
    )
    return caller()


def caller() -> Caller:
    """Who asks, inside a view behind `require`."""
    found = g.caller
    if not isinstance(found, Caller):
        raise TypeError("no caller has been authenticated")
    return found


def _unauthorized(
    detail: str, hint: str = "Send `Authorization: Bearer rk_...`; `rounds keys create` makes a key."
) -> Unauthorized:
    return Unauthorized(
        detail,
        hint=hint,
        headers={"WWW-Authenticate": 'Bearer realm="rounds"'},
    )
