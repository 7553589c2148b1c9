from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Self

import pytest

from stance.errors import FetchError, InputError
from stance.reading.items import Fetched, Rejected
from stance.scoring.batch import Batch
from stance.scoring.job import Job
from stance.scoring.ledger.ledger import Ledger
from stance.scoring.outputs import Output
from stance.scoring.predictor import load
from stance.scoring.watch import Unconfirmed, Watch, WatchConfig, watch_feeds

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


def test_feeds_stay_together_however_long_a_cycle_takes(batch: Batch) -> None:
    now = [0.0]
    feeds = Feeds({"a": None, "b": None})
    feeds.fetch_hook = lambda: now.__setitem__(0, now[0] + 4)
    made, lines = watch(feeds, batch, 1, clock=lambda: now[0])
    made.config = WatchConfig(every=10, cycles=1)
    for moment in (0.0, 10.0, 20.0):
        now[0] = moment
        made.run()
    assert [line[:7] for line in lines] == ["2 feeds"] * 3


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
    # What another model read is not read yet.
    assert Unconfirmed(memory, "another model").get("a") is None


def test_being_stopped_before_the_first_feed_is_no_error(batch: Batch) -> None:
    feeds, stop = Feeds({}), Event()
    made, lines = watch(feeds, batch, 0, stop=stop)

    def polls() -> Feeds:
        stop.set()
        return feeds

    made.polls = polls
    made.run()
    assert feeds.asked == []
    assert len(lines) == 1


def test_a_pause_longer_than_the_longest_is_kept_to(batch: Batch) -> None:
    now = [0.0]
    feeds = Feeds({"a": None, "b": None})
    made, _ = watch(feeds, batch, 1, clock=lambda: now[0])
    made.config = WatchConfig(every=100, longest=10, cycles=1)
    for moment in (0.0, 99.0, 100.0):
        now[0] = moment
        made.run()
    assert feeds.asked == ["a", "b", "a", "b"]


def test_a_feed_that_has_failed_for_years_is_still_tried(batch: Batch) -> None:
    made, lines = watch(Feeds({"b": None}), batch, 1, _failures={"a": 5000})
    made.run()
    assert "failed: a" in lines[0]


def test_a_broken_feed_is_had_whole_the_next_time(batch: Batch) -> None:
    memory = Memory()
    pending = Unconfirmed(memory)

    class Marking(Feeds):
        def changed(self, url: str) -> Fetched | None:
            pending.set(url, f'"{url}"', None)
            return super().changed(url)

    feeds = Marking({"a": "<rss version='2.0'><channel>", "b": FEED.format(n=1)})
    made, lines = watch(feeds, batch, 1, validators=pending)
    made.run()
    assert memory.held == {"b": ('"b"', None)}
    assert "failed: a" in lines[0]


def test_an_article_says_when_its_feed_was_fetched(batch: Batch) -> None:
    made, _ = watch(Feeds({"a": FEED.format(n=1), "b": None}), batch, 1)
    made.run()
    assert [row["retrieved"] for row in batch.ledger.article_rows()] == ["now"]


def test_watching_writes_no_files(tmp_path: Path) -> None:
    job = Job(("https://a.example/feed",), Output.named(str(tmp_path / "out.parquet")))
    with pytest.raises(InputError, match=r"out\.parquet.*\.db"):
        watch_feeds(job, WatchConfig(cycles=1), Event(), print)
    assert list(tmp_path.iterdir()) == []
