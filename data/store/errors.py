"""What a store refuses.

Unavailable
├── SchemaMissing         nothing has been created there yet
├── SchemaOld             made by an older release
├── SchemaTooNew          made by a newer release
└── StoreBusy             another writer held the store for too long
Conflict
└── InFlight              a twin of the request is being answered
"""

from optimizer.domain.errors import Conflict, Unavailable
from optimizer.domain.time import Seconds


class SchemaMissing(Unavailable):
    """There is no Rounds schema at this address."""

    code = "schema_missing"


class SchemaOld(Unavailable):
    """The schema was made by an older release and has to be upgraded first."""

    code = "schema_old"


class SchemaTooNew(Unavailable):
    """The schema was made by a newer release; this one would misread it."""

    code = "schema_too_new"


class StoreBusy(Unavailable):
    """Another writer held the store for too long."""

    code = "store_busy"


class InFlight(Conflict):
    """A twin of this request is being answered. `retry_after` is in seconds."""

    code = "in_flight"

    def __init__(self, detail: str, *, hint: str, retry_after: Seconds) -> None:
        super().__init__(detail, hint=hint)
        self.retry_after = retry_after
