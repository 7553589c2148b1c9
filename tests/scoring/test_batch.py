from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from stance.errors import ModelError, StoreError
from stance.reading.items import Item, Located, Rejected
from stance.records import Article, ArticleStance
from stance.scoring.batch import Batch, BatchConfig
from stance.scoring.ledger.claims import Claims
from stance.scoring.ledger.copies import content_hash
from stance.scoring.ledger.ledger import Ledger
from stance.scoring.predictor import Model, load

TEXTS = [
    "Beijing offered to host the talks on the river border, a spokesman said on Monday.",
    "The envoy returned from the region without a date for the next round of talks.",
    "A diplomat welcomed the Chinese role and said that the truce would not hold without it.",
    "Analysts called the twelve points an empty plan that no army will ever read.",
]


def located(text: str, number: int, source: str = "news") -> Located:
    return Located(Article(text), source, f"#{number}")


ITEMS: list[Item] = [located(text, i) for i, text in enumerate(TEXTS)]


class Counting:
    """A model that remembers what it was asked, and may fail at a call."""

    def __init__(self, model: Model, fails_at: int | None = None) -> None:
        self.manifest = model.manifest
        self.asked: list[str] = []
        self._model = model
        self._calls = 0
        self._fails_at = fails_at

    def predict(self, texts: Sequence[Article], /) -> list[ArticleStance]:
        self._calls += 1
        if self._calls == self._fails_at:
            raise KeyboardInterrupt
        self.asked += [a.text for a in texts]
        return self._model.predict(texts)


class Choking:
    """A model that fails wherever an article holds one of some words."""

    def __init__(self, model: Model, *words: str) -> None:
        self.manifest = model.manifest
        self._model = model
        self._words = words

    def predict(self, texts: Sequence[Article], /) -> list[ArticleStance]:
        if any(word in a.text for a in texts for word in self._words):
            raise RuntimeError("index\nout of bounds")
        return self._model.predict(texts)


class Only:
    """A screen that lets articles with a word through."""

    def __init__(self, word: str) -> None:
        self._word = word

    def passes(self, article: Article) -> bool:
        return self._word in article.text


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Model:
    return load(tiny_model, "cpu")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "news.db") as opened:
        yield opened


def batch(scorer: Any, ledger: Ledger, **given: Any) -> tuple[Batch, list[Rejected]]:
    rejected: list[Rejected] = []
    config = BatchConfig(chunk=2, wait=0)
    return Batch(scorer, ledger, given.get("screen"), rejected.append, config), rejected


def test_a_second_run_over_the_same_source_scores_nothing(model: Model, ledger: Ledger) -> None:
    first = batch(Counting(model), ledger)[0].run(ITEMS)
    again = Counting(model)
    second = batch(again, ledger)[0].run(ITEMS)
    assert (first.read, first.scored, first.known) == (4, 4, 0)
    assert (second.read, second.scored, second.known, second.duplicates) == (4, 0, 4, 0)
    assert again.asked == []


def test_a_double_elsewhere_is_a_duplicate(model: Model, ledger: Ledger) -> None:
    doubles = [located(TEXTS[0].upper(), 9), located(TEXTS[0], 0, "other")]
    found = batch(model, ledger)[0].run([*ITEMS, *doubles])
    assert (found.scored, found.duplicates, found.known) == (4, 2, 0)
    assert ledger.counts()["sightings"] == 6


