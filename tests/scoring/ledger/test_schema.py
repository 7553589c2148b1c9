from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from stance.errors import StoreError
from stance.scoring.ledger.ledger import Ledger
from stance.scoring.ledger.store import Patience, Store
from stance.scoring.ledger.tables import VERSION_TABLE, metadata

OPEN = """
import sys
from stance.scoring.ledger.ledger import Ledger
sys.stdin.readline()
with Ledger.open(sys.argv[1]) as ledger:
    print(ledger.counts()["documents"])
"""


def test_the_migrations_make_the_tables_that_the_code_knows(where: str) -> None:
    with Ledger.open(where) as ledger, ledger._store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_processes_that_open_a_new_database_at_once_do_not_collide(where: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", OPEN, where],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        out, error = process.communicate(timeout=120)
        assert (out, error) == ("0\n", "")


def test_a_ledger_of_a_newer_version_is_refused(where: str) -> None:
    with Ledger.open(where) as ledger:
        ledger._store.write(
            lambda c: c.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))  # noqa: S608
        )
    with pytest.raises(StoreError, match=r"version 9999.*knows up to 0001: upgrade"):
        Ledger.open(where)


def test_a_migration_that_fails_leaves_nothing_behind(where: str) -> None:
    store = Store(where, Patience())
    store.write(lambda c: c.execute(text("CREATE TABLE claims (mine INTEGER)")))
    with pytest.raises(StoreError, match="give one of its own"):
        Ledger.open(where)
    with pytest.raises(StoreError, match="documents"), store.reading() as connection:
        connection.execute(text("SELECT * FROM documents"))
    store.close()
