"""Kills a run again and again, and compares what it comes to with a run that was let be.

    python benchmarks/kills.py --kills 50 --to news.db
    python benchmarks/kills.py --kills 50 --to postgresql://user@localhost:5433/empty
    python benchmarks/kills.py --kills 50 --to ray.db --engine ray

The ledger named must be empty. Every kill is a SIGKILL to the run and all its children,
at a random moment while there is work left; the run is started again after each, over the
same articles.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from stance.corpus.collection import load_split
from stance.scoring.ledger.ledger import Ledger

ROOT = Path(__file__).resolve().parent.parent
RUN = """
import sys
from stance.scoring.batch import BatchConfig
from stance.scoring.job import Job, run_job
from stance.scoring.outputs import Output
source, target, workers = sys.argv[1:]
config = BatchConfig(chunk=8 if workers == "0" else 16, wait=0.2)
job = Job((source,), Output.named(target), screened=False, batch=config,
          workers=int(workers) or None)
print(run_job(job))
"""


def main() -> None:
    """Kill, restart, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", required=True)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--articles", type=int, default=600)
    parser.add_argument("--longest", type=float, default=5.0, help="seconds before a kill")
    parser.add_argument("--engine", choices=["local", "ray"], default="local")
    parser.add_argument("--seed", type=int, default=13)
    given = parser.parse_args()
    draw = random.Random(given.seed)  # noqa: S311 - no secret hangs on it
    workers = "2" if given.engine == "ray" else "0"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "articles.jsonl"
        rows = [{"text": a.text} for a in load_split(ROOT / "data", "train")[: given.articles]]
        source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        kills = 0
        while kills < given.kills and killed(start(source, given.to, workers), draw, given.longest):
            kills += 1
        if kills < given.kills:
            print(f"all was done after {kills} kills: give more --articles for more")
        last = start(source, given.to, workers)
        if last.wait():
            raise SystemExit("the last run failed")
        whole = str(folder / "whole.db")
        start(source, whole, "0").wait()
        compare(given.to, whole, kills)


def start(source: Path, target: str, workers: str) -> subprocess.Popen[bytes]:
    """A run as a process group of its own."""
    words = [sys.executable, "-c", RUN, str(source), target, workers]
    return subprocess.Popen(words, cwd=source.parent, start_new_session=True)


def killed(process: subprocess.Popen[bytes], draw: random.Random, longest: float) -> bool:
    """Kill a run at a random moment; False where it came to its end before."""
    try:
        process.wait(draw.uniform(0.2, longest))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def compare(left_off: str, whole: str, kills: int) -> None:
    """Print how many rows were lost or are there twice, in either table."""
    print("| table | rows | lost | twice | other values |")
    print("| --- | --- | --- | --- | --- |")
    with Ledger.open(left_off) as left, Ledger.open(whole) as right:
        for name in ("article_rows", "sentence_rows"):
            found, expected = (keyed(getattr(x, name)()) for x in (left, right))
            lost = len(expected.keys() - found.keys())
            twice = sum(len(rows) - 1 for rows in found.values())
            other = sum(found[key] != expected[key] for key in expected.keys() & found.keys())
            print(f"| {name[:-5]}s | {len(found)} | {lost} | {twice} | {other} |")
    print(f"{kills} kills")


def keyed(rows: Any) -> dict[tuple[Any, ...], list[tuple[Any, ...]]]:  # noqa: ANN401
    """Rows by what names them, without the store's own numbers."""
    found: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for row in rows:
        key = (row["content_hash"], row.get("number"))
        values = {k: v for k, v in row.items() if k not in {"id", "sightings"}}
        found.setdefault(key, []).append(tuple(sorted(values.items(), key=str)))
    return found


if __name__ == "__main__":
    main()
