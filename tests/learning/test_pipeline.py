from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from stance.corpus.collection import load_split
from stance.errors import ModelError
from stance.learning.base import BaseEncoder, load_network
from stance.learning.dataset import LABELS, labelled_passages
from stance.learning.pipeline import train_model
from stance.learning.recipe import Recipe
from stance.learning.training import TrainingConfig
from stance.model.calibration import Temperature, label_probabilities, probabilities
from stance.model.folder import check_files, file_sha256, read_manifest
from stance.model.inputs import InputBuilder
from stance.model.onnx_runtime import OnnxRuntime
from stance.model.torch_runtime import TorchRuntime

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def test_folder_holds_what_design_promises(tiny_model: Path) -> None:
    names = {p.name for p in tiny_model.iterdir()}
    promised = {
        "config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "model.safetensors",
        "model.int8.onnx",
        "stance.json",
        "metrics.json",
        "README.md",
    }
    assert promised <= names
    check_files(tiny_model, read_manifest(tiny_model))


def test_manifest_says_what_the_model_was_made_from(tiny_model: Path, encoder: Path) -> None:
    origin = read_manifest(tiny_model).origin
    assert origin["base_model"] == str(encoder)
    assert origin["units"] == 48
    assert origin["recipe"]["epochs"] == 2
    assert any("wire train: left out" in line for line in origin["data"])


def test_graph_agrees_with_float_network(tiny_model: Path, data: Path) -> None:
    manifest = read_manifest(tiny_model)
    builder = InputBuilder.from_folder(tiny_model, manifest.form)
    passages = [row.passage for row in labelled_passages(load_split(data, "test"), builder)]
    runtimes = (OnnxRuntime(tiny_model / "model.int8.onnx"), TorchRuntime(tiny_model, "cpu"))
    graph, network = (probabilities(r.logits(passages), Temperature(1.0), 1) for r in runtimes)
    assert graph.shape == (16, 4)
    assert np.abs(graph - network).max() < 0.03


def test_plain_transformers_gives_the_float_runtimes_probabilities(
    tiny_model: Path, data: Path
) -> None:
    from transformers import pipeline

    manifest = read_manifest(tiny_model)
    builder = InputBuilder.from_folder(tiny_model, manifest.form)
    classify = pipeline("text-classification", model=str(tiny_model), top_k=None, device="cpu")
    runtime = TorchRuntime(tiny_model, "cpu")
    for sentence in load_split(data, "test")[0].sentences:
        row = label_probabilities(runtime.logits(list(builder.build([sentence]))))[0]
        found: Any = classify([sentence.text])[0]
        theirs = {item["label"]: item["score"] for item in found}
        assert [theirs[x] for x in manifest.labels] == pytest.approx(list(row), abs=1e-5)


KILLED = """
import os, signal, sys
from pathlib import Path
from transformers import EarlyStoppingCallback
EarlyStoppingCallback.on_save = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
from stance.learning.pipeline import train_model
from stance.learning.recipe import Recipe
from stance.learning.training import TrainingConfig
config = TrainingConfig(epochs=2, batch_size=8)
train_model(Path(sys.argv[1]), Path(sys.argv[3]), Recipe(base=sys.argv[2], config=config))
"""


def test_goes_on_after_a_kill(data: Path, encoder: Path, tmp_path: Path) -> None:
    output = tmp_path / "model"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(data), str(encoder), str(output)],
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    checkpoints = tmp_path / ".model.checkpoints"
    assert list((checkpoints / "seed13").glob("checkpoint-*"))
    assert not output.exists()
    recipe = Recipe(base=str(encoder), config=TrainingConfig(epochs=2, batch_size=8))
    train_model(data, output, recipe, resume=True)
    assert not checkpoints.exists()
    whole = tmp_path / "whole"
    train_model(data, whole, recipe)
    ends = {read_manifest(folder).name.rpartition("-")[2] for folder in (output, whole)}
    assert len(ends) == 1
    weights = [file_sha256(folder / "model.safetensors") for folder in (output, whole)]
    assert weights[0] == weights[1]


def test_another_runs_checkpoints_are_refused(data: Path, encoder: Path, tmp_path: Path) -> None:
    checkpoints = tmp_path / ".model.checkpoints"
    checkpoints.mkdir()
    (checkpoints / "run.json").write_text("{}")
    with pytest.raises(ModelError, match="checkpoints of another recipe or other data"):
        train_model(data, tmp_path / "model", Recipe(base=str(encoder)), resume=True)


def test_a_folder_that_is_no_model_is_not_replaced(
    data: Path, encoder: Path, tmp_path: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ModelError, match="holds something that is no model"):
        train_model(data, tmp_path, Recipe(base=str(encoder)))
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_warm_up_and_averaging(
    data: Path, encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentiment = tmp_path / "sentiment.jsonl"
    rows = [
        {
            "sentence_normalized": f"The envoy was praised on day {n}.",
            "targets": [{"mention": "envoy", "polarity": polarity}],
        }
        for n in range(20)
        for polarity in (2.0, 4.0, 6.0)
    ]
    sentiment.write_text("".join(json.dumps(r) + "\n" for r in rows))
    quick = TrainingConfig(epochs=1, batch_size=16)
    recipe = Recipe(str(encoder), config=quick, warmup=quick, sentiment=sentiment, seeds=2)
    starts: list[str] = []

    def noted(
        base: BaseEncoder, labels: tuple[str, ...] = LABELS, seed: int = 13
    ) -> PreTrainedModel:
        starts.append(base.source)
        return load_network(base, labels, seed)

    monkeypatch.setattr("stance.learning.seeds.load_network", noted)
    manifest = train_model(data, tmp_path / "model", recipe)
    assert manifest.origin["recipe"]["seeds"] == 2
    assert manifest.origin["warmup"]["file"] == "sentiment.jsonl"
    assert [Path(start).name for start in starts] == [
        "warmup-done",
        "seed13-done",
        "warmup-done",
        "seed14-done",
    ]


def test_a_model_goes_on_from_another(
    data: Path, tiny_model: Path, encoder: Path, tmp_path: Path
) -> None:
    recipe = Recipe(str(tiny_model), config=TrainingConfig(epochs=1, batch_size=8))
    said: list[str] = []
    manifest = train_model(data, tmp_path / "model", recipe, say=said.append)
    origin, before = manifest.origin, read_manifest(tiny_model)
    assert set(origin["averaged"]) <= {"seed 13", before.name}
    assert any(line.endswith("; of 2 networks") for line in said)
    assert origin["base_model"] == str(encoder)
    assert origin["goes_on_from"]["model"] == before.name
    assert origin["goes_on_from"]["recipe"] == before.origin["recipe"]
    # The same data, but another run, which its name must tell.
    assert origin["data_sha256"] == before.origin["data_sha256"]
    assert manifest.name.partition("-")[2] != before.name.partition("-")[2]
    assert origin["goes_on_from"]["weights_sha256"] == file_sha256(tiny_model / "model.safetensors")


def test_validation_is_set_aside_where_there_is_none(
    data: Path, encoder: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    (mine / "corpus").mkdir(parents=True)
    (mine / "corpus" / "train.jsonl").write_bytes((data / "corpus" / "train.jsonl").read_bytes())
    recipe = Recipe(str(encoder), config=TrainingConfig(epochs=1, batch_size=8))
    manifest = train_model(mine, tmp_path / "model", recipe)
    assert manifest.origin["data"][-1] == "validation: 2 of them set aside"
    assert manifest.origin["units"] == 40
