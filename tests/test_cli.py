"""The command line, run as users run it: the installed command, real files, real pipes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from stance.corpus.schema import text_sha256

COMMAND = [sys.executable, "-W", "error", "-c", "from stance.cli import main; main()"]
TEXT = "China offered to host talks.\n\nKyiv rejected the plan as empty."


def run(*arguments: str | Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], input=given, capture_output=True, check=False
    )


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text(TEXT)
    return path


def test_table_and_page(article: Path, tiny_model: Path, tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    done = run("predict", article, "--model", tiny_model, "--html", page)
    assert done.returncode == 0, done.stderr
    assert b"article score" in done.stdout
    assert "Kyiv rejected" in page.read_text()


def test_json_is_the_article_as_a_document(article: Path, tiny_model: Path) -> None:
    done = run("predict", article, "--model", tiny_model, "--format", "json")
    document = json.loads(done.stdout)
    assert [s["text"] for s in document["sentences"]] == TEXT.split("\n\n")


def test_standard_input_as_json_lines_and_csv(tiny_model: Path) -> None:
    lines = run("predict", "-", "--model", tiny_model, "--format", "jsonl", given=TEXT.encode())
    rows = [json.loads(line) for line in lines.stdout.splitlines()]
    table = run("predict", "-", "--model", tiny_model, "--format", "csv", given=TEXT.encode())
    read = list(csv.DictReader(io.StringIO(table.stdout.decode())))
    assert [r["text"] for r in rows] == [r["text"] for r in read] == TEXT.split("\n\n")
    assert float(read[0]["score"]) == pytest.approx(rows[0]["score"])


def test_an_address_is_for_the_other_command() -> None:
    done = run("predict", "https://courier.example/a")
    assert done.returncode == 2
    assert b"use stance score" in done.stderr


def test_a_reader_that_has_had_enough_is_no_fault(article: Path, tiny_model: Path) -> None:
    article.write_text("China offered to host talks on the border. " * 3000)
    line = [*COMMAND, "predict", str(article), "--model", str(tiny_model), "--format", "jsonl"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as going:
        assert going.stdout
        assert going.stderr
        assert going.stdout.readline().startswith(b"{")
        going.stdout.close()
        assert b"stance:" not in going.stderr.read()


def test_a_coverage_adds_label_sets_to_every_format(article: Path, tiny_model: Path) -> None:
    line = ("predict", article, "--model", tiny_model, "--coverage", "0.9", "--format")
    rows = [json.loads(x) for x in run(*line, "jsonl").stdout.splitlines()]
    listed = [row["labels"] for row in rows]
    document = json.loads(run(*line, "json").stdout)
    assert ["|".join(s["labels"]) for s in document["sentences"]] == listed
    assert [
        r["labels"] for r in csv.DictReader(io.StringIO(run(*line, "csv").stdout.decode()))
    ] == listed
    table = run(*line, "table").stdout
    assert b"labels" in table
    assert b"labels" not in run("predict", article, "--model", tiny_model).stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", b"empty"),
        (b"\xff\xfe", b"not UTF-8"),
        (b"GIF\0", b"binary file"),
        (b"<html><body></body></html>", b"without a main text"),
    ],
)
def test_bad_input_is_one_line(tiny_model: Path, content: bytes, message: bytes) -> None:
    done = run("predict", "-", "--model", tiny_model, given=content)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert done.stdout == b""


@pytest.mark.parametrize(
    "arguments",
    [
        ("predict", "none.txt"),
        ("predict", "-", "--model", "none"),
        ("predict", "-", "--device", "tpu"),
        ("predict", "-", "--coverage", "1.5"),
        ("score", "-", "--to", "."),
        ("score", "-", "--to", "n.db", "--column", "text"),
        ("score", "-", "--to", "n.db", "--column", "titel=head"),
        ("score", "-", "--to", "n.db", "--workers", "2"),
        ("watch", "none.opml", "--to", "n.db"),
        ("evaluate", "--data", "none"),
        ("behaviour", "--data", "none"),
        ("corpus", "check", "--data", "none"),
        ("corpus", "suspects", "--data", "none"),
        ("corpus", "hydrate", "--data", "none", "--texts", "none"),
        ("corpus", "import-seeds", "none"),
        ("train", "--data", "none", "--output", "none"),
    ],
)
def test_nothing_to_do_is_one_line_and_exit_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, *arguments], input=b"Talks.", capture_output=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(b"stance: ")
    assert done.stderr.count(b"\n") == 1


def test_train_then_evaluate(data: Path, encoder: Path, tmp_path: Path) -> None:
    output = tmp_path / "model"
    options = ("--base", encoder, "--epochs", "1", "--batch-size", "8")
    done = run("train", "--data", data, "--output", output, *options)
    assert done.returncode == 0, done.stderr
    assert b"wire train: left out" in done.stdout
    done = run(
        *("evaluate", "--model", output, "--data", data, "--train-data", data),
        *("--format", "json", "--device", "cpu"),
    )
    assert json.loads(done.stdout)["units"] == 16
    done = run("evaluate", "--model", output, "--data", data, "--train-data", data)
    assert b"macro-F1, model less tfidf" in done.stdout


def test_corpus_commands(data: Path) -> None:
    assert b"all rules kept" in run("corpus", "check", "--data", data).stdout
    found = json.loads(run("corpus", "describe", "--data", data, "--format", "json").stdout)
    assert found["corpus/train"]["labels"] == {"skeptical": 12, "neutral": 24, "hopeful": 12}
    assert b"corpus/train" in run("corpus", "describe", "--data", data).stdout
    assert b"train.jsonl: 48 rows" in run("corpus", "flatten", "--data", data).stdout


def test_suspects_are_lines_of_json(data: Path) -> None:
    done = run("corpus", "suspects", "--data", data, "--split", "train")
    assert (done.returncode, done.stdout) == (0, b""), done.stderr
    done = run("corpus", "suspects", "--data", data, "--split", "test")
    assert b"4 articles with 3 labels: expected at least 5 articles" in done.stderr


def test_behaviour_as_table_and_json(tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "behaviour"
    folder.mkdir()
    row = {"capability": "act", "headline": "x", "label": "neutral", "text": "China met both."}
    for name, more in (("cases", {}), ("same", {"variants": ["a", "b"]}), ("swap", {})):
        (folder / f"{name}.jsonl").write_text(json.dumps(row | more) + "\n")
    options = ("behaviour", "--model", tiny_model, "--data", tmp_path)
    found = json.loads(run(*options, "--format", "json").stdout)
    assert {r["test"]: r["total"] for r in found} == {"cases": 1, "same": 1, "swap": 1}
    assert b"Turkey" in run(*options).stdout


def test_broken_corpus(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "train.jsonl").write_text('{"id": "a"}\n')
    done = run("corpus", "check", "--data", tmp_path)
    assert done.returncode == 2
    assert b"train.jsonl:1: an article has no 'text': add the field" in done.stderr


def test_hydrate_lists_what_is_missing(tmp_path: Path) -> None:
    wire = tmp_path / "wire"
    wire.mkdir()
    row = {"split": "train", "start": 0, "end": 6, "kind": "body", "label": "neutral"}
    row |= {"relevant": False, "mixed": False, "holder": "none", "confidence": 3, "votes": []}
    rows = [
        row | {"id": name, "text_sha256": text_sha256(text)}
        for name, text in (("here", "Talks."), ("gone", "Words."))
    ]
    (wire / "annotations.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("Talks.")
    done = run("corpus", "hydrate", "--data", tmp_path, "--texts", tmp_path / "texts")
    assert done.returncode == 1
    assert b"1 documents found by text" in done.stdout
    assert done.stderr == b"missing: gone\n"


def test_import_seeds(tmp_path: Path) -> None:
    seeds, source = tmp_path / "seeds", tmp_path / "source"
    seeds.mkdir()
    source.mkdir()
    documents = {"one.txt": text_sha256("Talks.\r\n"), "two.txt": text_sha256("Words.")}
    manifest = {"annotations": "rows.jsonl", "documents": documents}
    (seeds / "manifest.json").write_text(json.dumps(manifest))
    (source / "any name").write_bytes(b"Talks.\r\n")
    (source / "picture").write_bytes(b"\xff\0")
    done = run("corpus", "import-seeds", source, "--seeds", seeds)
    assert done.returncode == 1
    assert done.stderr == b"missing: two.txt\n"
    assert (seeds / "one.txt").read_bytes() == b"Talks.\r\n"
    (source / "any name").write_bytes(b"Talks altered.")
    done = run("corpus", "import-seeds", source, "--seeds", seeds)
    assert done.returncode == 2
    assert b"holds none of the 2 founding articles" in done.stderr


def test_version_and_help() -> None:
    assert run("--version").stdout.startswith(b"stance, version ")
    assert run("predict", "--help").returncode == 0
