from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from stance.corpus.collection import load_split
from stance.corpus.schema import Vote
from stance.errors import CorpusError, MissingExtraError, ModelError
from stance.learning import base
from stance.learning.baselines import baseline_probabilities
from stance.learning.dataset import UNLABELLED, Layouts, encode_articles
from stance.learning.export import compare
from stance.learning.fingerprint import articles_sha256
from stance.learning.souping import average_weights, greedy_soup
from stance.learning.temperature import fit_temperature
from stance.learning.training import class_weights
from stance.learning.warmup import encode_sentiment
from stance.model.calibration import Temperature, probabilities, softmax
from stance.model.inputs import InputBuilder, InputFormat
from stance.records import Label

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def test_temperature_is_found_again() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(20_000, 3)) * 2
    references = np.array([rng.choice(3, p=row) for row in softmax(logits, 2.5)])
    found = fit_temperature(logits, references, 1)
    assert found.irrelevant is None
    assert found.relevant == pytest.approx(2.5, rel=0.05)


def test_both_temperatures_are_found_again() -> None:
    rng = np.random.default_rng(0)
    logits = np.column_stack([rng.normal(size=(40_000, 3)) * 3, rng.normal(size=40_000) * 6])
    odds = probabilities(logits, Temperature(2.5, 0.8), 1)[:, :3]
    references = np.array([rng.choice(3, p=row) for row in odds])
    found = fit_temperature(logits, references, 1)
    assert (found.relevant, found.irrelevant) == pytest.approx((2.5, 0.8), rel=0.05)


def test_class_weights() -> None:
    labels = [0] + [1] * 8 + [2]
    assert class_weights(labels, 0) == pytest.approx([1, 1, 1, 1])
    full = class_weights(labels, 1)
    assert full[0] == pytest.approx(8 * full[1])
    assert np.mean([full[x] for x in labels]) == pytest.approx(1)


def test_average_of_weights(encoder: Path) -> None:
    import torch

    found = base.find_base(str(encoder))
    first, second = base.load_network(found), base.load_network(found)
    with torch.no_grad():
        for network, value in ((first, 1.0), (second, 3.0)):
            for weights in network.parameters():
                weights.fill_(value)
    mean = average_weights([first, second])
    assert all(bool((weights == 2.0).all()) for weights in mean.parameters())


def test_soup_takes_what_makes_it_no_worse(encoder: Path) -> None:
    import torch

    found = base.find_base(str(encoder))
    networks = [base.load_network(found) for _ in range(3)]
    with torch.no_grad():
        for network, value in zip(networks, (1.0, 3.0, 90.0), strict=True):
            for weights in network.parameters():
                weights.fill_(value)

    def nearness(network: PreTrainedModel) -> float:
        return -abs(next(network.parameters()).flatten()[0].item() - 2.0)

    soup, inside = greedy_soup(networks, nearness)
    assert (inside, nearness(soup)) == ([0, 1], 0)


def test_baselines() -> None:
    texts = ["good talks", "bad talks", "dull day", "dull week"] * 3
    labels = [2, 0, 1, 1] * 3
    majority = baseline_probabilities("majority", texts, labels, ["good"])
    assert majority[0] == pytest.approx([0.25, 0.5, 0.25])
    tfidf = baseline_probabilities("tfidf", texts, labels, ["good", "bad", "dull"])
    assert list(tfidf.argmax(axis=1)) == [2, 0, 1]


def test_dataset_rows(data: Path, encoder: Path) -> None:
    builder = InputBuilder.from_folder(encoder, InputFormat())
    rows = encode_articles(load_split(data, "train"), builder)
    assert len(rows) == 12
    assert rows["labels"][0] == [1, 1, 0, 2]
    assert rows["article"][:2] == [0, 1]
    assert rows["marks"][0][0] == 0
    with pytest.raises(CorpusError, match="no annotated unit"):
        encode_articles([], builder)


