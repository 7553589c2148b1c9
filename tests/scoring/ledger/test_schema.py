from __future__ import annotations

import subprocess
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

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


OLD_ROWS = (
    (
        "INSERT INTO documents (id, content_hash, text, group_key, signature, source, position)"
        " VALUES (1, 'a', 'Talks.', 'g', '', 's', 'p')"
    ),
    (
        "INSERT INTO scorings (id, document_id, model_hash, model, status, score, skeptical,"
        " neutral, hopeful) VALUES (1, 1, 'm', 'old', 'scored', 0, 0, 1, 0)"
    ),
    (
        'INSERT INTO sentences (scoring_id, number, start, "end", kind, label, skeptical, neutral,'
        " hopeful, score, by_rule, windows)"
        " VALUES (1, 0, 0, 6, 'body', 'neutral', 0.1, 0.8, 0.1, 0, false, 1)"
    ),
)


def test_the_migrations_make_the_tables_that_the_code_knows(where: str) -> None:
    with Ledger.open(where) as ledger, ledger._store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_an_older_ledger_is_migrated_and_keeps_its_rows(where: str) -> None:
    store = Store(where, Patience())
    config = Config()
    config.set_main_option("script_location", "stance.scoring.ledger:migrations")
    config.set_main_option("path_separator", "os")

    def first_version(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in OLD_ROWS:
            connection.execute(text(statement))

    store.write(first_version)
    store.close()
    with Ledger.open(where) as ledger:
        (row,) = ledger.sentence_rows()
        assert (row["label"], row["relevant"], row["text"]) == ("neutral", None, "Talks.")


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
    with pytest.raises(StoreError, match=r"version 9999.*knows up to 0002: upgrade"):
        Ledger.open(where)


def test_a_migration_that_fails_leaves_nothing_behind(where: str) -> None:
    store = Store(where, Patience())
    store.write(lambda c: c.execute(text("CREATE TABLE claims (mine INTEGER)")))
    with pytest.raises(StoreError, match="give one of its own"):
        Ledger.open(where)
    with pytest.raises(StoreError, match="documents"), store.reading() as connection:
        connection.execute(text("SELECT * FROM documents"))
    store.close()
