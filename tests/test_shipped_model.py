"""The model that ships keeps its promises on the annotated set itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Encoding

import stance
from stance.corpus.check import check_data
from stance.corpus.collection import CORPUS_SPLITS, load_split
from stance.corpus.schema import AnnotatedArticle
from stance.learning.dataset import annotated_pairs
from stance.learning.export import compare
from stance.model.calibration import softmax
from stance.model.folder import check_files, read_manifest
from stance.model.inputs import InputBuilder, ModelInput
from stance.model.onnx_runtime import OnnxRuntime
from stance.model.torch_runtime import TorchRuntime

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "default"
SHARED_SEEDS = ROOT.parent / "shared" / "seeds"


@pytest.fixture(scope="module")
def articles() -> list[AnnotatedArticle]:
    # The training split is three times as large, and would say no more.
    splits = [s for s in CORPUS_SPLITS if s != "train"]
    return [a for split in splits for a in load_split(ROOT / "data", split)]


@pytest.fixture(scope="module")
def pairs(articles: Sequence[AnnotatedArticle]) -> list[ModelInput]:
    builder = InputBuilder.from_folder(MODEL, read_manifest(MODEL).form)
    return annotated_pairs(articles, builder)[0]


@pytest.fixture(scope="module")
def encodings(pairs: list[ModelInput]) -> list[Encoding]:
    return InputBuilder.from_folder(MODEL, read_manifest(MODEL).form).encode(pairs)


@pytest.fixture(scope="module")
def float_odds(encodings: list[Encoding]) -> NDArray[np.float64]:
    logits = TorchRuntime(MODEL, "cpu", batch_size=64).logits(encodings)
    return softmax(logits, read_manifest(MODEL).temperature)


def test_folder_is_whole() -> None:
    check_files(MODEL, read_manifest(MODEL))


def test_data_keeps_its_rules() -> None:
    assert check_data(ROOT / "data") == []


def test_both_runtimes_agree(encodings: list[Encoding], float_odds: NDArray[np.float64]) -> None:
    """Float on CPU stands in for CUDA."""
    temperature = read_manifest(MODEL).temperature
    given = softmax(OnnxRuntime(MODEL / "model.int8.onnx").logits(encodings), temperature)
    agreement = compare(given, float_odds)
    assert agreement.holds(same_label=0.995, largest_gap=0.03), agreement


def test_plain_transformers_gives_the_float_probabilities(
    pairs: list[ModelInput], encodings: list[Encoding]
) -> None:
    from transformers import pipeline

    some = range(0, len(pairs), max(1, len(pairs) // 100))
    classify = pipeline("text-classification", model=str(MODEL), top_k=None, device="cpu")
    ours = softmax(TorchRuntime(MODEL, "cpu").logits([encodings[i] for i in some]))
    labels = read_manifest(MODEL).labels
    for i, row in zip(some, ours, strict=True):
        given = {"text": pairs[i].sentence, "text_pair": pairs[i].context}
        if not pairs[i].context:
            del given["text_pair"]
        theirs = {item["label"]: item["score"] for item in classify(given)}
        assert [theirs[x] for x in labels] == pytest.approx(list(row), abs=1e-4)


def test_card_quotes_the_recorded_figures() -> None:
    card = (MODEL / "README.md").read_text(encoding="utf-8")
    found = json.loads((MODEL / "metrics.json").read_text(encoding="utf-8"))["evaluations"]
    assert {"test", "new_conflict"} <= set(found)
    for row in found.values():
        assert f"{row['figures']['model']['macro_f1']['value']:.3f}" in card
        assert row["command"] in card


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Kyiv rejected the Chinese peace plan as empty and one-sided.", "skeptical"),
        ("Analysts doubt that Beijing can broker a lasting truce.", "skeptical"),
        ("Both sides welcomed China's mediation and thanked its envoy.", "hopeful"),
        ("The minister said China is the only power that can bring both to the table.", "hopeful"),
        ("China sold more cars to Russia in March than a year before.", "neutral"),
        ("Turkey's president offered to host talks.", "neutral"),
    ],
)
def test_plain_cases(text: str, label: str) -> None:
    headline = "China offers to mediate in Ukraine"
    article = stance.Article(text, headline=headline)
    assert stance.predict(article).sentences[0].label == label


@pytest.mark.skipif(not SHARED_SEEDS.is_dir(), reason="the founding articles are not here")
def test_founding_articles(tmp_path: Path) -> None:
    """Labels fit the texts: the hashes match and no span is empty."""
    from stance.corpus.seeds import import_seeds
    from stance.corpus.standoff import hydrate, read_rows, read_texts

    (tmp_path / "manifest.json").write_text((ROOT / "seeds" / "manifest.json").read_text())
    assert len(import_seeds(SHARED_SEEDS, tmp_path).placed) == 5
    rows = read_rows(ROOT / "data" / "seeds" / "annotations.jsonl")
    found = hydrate(rows, read_texts(tmp_path))
    assert sum(len(a.units) for a in found.articles) == 264
    assert all(a.text[u.start : u.end].strip() for a in found.articles for u in a.units)
