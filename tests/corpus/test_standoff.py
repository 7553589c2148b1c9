from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stance.corpus.collection import hydrate_wire, load_split, load_training, load_wire
from stance.corpus.schema import sentence_sha256, text_sha256
from stance.corpus.standoff import Text, hydrate, read_rows, read_texts
from stance.errors import CorpusError
from stance.reading.segmentation import segment

TEXT = "Envoy returns\nKyiv called the “plan” empty on Monday. Talks go on in two rooms of the inn."
SPANS = [(0, 13), (14, 53), (54, 90)]


def spans(text: str) -> list[tuple[int, int]]:
    return [(s.start, s.end) for s in segment(text)]


def rows(text: str = TEXT, document: str = "w1") -> list[dict[str, Any]]:
    return [
        {
            "id": document,
            "url": "https://example.org/1",
            "text_sha256": text_sha256(text),
            "split": "train",
            "start": start,
            "end": end,
            "kind": "body",
            "label": "skeptical" if i == 1 else "neutral",
            "relevant": True,
            "mixed": False,
            "holder": "ukraine" if i == 1 else "none",
            "confidence": 2,
            "votes": ["neutral"] * 3,
            "sentence_sha256": sentence_sha256(text[start:end]),
        }
        for i, (start, end) in enumerate(SPANS)
    ]


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "wire"
    folder.mkdir(parents=True)
    path = folder / "annotations.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in rows()))
    return path


def test_spans_of_the_sample_are_the_segmenters() -> None:
    assert spans(TEXT) == SPANS


def test_whole_text_is_found_by_its_hash(labels: Path) -> None:
    found = hydrate(read_rows(labels), [Text("other"), Text(TEXT)])
    (article,) = found.articles
    assert (found.by_text, found.by_sentence, found.missing) == (1, 0, ())
    assert article.text == TEXT
    assert [u.label.value for u in article.units] == ["neutral", "skeptical", "neutral"]
    assert article.meta["url"] == "https://example.org/1"


def test_sentences_are_found_in_another_copy(labels: Path) -> None:
    copy = (
        'Read also: more.\n\nKyiv called the "plan"  empty on Monday. '
        "Talks go on in two rooms of the inn. End."
    )
    found = hydrate(read_rows(labels), [Text(copy)], spans)
    (article,) = found.articles
    assert (found.by_text, found.by_sentence) == (0, 2)
    texts = [copy[u.start : u.end] for u in article.units]
    assert texts == [
        'Kyiv called the "plan"  empty on Monday.',
        "Talks go on in two rooms of the inn.",
    ]
    assert article.units[0].label == "skeptical"


def test_furniture_that_stands_in_many_texts_finds_none(labels: Path) -> None:
    found = hydrate(read_rows(labels), [Text("Football\n\nEnvoy returns\n\nA goal.")], spans)
    assert found.missing == ("w1",)


def test_repeated_sentence_is_taken_once(tmp_path: Path) -> None:
    line = "Kyiv called the plan empty on Monday."
    text = f"{line} {line}"
    unit = rows()[1] | {"sentence_sha256": sentence_sha256(line)}
    both = [unit | {"start": 0, "end": 37}, unit | {"start": 38, "end": 75}]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in both))
    (article,) = hydrate(read_rows(path), [Text(text + " More.")], spans).articles
    assert [(u.start, u.end) for u in article.units] == [(0, 37)]


def test_what_is_missing_is_listed(labels: Path) -> None:
    found = hydrate(read_rows(labels), [Text("Nothing of it.")], spans)
    assert found.missing == ("w1",)
    assert not found.articles


def test_hydrated_news_joins_the_split(labels: Path, data: Path, tmp_path: Path) -> None:
    folder = labels.parent.parent
    (folder / "corpus").symlink_to(data / "corpus")
    _, said = load_training(folder, "train")
    assert "left out" in said[1]
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "one.txt").write_bytes(TEXT.encode())
    hydrate_wire(folder, texts, spans)
    articles, said = load_training(folder, "train")
    assert said[1] == "wire train: 1 articles"
    assert articles[-1].text == TEXT
    assert load_split(folder, "wire_train") == articles[-1:]


def test_texts_may_come_one_at_a_time(labels: Path, tmp_path: Path) -> None:
    other = "Another text altogether."
    more = {"id": "w2", "text_sha256": text_sha256(other), "start": 0, "end": len(other)}
    with labels.open("a") as file:
        file.write(json.dumps(rows()[0] | more) + "\n")
    for name, text in (("one", TEXT), ("two", other)):
        source = tmp_path / name
        source.mkdir()
        (source / "a.txt").write_bytes(text.encode())
        found = hydrate_wire(labels.parent.parent, source, spans)
    assert [a.id for a in found.articles] == ["w1", "w2"]
    assert found.missing == ()
    assert [a.text for a in load_wire(labels.parent.parent)] == [TEXT, other]


def test_a_headline_is_not_lost_to_a_copy_without_one(labels: Path, tmp_path: Path) -> None:
    data = labels.parent.parent
    headed = tmp_path / "texts.jsonl"
    headed.write_text(json.dumps({"text": TEXT, "headline": "Apart"}))
    plain = tmp_path / "texts"
    plain.mkdir()
    (plain / "a.txt").write_bytes(TEXT.encode())
    for source in (headed, plain):
        hydrate_wire(data, source, spans)
        assert [a.headline for a in load_wire(data)] == ["Apart"]


def test_a_damaged_copy_says_what_to_do(labels: Path) -> None:
    (labels.parent / "hydrated.jsonl").write_text("{")
    with pytest.raises(CorpusError, match="delete the file and hydrate again"):
        load_wire(labels.parent.parent)


def test_texts_from_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    lines = [{"text": "A. B.", "headline": "Head"}, {"text": "Head\nA.", "headline": "Head"}]
    path.write_text("".join(json.dumps(x) + "\n" for x in lines))
    assert read_texts(path) == [Text("A. B.", "Head"), Text("Head\nA.")]
    for row, fault in (('{"body": 1}', "no 'text'"), ('{"text": "A.", "headline": NaN}', "nan")):
        path.write_text(row)
        with pytest.raises(CorpusError, match=fault):
            read_texts(path)


def test_line_ends_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"One.\r\nTwo.")
    assert read_texts(tmp_path) == [Text("One.\r\nTwo.")]


@pytest.mark.parametrize("field", ["text_sha256", "label", "kind", "id"])
def test_rows_that_lack_a_field(labels: Path, field: str) -> None:
    row = rows()[0]
    del row[field]
    labels.write_text(json.dumps(row))
    with pytest.raises(CorpusError, match=r"annotations\.jsonl:1: .*no '"):
        read_rows(labels)
