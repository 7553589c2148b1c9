"""From sources to the ledger: every article read, each scored once, none lost."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from stance.errors import InputError, ModelError
from stance.reading.dates import read_date
from stance.reading.items import Item, Located, Rejected
from stance.reading.languages import why_foreign
from stance.records import Article, ArticleStance
from stance.scoring.given import given_articles
from stance.scoring.lease import held
from stance.scoring.ledger.copies import content_hash
from stance.scoring.ledger.pieces import pieces
from stance.scoring.ledger.scored import Scored

if TYPE_CHECKING:
    from stance.scoring.gate import Screen
    from stance.scoring.ledger.ledger import Ledger
    from stance.scoring.scorer import Scorer

SOUND = Article("The envoy returned from the talks on Monday.")
"""What any model can score: if it fails on this too, the fault is not the article's."""

_HELD_CHUNKS = 4


@dataclass(frozen=True, slots=True)
class BatchConfig:
    """How a batch is worked off.

    Attributes:
        chunk: Articles scored and kept together: what a kill can cost, in work only.
        any_language: Score text in other languages too, which the model was not made for.
        wait: Seconds between looks at what another process has claimed.
    """

    chunk: int = 64
    any_language: bool = False
    wait: float = 2.0


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of everything that the sources held: the counts add up to `read`.

    Attributes:
        read: Articles and faulty items met.
        scored: Articles scored now.
        screened: Articles that the gate now found to be about something else.
        duplicates: Articles that were first kept from another place, in any run, or are
            a double of one in their chunk.
        known: Articles that were kept before from the same place.
        rejected: Items set aside.
        seconds: Wall time.
    """

    read: int
    scored: int
    screened: int
    duplicates: int
    known: int
    rejected: int
    seconds: float

    def __str__(self) -> str:
        """One line for people."""
        return (
            f"{self.read} read: {self.scored} scored, {self.screened} screened, "
            f"{self.duplicates} duplicates, {self.known} known from before, "
            f"{self.rejected} set aside, in {self.seconds:.1f} s"
        )


@dataclass(slots=True)
class Batch:
    """Works sources off into a ledger.

    Attributes:
        scorer: The model.
        ledger: Where scored articles are kept.
        screen: Sorts out beforehand what the model need not see; None to score all.
        reject: Is told of everything set aside.
        config: How to go about it.
        progress: Is told how many items were dealt with, a chunk at a time.
        sleep: Waits that many seconds.
    """

    scorer: Scorer
    ledger: Ledger
    screen: Screen | None
    reject: Callable[[Rejected], None]
    config: BatchConfig = field(default_factory=BatchConfig)
    progress: Callable[[int], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep

    def run(self, items: Iterable[Item]) -> Summary:
        """Score what is new among the items, and keep it.

        It can be killed at any moment and run again over the same items: a chunk is
        kept whole or not at all, and what is kept is not scored again.

        Args:
            items: What the sources yield.

        Raises:
            StoreError: The ledger cannot be written.
            ModelError: The model fails on every article.
            InputError: A source as a whole cannot be read.
        """
        start = time.perf_counter()
        tally: Counter[str] = Counter()
        waiting: list[Located] = []
        for chunk in pieces(items, self.config.chunk):
            tally["read"] += len(chunk)
            waiting += self._take(list(self._readable(chunk, tally)), tally)
            waiting = self._awaited(waiting, _HELD_CHUNKS * self.config.chunk, tally)
            self.progress(len(chunk))
        self._awaited(waiting, 0, tally)
        counts = {name: tally[name] for name in Summary.__slots__ if name != "seconds"}
        return Summary(**counts, seconds=time.perf_counter() - start)

    def _awaited(self, waiting: list[Located], most: int, tally: Counter[str]) -> list[Located]:
        """Come back to what other processes held until at most so many articles are left.

        It ends: they are kept, or given up, or their owner dies and the lease runs out.
        """
        while len(waiting) > most:
            waiting = [
                item
                for chunk in pieces(waiting, self.config.chunk)
                for item in self._take(chunk, tally)
            ]
            if len(waiting) > most:
                self.sleep(self.config.wait)
        return waiting

    def _readable(self, chunk: Sequence[Item], tally: Counter[str]) -> Iterator[Located]:
        """The articles of a chunk that can be scored; the rest is set aside."""
        for item in chunk:
            fault = item if isinstance(item, Rejected) else self._fault(item)
            if fault is None and isinstance(item, Located):
                yield item
            elif fault is not None:
                tally["rejected"] += 1
                self.reject(fault)

    def _fault(self, item: Located) -> Rejected | None:
        try:
            given_articles([item.article])
        except InputError as error:
            return Rejected(str(error), item.source, item.position)
        reason = None if self.config.any_language else why_foreign(item.article)
        return Rejected(reason, item.source, item.position) if reason else None

    def _take(self, chunk: Sequence[Located], tally: Counter[str]) -> list[Located]:
        """Score and keep what no one else has; give back what another process holds."""
        model, claims = self.scorer.manifest.identity, self.ledger.claims
        new = {content_hash(item.article): item for item in self._new(chunk, tally)}
        mine = claims.claim(new, model, gated=self.screen is not None)
        with held(claims, mine, model):
            self._score([item for key, item in new.items() if key in mine], tally)
        return [item for key, item in new.items() if key not in mine]

    def _new(self, chunk: Sequence[Located], tally: Counter[str]) -> list[Located]:
        """The articles that this model has not scored; the others are counted."""
        model, gated = self.scorer.manifest.identity, self.screen is not None
        new = self.ledger.unscored(chunk, model, gated=gated)
        wanted = {id(item) for item in new}
        met = [(content_hash(i.article), i) for i in chunk if id(i) not in wanted]
        places = self.ledger.places([key for key, _ in met])
        for key, item in met:
            again = places.get(key) == (item.source, item.position)
            tally["known" if again else "duplicates"] += 1
        return new

    def _score(self, chunk: Sequence[Located], tally: Counter[str]) -> None:
        if not chunk:
            return
        passed = [self.screen is None or self.screen.passes(item.article) for item in chunk]
        wanted = [item.article for item, passes in zip(chunk, passed, strict=True) if passes]
        results = iter(self._results(wanted))
        now, scored = datetime.now(UTC), []
        for item, passes in zip(chunk, passed, strict=True):
            result = next(results) if passes else None
            if isinstance(result, Exception):
                self._set_aside(item, result, tally)
                continue
            scored.append(Scored(item, read_date(item.article.published, now), result))
            tally["scored" if passes else "screened"] += 1
        model = self.scorer.manifest
        self.ledger.keep(scored, model.identity, model.name)

    def _results(self, articles: Sequence[Article]) -> list[ArticleStance | Exception]:
        """A result an article; where the model fails on one, what it failed with.

        Raises:
            ModelError: The model fails on any text.
        """
        if not articles:
            return []
        try:
            return list(self.scorer.predict(articles))
        except Exception as error:  # noqa: BLE001 - a network can fail in any way
            if len(articles) == 1:
                self._check_model(error)
                return [error]
        # Halving finds one bad article among thousands in a few calls.
        half = len(articles) // 2
        return self._results(articles[:half]) + self._results(articles[half:])

    def _check_model(self, error: Exception) -> None:
        try:
            self.scorer.predict([SOUND])
        except Exception:  # noqa: BLE001 - as above
            name = self.scorer.manifest.name
            raise ModelError(
                f"{name}: fails on any text ({_told(error)}): check its folder and the device"
            ) from error

    def _set_aside(self, item: Located, error: Exception, tally: Counter[str]) -> None:
        model = self.scorer.manifest
        self.ledger.claims.release([content_hash(item.article)], model.identity)
        tally["rejected"] += 1
        reason = f"the model fails on this text ({_told(error)}): the next run tries again"
        self.reject(Rejected(reason, item.source, item.position))


def _told(error: Exception) -> str:
    said = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
