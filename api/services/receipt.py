"""What a door keeps beside a write, in the same transaction: the answer to an Idempotency-Key."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from data.store.unit_of_work import UnitOfWork

T = TypeVar("T")

Receipt = Callable[["UnitOfWork", T], None]
"""Called with what a service is about to commit."""


def no_receipt(_uow: "UnitOfWork", _result: object) -> None:
    """For callers that may repeat a write without harm."""
