from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import UTC, datetime
from operator import length_hint
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from stance.errors import InputError
from stance.reading.columns import Columns, recognise
from stance.reading.items import Located, Rejected
from stance.reading.tables import CsvTable, JsonLines, ParquetTable, TableLimits, _rows
from stance.records import Article
from stance.scoring.outputs import SENTENCES

FULL = Article(
    "Talks began.",
    headline="Envoy returns",
    outlet="The Courier",
    author="J. Doe",
    published="2024-05-06",
    language="en",
    url="https://a.example.org/1",
)


def test_csv_columns_go_by_their_usual_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "\ufeffTitle,Body,Source,Author,pubDate,Lang,Link\n"
        "Envoy returns,Talks began.,The Courier,J. Doe,2024-05-06,en-GB,https://a.example.org/1\n"
    )
    source = CsvTable(path, "a.csv")
    assert list(source) == [Located(FULL, "a.csv", "#1")]
    assert list(source) == list(source)


def test_a_cell_that_is_no_number_is_no_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    row = {"text": "Talks began.", "headline": float("nan"), "url": float("nan"), "author": [1.5]}
    path.write_text(json.dumps(row) + "\n")
    (item,) = JsonLines(path, "a.jsonl")
    assert item == Located(Article("Talks began.", author="1.5"), "a.jsonl", "#1")


def test_a_table_of_scored_sentences_is_no_table_of_articles() -> None:
    with pytest.raises(InputError, match="sentences that stance scored"):
        recognise(SENTENCES, Columns(), "out.csv")
    assert recognise(SENTENCES, Columns(text="text"), "out.csv")["text"] == "text"


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_a_csv_row_goes_over_lines_and_comes_compressed(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "a.csv.gz"
    text = f'id{separator}text\n1{separator}"He said ""no"".\n\nThen {separator} left."\n'
    path.write_bytes(gzip.compress(text.encode()))
    (item,) = CsvTable(path, "t")
    assert isinstance(item, Located)
    assert item.article.text == f'He said "no".\n\nThen {separator} left.'


def test_bad_csv_rows_are_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        b"id,text\n1,First.\n2,\n3,caf\xe9\n4\n5," + b"x" * 200_000 + b"\n\n6,Last.\n7,a\0b\n"
    )
    items = list(CsvTable(path, "t"))
    assert [i.position for i in items if isinstance(i, Located)] == ["#1", "#6"]
    reasons = {i.position: i.reason for i in items if isinstance(i, Rejected)}
    assert "without text" in reasons["#2"]
    assert "not UTF-8" in reasons["#3"]
    assert "1 fields under a header of 2" in reasons["#4"]
    assert "field limit" in reasons["#5"]
    assert "null" in reasons["#7"]


def test_a_csv_row_too_long_to_hold_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('text\nOne.\n"' + "left open\n" * 20 + 'and closed"\n' + "x" * 99 + "\nTwo.\n")
    items = list(CsvTable(path, "t", limits=TableLimits(row_bytes=50)))
    texts = [i.article.text for i in items if isinstance(i, Located)]
    assert (texts[0], texts[-1]) == ("One.", "Two.")
    assert [i.reason for i in items if isinstance(i, Rejected) and "50 bytes" in i.reason]


