from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.errors import ModelError
from stance.model.inputs import InputBuilder, InputFormat, ModelInput
from stance.records import Kind, Sentence


def sentences(*texts: str, kinds: dict[int, Kind] | None = None) -> list[Sentence]:
    out, at = [], 0
    for i, text in enumerate(texts):
        out.append(Sentence(text, at, at + len(text), (kinds or {}).get(i, Kind.BODY)))
        at += len(text) + 1
    return out


@pytest.fixture(scope="module")
def builder(encoder: Path) -> InputBuilder:
    return InputBuilder.from_folder(encoder, InputFormat(max_tokens=64, window_tokens=40))


def test_context_is_the_headline_and_three_sentences_before(builder: InputBuilder) -> None:
    units = sentences("Envoy talks", "a", "b", "c", "d", kinds={0: Kind.HEADLINE})
    pairs = list(builder.build(units))
    assert pairs[0] == ModelInput(0, "Envoy talks", "")
    assert pairs[1] == ModelInput(1, "a", "Envoy talks")
    assert pairs[4] == ModelInput(4, "d", "Envoy talks a b c")


def test_headline_may_stand_apart(builder: InputBuilder) -> None:
    pairs = list(builder.build(sentences("a", "b"), headline="Peace plan"))
    assert [p.context for p in pairs] == ["Peace plan", "Peace plan a"]


def test_head_after_the_body_is_no_headline(builder: InputBuilder) -> None:
    units = sentences("a", "War plan", "b", kinds={1: Kind.HEADLINE})
    assert [p.context for p in builder.build(units)] == ["", "a", "a War plan"]


def test_no_context_where_none_is_wanted(encoder: Path) -> None:
    bare = InputBuilder.from_folder(encoder, InputFormat(context_sentences=0))
    assert [p.context for p in bare.build(sentences("a", "b", "c"))] == ["", "", ""]


def test_long_headline_is_clipped_and_not_its_own_context(builder: InputBuilder) -> None:
    long = " ".join(["peace"] * 30)
    pairs = list(builder.build(sentences(long, "a", kinds={0: Kind.HEADLINE})))
    assert pairs[0].context == ""
    assert pairs[1].context == " ".join(["peace"] * 16)


def test_threads_share_a_builder(builder: InputBuilder) -> None:
    text = sentences(" ".join(f"peace{n}" for n in range(200)))
    expected = list(builder.build(text))

    def work(_: int) -> bool:
        pairs = list(builder.build(text))
        builder.encode(pairs)
        return pairs == expected

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(64)))


def test_furniture_and_repeated_headline_are_no_context(builder: InputBuilder) -> None:
    kinds = {0: Kind.HEADLINE, 1: Kind.BOILERPLATE, 2: Kind.HEADLINE}
    units = sentences("Peace plan", "Share", "Peace plan", "a", kinds=kinds)
    assert list(builder.build(units))[3].context == "Peace plan"


def test_far_sentences_stay_out_where_the_pair_would_be_too_long(builder: InputBuilder) -> None:
    long = " ".join(["peace"] * 40)
    pairs = list(builder.build(sentences("war", long, "truce " * 20)))
    assert pairs[2].context == long
    assert len(builder.encode(pairs)[2].ids) <= 64


def test_long_sentence_is_cut_into_overlapping_windows(builder: InputBuilder) -> None:
    text = " ".join(f"peace{n}" for n in range(100))
    windows = [p.sentence for p in builder.build(sentences(text))]
    assert len(windows) > 2
    assert text.startswith(windows[0])
    assert text.endswith(windows[-1])
    for left, right in pairwise(windows):
        assert text.index(right) < text.index(left) + len(left)


@given(st.lists(st.text(min_size=1, max_size=300), min_size=1, max_size=6))
@settings(deadline=None, max_examples=80)
def test_no_pair_is_longer_than_the_model_reads(encoder: Path, texts: list[str]) -> None:
    builder = InputBuilder.from_folder(encoder, InputFormat(max_tokens=64, window_tokens=40))
    pairs = list(builder.build(sentences(*texts)))
    assert [p.unit for p in pairs] == sorted(p.unit for p in pairs)
    assert {p.unit for p in pairs} == set(range(len(texts)))
    for pair, encoding in zip(pairs, builder.encode(pairs), strict=True):
        assert len(encoding.ids) <= 64
        assert not encoding.overflowing, pair


def test_no_tokenizer(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="expected a tokenizers file"):
        InputBuilder.from_folder(tmp_path, InputFormat())
