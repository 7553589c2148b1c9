from __future__ import annotations

import json
import shutil
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from sklearn.metrics import roc_auc_score

import stance
from stance.corpus.collection import load_split
from stance.corpus.schema import AnnotatedArticle, Unit
from stance.errors import CorpusError, DeviceError
from stance.learning.alignment import aligned_sentences
from stance.learning.baselines import baseline_probabilities
from stance.learning.evaluation import _relevance_rate, score_units, split_rates
from stance.learning.intervals import Figure
from stance.learning.report import Question, evaluate_folder, print_evaluation
from stance.model.folder import check_files, read_manifest
from stance.model.inputs import InputBuilder
from stance.model.onnx_runtime import OnnxRuntime
from stance.records import Kind, Label
from tests.conftest import article_row


def test_evaluation_scores_what_predict_scores(tiny_model: Path, data: Path) -> None:
    manifest = read_manifest(tiny_model)
    builder = InputBuilder.from_folder(tiny_model, manifest.form)
    articles = load_split(data, "test")
    rows = score_units(manifest, builder, OnnxRuntime(tiny_model / "model.int8.onnx"), articles)
    results = stance.predict([a.text for a in articles], model=tiny_model, device="cpu")
    theirs = [[s.probabilities[x] for x in Label] for r in results for s in r]
    assert rows == pytest.approx(np.array(theirs))


def test_sentences_keep_annotated_spans_and_the_segmenters_kinds(data: Path) -> None:
    article = load_split(data, "test")[0]
    sentences, where = aligned_sentences(article)
    assert [(sentences[i].start, sentences[i].end) for i in where] == [
        (u.start, u.end) for u in article.units
    ]
    assert sentences[0].kind == "headline"


def test_model_stands_beside_baselines(tiny_model: Path, data: Path) -> None:
    found = evaluate_folder(Question(str(tiny_model), data, "test", data, "cpu"))
    assert set(found.figures) == {"model", "majority", "tfidf"}
    assert found.units == 16
    assert sum(cell.value for row in found.confusion for cell in row) == 16
    assert all(c.low <= c.value <= c.high for row in found.confusion for c in row)
    assert found.figures["majority"]["recall_neutral"].value == 1
    gap = found.figures["model"]["macro_f1"].value - found.figures["tfidf"]["macro_f1"].value
    assert found.margins["tfidf"].value == pytest.approx(gap)
    json.dumps(found.to_dict())


