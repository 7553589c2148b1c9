from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stance.model.calibration import Temperature, probabilities
from stance.model.folder import check_files, read_manifest
from tests.conftest import ROOT


@pytest.fixture
def temperature(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("temperature")


def test_two_lose_less_where_relevance_tells_them_apart(temperature: Any) -> None:
    rng = np.random.default_rng(0)
    logits = np.column_stack([rng.normal(size=(4000, 3)) * 3, rng.choice([-9, 9], size=4000)])
    odds = probabilities(logits, Temperature(3.0, 0.8), temperature.NEUTRAL)
    labels = np.array([rng.choice(3, p=row) for row in odds[:, :3]])
    units = temperature.Units(logits, labels, odds[:, 3] > 0.5, np.arange(4000) // 4)
    found = temperature.compared(units)
    assert (found["two"][:, 0] < found["one"][:, 0]).all()


def test_a_folder_is_fitted_anew(
    temperature: Any, tiny_model: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    before = read_manifest(copy)
    words = ["temperature.py", "--add", "--model", str(copy), "--data", str(data)]
    monkeypatch.setattr(sys, "argv", words)
    temperature.main()
    after = read_manifest(copy)
    check_files(copy, after)
    assert after.temperature.irrelevant is not None
    # As training fitted it on the float network, within what the graph may differ.
    assert after.temperature.relevant == pytest.approx(before.temperature.relevant, rel=0.1)
