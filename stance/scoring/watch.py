"""Feeds polled on a schedule, scored into a ledger."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event
from typing import Protocol

from stance.errors import InputError
from stance.reading.feeds import articles_from_feed
from stance.reading.fetching import Validators
from stance.reading.items import Fetched, Item, Rejected
from stance.scoring.batch import Batch, Summary
from stance.scoring.gate import Gate
from stance.scoring.job import Job, scorer_of
from stance.scoring.ledger.ledger import Ledger
from stance.scoring.rejections import Rejections

_DOUBLINGS = 30


class Poll(Protocol):
    """Gets what stands at an address, if it has changed."""

    def changed(self, url: str) -> Fetched | None:
        """Get it; None where it is as it was.

        Raises:
            FetchError: The address is refused, or gives nothing usable.
        """
        ...


@dataclass(frozen=True, slots=True)
class WatchConfig:
    """How feeds are watched.

    Attributes:
        every: Seconds between two looks at a feed.
        longest: Most seconds that a feed which fails again and again is left alone, where
            they are more than `every`.
        cycles: Looks at all feeds before the end; 0 for no end.
    """

    every: float = 900
    longest: float = 86_400
    cycles: int = 0


@dataclass(slots=True)
class Unconfirmed:
    """Validators of feeds whose articles are not kept yet.

    A feed that was fetched but not kept, for a kill came between, must be had whole the
    next time; so its validators are stored only once `confirm` is called.

    They are stored for one reader, since a feed that has not changed is new to another
    model, and to one without a gate.

    Attributes:
        stored: Where they go.
        reader: Who reads the feeds.
    """

    stored: Validators
    reader: str = ""
    _new: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)

    def get(self, url: str) -> tuple[str | None, str | None] | None:
        """The stored ETag and Last-Modified of an address; None if there are none."""
        return self.stored.get(self._key(url))

    def set(self, url: str, etag: str | None, last_modified: str | None) -> None:
        """Remember what a server just said."""
        self._new[url] = (etag, last_modified)

    def forget(self, url: str) -> None:
        """Store nothing of an address, for what it gave could not be read."""
        self._new.pop(url, None)

    def confirm(self) -> None:
        """Store what was remembered."""
        for url, (etag, last_modified) in self._new.items():
            self.stored.set(self._key(url), etag, last_modified)
        self._new.clear()

    def _key(self, url: str) -> str:
        return f"{self.reader} {url}".strip()


@dataclass(slots=True)
class Watch:
    """Looks at feeds in turn until it is told to stop.

    Attributes:
        feeds: Addresses of the feeds.
        polls: Makes what fetches them, anew each cycle: what it learnt of a server, such as
            its rules for robots, is forgotten in between.
        validators: Is told when what was fetched is kept.
        batch: Scores and keeps what they hold.
        say: Is told one line a cycle.
        config: How often.
        stop: Set it to stop once what the feed under way holds is kept.
        clock: Seconds that never run backwards.
    """

    feeds: Sequence[str]
    polls: Callable[[], AbstractContextManager[Poll]]
    validators: Unconfirmed
    batch: Batch
    say: Callable[[str], None]
    config: WatchConfig = field(default_factory=WatchConfig)
    stop: Event = field(default_factory=Event)
    clock: Callable[[], float] = time.monotonic
    _failures: dict[str, int] = field(default_factory=dict)
    _due: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """Poll until stopped; a feed that fails is tried again later, twice as late each time."""
        done = 0
        while not self.stop.is_set():
            self._cycle()
            done += 1
            if done == self.config.cycles:
                return
            self.stop.wait(max(0.0, min(self._due.values(), default=0.0) - self.clock()))

    def _cycle(self) -> None:
        start = self.clock()
        # What is nearly due goes along, or some feeds would have cycles of their own.
        soon = start + self.config.every / 10
        due = [f for f in self.feeds if self._due.get(f, 0.0) <= soon]
        before = dict(self._failures)
        summary = self.batch.run(self._items(due, start))
        self.validators.confirm()
        failed = [f for f in due if self._failures.get(f, 0) > before.get(f, 0)]
        self.say(_line(summary, len(due), failed))

    def _items(self, due: Sequence[str], start: float) -> Iterator[Item]:
        with self.polls() as poll:
            for feed in due:
                if self.stop.is_set():
                    return
                self._due[feed] = start + self.config.every
                yield from self._feed(feed, poll)

    def _feed(self, feed: str, poll: Poll) -> Iterator[Item]:
        found: Fetched | None = None
        try:
            found = poll.changed(feed)
            if found is not None:
                yield from _entries(found, feed)
            self._failures.pop(feed, None)
        except InputError as error:
            if found is not None:
                self.validators.forget(found.url)
            failures = self._failures[feed] = self._failures.get(feed, 0) + 1
            yield Rejected(str(error), feed, "")
            self._due[feed] += self._later(failures)

    def _later(self, failures: int) -> float:
        """Seconds by which a feed that fails again and again is put off."""
        every, longest = self.config.every, max(self.config.every, self.config.longest)
        return min(every * 2.0 ** min(failures, _DOUBLINGS), longest) - every


def _entries(found: Fetched, feed: str) -> Iterator[Item]:
    for item in articles_from_feed(found.body, feed):
        if isinstance(item, Rejected):
            yield item
        else:
            yield replace(item, article=replace(item.article, retrieved=found.retrieved))


def _line(summary: Summary, feeds: int, failed: Sequence[str]) -> str:
    line = (
        f"{feeds} feeds: {summary.read} read, {summary.scored} scored, "
        f"{summary.screened} screened, {summary.duplicates + summary.known} seen before, "
        f"{summary.rejected} set aside, {summary.seconds:.1f} s"
    )
    return f"{line}; failed: {', '.join(failed)}" if failed else line


def watch_feeds(job: Job, config: WatchConfig, stop: Event, say: Callable[[str], None]) -> None:
    """Watch feeds, keeping what they hold in the job's ledger.

    Args:
        job: The feeds as its sources, with ledger, model and the rest.
        config: How often.
        stop: Set it to stop once what the feed under way holds is kept.
        say: Is told one line a cycle.

    Raises:
        InputError: The job's output is files, which are written at an end.
        StoreError: The ledger cannot be written.
    """
    if job.output.sentences is not None:
        raise InputError(
            f"{job.output.given}: watching has no end at which to write files: give a SQLite "
            "file ending in .db, or a database's URL"
        )
    from stance.reading.fetching import Fetcher, FetchPolicy

    policy = FetchPolicy(allow_private=job.allow_private)
    with (
        Ledger.open(job.output.ledger) as ledger,
        Rejections(job.output.rejected, grow=True) as reject,
        scorer_of(job) as scorer,
    ):
        reader = f"{scorer.manifest.identity} {job.screened:d}{job.batch.any_language:d}"
        validators = Unconfirmed(ledger.validators, reader)
        screen = Gate() if job.screened else None
        batch = Batch(scorer, ledger, screen, reject, job.batch)
        polls = partial(Fetcher, policy, validators)
        Watch(job.sources, polls, validators, batch, say, config, stop).run()
