from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, event, text

from stance.errors import StoreError
from stance.scoring.ledger.ledger import Ledger
from stance.scoring.ledger.scored import Scored
from stance.scoring.ledger.store import Patience, Store

if TYPE_CHECKING:
    from tests.scoring.ledger.conftest import Server

HASTY = Patience(lock=0.05, pauses=(), sleep=lambda _: None)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("mysql://root@127.0.0.1/x", "a ledger on 'mysql': expected a path"),
        ("postgresql+asyncpg://x@127.0.0.1/x", "expected a path for SQLite, or postgresql"),
        ("://", "cannot be read: expected scheme"),
        ("postgresql://me:secret@127.0.0.1:1/x", "check that the server runs"),
    ],
)
def test_an_address_that_cannot_be_used_is_named_without_its_password(
    where: str, message: str
) -> None:
    with pytest.raises(StoreError, match=message) as caught:
        Ledger.open(where, patience=HASTY)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are notes, and no database at all.\n" * 100)
    with pytest.raises(StoreError, match=r"notes\.txt: file is not a database: give the path"):
        Ledger.open(path)
    assert path.read_text().startswith("These are notes")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="check that its folder is there"):
        Ledger.open(tmp_path / "none" / "ledger.db")


def test_a_full_disk_keeps_what_was_kept(tmp_path: Path, scored: Callable[..., Scored]) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        ledger.keep([scored("One text.")], "m1", "tiny")

        def fill(connection: sqlite3.Connection, *_: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")

        event.listen(ledger._store._engine, "checkout", fill)
        with pytest.raises(StoreError, match="free some space and run again"):
            ledger.keep([scored("Another text. " * 10_000, "1")], "m1", "tiny")
        assert ledger.counts()["documents"] == 1


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such permissions")
def test_a_folder_that_may_not_be_written_says_so() -> None:
    me = os.geteuid()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        if me == 0:
            os.seteuid(65_534)
        try:
            with pytest.raises(StoreError, match="check that its folder is there and may be"):
                Ledger.open(Path(folder) / "ledger.db")
        finally:
            os.seteuid(me)


def test_who_waits_too_long_for_a_writer_is_told(where: str, scored: Callable[..., Scored]) -> None:
    with Ledger.open(where) as ledger, Ledger.open(where, patience=HASTY) as other:

        def meanwhile(_: object) -> None:
            with pytest.raises(StoreError, match="another process is writing for long"):
                other.keep([scored("One text.")], "m1", "tiny")

        ledger._store.write(meanwhile)
        other.keep([scored("One text.")], "m1", "tiny")


def test_sqlite_reads_and_writes_side_by_side_and_checks_references(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger, ledger._store.reading() as connection:
        names = ("journal_mode", "busy_timeout", "foreign_keys")
        found = [connection.scalar(text(f"PRAGMA {name}")) for name in names]
    assert found == ["wal", 30_000, 1]


def test_a_server_that_restarts_between_two_batches_loses_nothing(
    postgres: Server, scored: Callable[..., Scored]
) -> None:
    pauses: list[float] = []
    with Ledger.open(postgres.new_schema(), patience=Patience(sleep=pauses.append)) as ledger:
        ledger.keep([scored("One text.")], "m1", "tiny")
        postgres.restart()
        ledger.keep([scored("Another text.", "1")], "m1", "tiny")
        assert ledger.claims.claim(["a"], "m1") == {"a"}
        assert ledger.counts()["documents"] == 2
    assert pauses == []


def test_a_server_that_is_away_is_waited_for(
    postgres: Server, scored: Callable[..., Scored]
) -> None:
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            postgres.start()

    with Ledger.open(postgres.new_schema(), patience=Patience(sleep=sleep)) as ledger:
        ledger.keep([scored("One text.")], "m1", "tiny")
        postgres.stop()
        ledger.keep([scored("Another text.", "1")], "m1", "tiny")
        assert ledger.counts()["documents"] == 2
    assert pauses == [0.5, 1.5]


def test_a_server_that_goes_in_the_middle_of_a_batch_gets_it_again_whole(
    postgres: Server,
) -> None:
    store = Store(postgres.new_schema(), Patience(sleep=lambda _: None))
    store.write(lambda c: c.execute(text("CREATE TABLE t (n integer)")))
    tries: list[int] = []

    def work(connection: Connection) -> None:
        tries.append(1)
        for n in range(2):
            connection.execute(text("INSERT INTO t VALUES (:n)"), {"n": n})
            if len(tries) == 1:
                postgres.restart()

    store.write(work)
    with store.reading() as connection:
        assert connection.scalars(text("SELECT n FROM t ORDER BY n")).all() == [0, 1]
    store.close()
    assert len(tries) == 2


def test_a_server_that_stays_away_is_given_up(postgres: Server) -> None:
    pauses: list[float] = []
    with Ledger.open(postgres.new_schema(), patience=Patience(sleep=pauses.append)) as ledger:
        postgres.stop()
        try:
            with pytest.raises(StoreError, match="check that the server runs"):
                ledger.claims.claim(["a"], "m1")
        finally:
            postgres.start()
    assert pauses == [0.5, 1.5, 4.0, 9.0]


def test_a_right_that_is_missing_is_named(postgres: Server) -> None:
    store = Store(postgres.new_schema(), Patience())
    for statement in ("CREATE ROLE guest LOGIN", "CREATE DATABASE guarded OWNER tester"):
        with store._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))
    store.close()
    with pytest.raises(StoreError, match="ask for the right to create tables"):
        Ledger.open(postgres.url("guarded").replace("tester", "guest"))
