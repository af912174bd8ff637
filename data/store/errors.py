"""What a store refuses.

Unavailable
├── SchemaMissing         nothing has been created there yet
├── SchemaOld             made by an older release
├── SchemaTooNew          made by a newer release
└── StoreBusy             another writer held the store for too long
"""

from optimizer.domain.errors import Unavailable


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
