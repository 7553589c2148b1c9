from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stance.corpus.collection import load_split
from stance.learning.coverage import fit_floors
from tests.conftest import ROOT


@pytest.fixture
def coverage(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("coverage")


def test_what_sets_hold_is_counted_by_true_label(coverage: Any) -> None:
    odds = np.array([[0.6, 0.1, 0.3], [0.5, 0.4, 0.1], [0.3, 0.5, 0.2], [0.1, 0.2, 0.7]])
    floors = {"skeptical": (0.5,) * 50, "neutral": (0.9,) * 50, "hopeful": (0.3,) * 50}
    found = coverage.held((odds, np.array([2, 1, 1, 2])), floors, 0.9)
    assert found["by_label"] == {"skeptical": [0, 0], "neutral": [1, 2], "hopeful": [2, 2]}
    assert found["coverage"] == 0.75
    assert found["by_floor"] == 0.5
    assert found["size"] == 1.25
    assert found["abstained"] == 0.25
    assert found["low"] < 0.75 < found["high"]


def test_one_floor_for_all_labels_is_that_of_all_units(coverage: Any) -> None:
    rng = np.random.default_rng(0)
    odds, references = rng.dirichlet([1, 1, 1], size=200), rng.integers(3, size=200)
    floors = coverage.one_floor(odds, references)
    true = odds[np.arange(200), references]
    assert (true >= floors["neutral"][40]).mean() == pytest.approx(0.9, abs=0.01)
    assert floors["skeptical"] == floors["neutral"] == floors["hopeful"]
    assert floors["hopeful"] != fit_floors(odds, references)["hopeful"]


def test_a_folder_is_measured_and_halves_compared(
    coverage: Any, tiny_model: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    articles = load_split(data, "test")
    rows = list(coverage.measured(tiny_model, {"test": articles}))
    assert [(r["asked"], r["units"]) for r in rows] == [(0.8, 16), (0.9, 16), (0.95, 16)]
    # Of four validation units with a stance none is left over at 0.9: all stances join.
    assert rows[1]["by_label"]["skeptical"] == [4, 4]
    coverage.print_table(rows)
    assert "| test | 16 | 0.9 |" in capsys.readouterr().out
