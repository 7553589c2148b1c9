"""The experiment harness runs, here on a tiny encoder and a tiny corpus."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from stance.corpus.collection import load_split
from stance.learning.pipeline import Recipe
from stance.learning.training import TrainingConfig
from tests.conftest import ROOT


@pytest.fixture
def accuracy(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("accuracy")


def test_a_run_is_scored_by_subset_and_seed(
    accuracy: Any, data: Path, encoder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = Recipe(str(encoder), config=TrainingConfig(epochs=1, batch_size=8), seeds=2)
    row = accuracy.measured(accuracy.Run("shipped", "both", 0.5), recipe, data)
    assert row["units"] == 24
    assert len(row["macro_f1"]["corpus"]) == 2
    assert all(0 <= x <= 1 for x in row["macro_f1"]["corpus"])
    assert row["macro_f1"]["wire"] == []
    assert len(row["minutes"]) == 2
    accuracy.print_table([row])
    assert "| shipped | both | 50% | 24 |" in capsys.readouterr().out


def test_parts_of_the_training_data(accuracy: Any, data: Path) -> None:
    articles = load_split(data, "train")
    assert accuracy.chosen(articles, accuracy.Run("shipped", "original", 1)) == articles
    assert accuracy.chosen(articles, accuracy.Run("shipped", "wire", 1)) == []
    assert len(accuracy.chosen(articles, accuracy.Run("shipped", "both", 0.25))) == 3


def test_every_combination_is_run(accuracy: Any) -> None:
    assert len(list(accuracy.runs(["shipped", "fixed passages"], None, [0.1, 1]))) == 4
    assert list(accuracy.runs(None, None, None)) == [accuracy.Run("shipped", "both", 1.0)]


def test_spread(accuracy: Any) -> None:
    assert accuracy.spread([0.5, 0.7]) == "0.600 (0.500 to 0.700)"
    assert accuracy.spread([]) == ""
