"""The model that ships keeps its promises on the annotated set itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import pytest

import stance
from stance.corpus.check import check_data
from stance.corpus.collection import CORPUS_SPLITS, load_split
from stance.corpus.schema import AnnotatedArticle
from stance.learning.dataset import labelled_passages
from stance.learning.evaluation import CHOSEN_ON
from stance.learning.export import compare
from stance.model.calibration import label_probabilities, probabilities
from stance.model.folder import check_files, read_manifest
from stance.model.inputs import InputBuilder
from stance.model.onnx_runtime import OnnxRuntime
from stance.model.torch_runtime import TorchRuntime
from stance.records import Kind

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "default"
SHARED_SEEDS = ROOT.parent / "shared" / "seeds"


@pytest.fixture(scope="module")
def articles() -> list[AnnotatedArticle]:
    # The training split is three times as large, and would say no more.
    splits = [s for s in CORPUS_SPLITS if s != "train"]
    return [a for split in splits for a in load_split(ROOT / "data", split)]


@pytest.fixture(scope="module")
def builder() -> InputBuilder:
    return InputBuilder.from_folder(MODEL, read_manifest(MODEL).form)


def test_folder_is_whole() -> None:
    check_files(MODEL, read_manifest(MODEL))


def test_relevance_is_told() -> None:
    def relevance(text: str) -> float:
        headline = "Beijing offers to mediate between the two neighbours"
        found = stance.predict(stance.Article(text, headline=headline)).sentences[0].relevant
        assert found is not None
        return found

    to_the_matter = (
        "Both sides welcomed the Chinese offer.",
        "China's envoy arrived on Monday for talks with both governments.",
        "Critics say the Chinese plan favours one side.",
    )
    beside_it = (
        "The river froze early this year.",
        "Wheat prices rose by a tenth in March.",
        "The army shelled two villages overnight.",
        "Her new novel comes out in May.",
        "The company will open a plant near the port.",
        "The bridge was closed for repairs.",
        "Oil fell below 70 dollars a barrel.",
    )
    # Under such a headline some sentences that have nothing to do with it are taken to have.
    assert median(map(relevance, beside_it)) < 0.5
    assert min(map(relevance, to_the_matter)) > 0.8


def test_data_keeps_its_rules() -> None:
    assert check_data(ROOT / "data") == []


def test_behaviour_cases_have_the_label_that_their_annotators_gave() -> None:
    folder = ROOT / "data" / "behaviour"
    counts = {}
    for path in sorted(folder.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        counts[path.stem] = len(rows)
        for row in rows:
            for votes in row["votes"] if "variants" in row else [row["votes"]]:
                assert len(votes) == 3
                assert votes.count(row["label"]) >= 2, row["id"]
    assert counts == {"cases": 320, "same": 60, "swap": 200}


def test_both_runtimes_agree(articles: Sequence[AnnotatedArticle], builder: InputBuilder) -> None:
    """Float on CPU stands in for CUDA."""
    passages = [row.passage for row in labelled_passages(articles, builder)]
    runtimes = (OnnxRuntime(MODEL / "model.int8.onnx"), TorchRuntime(MODEL, "cpu", batch_size=16))
    temperature = read_manifest(MODEL).temperature
    graph, network = (probabilities(r.logits(passages), temperature, 1) for r in runtimes)
    agreement = compare(graph, network)
    assert agreement.holds(same_label=0.995, largest_gap=0.03), agreement
    assert agreement.relevance_gap is not None
    assert agreement.relevance_gap < 0.06


def test_plain_transformers_gives_the_float_probabilities(
    articles: Sequence[AnnotatedArticle], builder: InputBuilder
) -> None:
    from transformers import pipeline

    sentences = [s for a in articles for s in a.sentences if s.kind is Kind.BODY]
    classify = pipeline("text-classification", model=str(MODEL), top_k=None, device="cpu")
    runtime = TorchRuntime(MODEL, "cpu")
    labels = read_manifest(MODEL).labels
    for sentence in sentences[:: max(1, len(sentences) // 100)]:
        row = label_probabilities(runtime.logits(list(builder.build([sentence]))))[0]
        found: Any = classify([sentence.text])[0]
        theirs = {item["label"]: item["score"] for item in found}
        theirs["neutral"] += theirs.pop("irrelevant", 0)
        assert [theirs[x] for x in labels] == pytest.approx(list(row), abs=1e-4)


def test_card_quotes_the_recorded_figures() -> None:
    card = (MODEL / "README.md").read_text(encoding="utf-8")
    found = json.loads((MODEL / "metrics.json").read_text(encoding="utf-8"))["evaluations"]
    assert {"test", "new_conflict"} <= set(found)
    for row in (row for split, row in found.items() if split not in CHOSEN_ON):
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