def test_layouts_differ_and_repeat(data: Path, encoder: Path) -> None:
    form = InputFormat(max_tokens=60, before_tokens=24, window_tokens=30)
    builder = InputBuilder.from_folder(encoder, form)
    articles = load_split(data, "train")
    once = encode_articles(articles, builder)
    rows = encode_articles(articles, builder, Layouts(3, seed=1))
    marks = sum(len(m) for m in once["marks"])
    assert sum(len(m) for m in rows["marks"]) == 3 * marks
    assert {len(ids) for ids in rows["input_ids"]} - {len(ids) for ids in once["input_ids"]}
    assert rows["input_ids"] == encode_articles(articles, builder, Layouts(3, seed=1))["input_ids"]
    assert rows["input_ids"] != encode_articles(articles, builder, Layouts(3, seed=2))["input_ids"]


def test_what_is_not_annotated_has_no_label(data: Path, encoder: Path) -> None:
    builder = InputBuilder.from_folder(encoder, InputFormat())
    article = load_split(data, "train")[0]
    partly = replace(article, units=article.units[2:])
    rows = encode_articles([partly], builder)
    assert rows["labels"] == [[UNLABELLED, UNLABELLED, 0, 2]]


def test_votes_are_drawn_where_wanted(data: Path, encoder: Path) -> None:
    builder = InputBuilder.from_folder(encoder, InputFormat())
    article = load_split(data, "train")[0]
    votes = tuple(Vote(x) for x in (Label.HOPEFUL, Label.HOPEFUL, Label.NEUTRAL))
    split, settled, *rest = article.units
    split = replace(split, label=Label.HOPEFUL, votes=votes)
    settled = replace(settled, label=Label.HOPEFUL, votes=votes, adjudicated=True)
    voted = replace(article, units=(split, settled, *rest))
    rows = encode_articles([voted], builder, Layouts(60, seed=1, drawn=True))
    drawn = [labels[:2] for labels in rows["labels"] if len(labels) == 4]
    assert len(drawn) > 10
    assert {first for first, _ in drawn} == {1, 2}
    assert {second for _, second in drawn} == {2}
    plain = encode_articles([voted], builder, Layouts(5, seed=1))
    assert all(labels[:2] == [2, 2] for labels in plain["labels"] if len(labels) == 4)


def test_contrast_groups_are_told_apart_by_layout(data: Path, encoder: Path) -> None:
    builder = InputBuilder.from_folder(encoder, InputFormat())
    article, other, *_ = load_split(data, "train")
    version = replace(article, meta={**article.meta, "group": "x1"})
    rows = encode_articles([version, other], builder, Layouts(2, seed=1))
    assert set(rows["group"]) == {"x1/0", "x1/1", None}


def test_sentiment_rows_of_another_form(tmp_path: Path, encoder: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"text": "x"}))
    builder = InputBuilder.from_folder(encoder, InputFormat())
    with pytest.raises(CorpusError, match=r"rows\.jsonl:1: no row of NewsMTSC"):
        encode_sentiment(path, builder)


def test_fingerprint_does_not_depend_on_order(data: Path) -> None:
    articles = load_split(data, "train")
    assert articles_sha256(articles) == articles_sha256(articles[::-1])
    assert articles_sha256(articles) != articles_sha256(articles[1:])


def test_agreement_of_runtimes() -> None:
    left = np.array([[0.6, 0.4, 0.0], [0.1, 0.9, 0.0]])
    right = np.array([[0.45, 0.55, 0.0], [0.1, 0.9, 0.0]])
    found = compare(left, right)
    assert found.same_label == 0.5
    assert found.largest_gap == pytest.approx(0.15)
    assert not found.holds()
    assert compare(left, left).holds()


def test_packaged_encoder() -> None:
    found = base.find_base()
    assert found.sha256 == base.MINILM_SHA256
    assert (Path(found.source) / "config.json").is_file()


def test_packaged_encoder_altered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"x")
    monkeypatch.setattr(base, "_packaged_minilm", lambda: tmp_path)
    with pytest.raises(ModelError, match="reinstall it"):
        base.find_base()


def test_missing_library_says_what_mends_it(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    from stance.corpus.check import check_data

    monkeypatch.setitem(sys.modules, "datasketch", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'stance-news\[train\]'"):
        check_data(data)
