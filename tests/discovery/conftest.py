"""The PostgreSQL of the store's own tests."""

from tests.contract.conftest import migrated_postgres, postgres_uri  # noqa: F401
