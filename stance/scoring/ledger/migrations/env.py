"""What Alembic runs to migrate: on the connection that is given, in its transaction."""

from __future__ import annotations

from alembic import context

from stance.scoring.ledger.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
