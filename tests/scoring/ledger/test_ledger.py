from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.errors import StoreError
from stance.reading.items import Located
from stance.reading.segmentation import segment
from stance.records import Article
from stance.scoring.ledger.copies import content_hash
from stance.scoring.ledger.ledger import Ledger
from stance.scoring.ledger.scored import Scored

Make = Callable[..., Scored]

MAY = datetime(2024, 5, 1, tzinfo=UTC)
TALKS = "Talks began on Monday in the old port.\n\n“Peace is near,” said 王 the envoy. 🕊️ Few did."
LONG = " ".join(f"word{n}" for n in range(120))


@pytest.fixture
def ledger(where: str) -> Iterator[Ledger]:
    with Ledger.open(where) as opened:
        yield opened


def _rows(ledger: Ledger, model: str | None = None) -> list[dict[str, Any]]:
    return list(ledger.article_rows(model))


def _located(*items: Scored) -> list[Located]:
    return [item.located for item in items]


def test_an_article_comes_back_as_it_was_kept(ledger: Ledger, scored: Make) -> None:
    item = scored(
        TALKS,
        "7",
        moment=datetime(2024, 5, 1, 2, tzinfo=timezone(timedelta(hours=8))),
        headline="Talks begin",
        outlet="The Example Post",
        author="A. Writer",
        published="1 May 2024, 2 am",
        language="en",
        url="https://post.example.org/talks",
        retrieved="2024-05-02T00:00:00+00:00",
    )
    ledger.keep([item], "m1", "tiny")
    (row,) = _rows(ledger)
    assert item.result
    assert row == {
        "id": 1,
        "content_hash": content_hash(item.located.article),
        "group": content_hash(item.located.article),
        "representative": True,
        "sightings": 1,
        "headline": "Talks begin",
        "outlet": "The Example Post",
        "author": "A. Writer",
        "published": "1 May 2024, 2 am",
        "published_at": "2024-04-30T18:00:00+00:00",
        "date_flag": None,
        "language": "en",
        "url": "https://post.example.org/talks",
        "retrieved": "2024-05-02T00:00:00+00:00",
        "source": "pile.jsonl",
        "position": "7",
        "previous": None,
        "model": "tiny",
        "model_hash": "m1",
        "status": "scored",
        "score": item.result.score,
        **item.result.counts,
        "score_change": None,
    }


def test_relevance_is_kept_for_those_sentences_that_have_it(ledger: Ledger, scored: Make) -> None:
    plain, told = scored("Talks began."), scored("Talks ended. Few came.", "1")
    assert told.result
    stances = tuple(replace(s, relevant=0.25) for s in told.result.sentences)
    told = replace(told, result=replace(told.result, sentences=stances))
    ledger.keep([plain, told], "m1", "tiny")
    ledger.keep([told, plain], "m2", "tiny")
    for model in ("m1", "m2"):
        found = {r["text"]: r["relevant"] for r in ledger.sentence_rows(model)}
        assert found == {"Talks began.": None, "Talks ended.": 0.25, "Few came.": 0.25}


@settings(max_examples=10, deadline=None)
@given(texts=st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), max_size=5))
def test_every_sentence_is_a_slice_of_the_text_that_was_scored(
    scored: Make, texts: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "l.db") as ledger:
        for n, text in enumerate(texts):
            ledger.keep([scored(text, headline=text)], f"m{n}", "tiny")
            found = [(r["text"], r["start"], r["end"]) for r in ledger.sentence_rows(f"m{n}")]
            assert found == [(s.text, s.start, s.end) for s in segment(text)]


def test_a_double_of_another_layout_keeps_the_slices_of_its_own_text(
    ledger: Ledger, scored: Make
) -> None:
    spread = scored("Talks   began.\n\n\nFEW agreed.")
    ledger.keep([scored("Talks began.\n\nFew agreed.")], "m1", "tiny")
    ledger.keep([spread], "m2", "larger")
    assert [row["text"] for row in ledger.sentence_rows("m1")] == ["Talks began.", "Few agreed."]
    assert [row["text"] for row in ledger.sentence_rows("m2")] == ["Talks   began.", "FEW agreed."]
    assert ledger.counts()["documents"] == 1


def test_what_no_database_can_hold_is_replaced_one_for_one(ledger: Ledger, scored: Make) -> None:
    ledger.keep([scored("One\0two.\n\nHalf \ud83d a dove.", outlet="\0")], "m1", "tiny")
    rows = list(ledger.sentence_rows())
    assert [row["text"] for row in rows] == ["One\ufffdtwo.", "Half \ufffd a dove."]
    assert rows[0]["outlet"] == "\ufffd"


