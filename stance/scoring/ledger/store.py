"""A database that one process writes at a time, and that may go away for a while."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError, SQLAlchemyError

from stance.errors import MissingExtraError, StoreError
from stance.scoring.ledger.faults import store_error

T = TypeVar("T")

_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
# Any number will do, as long as every version of this package takes the same.
_ADVISORY_LOCK = 7_283_145_906


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a ledger waits.

    Attributes:
        lock: Seconds to wait for another process to end its writing.
        pauses: Seconds to sleep before each new try, while the server is away.
        sleep: What sleeps.
    """

    lock: float = 30.0
    pauses: tuple[float, ...] = (0.5, 1.5, 4.0, 9.0)
    sleep: Callable[[float], None] = time.sleep


class Store:
    """Reads from and writes to one database, SQLite or PostgreSQL."""

    def __init__(self, where: str | Path, patience: Patience) -> None:
        """Prepare to connect; nothing is opened yet.

        Args:
            where: A path for SQLite, or a URL.
            patience: How long to wait.

        Raises:
            StoreError: The URL is none, or names another kind of database.
            MissingExtraError: `psycopg` is not installed.
        """
        url = _url(where)
        self.name = url.render_as_string(hide_password=True)
        self._patience = patience
        try:
            self._engine = _engine(url, patience)
        except ImportError:
            raise MissingExtraError("psycopg", "postgres") from None

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do some work in one transaction, as the only writer.

        On PostgreSQL it is tried anew if the server goes away, so work must come to the
        same when it is done twice.

        Args:
            work: Reads and writes; committed when it returns.

        Raises:
            StoreError: The database cannot be written.
        """
        pauses = iter(self._patience.pauses)
        while True:
            try:
                with self._engine.begin() as connection:
                    self._lock(connection)
                    return work(connection)
            except SQLAlchemyError as error:
                pause = next(pauses, None) if self._may_pass(error) else None
                if pause is None:
                    raise store_error(error, self.name) from error
            self._patience.sleep(pause)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that reads, in one transaction, and hinders nobody.

        Raises:
            StoreError: The database cannot be read.
        """
        try:
            with self._engine.execution_options(reading=True).begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise store_error(error, self.name) from error

    def _lock(self, connection: Connection) -> None:
        # SQLite has locked the database by BEGIN IMMEDIATE.
        if connection.dialect.name == "postgresql":
            timeout = f"{self._patience.lock * 1000:.0f}ms"
            connection.execute(select(func.set_config("lock_timeout", timeout, True)))  # noqa: FBT003
            connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))

    def _may_pass(self, error: SQLAlchemyError) -> bool:
        on_server = self._engine.dialect.name == "postgresql"
        return on_server and isinstance(error, OperationalError | InterfaceError)


def _url(where: str | Path) -> URL:
    if "://" not in str(where):
        return URL.create("sqlite", database=str(where))
    try:
        url = make_url(str(where))
    except ArgumentError:
        raise StoreError("the ledger's URL cannot be read: expected scheme://…") from None
    if url.drivername not in _DRIVERS:
        raise StoreError(
            f"a ledger on {url.drivername!r}: expected a path for SQLite, or postgresql://…"
        )
    return url.set(drivername=_DRIVERS[url.drivername])


def _engine(url: URL, patience: Patience) -> Engine:
    if url.get_backend_name() != "sqlite":
        # A plan that was made for an empty table is a bad one soon after.
        settings = {"connect_timeout": 10, "prepare_threshold": None}
        return create_engine(url, pool_pre_ping=True, connect_args=settings)
    engine = create_engine(url)

    # The driver would begin a transaction of its own, and not before every statement.
    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {patience.lock * 1000:.0f}")
        _write_ahead(connection, patience)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _write_ahead(connection: sqlite3.Connection, patience: Patience) -> None:
    """Turn a database to write-ahead logging, in which reading and writing go side by side.

    SQLite waits for no lock here, so two processes that open a new database would collide.
    """
    end = time.monotonic() + patience.lock
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
        else:
            return
        patience.sleep(0.05)
