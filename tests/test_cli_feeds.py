"""`stance score` and `stance watch`, as processes."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pandas as pd
import pytest

COMMAND = [sys.executable, "-W", "error", "-c", "from stance.cli import main; main()"]
TEXTS = [
    "Beijing offered to host the peace talks on Monday, a spokesman said there.",
    "A diplomat welcomed the Chinese role in the truce and the talks that led to it.",
    "The bakery on the corner opened again after the long holidays of this winter.",
]
FEED = "<rss version='2.0'><channel><title>Courier</title>{}</channel></rss>"
ITEM = "<item><title>News {0}</title><guid>{0}</guid><description>{1}</description></item>"


def stance(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    line = [*COMMAND, *map(str, words)]
    return subprocess.run(line, capture_output=True, text=True, cwd=cwd, timeout=120, check=False)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    for i, text in enumerate(TEXTS):
        (folder / f"{i}.txt").write_text(text)
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    folder = tmp_path / "site"
    folder.mkdir()
    items = "".join(ITEM.format(i, text) for i, text in enumerate(TEXTS))
    (folder / "feed.xml").write_text(FEED.format(items))

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()


def test_a_folder_is_scored_into_tables_and_only_once(
    news: Path, tiny_model: Path, tmp_path: Path
) -> None:
    line = ("score", news, "--to", "out.parquet", "--model", tiny_model, "--device", "cpu")
    first = stance(*line, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "3 read: 2 scored, 1 screened" in first.stderr
    articles = pd.read_parquet(tmp_path / "out.articles.parquet")
    assert sorted(articles["status"]) == ["scored", "scored", "screened"]
    before = (tmp_path / "out.parquet").read_bytes()
    again = stance(*line, cwd=tmp_path)
    assert "0 scored" in again.stderr
    assert (tmp_path / "out.parquet").read_bytes() == before


def test_without_the_gate_everything_is_scored(
    news: Path, tiny_model: Path, tmp_path: Path
) -> None:
    done = stance(
        "score", news, "--to", "out.csv", "--model", tiny_model, "--no-gate", cwd=tmp_path
    )
    assert "3 scored, 0 screened" in done.stderr


def test_what_is_set_aside_is_listed_and_the_exit_says_so(
    news: Path, tiny_model: Path, tmp_path: Path
) -> None:
    (news / "broken.txt").write_bytes(b"\xff\xfe\x00")
    done = stance("score", news, "--to", "out.jsonl", "--model", tiny_model, cwd=tmp_path)
    assert done.returncode == 1
    rows = [json.loads(x) for x in (tmp_path / "out.jsonl.rejected.jsonl").read_text().splitlines()]
    assert [Path(row["position"]).name for row in rows] == ["broken.txt"]
    assert "out.jsonl.rejected.jsonl" in done.stderr
    assert "broken.txt: " in done.stderr


def test_no_source_at_all_is_one_line_and_two(tiny_model: Path, tmp_path: Path) -> None:
    done = stance("score", "nowhere", "--to", "out.csv", "--model", tiny_model, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_quiet_says_nothing(news: Path, tiny_model: Path, tmp_path: Path) -> None:
    line = ("score", news, "--to", "n.db", "--model", tiny_model, "--quiet")
    done = stance(*line, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_feed_from_a_private_address_needs_leave(
    site: tuple[str, Path], tiny_model: Path, tmp_path: Path
) -> None:
    line = ("score", f"{site[0]}/feed.xml", "--to", "out.csv", "--model", tiny_model)
    assert stance(*line, cwd=tmp_path).returncode == 2
    allowed = stance(*line, "--allow-private", cwd=tmp_path)
    assert "3 read: 2 scored" in allowed.stderr


def test_watching_scores_what_is_new_and_stops_cleanly(
    site: tuple[str, Path], tiny_model: Path, tmp_path: Path
) -> None:
    url, folder = site
    (tmp_path / "feeds.opml").write_text(
        f'<opml><body><outline xmlUrl="{url}/feed.xml"/>'
        f'<outline xmlUrl="{url}/gone.xml"/></body></opml>'
    )
    line = ("watch", "feeds.opml", "--to", "n.db", "--every", "1", "--allow-private")
    words = [*COMMAND, *line, "--model", str(tiny_model)]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert "2 scored, 1 screened" in first
        assert "gone.xml" in first
        more = ITEM.format(9, "Kyiv called the peace plan that China offered an empty one.")
        time.sleep(1.1)  # The server's Last-Modified counts whole seconds.
        (folder / "feed.xml").write_text(FEED.format(more))
        lines = [process.stdout.readline() for _ in range(4)]
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert any("1 scored" in text for text in lines), lines
    assert (process.returncode, errors) == (0, "")


def test_columns_are_named_by_hand(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f'words,paper\n"{TEXTS[0]}",Courier\n')
    line = ("score", "t.csv", "--to", "out.csv", "--model", tiny_model)
    done = stance(*line, "--column", "text=words", "--column", "outlet=paper", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert pd.read_csv(tmp_path / "out.csv")["outlet"].unique().tolist() == ["Courier"]


def test_a_plain_install_is_told_what_is_missing(news: Path, tmp_path: Path) -> None:
    absent = "sqlalchemy alembic httpx httpcore protego feedparser fastwarc pyarrow py3langid"
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({absent.split()!r}))\n"
        "from stance.cli import main; main()"
    )
    (tmp_path / "feeds.opml").write_text(
        '<opml><body><outline xmlUrl="http://127.0.0.1:1/"/></body></opml>'
    )
    for words in (("score", str(news)), ("score", "http://127.0.0.1:1/"), ("watch", "feeds.opml")):
        line = [sys.executable, "-W", "error", "-c", code, *words, "--to", "n.db"]
        done = subprocess.run(line, capture_output=True, text=True, cwd=tmp_path, check=False)
        assert done.returncode == 2
        assert "pip install 'stance-news[feeds]'" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def rows_of(count: int) -> list[str]:
    return [
        json.dumps({"text": f"The envoy wrote letter {n} to the river towns. Kyiv kept it."}) + "\n"
        for n in range(count)
    ]


def cut_off(line: list[str], folder: Path, rows: list[str], number: int) -> int:
    """Run over a pipe that holds a first part of the rows, and end it once some are kept."""
    pipe = folder / "news.jsonl"
    os.mkfifo(pipe)
    # A shell's background jobs ignore SIGINT, and hand that on to what they start.
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with (
        subprocess.Popen(
            line,
            cwd=folder,
            stderr=subprocess.DEVNULL,
            preexec_fn=heard,  # noqa: PLW1509 - no thread here holds a lock
        ) as process,
        pipe.open("w") as file,
    ):
        file.writelines(rows)
        file.flush()
        while kept(folder / "out.parquet.ledger.db") < 64:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(number)
        process.wait(30)
    pipe.unlink()
    return process.returncode


def kept(ledger: Path) -> int:
    if not ledger.exists():
        return 0
    with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True) as connection:
        try:
            count = connection.execute("SELECT count(*) FROM scorings").fetchone()[0]
        except sqlite3.OperationalError:
            count = 0
    connection.close()
    return int(count)


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)]
)
def test_a_run_that_is_cut_off_and_begun_again_comes_to_the_same_bytes(
    tiny_model: Path, tmp_path: Path, number: int, status: int
) -> None:
    rows = rows_of(150)
    words = ("score", "news.jsonl", "--to", "out.parquet", "--model", tiny_model, "--no-gate")
    tables = []
    for name in ("cut", "whole"):
        folder = tmp_path / name
        folder.mkdir()
        if name == "cut":
            line = [*COMMAND, *map(str, words)]
            assert cut_off(line, folder, rows[:100], number) == status
            assert not (folder / "out.parquet").exists()
        (folder / "news.jsonl").write_text("".join(rows))
        done = stance(*words, cwd=folder)
        assert done.returncode == 0, done.stderr
        tables.append([(folder / f"out{x}.parquet").read_bytes() for x in ("", ".articles")])
        if name == "cut":
            assert "150 read: 86 scored" in done.stderr
    assert tables[0] == tables[1]


def test_two_processes_on_one_output_score_everything_once(
    tiny_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "news.jsonl").write_text("".join(rows_of(300)))
    words = ("score", "news.jsonl", "--to", "out.csv", "--model", tiny_model, "--no-gate")
    line = [*COMMAND, *map(str, words)]
    both = [
        subprocess.Popen(line, cwd=tmp_path, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum(int(re.findall(r"(\d+) scored", text)[0]) for text in said) == 300
    assert all(text.startswith("300 read") for text in said)
    articles = pd.read_csv(tmp_path / "out.articles.csv")
    assert (len(articles), articles["content_hash"].nunique()) == (300, 300)
    assert len(pd.read_csv(tmp_path / "out.csv")) == 600


def test_watching_into_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "feeds.opml").write_text(
        '<opml><body><outline xmlUrl="http://127.0.0.1:1/"/></body></opml>'
    )
    done = stance("watch", "feeds.opml", "--to", "out.parquet", cwd=tmp_path)
    assert done.returncode == 2
    assert "give a SQLite file" in done.stderr
