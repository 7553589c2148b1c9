from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import stance
from stance.corpus.collection import load_split
from stance.errors import CorpusError, MissingExtraError, ModelError
from stance.learning.coverage import add_coverage, fit_floors, scored_units
from stance.learning.dataset import LABELS
from stance.model.conformal import LEVELS, floors_at, label_sets
from stance.model.folder import check_files, read_manifest
from stance.model.inputs import InputBuilder
from stance.model.onnx_runtime import OnnxRuntime


def drawn(
    units: int, seed: int = 0, neutral: float = 0.7
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Probabilities that lean to the true label, and that label: neutral for a given share."""
    rng = np.random.default_rng(seed)
    references = rng.choice(3, size=units, p=[(1 - neutral) / 2, neutral, (1 - neutral) / 2])
    odds = rng.dirichlet([1, 1, 1], size=units)
    odds[np.arange(units), references] += rng.uniform(0, 1.5, size=units)
    return odds / odds.sum(axis=1, keepdims=True), references


class Given:
    """A classifier whose features are its probabilities; MAPIE asks for one."""

    classes_ = np.arange(3)

    def fit(self, rows: Any, labels: Any) -> Given:  # noqa: ARG002
        return self

    def predict(self, rows: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.asarray(rows.argmax(axis=1))

    def predict_proba(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return rows

    def __sklearn_is_fitted__(self) -> bool:
        return True


@pytest.mark.filterwarnings("ignore:WARNING. your conformalization dataset has less labels")
def test_sets_are_those_of_mapies_classifier_fitted_on_one_label() -> None:
    from mapie.classification import SplitConformalClassifier

    odds, references = drawn(600)
    new, _ = drawn(300, seed=1)
    floors = fit_floors(odds, references)
    levels = LEVELS[:46]  # MAPIE refuses levels that so few units do not reach.
    for index, label in enumerate(LABELS):
        own = references == index
        peer = SplitConformalClassifier(Given(), levels, "lac")
        _, theirs = peer.conformalize(odds[own], references[own]).predict_set(new)
        ours = [new[:, index] >= floors_at(floors, x)[label] for x in levels]
        assert (np.stack(ours, axis=1) == theirs[:, index]).all()


def test_coverage_is_kept_within_each_label_when_the_shares_differ() -> None:
    floors = fit_floors(*drawn(40_000, neutral=0.4))
    odds, references = drawn(40_000, seed=1, neutral=0.8)
    for asked in (0.8, 0.9, 0.95):
        least = np.array([floors_at(floors, asked)[x] for x in LABELS])
        hits = label_sets(odds, least)[np.arange(len(odds)), references]
        for index in range(3):
            assert hits[references == index].mean() > asked - 0.02


def test_too_few_units_for_a_level_let_the_label_into_every_set() -> None:
    odds = np.array([[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.5, 0.3, 0.2], [0.1, 0.8, 0.1]])
    floors = fit_floors(odds, np.array([0, 0, 0, 1]))
    assert floors["skeptical"] == (0.6,) + (0.5,) * 25 + (0.0,) * 24
    assert floors["neutral"] == (0.8,) + (0.0,) * 49
    assert floors["hopeful"] == (0.0,) * 50


def test_training_leaves_floors_fitted_on_validation(tiny_model: Path, data: Path) -> None:
    manifest = read_manifest(tiny_model)
    builder = InputBuilder.from_folder(tiny_model, manifest.form)
    runtime = OnnxRuntime(tiny_model / "model.int8.onnx")
    odds, references = scored_units(manifest, builder, runtime, load_split(data, "validation"))
    assert len(odds) == len(references) == 16
    assert manifest.floors == fit_floors(odds, references)


def test_furniture_is_no_unit_to_fit_on(tiny_model: Path, data: Path, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    row = json.loads((data / "corpus" / "test.jsonl").read_text().splitlines()[0])
    line = "Write to the newsroom at desk@example.org"
    start = len(row["text"]) + 2
    unit = row["units"][0] | {"start": start, "end": start + len(line), "kind": "boilerplate"}
    row |= {"text": f"{row['text']}\n\n{line}", "units": [*row["units"], unit]}
    (tmp_path / "corpus" / "test.jsonl").write_text(json.dumps(row) + "\n")
    manifest = read_manifest(tiny_model)
    builder = InputBuilder.from_folder(tiny_model, manifest.form)
    runtime = OnnxRuntime(tiny_model / "model.int8.onnx")
    _, references = scored_units(manifest, builder, runtime, load_split(tmp_path, "test"))
    assert len(references) == 4


def test_an_older_folder_gets_floors_and_nothing_else(
    tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    path = copy / "stance.json"
    row = json.loads(path.read_text())
    floors = row.pop("floors")
    path.write_text(json.dumps(row))
    with pytest.raises(ModelError, match="no floors of label sets"):
        stance.predict("Talks began.", model=copy, coverage=0.9)
    add_coverage(copy, data)
    check_files(copy, read_manifest(copy))
    assert json.loads(path.read_text()) == row | {"floors": floors}
    assert stance.predict("Talks began.", model=copy, coverage=0.9).sentences[0].labels


def test_other_validation_articles_are_refused(
    tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "corpus").mkdir()
    rows = (data / "corpus" / "validation.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "corpus" / "validation.jsonl").write_text("".join(rows[:2]))
    shutil.copy(data / "corpus" / "train.jsonl", tmp_path / "corpus")
    before = (tiny_model / "stance.json").read_bytes()
    with pytest.raises(CorpusError, match="bring the data back to that"):
        add_coverage(tiny_model, tmp_path)
    assert (tiny_model / "stance.json").read_bytes() == before


def test_without_mapie_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mapie.conformity_scores", None)
    with pytest.raises(MissingExtraError, match=r"stance-news\[train\]"):
        fit_floors(*drawn(10))
