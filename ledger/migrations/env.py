"""Runs all migrations inside the caller's transaction."""

from alembic import context

from ledger.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
