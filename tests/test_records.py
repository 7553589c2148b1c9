from __future__ import annotations

import json
from dataclasses import replace

import pytest

from stance.records import Article, ArticleStance, Kind, Label, SentenceStance


def stance_of(text: str, start: int, label: Label, kind: Kind = Kind.BODY) -> SentenceStance:
    odds = {x.value: 0.1 for x in Label} | {label.value: 0.8}
    return SentenceStance(text, start, start + len(text), kind, label, odds)


@pytest.fixture
def result() -> ArticleStance:
    sentences = (
        stance_of("One.", 0, Label.SKEPTICAL),
        stance_of("Two.", 5, Label.NEUTRAL),
        stance_of("Three.", 10, Label.HOPEFUL, Kind.BOILERPLATE),
        stance_of("Four.", 17, Label.HOPEFUL),
        stance_of("Five.", 23, Label.HOPEFUL),
    )
    return ArticleStance(Article("One. Two. Three. Four. Five."), sentences, "m")


def test_score_is_the_mean_over_counted_stances(result: ArticleStance) -> None:
    assert result.counts == {"skeptical": 1, "neutral": 1, "hopeful": 2}
    assert result.score == pytest.approx((-0.7 + 0.7 + 0.7) / 3)


def test_score_without_a_stance_is_zero() -> None:
    assert ArticleStance(Article("One."), (stance_of("One.", 0, Label.NEUTRAL),)).score == 0


def test_it_is_a_sequence_of_sentences(result: ArticleStance) -> None:
    assert len(result) == 5
    assert [s.text for s in result][1] == "Two."


def test_document_goes_through_json(result: ArticleStance) -> None:
    document = json.loads(json.dumps(result.to_dict()))
    assert document["counts"]["hopeful"] == 2
    assert document["sentences"][2]["kind"] == "boilerplate"
    assert document["sentences"][0]["label"] == "skeptical"


def test_frame_has_a_row_a_sentence(result: ArticleStance) -> None:
    frame = result.to_frame()
    columns = ["text", "start", "end", "kind", "label", "score", "skeptical", "neutral", "hopeful"]
    assert list(frame.columns) == [*columns, "by_rule", "windows"]
    assert frame["label"].tolist() == [s.label.value for s in result]


def test_relevance_is_shown_where_the_model_tells_it(result: ArticleStance) -> None:
    told = replace(result, sentences=tuple(replace(s, relevant=0.25) for s in result.sentences))
    assert told.to_frame()["relevant"].tolist() == [0.25] * 5
    assert {s["relevant"] for s in told.to_dict()["sentences"]} == {0.25}
    assert "relevant" not in result.to_dict()["sentences"][0]


def test_records_are_frozen(result: ArticleStance) -> None:
    with pytest.raises(AttributeError):
        result.model = "other"  # type: ignore[misc]


def test_notebook_display(result: ArticleStance) -> None:
    assert "One." in result._repr_html_()


def test_labels_stand_in_rows_only_where_coverage_was_asked(result: ArticleStance) -> None:
    sure, unsure = result.sentences[0], result.sentences[3]
    assert not {"labels", "abstained"} & set(sure.to_dict())
    assert not sure.abstained
    sure = replace(sure, labels=(Label.SKEPTICAL, Label.NEUTRAL))
    unsure = replace(unsure, labels=(Label.SKEPTICAL, Label.HOPEFUL))
    assert (sure.abstained, unsure.abstained) == (False, True)
    assert json.loads(json.dumps(unsure.to_dict()))["labels"] == ["skeptical", "hopeful"]
    frame = replace(result, sentences=(sure, unsure)).to_frame()
    assert frame["labels"].tolist() == ["skeptical|neutral", "skeptical|hopeful"]
    assert frame["abstained"].tolist() == [False, True]
