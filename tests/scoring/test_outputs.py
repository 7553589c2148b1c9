from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from stance.errors import InputError, StoreError
from stance.reading.items import Located
from stance.records import Article
from stance.scoring.batch import Batch
from stance.scoring.ledger.ledger import Ledger
from stance.scoring.outputs import ARTICLES, SENTENCES, Output, write_output
from stance.scoring.predictor import Model, load

TEXTS = ("Beijing offered “talks”, on Monday. Kyiv said no.", "The river froze.\n\nIt did.")


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Model:
    return load(tiny_model, "cpu")


@pytest.fixture
def ledger(tmp_path: Path, model: Model) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "kept.db") as opened:
        items = [
            Located(Article(t, outlet="Courier"), "news", f"#{i}") for i, t in enumerate(TEXTS)
        ]
        Batch(model, opened, None, lambda _: None).run(items)
        yield opened


@pytest.mark.parametrize("name", ["out.parquet", "out.csv", "out.jsonl", "folder"])
def test_both_tables_hold_every_row_and_column(
    ledger: Ledger, model: Model, tmp_path: Path, name: str
) -> None:
    output = Output.named(str(tmp_path / name))
    write_output(ledger, model.manifest.identity, output)
    assert output.sentences is not None
    assert output.articles is not None
    sentences, articles = read(output.sentences), read(output.articles)
    assert list(sentences.columns) == list(SENTENCES)
    assert list(articles.columns) == list(ARTICLES)
    assert sentences["text"].tolist() == [r["text"] for r in ledger.sentence_rows()]
    assert len(sentences) == 4
    told = [s.relevant for result in model.predict(TEXTS) for s in result]
    assert [float(x) for x in sentences["relevant"]] == pytest.approx(told)
    assert articles["neutral"].tolist() == [r["neutral"] for r in ledger.article_rows()]


def test_the_ledger_gives_every_column_that_is_written(ledger: Ledger) -> None:
    assert set(ARTICLES) <= set(next(ledger.article_rows()))
    assert set(SENTENCES) <= set(next(ledger.sentence_rows()))


def test_another_models_rows_stay_out(ledger: Ledger, tmp_path: Path) -> None:
    output = Output.named(str(tmp_path / "out.jsonl"))
    write_output(ledger, "another", output)
    assert (tmp_path / "out.jsonl").read_text() == ""


def test_a_database_is_its_own_ledger() -> None:
    for name in ("news.db", "postgresql://me@here/news"):
        output = Output.named(name)
        assert (output.ledger, output.sentences) == (name, None)
    assert Output.named("postgresql://me@here/news?x=1").rejected == Path("news.rejected.jsonl")


def test_files_keep_their_ledger_beside_them_or_where_it_is_said() -> None:
    assert Output.named("a/out.csv").ledger == str(Path("a/out.csv.ledger.db"))
    assert Output.named("a/out.csv", "all.db").ledger == "all.db"


@pytest.mark.parametrize(
    ("to", "ledger"),
    [("out.xlsx", None), ("news.db", "other.db"), ("", None), (".", None), ("..", None)],
)
def test_what_cannot_be_written_is_refused(to: str, ledger: str | None) -> None:
    with pytest.raises(InputError, match=r"name a file|give one of them|need a name"):
        Output.named(to, ledger)


@pytest.mark.parametrize("path", ["", "/", "/?x=1", "/news"])
def test_a_password_stands_in_no_files_name(path: str) -> None:
    output = Output.named(f"postgresql://me:secret@here{path}")
    assert output.rejected.name in {"ledger.rejected.jsonl", "news.rejected.jsonl"}


def test_a_missing_folder_is_made(ledger: Ledger, model: Model, tmp_path: Path) -> None:
    write_output(ledger, model.manifest.identity, Output.named(str(tmp_path / "a/b/out.csv")))
    assert len(read(tmp_path / "a/b/out.csv")) == 4


def test_a_failed_writing_leaves_the_older_table(
    ledger: Ledger, model: Model, tmp_path: Path
) -> None:
    (tmp_path / "out.csv").mkdir()
    output = Output.named(str(tmp_path / "out.csv"))
    with pytest.raises(StoreError, match="safe in the ledger"):
        write_output(ledger, model.manifest.identity, output)
    assert not list(tmp_path.glob(".out*"))


def read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            frame = pd.DataFrame(list(csv.DictReader(file)))
        return frame.astype({"neutral": "float"}) if "neutral" in frame else frame
    return pd.DataFrame([json.loads(line) for line in path.read_text().splitlines()])
