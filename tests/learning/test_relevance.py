from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from stance.corpus.collection import load_split
from stance.learning.base import find_base, load_network
from stance.learning.dataset import encode_articles
from stance.learning.pipeline import train_model
from stance.learning.recipe import Recipe
from stance.learning.relevance import FINE, add_relevance, fine_label
from stance.learning.training import TrainingConfig
from stance.model.inputs import InputBuilder, InputFormat, Passage
from stance.model.network import PassageNetwork, folded, passage_logits
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
    assert graph.shape == (2, 3)
    assert np.abs(graph - network).max() < 0.1
