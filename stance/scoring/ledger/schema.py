"""Brings a database to the schema that this version knows."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from stance.errors import StoreError
from stance.scoring.ledger.store import Store
from stance.scoring.ledger.tables import VERSION_TABLE


def bring_up_to_date(store: Store) -> None:
    """Make the tables in a new database, or migrate those of an older version.

    Two processes may do so at once: the second waits, and finds it done.

    Args:
        store: The database.

    Raises:
        StoreError: A newer version of this package wrote it, or it cannot be written.
    """
    config = Config()
    config.set_main_option("script_location", "stance.scoring.ledger:migrations")
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    with store.reading() as connection:
        if _is_newest(connection, script, store.name):
            return

    def migrate(connection: Connection) -> None:
        if not _is_newest(connection, script, store.name):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    store.write(migrate)


def _is_newest(connection: Connection, script: ScriptDirectory, name: str) -> bool:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    version = context.get_current_revision()
    known = {step.revision for step in script.walk_revisions()}
    if version is not None and version not in known:
        raise StoreError(
            f"ledger {name} has version {version}, and this package knows up to "
            f"{script.get_current_head()}: upgrade stance-news"
        )
    return version == script.get_current_head()