def test_a_run_that_was_cut_off_goes_on_to_the_same_rows(
    model: Model, ledger: Ledger, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        batch(Counting(model, fails_at=2), ledger)[0].run(ITEMS)
    assert ledger.counts()["scored"] == 2
    rest = Counting(model)
    batch(rest, ledger)[0].run(ITEMS)
    assert rest.asked == TEXTS[2:]
    with Ledger.open(tmp_path / "whole.db") as whole:
        batch(model, whole)[0].run(ITEMS)
        assert list(whole.sentence_rows()) == list(ledger.sentence_rows())
        assert list(whole.article_rows()) == list(ledger.article_rows())


def test_what_the_screen_holds_back_is_kept_as_screened(model: Model, ledger: Ledger) -> None:
    scorer = Counting(model)
    found = batch(scorer, ledger, screen=Only("Chinese"))[0].run(ITEMS)
    assert (found.scored, found.screened) == (1, 3)
    assert scorer.asked == [TEXTS[2]]
    assert [row["status"] for row in ledger.article_rows()].count("screened") == 3


def test_what_cannot_be_scored_is_set_aside(model: Model, ledger: Ledger) -> None:
    german = "Die Regierung in Peking bot an, die Gespräche über den Fluss auszurichten."
    fault = Rejected("broken", "news", "#8")
    job, rejected = batch(model, ledger)
    found = job.run([*ITEMS, fault, located("  ", 5), located(german, 6), located("a\ud800", 7)])
    assert (found.read, found.scored, found.rejected) == (8, 4, 4)
    assert [r.position for r in rejected] == ["#8", "#5", "#6", "#7"]
    assert "de" in rejected[2].reason


def test_what_another_process_holds_is_left_to_it(model: Model, ledger: Ledger) -> None:
    held = [content_hash(Article(text)) for text in TEXTS[:2]]
    other = Claims(ledger.claims.store, 60.0, owner="elsewhere:1:1:other")
    identity = model.manifest.identity
    other.claim(held, identity)
    scorer, waits = Counting(model), []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        other.release(held, identity)

    job, _ = batch(scorer, ledger)
    job.sleep = sleep
    found = job.run(ITEMS)
    assert scorer.asked == [*TEXTS[2:], *TEXTS[:2]]
    assert (found.scored, len(waits)) == (4, 1)


def test_counts_add_up_to_what_was_read(model: Model, ledger: Ledger) -> None:
    items = [*ITEMS, located(TEXTS[0], 9), Rejected("broken", "news", "#8")]
    job, _ = batch(model, ledger, screen=Only("e"))
    job.run(items[:2])
    found = job.run(items)
    parts = (found.scored, found.screened, found.duplicates, found.known, found.rejected)
    assert sum(parts) == found.read == len(items)


def test_a_ledger_that_is_gone_is_an_error(model: Model, ledger: Ledger, tmp_path: Path) -> None:
    job, _ = batch(model, ledger)
    job.run(ITEMS[:1])
    ledger.close()
    for path in tmp_path.glob("news.db*"):
        path.unlink()
    (tmp_path / "news.db").write_text("no database at all, but some text that is long enough" * 9)
    with pytest.raises(StoreError):
        job.run(ITEMS)


def test_a_second_run_over_a_source_with_doubles_counts_them_as_before(
    model: Model, ledger: Ledger
) -> None:
    items = [*ITEMS, located(TEXTS[0], 9)]
    first = batch(model, ledger)[0].run(items)
    second = batch(model, ledger)[0].run(items)
    assert (first.scored, first.known, first.duplicates) == (4, 0, 1)
    assert (second.scored, second.known, second.duplicates) == (0, 4, 1)


@pytest.mark.parametrize("chunk", [1, 3, 64])
def test_an_article_that_the_model_fails_on_is_set_aside_alone(
    model: Model, ledger: Ledger, chunk: int
) -> None:
    job, rejected = batch(Choking(model, "diplomat"), ledger)
    job.config = BatchConfig(chunk=chunk)
    found = job.run(ITEMS)
    assert (found.read, found.scored, found.rejected) == (4, 3, 1)
    assert [(r.source, r.position) for r in rejected] == [("news", "#2")]
    assert "RuntimeError: index out of bounds" in rejected[0].reason
    again = batch(model, ledger)[0].run(ITEMS)
    assert (again.scored, again.known) == (1, 3)


def test_a_model_that_fails_on_everything_ends_the_run(model: Model, ledger: Ledger) -> None:
    job, rejected = batch(Choking(model, "the", "The"), ledger)
    with pytest.raises(ModelError, match=r"any text .*out of bounds.*check"):
        job.run(ITEMS)
    assert rejected == []
    assert ledger.counts()["documents"] == 0


def test_a_run_that_fails_gives_up_what_it_claimed(model: Model, ledger: Ledger) -> None:
    with pytest.raises(KeyboardInterrupt):
        batch(Counting(model, fails_at=1), ledger)[0].run(ITEMS)
    hashes = {content_hash(Article(text)) for text in TEXTS[:2]}
    other = Claims(ledger.claims.store, 60.0, owner="elsewhere:1:1:other")
    assert other.claim(hashes, model.manifest.identity) == hashes


def test_what_an_owner_elsewhere_left_behind_is_scored_when_its_lease_runs_out(
    model: Model, ledger: Ledger
) -> None:
    dead = Claims(ledger.claims.store, 0.5, owner="elsewhere:1:1:dead")
    dead.claim([content_hash(Article(text)) for text in TEXTS], model.manifest.identity)
    job, _ = batch(model, ledger)
    job.config = BatchConfig(chunk=2, wait=0.05)
    found = job.run(ITEMS)
    assert (found.read, found.scored, found.duplicates + found.known) == (4, 4, 0)


def test_few_articles_that_others_hold_are_kept_in_memory(model: Model, ledger: Ledger) -> None:
    texts = [f"The envoy wrote letter {n} of many to the river towns." for n in range(40)]
    other = Claims(ledger.claims.store, 60.0, owner="elsewhere:1:1:other")
    identity = model.manifest.identity
    held = [content_hash(Article(text)) for text in texts]
    other.claim(held, identity)
    read: list[int] = []
    at_first_wait: list[int] = []

    def items() -> Iterator[Item]:
        for n, text in enumerate(texts):
            read.append(n)
            yield located(text, n)

    def sleep(_: float) -> None:
        at_first_wait.append(len(read))
        other.release(held, identity)

    job, _ = batch(model, ledger)
    job.sleep = sleep
    found = job.run(items())
    assert at_first_wait == [10]
    assert (found.read, found.scored) == (40, 40)
