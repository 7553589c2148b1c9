from __future__ import annotations

import importlib
import shutil
from pathlib import Path
from typing import Any

import pytest

import stance
from stance.learning.report import Question, evaluate_folder
from stance.model.folder import check_files, read_manifest
from tests.conftest import ROOT


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    module = importlib.import_module("pictures")
    module.mpl.use("Agg")
    return module


def test_a_model_folder_gets_a_picture_that_its_card_shows(
    pictures: Any, tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    floors = read_manifest(copy).floors
    pictures.add_reliability(copy, {"test": data})
    drawn = (copy / "reliability.svg").read_bytes()
    assert b"test: 8 bins of 2 units" in drawn
    assert len(drawn) < 60_000
    assert "](reliability.svg)" in (copy / "README.md").read_text()
    assert read_manifest(copy).floors == floors
    assert stance.predict("Talks began.", model=copy)
    evaluate_folder(Question(str(copy), data, "test", data, "cpu"), record=True)
    check_files(copy, read_manifest(copy))
    assert "](reliability.svg)" in (copy / "README.md").read_text()
    pictures.add_reliability(copy, {"test": data})
    assert (copy / "reliability.svg").read_bytes() == drawn


def test_a_folder_without_the_picture_shows_none(tiny_model: Path) -> None:
    assert "reliability.svg" not in (tiny_model / "README.md").read_text()
