from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stance.corpus.check import check_data
from stance.errors import CorpusError
from tests.conftest import article_row, tiny_articles

Row = dict[str, Any]


def write(folder: Path, **splits: list[Row]) -> Path:
    (folder / "corpus").mkdir(exist_ok=True)
    for split, rows in splits.items():
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "corpus" / f"{split}.jsonl").write_text(text)
    return folder


def test_good_data_has_no_faults(data: Path) -> None:
    assert check_data(data) == []


def change(**fields: Any) -> Callable[[Row], None]:
    return lambda row: row["units"][2].update(fields)


def cut_units(row: Row) -> None:
    del row["units"][1]


def cut_last(row: Row) -> None:
    del row["units"][-1]


def no_units(row: Row) -> None:
    row["units"] = []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (change(label="bad"), "unknown label 'bad'"),
        (change(holder="none"), "a stance without a holder"),
        (change(holder="the moon"), "unknown holder"),
        (change(relevant=False), "a stance that is not relevant"),
        (change(mixed=True), "mixed with a stance"),
        (change(confidence=4), "confidence 4"),
        (change(votes=["neutral", "neutral", "skeptical"]), "do not give skeptical"),
        (change(votes=["neutral", "hopeful", "skeptical"]), "do not give skeptical"),
        (change(start=3), "overlaps or lies outside"),
        (cut_units, "text before it is no unit"),
        (cut_last, "text after the last unit"),
        (no_units, "has no units"),
        (lambda row: row.update(split="test"), "says split 'test'"),
    ],
)
def test_every_rule_is_kept(tmp_path: Path, spoil: Callable[[Row], None], fault: str) -> None:
    rows = tiny_articles("train", 2)
    spoil(rows[1])
    refusals = check_data(write(tmp_path, train=rows))
    assert refusals
    assert all(r.line == 2 and r.file.endswith("train.jsonl") and r.mend for r in refusals)
    assert any(fault in r.fault for r in refusals), refusals


def test_adjudicated_label_may_differ_from_votes(tmp_path: Path) -> None:
    rows = tiny_articles("train", 1)
    change(votes=["neutral", "hopeful", "skeptical"], adjudicated=True)(rows[0])
    assert check_data(write(tmp_path, train=rows)) == []


LONG = " ".join(
    f"Word {n} of the envoy's long report on the talks came {n * n}." for n in range(40)
)


def test_duplicates_and_near_copies(tmp_path: Path) -> None:
    first = article_row(1, "train", [(LONG, "neutral")])
    again = article_row(2, "train", [(LONG, "neutral")])
    nearly = article_row(3, "test", [(LONG + " And so on.", "neutral")])
    same_id = article_row(1, "train", [("Something else altogether was said.", "neutral")])
    faults = [
        str(r) for r in check_data(write(tmp_path, train=[first, again, same_id], test=[nearly]))
    ]
    assert any("train.jsonl:2: train-2 repeats" in f for f in faults)
    path = tmp_path / "corpus" / "train.jsonl"
    assert any(f"train.jsonl:3: id 'train-1' is also at {path}:1" in f for f in faults)
    assert any("train.jsonl:1: train-1 is nearly test-3 in split test" in f for f in faults)


def test_a_contrast_file_of_the_same_name_hides_nothing(tmp_path: Path) -> None:
    article = article_row(1, "train", [(LONG, "neutral")])
    write(tmp_path, train=[article], test=[article_row(2, "test", [(LONG, "neutral")])])
    (tmp_path / "contrast").mkdir()
    for split in ("train", "test"):
        version = article_row(9, split, [(f"Version of {split}: nobody came.", "neutral")])
        version |= {"id": f"v-{split}", "group": split}
        (tmp_path / "contrast" / f"{split}.jsonl").write_text(json.dumps(version) + "\n")
    (fault,) = check_data(tmp_path)
    assert "repeats" in fault.fault


@pytest.mark.parametrize("group", [None, "g1"])
def test_versions_of_a_group_are_no_exception(tmp_path: Path, group: str | None) -> None:
    one, two = (
        article_row(n, split, [(LONG + end, "neutral")]) | {"group": group}
        for n, split, end in ((1, "train", ""), (2, "test", " And so on."))
    )
    (fault,) = check_data(write(tmp_path, train=[one], test=[two]))
    assert "is nearly" in fault.fault


def test_real_news_among_the_originals_is_found(tmp_path: Path) -> None:
    write(tmp_path, train=[article_row(1, "train", [(LONG, "neutral")])])
    (tmp_path / "wire").mkdir()
    real = article_row(2, "test", [(LONG + " And so on.", "neutral")]) | {"repo": "some/news"}
    (tmp_path / "wire" / "hydrated.jsonl").write_text(json.dumps(real) + "\n")
    (fault,) = check_data(tmp_path)
    assert "in split train" in fault.fault


def test_broken_line_is_named(tmp_path: Path) -> None:
    write(tmp_path, train=[])
    good = json.dumps(tiny_articles("train", 1)[0])
    spoilt = json.dumps(article_row(7, "test", [("Something else was said.", "neutral")]))
    path = tmp_path / "corpus" / "train.jsonl"
    path.write_text(f"{good}\n{{\n[1]\n{spoilt}\n")
    found = check_data(tmp_path)
    assert [r.line for r in found] == [2, 3, 4]
    assert all("one JSON object a line" in r.mend for r in found[:2])
    assert "says split 'test'" in found[2].fault


def test_standoff_rows_are_checked_too(tmp_path: Path) -> None:
    (tmp_path / "wire").mkdir()
    good = tiny_articles("train", 1)[0]["units"][2]
    good |= {"id": "w1", "text_sha256": "0" * 64, "split": "train"}
    bad: list[Row] = [
        good | {"holder": "none"},
        good | {"id": "w2", "split": "tran"},
        {k: v for k, v in good.items() if k != "text_sha256"},
        good,
    ]
    rows = [good, *bad]
    path = tmp_path / "wire" / "annotations.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    found = [(r.line, r.fault) for r in check_data(tmp_path)]
    for line, fault in (
        (2, "a stance without a holder"),
        (3, "unknown split 'tran'"),
        (4, "no 'document_sha256'"),
        (5, "overlaps or is empty"),
    ):
        assert any(n == line and fault in f for n, f in found), (line, found)
    assert 1 not in {n for n, _ in found}


def test_nothing_to_check(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="check the path"):
        check_data(tmp_path)
