from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from stance.scoring.ledger.ledger import Ledger

WORKER = Path(__file__).with_name("keeping_in_a_loop.py")
ARTICLES = 240
KILLS = int(os.environ.get("STANCE_KILLS", "5"))


def _worker(where: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(WORKER), where, str(ARTICLES)],
        stdout=subprocess.PIPE,
        text=True,
    )


def _rows(where: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, int]]:
    """All rows, less the number of a document, which counts attempts in PostgreSQL."""
    with Ledger.open(where) as ledger:
        articles, sentences = list(ledger.article_rows()), list(ledger.sentence_rows())
        for row in (*articles, *sentences):
            del row["id"]
        return articles, sentences, ledger.counts()


def test_a_run_that_is_killed_again_and_again_ends_as_one_that_is_not(
    where: str, tmp_path: Path
) -> None:
    seed = random.randrange(10**6)  # noqa: S311
    moments = random.Random(seed)  # noqa: S311
    for _ in range(KILLS):
        with _worker(where) as process:
            assert process.stdout
            process.stdout.readline()
            threading.Event().wait(moments.random() / 2)
            process.kill()
    with _worker(where) as process:
        process.communicate()
    whole = str(tmp_path / "whole.db")
    with _worker(whole) as process:
        process.communicate()
    found, wanted = _rows(where), _rows(whole)
    assert len(wanted[0]) == ARTICLES * 4 // 5
    assert wanted[2]["groups"] < len(wanted[0])
    assert found == wanted, f"seed {seed}"


def test_two_processes_on_one_ledger_score_nothing_twice(where: str) -> None:
    processes = [_worker(where) for _ in range(2)]
    scored: list[str] = []
    for process in processes:
        out, _ = process.communicate(timeout=300)
        assert process.returncode == 0
        scored += [position for line in out.splitlines() for position in line.split()[1:]]
    assert len(scored) == len(set(scored)) == ARTICLES * 4 // 5
    assert len(_rows(where)[0]) == ARTICLES * 4 // 5
