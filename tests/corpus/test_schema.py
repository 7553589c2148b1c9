from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.corpus.schema import (
    HOLDERS,
    AnnotatedArticle,
    Unit,
    Vote,
    article_from_json,
    article_to_json,
    majority,
    read_articles,
    sentence_sha256,
    write_articles,
)
from stance.errors import CorpusError
from stance.records import Kind, Label
from tests.conftest import article_row

LABELS = st.sampled_from(Label)
VOTES = st.builds(
    Vote,
    label=LABELS,
    relevant=st.none() | st.booleans(),
    mixed=st.booleans(),
    holder=st.none() | st.sampled_from(HOLDERS),
    confidence=st.none() | st.integers(1, 3),
    annotator=st.none() | st.text(min_size=1, max_size=3),
)


@st.composite
def articles(draw: st.DrawFn) -> AnnotatedArticle:
    text = draw(st.text(min_size=2))
    cut = draw(st.integers(1, len(text) - 1))
    units = tuple(
        Unit(
            start,
            end,
            draw(st.sampled_from(Kind)),
            draw(LABELS),
            draw(st.booleans()),
            draw(st.booleans()),
            draw(st.sampled_from(HOLDERS)),
            draw(st.integers(1, 3)),
            tuple(draw(st.lists(VOTES, max_size=3))),
            draw(st.booleans()),
        )
        for start, end in ((0, cut), (cut, len(text)))
    )
    headline = draw(st.none() | st.text(min_size=1))
    return AnnotatedArticle("a1", text, units, "train", headline, {"register": "wire"})


@given(articles())
def test_articles_go_through_json(article: AnnotatedArticle) -> None:
    assert article_from_json(json.loads(json.dumps(article_to_json(article)))) == article


def test_articles_go_through_a_file(tmp_path: Path) -> None:
    article = article_from_json(article_row(1, "train", [("Talks\u2028began.", "neutral")]))
    write_articles(tmp_path / "a.jsonl", [article, article])
    assert read_articles(tmp_path / "a.jsonl") == [article, article]


@pytest.mark.parametrize(
    ("votes", "label"),
    [("ssn", "s"), ("snh", None), ("", None), ("h", "h"), ("ssnn", None), ("nnn", "n")],
)
def test_majority_is_more_than_half(votes: str, label: str | None) -> None:
    names = {"s": Label.SKEPTICAL, "n": Label.NEUTRAL, "h": Label.HOPEFUL}
    expected = names[label] if label else None
    assert majority(Vote(names[v]) for v in votes) is expected


def test_sentence_hash_sees_through_copies() -> None:
    first = sentence_sha256("“It’s a\u00a0plan,”  he said.")
    assert first == sentence_sha256('"It\'s a plan,"\nhe said.')
    assert first != sentence_sha256('"It is a plan," he said.')


def broken(**changes: Any) -> dict[str, Any]:
    row = article_row(1, "train", [("Talks began.", "neutral")])
    row["units"][0].update(changes)
    return row


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (broken(label="good"), "unknown label 'good': use one of skeptical, neutral, hopeful"),
        (broken(kind="advert"), "unknown kind 'advert'"),
        (broken(text="Other"), "mend the offsets"),
        ({"id": "a", "split": "train", "units": []}, "no 'text'"),
        (broken(votes=["maybe"]), "unknown label 'maybe'"),
        (broken(votes=None), "votes is None: expected list"),
        (broken(votes=[7]), "a vote is 7: give a label"),
        (broken(votes=[{"label": "neutral", "holder": ["us"]}]), "holder is .'us'.: expected str"),
        (broken(adjudicated="false"), "adjudicated is 'false': expected bool"),
        (broken(end=500, text="Talks began."), "overlaps or lies outside"),
        (broken(end=0, text=""), "overlaps or lies outside"),
        (broken(text=None), "says 'None' but the text there is"),
        (broken() | {"units": ["Talks began."]}, "a unit is 'Talks began.': expected an object"),
        (broken() | {"units": broken()["units"] * 2}, "overlaps or lies outside"),
        (broken() | {"headline": float("nan")}, "headline is nan: expected str"),
        (broken() | {"text": "half \ud83d"}, "text has half a character at 5"),
    ],
)
def test_refusals_name_file_and_line(tmp_path: Path, row: dict[str, Any], message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n" + json.dumps(row) + "\n")
    with pytest.raises(CorpusError, match=rf"a\.jsonl:2: .*{message}"):
        read_articles(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"{", "one JSON object a line"), (b"[1]\n", "is no object"), (b"\xff", "not UTF-8")],
)
def test_files_of_another_kind(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=message):
        read_articles(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="No such file"):
        read_articles(tmp_path / "none.jsonl")
