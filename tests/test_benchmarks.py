"""The experiment harness runs, here on a tiny encoder and a tiny corpus."""

from __future__ import annotations

import importlib
import json
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stance.corpus.collection import load_split
from stance.errors import CorpusError
from stance.learning.base import find_base
from stance.learning.baselines import sentences_with_labels
from stance.learning.pipeline import training_device
from stance.learning.recipe import Recipe
from stance.learning.training import TrainingConfig
from tests.conftest import ROOT


@pytest.fixture
def accuracy(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("accuracy")


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("peers")


@pytest.fixture
def lesson(peers: Any, data: Path, encoder: Path) -> Any:
    train, validation = (
        sentences_with_labels(load_split(data, split)) for split in ("train", "validation")
    )
    return peers.Lesson(train, validation, find_base(str(encoder)), 13)


def test_a_run_is_scored_by_subset_and_seed(
    accuracy: Any, data: Path, encoder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = Recipe(str(encoder), config=TrainingConfig(epochs=1, batch_size=8), seeds=2)
    row = accuracy.measured(accuracy.Run("shipped", "both", 0.5), recipe, data)
    assert row["units"] == 24
    assert len(row["macro_f1"]["corpus"]) == 2
    assert all(0 <= x <= 1 for x in row["macro_f1"]["corpus"])
    assert row["macro_f1"]["wire"] == []
    assert len(row["minutes"]) == 2
    accuracy.print_table([row])
    assert "| shipped | both | 50% | 24 |" in capsys.readouterr().out


def test_a_run_goes_on_from_its_checkpoints(
    accuracy: Any, data: Path, encoder: Path, tmp_path: Path
) -> None:
    recipe = Recipe(str(encoder), config=TrainingConfig(epochs=1, batch_size=8), seeds=2)
    run = accuracy.Run("soft labels", "both", 0.5)
    first = accuracy.measured(run, replace(recipe, seeds=1), data, tmp_path)
    assert None not in first["minutes"]
    (left,) = (tmp_path / run.folder).glob("seed13-done/config.json")
    made = left.stat().st_mtime_ns
    second = accuracy.measured(run, recipe, data, tmp_path)
    assert left.stat().st_mtime_ns == made
    assert second["minutes"][0] is None
    assert second["minutes"][1] > 0
    assert second["macro_f1"]["corpus"][0] == first["macro_f1"]["corpus"][0]
    assert len(second["macro_f1"]["corpus"]) == 2
    assert accuracy.median([None, None]) == ""
    assert second["data_sha256"] == first["data_sha256"]
    with pytest.raises(SystemExit, match="another recipe or other data"):
        accuracy.measured(run, replace(recipe, real_copies=2), data, tmp_path)


def made_row(seeds: list[int], **other: Any) -> dict[str, Any]:
    """A row of the table in which every figure names its seed."""
    row = {"recipe": "shipped", "part": "both", "share": 0.1, "warmup": True, "data_sha256": "d"}
    row |= {"device": "2 processors"}
    lists = {name: [float(n) for n in seeds] for name in ("minutes", "scored_per_second")}
    scores = {"corpus": [n / 100 for n in seeds], "wire": []}
    return row | {"seeds": seeds, "macro_f1": scores} | lists | other


def test_rows_are_kept_beside_those_of_other_runs(
    accuracy: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.json"
    for other in ({}, {"share": 0.5}, {"warmup": False}, {"device": "a GPU"}, {"data_sha256": "e"}):
        accuracy.keep(made_row([13, 14], **other), file)
    assert capsys.readouterr().out.count("dropped, being on other data") == 1
    kept = json.loads(file.read_text())
    assert [(x["share"], x["warmup"], x["device"], x["data_sha256"]) for x in kept] == [
        (0.5, True, "2 processors", "d"),
        (0.1, False, "2 processors", "d"),
        (0.1, True, "a GPU", "d"),
        (0.1, True, "2 processors", "e"),
    ]


def test_seeds_made_later_join_their_row(accuracy: Any, tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    for seeds in ([14, 15], [13], [15]):
        accuracy.keep(made_row(seeds), file)
    assert json.loads(file.read_text()) == [made_row([13, 14, 15])]


def test_parts_of_the_training_data(accuracy: Any, data: Path) -> None:
    articles = load_split(data, "train")
    assert accuracy.chosen(articles, accuracy.Run("shipped", "original", 1)) == articles
    assert accuracy.chosen(articles, accuracy.Run("shipped", "wire", 1)) == []
    assert len(accuracy.chosen(articles, accuracy.Run("shipped", "both", 0.25))) == 3


def test_every_combination_is_run(accuracy: Any) -> None:
    assert len(list(accuracy.runs(["shipped", "fixed passages"], None, [0.1, 1]))) == 4
    assert list(accuracy.runs(None, None, None)) == [accuracy.Run("shipped", "both", 1.0)]


def test_spread(accuracy: Any) -> None:
    assert accuracy.spread([0.5, 0.7]) == "0.600 (0.500 to 0.700)"
    assert accuracy.spread([]) == ""


@pytest.mark.parametrize("name", ["majority", "tfidf", "frozen", "fine-tuned"])
def test_a_peer_is_measured_beside_the_model(
    peers: Any, lesson: Any, data: Path, tiny_model: Path, name: str
) -> None:
    exams = {
        split: peers.exam_on(tiny_model, load_split(data, split)) for split in ("test", "train")
    }
    row = peers.measured(name, lesson, exams)
    assert row["units"] == 48
    assert list(row["splits"]) == ["test", "train"]
    for found in row["splits"].values():
        peer, shipped, margin = (
            found[key]["value"] for key in ("peer", "shipped", "shipped less peer")
        )
        assert 0 <= found["peer"]["low"] <= peer <= found["peer"]["high"] <= 1
        assert margin == pytest.approx(shipped - peer, abs=2e-4)


def test_what_a_peer_gave_is_kept_until_its_lesson_changes(
    peers: Any, lesson: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["China offered a truce."]
    first, making = peers.answers("majority", lesson, texts, tmp_path)
    assert making["device"] == training_device()
    assert {"torch", "transformers"} <= set(making["libraries"])
    monkeypatch.setitem(peers.PEERS, "majority", lambda *_: first + 1)
    moved = replace(lesson, base=replace(lesson.base, source="elsewhere"))
    again = peers.answers("majority", moved, texts, tmp_path)
    assert np.array_equal(again[0], first)
    assert again[1] == making
    for other in (replace(lesson, seed=14), replace(lesson, train=lesson.validation)):
        assert np.array_equal(peers.answers("majority", other, texts, tmp_path)[0], first + 1)
    assert np.array_equal(peers.answers("majority", lesson, texts, None)[0], first + 1)


def test_peers_that_learn_beat_the_majority(peers: Any, lesson: Any, data: Path) -> None:
    texts, labels = sentences_with_labels(load_split(data, "test"))
    scores = {
        name: peers.macro_f1(labels, peers.PEERS[name](lesson, texts).argmax(axis=1))["macro_f1"]
        for name in ("majority", "tfidf", "frozen")
    }
    assert scores["majority"] < 0.3
    assert scores["tfidf"] == 1
    assert scores["frozen"] > 0.5


def test_a_fine_tune_answers_in_the_order_asked(peers: Any, lesson: Any) -> None:
    texts = [f"China offered {'talks and ' * (i % 7)}a truce {i}." for i in range(40)]
    found = peers.PEERS["fine-tuned"](lesson, texts)
    other = peers.PEERS["fine-tuned"](lesson, texts[::-1])
    assert found == pytest.approx(other[::-1], abs=1e-5)
    assert len(np.unique(found.round(5), axis=0)) > 10


def test_an_embedding_does_not_depend_on_its_company(peers: Any, lesson: Any) -> None:
    texts = ["Kyiv welcomed the envoy to the talks on Monday.", "Peace.", "China offered a truce."]
    together = peers.embeddings(lesson.base, texts, batch_size=2)
    alone = np.concatenate([peers.embeddings(lesson.base, [text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-5)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)
    assert not np.allclose(together[0], together[2], atol=1e-2)


def test_a_limit_draws_sentences_with_their_labels(peers: Any, data: Path) -> None:
    articles = load_split(data, "train")
    texts, labels = peers.sample(articles, 7, seed=3)
    everything = dict(zip(*sentences_with_labels(articles), strict=True))
    assert len(set(texts)) == 7
    assert [everything[text] for text in texts] == labels
    assert (texts, labels) == peers.sample(articles, 7, seed=3)
    assert len(peers.sample(articles, 1000, seed=3)[0]) == 48
    assert peers.sample(articles, None, seed=3) == sentences_with_labels(articles)


def test_peers_must_learn_from_the_models_own_data(peers: Any, data: Path) -> None:
    with pytest.raises(CorpusError, match="peers must learn from the same"):
        next(peers.peer_rows(Namespace(data=data)))


def test_a_peer_whose_library_is_absent_is_named(
    peers: Any,
    data: Path,
    encoder: Path,
    tiny_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(peers, "default_folder", lambda: tiny_model)
    monkeypatch.setattr(peers, "find_base", lambda: find_base(str(encoder)))
    monkeypatch.setitem(sys.modules, "setfit", None)
    given = Namespace(
        data=data,
        split=["test"],
        peer=["setfit", "majority"],
        limit=9,
        seed=1,
        predictions=None,
    )
    (row,) = peers.peer_rows(given)
    assert (row["name"], row["units"], row["seed"]) == ("majority", 9, 1)
    assert row["model"].startswith("tiny")
    peers.print_row(row)
    printed = capsys.readouterr().out
    assert "setfit: left out" in printed
    assert "majority: 9 units" in printed


def test_a_label_that_a_peer_never_met_has_no_probability(peers: Any) -> None:
    assert peers.over_labels(np.array([[0.2, 0.8]]), [0, 2]).tolist() == [[0.2, 0, 0.8]]


def test_a_run_takes_the_place_of_its_earlier_self(peers: Any, tmp_path: Path) -> None:
    path = tmp_path / "peers.json"
    for name, seed, minutes in (("a", 1, 5), ("b", 1, 6), ("a", 2, 7), ("a", 1, 8)):
        peers.record(path, {"name": name, "seed": seed, "minutes": minutes})
    assert [row["minutes"] for row in json.loads(path.read_text())] == [6, 7, 8]


def test_a_run_on_part_of_the_data_is_not_recorded(
    peers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "peers.json"
    monkeypatch.setattr(sys, "argv", ["peers.py", "--limit", "3", "--json", str(path)])
    with pytest.raises(SystemExit):
        peers.main()
    assert not path.exists()


@pytest.mark.usefixtures("peers")
def test_the_training_code_is_measured_on_newsmtsc(encoder: Path, tmp_path: Path) -> None:
    rows = [
        {
            "sentence_normalized": f"Kyiv {word} the envoy, and Beijing said it was peace.",
            "targets": [
                {"mention": "Kyiv", "polarity": polarity},
                {"mention": "Beijing", "polarity": 4.0},
            ],
        }
        for word, polarity in (("rejected", 2.0), ("offered", 4.0), ("welcomed", 6.0))
    ]
    for name, count in (("train", 10), ("devtest_rw", 2), ("devtest_mt", 1)):
        lines = "".join(json.dumps(row) + "\n" for row in rows * count)
        (tmp_path / f"{name}.jsonl").write_text(lines)
    config = TrainingConfig(epochs=1, layouts=False, batch_size=8)
    row = importlib.import_module("newsmtsc").sentiment_row(
        tmp_path, find_base(str(encoder)), config, limit=40
    )
    assert (row["name"], row["units"]) == ("NewsMTSC", 40)
    assert row["splits"]["devtest_rw"]["published"] == 0.831
    assert row["splits"]["devtest_mt"]["published"] == 0.825
    for found in row["splits"].values():
        assert 0 <= found["stance"]["low"] <= found["stance"]["value"] <= found["stance"]["high"]


def test_forms_are_timed_side_by_side(
    accuracy: Any, tiny_model: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forms = importlib.import_module("forms")
    monkeypatch.setattr(forms, "default_folder", lambda: tiny_model)
    assert list(forms.forms()) == ["shipped", "one sentence and the headline", "short passages"]
    assert set(forms.forms().values()) == {r.form for r in accuracy.RECIPES.values()}
    rates = forms.measured(load_split(data, "test"), 2)
    assert {name: len(found) for name, found in rates.items()} == dict.fromkeys(forms.forms(), 2)
    assert all(rate > 0 for found in rates.values() for rate in found)