def test_sentences_carry_their_stances_and_their_article(ledger: Ledger, scored: Make) -> None:
    item = scored(TALKS, language="en")
    ledger.keep([item, scored("Another text.", "1", screened=True)], "m1", "tiny")
    rows = list(ledger.sentence_rows("m1"))
    assert item.result
    assert [row["number"] for row in rows] == list(range(len(item.result)))
    for row, sentence in zip(rows, item.result, strict=True):
        wanted = {**sentence.to_dict(), **sentence.probabilities}
        del wanted["probabilities"]
        assert {name: row[name] for name in wanted} == wanted
        assert (row["language"], row["model"], row["representative"]) == ("en", "tiny", True)
    assert not list(ledger.sentence_rows("m2"))


def test_keeping_twice_comes_to_the_same_as_once(ledger: Ledger, scored: Make) -> None:
    items = [scored(TALKS), scored("Nothing new.", "1", screened=True)]
    ledger.keep(items, "m1", "tiny")
    once = _rows(ledger), list(ledger.sentence_rows()), ledger.counts()
    ledger.keep(items, "m1", "tiny")
    ledger.keep([scored(TALKS, hopeful=0.7)], "m1", "another name")
    assert (_rows(ledger), list(ledger.sentence_rows()), ledger.counts()) == once


def test_an_article_is_unscored_until_this_model_has_dealt_with_it(
    ledger: Ledger, scored: Make
) -> None:
    items = [scored(TALKS), scored("Nothing new.", "1", screened=True), scored("More.", "2")]
    assert ledger.unscored(_located(*items), "m1") == _located(*items)
    ledger.keep(items[:2], "m1", "tiny")
    assert ledger.unscored(_located(*items), "m1") == _located(items[2])
    assert ledger.unscored(_located(*items), "m2") == _located(*items)


def test_exact_doubles_come_once_and_every_place_is_counted(ledger: Ledger, scored: Make) -> None:
    first, double = scored(TALKS, "0"), scored(TALKS.upper(), "1")
    later = replace(first.located, position="2")
    again = [first.located, double.located, first.located]
    assert ledger.unscored(again, "m1") == [first.located]
    ledger.keep([first, double], "m1", "tiny")
    assert ledger.unscored([later, later], "m1") == []
    (row,) = _rows(ledger)
    assert (row["position"], row["sightings"]) == ("0", 3)
    assert (ledger.counts()["documents"], ledger.counts()["sightings"]) == (1, 3)


def test_a_document_tells_where_it_was_first_kept_from(ledger: Ledger, scored: Make) -> None:
    first, double = scored(TALKS, "0"), scored(TALKS.upper(), "1")
    ledger.keep([first, double], "m1", "tiny")
    key = content_hash(first.located.article)
    assert ledger.places([key, "unknown"]) == {key: ("pile.jsonl", "0")}


def test_places_of_any_length_are_kept(ledger: Ledger) -> None:
    noise = "".join(hashlib.sha256(bytes([n])).hexdigest() for n in range(200))
    article = Article("A text.", url=f"https://post.example.org/{noise}")
    assert ledger.unscored([Located(article, noise, noise)], "m1")


def test_an_edited_article_points_to_what_it_was_and_to_the_change(
    ledger: Ledger, scored: Make
) -> None:
    url = "https://post.example.org/talks"
    first = scored("Talks failed again.", "0", url=url, hopeful=0.125)
    second = scored("Talks may yet succeed.", "1", url=url, hopeful=0.625)
    third = scored("Talks succeeded at last.", "2", url=url, hopeful=0.5)
    other = scored("Nobody knows where this stood.", "3")
    ledger.keep([first], "m1", "tiny")
    ledger.keep([second, third, other, scored("Nor this.", "4")], "m1", "tiny")
    ledger.keep([second], "m2", "larger")
    rows = _rows(ledger, "m1")
    before = [None, *(content_hash(x.located.article) for x in (first, second)), None, None]
    assert [row["previous"] for row in rows] == before
    assert [row["score_change"] for row in rows] == [None, 1.0, -0.25, None, None]
    (alone,) = _rows(ledger, "m2")
    assert alone["previous"]
    assert alone["score_change"] is None