def test_recorded_figures_stand_in_the_card(tiny_model: Path, data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    question = Question(str(copy), data, "test", data, "cpu")
    found = evaluate_folder(question, record=True)
    check_files(copy, read_manifest(copy))
    metrics = json.loads((copy / "metrics.json").read_text())["evaluations"]["test"]
    assert metrics["command"] == (
        f"stance evaluate --data {data} --split test --model {copy} "
        f"--train-data {data} --device cpu"
    )
    card = (copy / "README.md").read_text()
    assert f"{found.figures['model']['macro_f1'].value:.3f} [" in card
    assert metrics["command"] in card


def test_unknown_split_and_device(tiny_model: Path, data: Path) -> None:
    with pytest.raises(CorpusError, match="no split 'other': there are test, train, validation"):
        evaluate_folder(Question(str(tiny_model), data, "other", data))
    with pytest.raises(DeviceError, match="unknown device 'abacus'"):
        evaluate_folder(Question(str(tiny_model), data, "test", data, "abacus"))


def test_a_folder_that_is_not_there(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such folder: check the path"):
        evaluate_folder(Question(str(tiny_model), tmp_path / "none", "test"))


def test_real_news_that_is_not_hydrated(tiny_model: Path, data: Path) -> None:
    with pytest.raises(CorpusError, match="stance corpus hydrate"):
        evaluate_folder(Question(str(tiny_model), data, "wire_test", data))


def test_unfair_baselines_are_not_recorded(tiny_model: Path, data: Path, tmp_path: Path) -> None:
    less = tmp_path / "less"
    (less / "corpus").mkdir(parents=True)
    rows = (data / "corpus" / "train.jsonl").read_text().splitlines(keepends=True)
    (less / "corpus" / "train.jsonl").write_text("".join(rows[:6]))
    question = Question(str(tiny_model), data, "test", less)
    with pytest.raises(CorpusError, match="the baselines would be fitted on"):
        evaluate_folder(question, record=True)


def test_baselines_on_labels_that_were_changed_are_not_recorded(
    tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(data, changed)
    path = changed / "corpus" / "train.jsonl"
    path.write_text(path.read_text().replace('"label": "hopeful"', '"label": "skeptical"'))
    with pytest.raises(CorpusError, match="bring the data back to that"):
        evaluate_folder(Question(str(tiny_model), data, "test", changed), record=True)


def test_figures_of_other_data_are_not_written_over(
    tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    copy, own = tmp_path / "copy", tmp_path / "own"
    shutil.copytree(tiny_model, copy)
    evaluate_folder(Question(str(copy), data, "test", data, "cpu"), record=True)
    (own / "corpus").mkdir(parents=True)
    rows = (data / "corpus" / "test.jsonl").read_text().splitlines(keepends=True)
    (own / "corpus" / "test.jsonl").write_text("".join(rows[:2]))
    with pytest.raises(CorpusError, match="figures of other data as 'test'"):
        evaluate_folder(Question(str(copy), own, "test", data, "cpu"), record=True)


def test_a_split_without_units_cannot_be_measured_on(
    tiny_model: Path, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "corpus").mkdir()
    row = article_row(1, "test", [("Talks began.", "neutral")]) | {"units": []}
    (tmp_path / "corpus" / "test.jsonl").write_text(json.dumps(row) + "\n")
    with pytest.raises(CorpusError, match="no annotated units"):
        evaluate_folder(Question(str(tiny_model), tmp_path, "test", data))


def test_a_baseline_needs_two_labels() -> None:
    with pytest.raises(CorpusError, match="at least two are needed"):
        baseline_probabilities("tfidf", ["Talks began."], [1], ["Talks ended."])


def test_what_the_baselines_have_is_said(tiny_model: Path, data: Path) -> None:
    said: list[str] = []
    evaluate_folder(Question(str(tiny_model), data, "test", data), say=said.append)
    assert said[0] == "baselines fitted on corpus train: 12 articles"
    assert "left out" in said[1]


def rated(*rows: tuple[str, dict[str, Any], str]) -> list[AnnotatedArticle]:
    """Articles of one unit each, from an identifier, meta and a label."""
    return [
        AnnotatedArticle(
            name,
            "Talks began.",
            (
                Unit(
                    0,
                    12,
                    Kind.BODY,
                    Label(label),
                    relevant=True,
                    mixed=False,
                    holder="none",
                    confidence=3,
                ),
            ),
            "test",
            None,
            meta,
        )
        for name, meta, label in rows
    ]


def test_a_stance_where_no_chinese_mediation_is_spoken_of_is_a_false_alarm() -> None:
    articles = rated(
        ("a", {"pool": "other"}, "neutral"),
        ("b", {"pool": "mediation_other"}, "neutral"),
        ("c", {"pool": "mediation_other"}, "neutral"),
        ("d", {"pool": "other"}, "neutral"),
        ("e", {"pool": "china_mediation"}, "neutral"),
    )
    found = split_rates(articles, np.array([1, 2, 1, 1, 0]), np.ones(5, dtype=np.int64))
    assert set(found) == {"false_alarms"}
    assert found["false_alarms"].value == 0.25
    assert 0 <= found["false_alarms"].low <= 0.25 <= found["false_alarms"].high <= 1


def test_a_group_is_right_only_as_a_whole() -> None:
    articles = rated(
        ("g-0", {"group": "g"}, "hopeful"),
        ("h-0", {"group": "h"}, "hopeful"),
        ("g-1", {"group": "g"}, "skeptical"),
        ("h-1", {"group": "h"}, "skeptical"),
    )
    found = split_rates(articles, np.array([2, 2, 0, 1]), np.array([2, 2, 0, 0]))
    assert {name: figure.value for name, figure in found.items()} == {"groups_right": 0.5}
    alone = rated(("a", {"group": None}, "hopeful"), ("b", {}, "neutral"))
    assert split_rates(alone, np.array([2, 1]), np.array([2, 1])) == {}


def test_relevance_is_measured_by_its_ranking() -> None:
    rng = np.random.default_rng(3)
    told = rng.integers(0, 5, 40) / 4
    true = rng.random(40) < told / 2 + 0.2
    articles = [
        replace(a, units=(replace(a.units[0], relevant=bool(x)),))
        for a, x in zip(rated(*((str(n), {}, "neutral") for n in range(40))), true, strict=True)
    ]
    found = _relevance_rate(articles, told[:, None])["relevant"]
    assert found.value == pytest.approx(roc_auc_score(true, told))
    assert 0.4 < found.low < found.value < found.high <= 1
    assert _relevance_rate(articles, np.zeros((40, 0))) == {}
    alike = [a for a, x in zip(articles, true, strict=True) if x]
    assert _relevance_rate(alike, told[true][:, None]) == {}


def test_rates_are_printed_where_a_split_has_them(tiny_model: Path, data: Path) -> None:
    found = evaluate_folder(Question(str(tiny_model), data, "test", data, "cpu"))
    assert set(found.to_dict()["rates"]) == {"relevant"}
    found = replace(found, rates={})
    with_rate = replace(found, rates={"groups_right": Figure(0.5, 0.25, 0.75)})
    assert with_rate.to_dict()["rates"]["groups_right"]["low"] == 0.25
    for evaluation, printed in ((found, False), (with_rate, True)):
        console = Console(record=True, width=100, file=StringIO())
        print_evaluation(evaluation, console)
        text = console.export_text()
        assert ("contrast groups wholly right: 0.500 [0.250, 0.750]" in text) is printed
