from __future__ import annotations

import os
from operator import length_hint
from pathlib import Path

import pytest

from stance.errors import InputError
from stance.reading.columns import Columns
from stance.reading.folders import FileLimits, Folder, TextFile, file_source
from stance.reading.items import Located, Rejected
from stance.records import Article


def test_a_folder_is_read_in_the_order_of_its_paths(tmp_path: Path) -> None:
    (tmp_path / "b" / "deep").mkdir(parents=True)
    (tmp_path / "b" / "deep" / "z.txt").write_text("Talks ended.")
    (tmp_path / "b" / "rows.csv").write_text("body\nFirst.\n\nSecond.\n")
    (tmp_path / "c.MD").write_text("Talks paused.")
    (tmp_path / "a.txt").write_text("Talks began.")
    source = Folder(tmp_path, "news")
    items = list(source)
    assert [i.position for i in items] == [
        "a.txt",
        "b/deep/z.txt",
        "b/rows.csv:#1",
        "b/rows.csv:#2",
        "c.MD",
    ]
    assert items[0] == Located(Article("Talks began."), "news", "a.txt")
    assert {i.source for i in items} == {"news"}
    assert list(source) == items


def test_a_folder_knows_how_many_files_it_holds(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for name in ("a.txt", "deep/b.txt", "deep/er/c.txt"):
        (tmp_path / name).write_text("The ferry was late.")
    assert length_hint(Folder(tmp_path, "news")) == 3


def test_what_is_no_article_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK")
    (tmp_path / "b.txt").write_bytes(b"caf\xe9")
    (tmp_path / "c.txt").write_text(" ")
    (tmp_path / "d.csv").write_text("a,b\n1,2\n")
    (tmp_path / "e.xml").write_text("<note/>")
    (tmp_path / "f.html").write_text("<html></html>")
    (tmp_path / "g").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(tmp_path / "h.txt")
    (tmp_path / "i.txt").symlink_to(tmp_path / "none")
    (tmp_path / "j.txt").write_text("Talks began.")
    *bad, good = Folder(tmp_path, "news")
    assert isinstance(good, Located)
    told = ["'.docx'", "not UTF-8", "empty", "no column of text", "no feed", "main text"]
    told += ["links to folders", "neither", "neither"]
    for item, words in zip(bad, told, strict=True):
        assert isinstance(item, Rejected)
        assert words in item.reason
    assert [i.position[0] for i in bad] == list("abcdefghi")


def test_columns_reach_the_tables_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"Story": "Talks began.", "text": "no"}\n')
    (item,) = Folder(tmp_path, "news", Columns(text="Story"))
    assert item == Located(Article("Talks began."), "news", "a.jsonl:#1")


def test_files_that_are_no_news_are_passed_over(tmp_path: Path) -> None:
    for name in ("a.txt", "out.csv"):
        (tmp_path / name).write_text("Talks began.")
    folder = Folder(tmp_path, "news", apart=frozenset({(tmp_path / "out.csv").resolve()}))
    assert [item.position for item in folder] == ["a.txt"]


def test_a_name_that_is_not_utf8_is_written_with_escapes(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("Talks began.")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (item,) = Folder(tmp_path, "news")
    assert item.position == "caf\\udce9.txt"


def test_a_text_file_too_long_for_an_article_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Talks began.")
    (item,) = TextFile(path, "a.txt", FileLimits(article_bytes=11))
    assert isinstance(item, Rejected)
    assert "more than 11 bytes" in item.reason
    (item,) = TextFile(path, "a.txt", FileLimits(article_bytes=12))
    assert item == Located(Article("Talks began."), "a.txt", "a.txt")


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".jsonl", ".parquet", ".warc.gz", ".rss"])
def test_a_file_that_is_gone_is_an_error(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(InputError, match="No such file"):
        list(file_source(tmp_path / f"none{suffix}", "none"))


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        list(Folder(tmp_path / "none", "none"))
