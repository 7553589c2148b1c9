from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Self

import pytest

from stance.errors import FetchError
from stance.reading.items import Fetched, Rejected
from stance.scoring.batch import Batch
from stance.scoring.ledger.ledger import Ledger
from stance.scoring.predictor import load
from stance.scoring.watch import Unconfirmed, Watch, WatchConfig

FEED = """<rss version="2.0"><channel><title>Courier</title>
<item><title>Envoy returns</title><guid>{n}</guid>
<description>The envoy returned from the river talks without a date, number {n}.</description>
</item></channel></rss>"""


def nothing() -> None: ...


class Feeds:
    """Feeds by address; None where nothing has changed, an error where there is none."""

    def __init__(self, bodies: dict[str, str | None]) -> None:
        self.bodies = bodies
        self.asked: list[str] = []
        self.fetch_hook: Callable[[], None] = nothing

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def changed(self, url: str) -> Fetched | None:
        self.asked.append(url)
        self.fetch_hook()
        if url not in self.bodies:
            raise FetchError(f"{url}: status 410: check the address")
        body = self.bodies[url]
        return None if body is None else Fetched(url, body.encode(), "application/rss+xml", "now")


class Memory:
    """Validators in a dict."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[str | None, str | None]] = {}

    def get(self, url: str) -> tuple[str | None, str | None] | None:
        return self.held.get(url)

    def set(self, url: str, etag: str | None, last_modified: str | None) -> None:
        self.held[url] = (etag, last_modified)


@pytest.fixture
def batch(tmp_path: Path, tiny_model: Path) -> Iterator[Batch]:
    with Ledger.open(tmp_path / "news.db") as ledger:
        yield Batch(load(tiny_model, "cpu"), ledger, None, REJECTED.append)


REJECTED: list[Rejected] = []


def watch(feeds: Feeds, batch: Batch, cycles: int, **given: object) -> tuple[Watch, list[str]]:
    lines: list[str] = []
    config = WatchConfig(every=0.001, cycles=cycles)
    names = ("a", "b")
    made = Watch(names, lambda: feeds, Unconfirmed(Memory()), batch, lines.append, config)
    for name, value in given.items():
        setattr(made, name, value)
    return made, lines


def test_each_cycle_scores_what_is_new_and_says_one_line(batch: Batch) -> None:
    feeds = Feeds({"a": FEED.format(n=1), "b": FEED.format(n=2)})
    made, lines = watch(feeds, batch, 2)
    made.run()
    assert len(lines) == 2
    assert lines[0].startswith("2 feeds: 2 read, 2 scored")
    assert batch.ledger.counts()["scored"] == 2


def test_a_feed_that_disappears_is_left_alone_ever_longer(batch: Batch) -> None:
    now = [0.0]
    feeds = Feeds({"b": None})
    made, lines = watch(feeds, batch, 1, clock=lambda: now[0])
    made.config = WatchConfig(every=10, cycles=1)
    for moment in (0.0, 10.0, 20.0, 30.0, 60.0):
        now[0] = moment
        made.run()
    assert feeds.asked.count("b") == 5
    assert feeds.asked.count("a") == 3
    assert "failed: a" in lines[0]
    assert "failed" not in lines[1]


def test_stopping_ends_after_the_feed_under_way(batch: Batch) -> None:
    feeds, stop = Feeds({"a": FEED.format(n=1), "b": FEED.format(n=2)}), Event()
    feeds.fetch_hook = stop.set
    made, lines = watch(feeds, batch, 0, stop=stop)
    made.run()
    assert feeds.asked == ["a"]
    assert len(lines) == 1
    assert batch.ledger.counts()["scored"] == 1


def test_validators_are_stored_once_articles_are_kept() -> None:
    memory = Memory()
    pending = Unconfirmed(memory)
    pending.set("a", '"1"', None)
    assert memory.held == {}
    pending.confirm()
    assert pending.get("a") == ('"1"', None)
    assert pending.get("b") is None