def test_articles_that_share_an_address_and_no_more_are_no_edits(
    ledger: Ledger, scored: Make
) -> None:
    url = "https://post.example.org/live"
    items = [
        scored("The envoy came back from the border with nothing.", "0", url=url),
        scored("Cairo has thanked its neighbours for all the grain.", "1", url=url),
        scored("The envoy came back from the border with nothing at all.", "2", url=url),
    ]
    ledger.keep(items, "m1", "tiny")
    first, other, again = _rows(ledger)
    assert (first["previous"], other["previous"]) == (None, None)
    assert again["previous"] == first["content_hash"]


def test_one_of_a_group_stands_for_it_the_earliest_that_was_scored(
    ledger: Ledger, scored: Make
) -> None:
    items = [
        scored(LONG, "0", moment=None),
        scored(f"{LONG} late", "1", moment=MAY + timedelta(days=2)),
        scored(f"{LONG} early", "2", moment=MAY + timedelta(days=1)),
        scored(f"{LONG} screened", "3", moment=MAY, screened=True),
        scored("Something else altogether happened.", "4"),
    ]
    ledger.keep(items, "m1", "tiny")
    rows = _rows(ledger, "m1")
    assert len({row["group"] for row in rows}) == 2
    assert [row["position"] for row in rows if row["representative"]] == ["2", "4"]
    ledger.keep(items[:2], "m2", "tiny")
    assert [r["position"] for r in _rows(ledger, "m2") if r["representative"]] == ["1"]
    both = [(r["model_hash"], r["position"]) for r in _rows(ledger) if r["representative"]]
    assert both == [("m2", "1"), ("m1", "2"), ("m1", "4")]


def test_of_copies_of_one_moment_the_smallest_hash_stands_for_all(
    ledger: Ledger, scored: Make
) -> None:
    ledger.keep([scored(f"{LONG} {n}", str(n)) for n in range(5)], "m1", "tiny")
    rows = _rows(ledger)
    (chosen,) = (row for row in rows if row["representative"])
    assert chosen["content_hash"] == chosen["group"] == min(row["content_hash"] for row in rows)


def test_models_are_listed_in_the_order_they_first_scored(ledger: Ledger, scored: Make) -> None:
    assert ledger.model_hashes() == {}
    ledger.keep([scored(TALKS)], "z", "old")
    ledger.keep([scored(TALKS)], "a", "new")
    assert list(ledger.model_hashes().items()) == [("z", "old"), ("a", "new")]


def test_counts_say_how_much_there_is(ledger: Ledger, scored: Make) -> None:
    items = [scored(LONG), scored(f"{LONG} more", "1"), scored("No.", "2", screened=True)]
    ledger.unscored(_located(*items, scored("Met, and never dealt with.", "3")), "m1")
    ledger.keep(items, "m1", "tiny")
    assert ledger.counts() == {
        "documents": 3,
        "sightings": 3,
        "groups": 2,
        "scored": 2,
        "screened": 1,
        "sentences": 2,
    }


def test_hundreds_of_articles_go_in_one_piece_and_come_out_in_order(
    ledger: Ledger, scored: Make
) -> None:
    items = [
        scored(f"Number {n} came {n} days after.", str(n), screened=n % 50 > 0) for n in range(620)
    ]
    assert len(ledger.unscored(_located(*items), "m1")) == len(items)
    ledger.keep(items, "m1", "tiny")
    assert [int(row["position"]) for row in ledger.article_rows()] == list(range(len(items)))
    assert ledger.unscored(_located(*items), "m1") == []


def test_one_may_write_while_rows_are_read(ledger: Ledger, scored: Make) -> None:
    ledger.keep([scored(f"Number {n}.", str(n)) for n in range(700)], "m1", "tiny")
    rows = ledger.article_rows()
    list(islice(rows, 10))
    ledger.keep([scored("Another.", "x")], "m1", "tiny")
    assert len(list(rows)) == 690


def test_nothing_is_kept_of_what_fails_halfway(ledger: Ledger, scored: Make) -> None:
    good, bad = scored("One.", "0"), scored("Two.", "1")
    assert bad.result
    sentence = replace(bad.result.sentences[0], start=None)  # type: ignore[arg-type]
    broken = replace(bad, result=replace(bad.result, sentences=(sentence,)))
    with pytest.raises(StoreError, match="ledger"):
        ledger.keep([good, broken], "m1", "tiny")
    assert set(ledger.counts().values()) == {0}
