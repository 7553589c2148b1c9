from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from stance.corpus.collection import load_split
from stance.learning.base import find_base, load_network
from stance.learning.dataset import encode_articles, labelled_passages
from stance.learning.pipeline import train_model
from stance.learning.recipe import Recipe
from stance.learning.relevance import FINE, add_relevance, fine_label, fit_probe
from stance.learning.training import TrainingConfig
from stance.model.calibration import Temperature, probabilities
from stance.model.folder import PROBE, read_manifest, seal
from stance.model.inputs import InputBuilder, InputFormat, Passage
from stance.model.network import (
    PassageNetwork,
    folded,
    load_probe,
    passage_logits,
    save_probe,
)
from stance.model.onnx_runtime import OnnxRuntime
from stance.model.torch_runtime import TorchRuntime
from stance.records import Label

PASSAGE = Passage((2, 5, 6, 3, 2, 7, 3), (1, 1, 1, 1, 2, 2, 2), (0, 4), (0, 1))


def test_a_fourth_output_changes_nothing_at_first(encoder: Path) -> None:
    network = load_network(find_base(str(encoder)))
    before = passage_logits(PassageNetwork(network), [PASSAGE], 1)
    after = passage_logits(PassageNetwork(add_relevance(network)), [PASSAGE], 1)
    assert after == pytest.approx(before, abs=1e-5)
    assert dict(network.config.id2label or {}) == dict(enumerate(FINE))


def test_folding_adds_probabilities() -> None:
    fine = torch.tensor([[0.3, -1.0, 2.0, 0.7]])
    odds = fine.softmax(-1)[0].tolist()
    expected = [odds[0], odds[1] + odds[3], odds[2]]
    assert folded(fine).softmax(-1)[0].tolist() == pytest.approx(expected)


def test_labels_tell_what_is_irrelevant(data: Path, encoder: Path) -> None:
    builder = InputBuilder.from_folder(encoder, InputFormat())
    article = load_split(data, "train")[0]
    dull = replace(article.units[0], label=Label.NEUTRAL, relevant=False)
    article = replace(article, units=(dull, *article.units[1:]))
    rows = encode_articles([article], builder, label=fine_label)
    assert rows["labels"] == [[FINE.index("irrelevant"), 1, 0, 2]]


def test_a_model_trained_so_is_used_like_any_other(
    data: Path, encoder: Path, tmp_path: Path
) -> None:
    config = TrainingConfig(epochs=1, batch_size=8, relevance=True)
    manifest = train_model(data, tmp_path / "model", Recipe(str(encoder), config=config))
    assert manifest.labels == ("skeptical", "neutral", "hopeful")
    folder = tmp_path / "model"
    names = json.loads((folder / "config.json").read_text(encoding="utf-8"))["id2label"]
    assert tuple(names.values()) == FINE
    assert "tells `irrelevant` from `neutral`" in (folder / "README.md").read_text("utf-8")
    graph = OnnxRuntime(folder / "model.int8.onnx").logits([PASSAGE])
    network = TorchRuntime(folder, "cpu").logits([PASSAGE])
    assert graph.shape == (2, 4)
    assert np.abs(graph - network)[:, :3].max() < 0.1


def test_a_probe_finds_what_is_irrelevant_and_moves_no_stance(data: Path, tiny_model: Path) -> None:
    base = find_base(str(tiny_model))
    network = load_network(base)
    builder = InputBuilder.from_folder(tiny_model, InputFormat())
    articles = load_split(data, "train")
    probe = fit_probe(network, builder, articles, load_split(data, "validation"))
    assert probe is not None
    passages = [row.passage for row in labelled_passages(articles, builder)]
    plain = passage_logits(PassageNetwork(network), passages, 4)
    told = passage_logits(PassageNetwork(network, probe), passages, 4)
    assert told[:, :3] == pytest.approx(plain, abs=1e-6)
    units = [u for a in articles for u in a.units]
    neutral = [u.label is Label.NEUTRAL for u in units]
    found = (told[:, 3] > 0) == [not u.relevant for u in units]
    assert found[neutral].all()


def test_without_both_sorts_of_neutral_units_there_is_no_probe(
    data: Path, tiny_model: Path
) -> None:
    builder = InputBuilder.from_folder(tiny_model, InputFormat())
    network = load_network(find_base(str(tiny_model)))
    articles = [
        replace(a, units=tuple(replace(u, relevant=True) for u in a.units))
        for a in load_split(data, "train")
    ]
    assert fit_probe(network, builder, articles, load_split(data, "validation")) is None
    assert fit_probe(network, builder, load_split(data, "validation"), articles) is None


def test_a_probe_counts_where_the_manifest_lists_it(tmp_path: Path, tiny_model: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(tiny_model, folder)
    (folder / PROBE).unlink()
    without = seal(folder, read_manifest(folder))
    probe = torch.nn.Linear(32, 1)
    save_probe(probe, folder)
    assert load_probe(folder) is None
    listed = seal(folder, without)
    again = load_probe(folder)
    assert again is not None
    assert torch.equal(again.weight, probe.weight)
    assert torch.equal(again.bias, probe.bias)
    assert listed.identity != without.identity


def test_both_runtimes_tell_relevance_alike(tiny_model: Path) -> None:
    graph = OnnxRuntime(tiny_model / "model.int8.onnx").logits([PASSAGE])
    network = TorchRuntime(tiny_model, "cpu").logits([PASSAGE])
    assert graph.shape == network.shape == (2, 4)
    given, expected = (probabilities(x, Temperature(1.0), 1) for x in (graph, network))
    assert given == pytest.approx(expected, abs=0.03)
