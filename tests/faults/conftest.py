"""The two databases of the store's own tests."""

from tests.contract.conftest import migrated_postgres, migrated_sqlite, postgres_uri, url  # noqa: F401
