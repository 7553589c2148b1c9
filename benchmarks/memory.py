"""Peak memory of `stance score` over a small feed and over a large one.

    python benchmarks/memory.py --articles 1000 --articles 100000
    python benchmarks/memory.py --articles 1000 --no-gate

Invented items that are about something else, one in a hundred about China's mediation:
what a general feed looks like behind the gate. Every size runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from stance.scoring.job import Job, run_job
from stance.scoring.outputs import Output

WORDS = """harbour council budget winter school market bridge engine garden festival museum river
player coach season ticket train doctor clinic lesson bakery orchard valley printer letter window
station theatre painter violin harvest cattle weather forest village mayor jury tenant landlord
recipe kitchen engineer reactor satellite server network battery vaccine patient surgeon"""
RELEVANT = "Beijing offered to host peace talks between the two armies, an envoy said in {}."


def main() -> None:
    """Run every size, and print its peak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, action="append")
    parser.add_argument("--no-gate", action="store_true", help="score everything")
    parser.add_argument("--here", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        scored_here(given.here, screened=not given.no_gate)
        return
    print("| articles | summary | articles/s | peak MiB |")
    print("| --- | --- | --- | --- |")
    for number in given.articles or [1000, 100_000]:
        words = [sys.executable, __file__, "--here", str(number)]
        words += ["--no-gate"] if given.no_gate else []
        print(subprocess.run(words, check=True, capture_output=True, text=True).stdout, end="")


def scored_here(number: int, *, screened: bool) -> None:
    """Write a source of that many items, score it, and print a row."""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "feed.jsonl"
        with source.open("w", encoding="utf-8") as file:
            for i in range(number):
                file.write(json.dumps({"headline": f"Item {i}", "text": item(i)}) + "\n")
        start = time.perf_counter()
        output = Output.named(str(Path(name) / "out.parquet"))
        summary = run_job(Job((str(source),), output, screened=screened))
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"| {number:,} | {summary} | {number / seconds:.0f} | {peak:.0f} |")


def item(number: int) -> str:
    """An invented item of a hundred words."""
    draw = random.Random(number)  # noqa: S311 - no secret hangs on it
    words = WORDS.split()
    told = " ".join(f"The {' '.join(draw.choices(words, k=9))}." for _ in range(10))
    return f"{RELEVANT.format(draw.choice(words))} {told}" if number % 100 == 0 else told


if __name__ == "__main__":
    main()
