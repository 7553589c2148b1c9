from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from stance.corpus.collection import load_split
from stance.corpus.flat import flat_rows, write_flat
from stance.corpus.schema import article_from_json, sentence_sha256, text_sha256
from stance.errors import CorpusError
from tests.conftest import ROOT, article_row


def test_rows_carry_their_context(data: Path) -> None:
    rows = list(flat_rows(load_split(data, "train")[0]))
    assert [r["label"] for r in rows] == ["neutral", "neutral", "skeptical", "hopeful"]
    assert rows[0]["headline"] == rows[0]["text"]
    assert rows[0]["context"] == ""
    assert rows[3]["context"] == f"{rows[1]['text']} {rows[2]['text']}"
    assert rows[3]["register"] == "wire"
    assert rows[3]["votes"] == ["hopeful"] * 3


def test_text_before_the_first_unit_is_context() -> None:
    row = article_row(1, "train", [("Talks began.", "neutral"), ("Kyiv refused.", "skeptical")])
    row |= {"units": row["units"][1:], "headline": "Envoy"}
    (flat,) = flat_rows(article_from_json(row))
    assert flat["context"] == "Talks began."
    assert flat["headline"] == "Envoy"


def test_files_are_written_a_split(data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(data, copy)
    assert {p.name: n for p, n in write_flat(copy)} == {
        "test.jsonl": 16,
        "train.jsonl": 48,
        "validation.jsonl": 16,
    }
    first = json.loads((copy / "flat" / "train.jsonl").read_text().splitlines()[0])
    assert first["article"] == "train-0"


def test_founding_articles_are_written_where_they_are(data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(data, copy)
    text = "Talks began.\nKyiv refused."
    founding = tmp_path / "seeds"
    founding.mkdir()
    assert "seeds_test.jsonl" not in {p.name for p, _ in write_flat(copy, founding)}
    (founding / "one.txt").write_text(text)
    rows = [
        {
            "id": "one",
            "text_sha256": text_sha256(text),
            "start": start,
            "end": end,
            "sentence_sha256": sentence_sha256(text[start:end]),
            "kind": "body",
            "label": "neutral",
            "relevant": True,
            "mixed": False,
            "holder": "none",
            "confidence": 3,
            "votes": ["neutral"] * 3,
            "split": "test",
        }
        for start, end in ((0, 12), (13, 26))
    ]
    (founding / "labels.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    here = {"one.txt": text_sha256(text)}
    manifest = {"documents": here, "annotations": "labels.jsonl"}
    (founding / "manifest.json").write_text(json.dumps(manifest))
    assert dict(write_flat(copy, founding))[copy / "flat" / "seeds_test.jsonl"] == 2
    more = here | {"two.txt": "0" * 64}
    (founding / "manifest.json").write_text(json.dumps(manifest | {"documents": more}))
    written: list[str] = []
    with pytest.raises(CorpusError, match="1 texts are not here"):
        written.extend(path.stem for path, _ in write_flat(copy, founding))
    assert sorted(written) == ["test", "train", "validation"]


def test_fields_of_an_article_change_none_of_a_units(data: Path, tmp_path: Path) -> None:
    row = article_row(1, "train", [("Talks began.", "neutral")]) | {"kind": "essay", "url": "x"}
    (flat,) = flat_rows(article_from_json(row))
    assert (flat["kind"], flat["url"]) == ("headline", "x")
    copy = tmp_path / "data"
    shutil.copytree(data, copy)
    with (copy / "corpus" / "train.jsonl").open("a") as file:
        file.write(json.dumps(row) + "\n")
    list(write_flat(copy))
    lines = (copy / "flat" / "train.jsonl").read_text().splitlines()
    assert len({tuple(json.loads(line)) for line in lines}) == 1
    assert json.loads(lines[0])["url"] is None


def test_flat_rows_of_the_project_are_up_to_date(tmp_path: Path) -> None:
    copy = tmp_path / "data"
    for folder in ("corpus", "contrast"):
        shutil.copytree(ROOT / "data" / folder, copy / folder)
    for path, _ in write_flat(copy):
        kept = ROOT / "data" / "flat" / path.name
        assert kept.read_bytes() == path.read_bytes(), f"{path.name}: run `stance corpus flatten`"


@pytest.mark.parametrize("name", ["corpus", "contrast"])
def test_load_dataset(name: str, tmp_path: Path) -> None:
    from datasets import load_dataset

    found = load_dataset(str(ROOT / "data"), name, cache_dir=str(tmp_path))
    assert {"train", "test"} <= set(found)
    assert {"text", "context", "headline", "label"} <= set(found["train"].column_names)
    assert set(found["test"]["label"]) == {"skeptical", "neutral", "hopeful"}
