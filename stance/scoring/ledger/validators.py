"""What servers said of a feed's version, so that one can ask whether it has changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from stance.scoring.ledger.store import Store
from stance.scoring.ledger.tables import validators


@dataclass(frozen=True, slots=True)
class KeptValidators:
    """Validators of conditional requests (RFC 9110, section 13), kept by URL.

    Attributes:
        store: The database.
    """

    store: Store

    def get(self, url: str) -> tuple[str | None, str | None] | None:
        """The `ETag` and `Last-Modified` that came last, or None if none did.

        Args:
            url: The feed's address.

        Raises:
            StoreError: The database cannot be read.
        """
        query = select(validators.c.etag, validators.c.last_modified)
        with self.store.reading() as connection:
            row = connection.execute(query.where(validators.c.url == url)).first()
        return (row.etag, row.last_modified) if row else None

    def set(self, url: str, etag: str | None, last_modified: str | None) -> None:
        """Keep them in place of those before.

        Args:
            url: The feed's address.
            etag: As the server sent it.
            last_modified: As the server sent it.

        Raises:
            StoreError: The database cannot be written.
        """
        row = {"url": url, "etag": etag, "last_modified": last_modified}

        def replace(connection: Connection) -> None:
            connection.execute(delete(validators).where(validators.c.url == url))
            connection.execute(insert(validators), row)

        self.store.write(replace)