def test_a_csv_quotation_mark_never_closed_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('text\nOne.\n"Two.\nThree.\n')
    first, last = CsvTable(path, "t")
    assert isinstance(first, Located)
    assert isinstance(last, Rejected)
    assert "never closed" in last.reason


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r")), min_size=2),
        max_size=4,
    )
)
def test_csv_rows_come_back_as_they_were_written(rows: list[list[str]]) -> None:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    lines = io.BytesIO(file.getvalue().encode())
    assert list(_rows(lines, 10_000)) == [["a", "b"], *rows]


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    rows = [
        b'{"content": "Talks began.", "authors": ["A", "B"], "date": 2024}',
        b"",
        b'{"content": ',
        b'{"content": "caf\xe9"}',
        b"[1]",
        b'{"content": ["x"]}',
        b'{"content": "\\ud800"}',
        b'{"other": 1}',
        b"[" * 100_000,
        b'{"content": "' + b"x" * 300_000 + b'"}',
        b'{"content": "Talks ended."}',
    ]
    path.write_bytes(gzip.compress(b"\n".join(rows)))
    items = list(JsonLines(path, "t", limits=TableLimits(row_bytes=200_000)))
    first = Article("Talks began.", author="A, B", published="2024")
    assert items[0] == Located(first, "t", "#1")
    assert items[-1] == Located(Article("Talks ended."), "t", "#11")
    told = ["broken JSON", "UTF-8", "no object", "list", "surrogate", "column of text", "deeply"]
    told += ["more than 200000"]
    for item, place, words in zip(items[1:-1], range(3, 11), told, strict=True):
        assert isinstance(item, Rejected)
        assert item.position == f"#{place}"
        assert words in item.reason


def test_a_compressed_table_that_is_cut_off_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    rows = "".join(json.dumps({"text": f"Talks, day {n}, {n**7}."}) + "\n" for n in range(5000))
    path.write_bytes(gzip.compress(rows.encode())[:-2000])
    *items, last = JsonLines(path, "t")
    assert items
    assert all(isinstance(i, Located) for i in items)
    assert isinstance(last, Rejected)
    assert last.position == f"#{len(items) + 1}"
    assert "breaks off" in last.reason


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    when = datetime(2024, 5, 6, tzinfo=UTC)
    bad = pa.array([b"Talks began.", b"caf\xe9", None]).view(pa.string())
    table = pa.table({"text": bad, "date": pa.array([when] * 3), "unread": [1, 2, 3]})
    parquet.write_table(table, path)
    source = ParquetTable(path, "t", limits=TableLimits(batch_rows=2))
    first, second, third = source
    assert first == Located(
        Article("Talks began.", published="2024-05-06T00:00:00+00:00"), "t", "#1"
    )
    assert isinstance(second, Rejected)
    assert "cannot be read" in second.reason
    assert third == Rejected("a row without text", "t", "#3")
    assert list(source) == [first, second, third]
    assert length_hint(source) == 3
    assert length_hint(ParquetTable(tmp_path / "gone.parquet", "t")) == 0


def test_columns_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,Story,title\nno,Talks began.,Envoy\n")
    (item,) = CsvTable(path, "t", Columns(text="Story"))
    assert item == Located(Article("Talks began.", headline="Envoy"), "t", "#1")


@pytest.mark.parametrize(
    ("columns", "message"),
    [(Columns(), "no column of text among 'a', 'b'"), (Columns(text="c"), "no column 'c'")],
)
def test_a_table_without_a_text_column_lists_what_it_has(columns: Columns, message: str) -> None:
    with pytest.raises(InputError, match=message):
        recognise(["a", "b"], columns, "t")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\xff\xfet\0e\0x\0t\0", "not UTF-8"),
        ("a.csv", b"a,b\n1,2\n", "no column of text"),
        ("a.jsonl", b'{"a": 1}\n', "no column of text"),
        ("a.parquet", b"PAR?", "give a Parquet file"),
    ],
)
def test_no_table_of_articles_is_an_error(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    kinds: dict[str, type[CsvTable | JsonLines | ParquetTable]]
    kinds = {".csv": CsvTable, ".jsonl": JsonLines, ".parquet": ParquetTable}
    with pytest.raises(InputError, match=message):
        list(kinds[path.suffix](path, name))


@pytest.mark.parametrize("kind", [CsvTable, JsonLines, ParquetTable])
def test_a_missing_table_is_an_error(
    tmp_path: Path, kind: type[CsvTable | JsonLines | ParquetTable]
) -> None:
    with pytest.raises(InputError, match="No such file"):
        list(kind(tmp_path / "none", "none"))
