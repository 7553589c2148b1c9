"""A real PostgreSQL on the loopback, and articles made up for the ledger."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from stance.reading.dates import ReadDate
from stance.reading.items import Located
from stance.reading.segmentation import segment
from stance.records import Article, ArticleStance, Label, SentenceStance
from stance.scoring.ledger.scored import Scored

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


def _binaries() -> Path | None:
    found = [Path(p).parent for p in [shutil.which("initdb")] if p]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in found if (folder / "initdb").is_file()), None)


@dataclass
class Server:
    """A PostgreSQL of these tests' own."""

    binaries: Path
    folder: Path
    port: int
    numbers: Iterator[int]

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs; not as root, which it refuses."""
        other: dict[str, Any] = (
            {"user": "postgres", "group": "postgres", "extra_groups": []}
            if os.geteuid() == 0
            else {}
        )
        subprocess.run(
            [self.binaries / program, "-D", self.folder / "data", *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
            **other,
        )

    def start(self) -> None:
        options = (
            f"-p {self.port} -h 127.0.0.1 -c unix_socket_directories='' -c fsync=off "
            "-c max_connections=40 -c shared_buffers=16MB"
        )
        log = str(self.folder / "log")
        self.run("pg_ctl", "start", "-w", "-t", "100", "-l", log, "-o", options)

    def stop(self) -> None:
        self.run("pg_ctl", "stop", "-w", "-m", "immediate", "-t", "100")

    def restart(self) -> None:
        self.stop()
        self.start()

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://tester@127.0.0.1:{self.port}/{database}"

    def new_schema(self) -> str:
        """The URL of an empty schema, which is as good as a database and sooner made."""
        import psycopg

        name = f"ledger{next(self.numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
        return f"{self.url()}?options=-csearch_path%3D{name}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server on this machine: initdb was not found")
    folder = Path(tempfile.mkdtemp(prefix="ledger-postgres-"))
    if os.geteuid() == 0:
        try:
            shutil.chown(folder, "postgres", "postgres")
        except LookupError:
            pytest.skip("PostgreSQL refuses root, and there is no user 'postgres' to run it")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(binaries, folder, port, count())
    try:
        server.run("initdb", "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that is not there yet (SQLite) or an empty schema (PostgreSQL)."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.db")
    server: Server = request.getfixturevalue("postgres")
    return server.new_schema()


@pytest.fixture(scope="session")
def scored() -> Callable[..., Scored]:
    """Makes an article that was scored, or screened out, from a text and what else is known."""

    def make(
        text: str,
        place: str = "0",
        *,
        moment: datetime | None = NOW,
        hopeful: float = 0.125,
        screened: bool = False,
        **known: str | None,
    ) -> Scored:
        article = Article(text, **known)
        odds = {"skeptical": 0.75 - hopeful, "neutral": 0.25, "hopeful": hopeful}
        label = Label.SKEPTICAL if hopeful < 0.375 else Label.HOPEFUL
        stances = tuple(
            SentenceStance(s.text, s.start, s.end, s.kind, label, odds) for s in segment(text)
        )
        result = None if screened else ArticleStance(article, stances, "tiny")
        date = ReadDate(article.published, moment)
        return Scored(Located(article, "pile.jsonl", place), date, result)

    return make
