from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stance.corpus.collection import load_split
from stance.records import Label
from tests.conftest import ROOT


@pytest.fixture
def neighbours(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("neighbours")


def test_a_stance_is_found_again_amid_another_article(neighbours: Any, data: Path) -> None:
    articles = load_split(data, "validation")
    alone = neighbours.by_themselves(articles)
    assert len(alone) == sum(len(a.units) for a in articles)
    assert all(a.units[0].end == len(a.text) and a.headline is None for a in alone)
    amid, rows = neighbours.moved_into(articles, alone)
    units = [a.text[u.start : u.end] for a in amid for u in a.units]
    assert [units[row] for row in rows] == [a.text for a in alone]


def test_what_goes_by_the_sentence_keeps_all(
    neighbours: Any, data: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = load_split(data, "validation")
    calm = [
        replace(a, units=tuple(replace(u, label=Label.NEUTRAL) for u in a.units), meta=meta)
        for a in articles[:2]
        for meta in ({}, {"repo": "a/b"})
    ]
    true = {a.text: a.units[0].label for a in neighbours.by_themselves(articles)}

    def by_sentence(_: Any, articles: Any, rows: Any) -> Any:
        texts = [a.text[u.start : u.end] for a in articles for u in a.units]
        return np.array([neighbours.LABELS.index(true[texts[row]]) for row in rows])

    monkeypatch.setattr(neighbours, "given_labels", by_sentence)
    found = neighbours.kept(tiny_model, [*articles, *calm])
    for row in found.values():
        assert row["stances"] > 0
        assert (row["kept"], row["neutral"], row["interval"][1]) == (1.0, 0.0, 1.0)


def test_the_model_in_a_folder_is_asked(neighbours: Any, data: Path, tiny_model: Path) -> None:
    alone = neighbours.by_themselves(load_split(data, "validation"))
    found = neighbours.given_labels(tiny_model, alone, [0, 2])
    assert found.shape == (2,)
    assert set(found.tolist()) <= {0, 1, 2}
