from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from stance.errors import ModelError
from stance.model.inputs import InputBuilder, InputFormat, Passage
from stance.records import Kind, Sentence

FORM = InputFormat(max_tokens=64, before_tokens=32, window_tokens=24)


def sentences(*texts: str, kinds: dict[int, Kind] | None = None) -> list[Sentence]:
    out, at = [], 0
    for i, text in enumerate(texts):
        out.append(Sentence(text, at, at + len(text), (kinds or {}).get(i, Kind.BODY)))
        at += len(text) + 1
    return out


@pytest.fixture(scope="module")
def builder(encoder: Path) -> InputBuilder:
    return InputBuilder.from_folder(encoder, FORM)


@pytest.fixture(scope="module")
def read(encoder: Path) -> Callable[[Passage], list[str]]:
    """A passage as its sentences, those that are scored with a star before."""
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))

    def texts(passage: Passage) -> list[str]:
        found = []
        for number in range(1, passage.sentence[-1] + 1):
            first = passage.sentence.index(number)
            ids = [i for i, n in zip(passage.ids, passage.sentence, strict=True) if n == number]
            found.append(("*" if first in passage.marks else "") + tokenizer.decode(ids))
        return found

    return texts


Read = Callable[[Passage], list[str]]


def test_an_article_is_one_passage_where_it_fits(builder: InputBuilder, read: Read) -> None:
    units = sentences("Envoy talks", "a", "b", kinds={0: Kind.HEADLINE})
    (passage,) = builder.build(units)
    assert read(passage) == ["*envoy talks", "*a", "*b"]
    assert passage.units == (0, 1, 2)


def test_a_sentence_stands_as_the_tokenizer_encodes_it(
    encoder: Path, builder: InputBuilder
) -> None:
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    (passage,) = builder.build(sentences("Kyiv called it  empty."))
    assert list(passage.ids) == tokenizer.encode("Kyiv called it empty.").ids
    assert passage.marks == (0,)


def test_headline_may_stand_apart(builder: InputBuilder, read: Read) -> None:
    (passage,) = builder.build(sentences("a", "b"), headline="Peace plan")
    assert read(passage) == ["peace plan", "*a", "*b"]
    assert passage.units == (0, 1)


def test_head_after_the_body_is_no_headline(builder: InputBuilder, read: Read) -> None:
    units = sentences("a", "War plan", "b", kinds={1: Kind.HEADLINE})
    assert [read(p) for p in builder.build(units)] == [["*a", "*war plan", "*b"]]


def test_a_long_article_goes_on_with_its_headline_and_what_was_said(
    builder: InputBuilder, read: Read
) -> None:
    body = [" ".join(["peace"] * 12 + [letter]) for letter in "abcdefgh"]
    units = sentences("Envoy talks", *body, kinds={0: Kind.HEADLINE})
    first, second, *_ = (read(p) for p in builder.build(units))
    assert first[0] == "*envoy talks"
    assert [x[:1] for x in first] == ["*", "*", "*", "*", "p"]
    assert first[-1].endswith("d"), "it looks one sentence ahead"
    assert second[0] == "envoy talks"
    assert second[1].startswith("peace")
    assert second[1].endswith("c"), "it repeats the sentence before"
    assert second[2].startswith("*")
    assert second[2].endswith("d")


def test_long_headline_is_clipped(builder: InputBuilder, read: Read) -> None:
    long = " ".join(["peace"] * 30)
    (passage,) = builder.build(sentences("a"), headline=long)
    assert read(passage) == [" ".join(["peace"] * 22), "*a"]


def test_furniture_is_in_no_passage(builder: InputBuilder, read: Read) -> None:
    units = sentences("Peace plan", "Share", "a", kinds={0: Kind.HEADLINE, 1: Kind.BOILERPLATE})
    (passage,) = builder.build(units)
    assert read(passage) == ["*peace plan", "*a"]
    assert passage.units == (0, 2)
    assert list(builder.build(sentences("Share", kinds={0: Kind.BOILERPLATE}))) == []


def test_long_sentence_is_cut_into_overlapping_windows(builder: InputBuilder, read: Read) -> None:
    words = [f"peace {a}" for a in "abcdefghijklmnopqrstuvwxyz"]
    passages = list(builder.build(sentences(" ".join(words))))
    marked = [t[1:] for p in passages for t in read(p) if t.startswith("*")]
    assert {u for p in passages for u in p.units} == {0}
    assert len(marked) > 2
    assert marked[0].startswith("peace a")
    assert marked[-1].endswith("z")
    for left, right in pairwise(marked):
        assert right[:10] in left


def test_threads_share_a_builder(builder: InputBuilder) -> None:
    text = sentences(" ".join(f"peace{n}" for n in range(200)))
    expected = list(builder.build(text))

    def work(_: int) -> bool:
        return list(builder.build(text)) == expected

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(64)))


@given(
    st.lists(st.text(min_size=1, max_size=300), min_size=1, max_size=9),
    st.none() | st.text(max_size=200),
)
@settings(deadline=None, max_examples=80)
def test_passages_fit_and_mark_every_unit(
    encoder: Path, texts: list[str], headline: str | None
) -> None:
    builder = InputBuilder.from_folder(encoder, FORM)
    passages = list(builder.build(sentences(*texts), headline))
    units = [u for p in passages for u in p.units]
    assert units == sorted(units)
    assert set(units) == set(range(len(texts)))
    for p in passages:
        # A sentence cut out of its text can make a token or two more than it was.
        assert len(p.ids) <= FORM.max_tokens + 4
        assert len(p.ids) == len(p.sentence)
        assert all(p.sentence[m] != p.sentence[m - 1] for m in p.marks if m)
        assert len(p.marks) == len(p.units)


def test_no_tokenizer(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="expected a tokenizers file"):
        InputBuilder.from_folder(tmp_path, InputFormat())
