"""The contracts that users rely on."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import stance

TEXT = "China offered to host talks.\n\nKyiv rejected the plan as empty."


def test_public_names_are_sorted_and_present() -> None:
    assert stance.__all__ == sorted(stance.__all__)
    for name in stance.__all__:
        assert getattr(stance, name).__name__ == name
    assert set(stance.__all__) < set(dir(stance))


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'foo'"):
        stance.foo  # noqa: B018


def test_result_of_predict(tiny_model: Path) -> None:
    result = stance.predict(TEXT, model=tiny_model)
    assert isinstance(result.sentences, tuple)
    for s in result.sentences:
        assert TEXT[s.start : s.end] == s.text
        assert s.label in {"skeptical", "neutral", "hopeful"}
        assert set(s.probabilities) == {"skeptical", "neutral", "hopeful"}
        assert sum(s.probabilities.values()) == pytest.approx(1)
        assert s.score == s.probabilities["hopeful"] - s.probabilities["skeptical"]
        assert s.label == max(s.probabilities, key=s.probabilities.__getitem__)
    assert set(result.counts) == {"skeptical", "neutral", "hopeful"}
    assert -1 <= result.score <= 1
    frame = result.to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert len(frame) == len(result.sentences)
    assert list(frame["text"]) == [s.text for s in result]


def test_many_texts_keep_their_order(tiny_model: Path) -> None:
    texts = [f"{TEXT} Number {n}." for n in range(5)]
    results = stance.predict(texts, model=tiny_model)
    assert isinstance(results, list)
    assert [r.article.text for r in results] == texts
    assert results[3] == stance.predict(texts[3], model=tiny_model)


def test_load_gives_the_same_results(tiny_model: Path) -> None:
    model = stance.load(tiny_model, device="cpu")
    assert model.predict(TEXT) == stance.predict(TEXT, model=tiny_model, device="cpu")
    assert stance.predict(TEXT, model=model) == model.predict(TEXT)


def test_table_with_metadata(tiny_model: Path) -> None:
    table = pd.DataFrame({"text": [TEXT, TEXT], "outlet": ["A", None], "extra": [1, 2]})
    first, second = stance.predict(table, model=tiny_model)
    assert first.article.outlet == "A"
    assert second.article.outlet is None
