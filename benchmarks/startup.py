"""What a fresh process costs: the import, the first prediction, the memory.

python benchmarks/startup.py
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
from pathlib import Path

FIRST = """
import time; start = time.perf_counter()
import stance
stance.predict({text!r}, device="cpu")
import resource
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(time.perf_counter() - start, peak)
"""
TEXT = "China offered to host talks. Kyiv called the plan empty."


def main() -> None:
    """Measure over several fresh processes and print medians with their spread."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    figures: dict[str, list[float]] = {
        "own import, ms": [],
        "first prediction, s": [],
        "peak, MiB": [],
    }
    for _ in range(given.repeats):
        seconds, peak = first_prediction()
        for name, value in zip(figures, (own_import(), seconds, peak), strict=True):
            figures[name].append(value)
    for name, values in figures.items():
        spread = f"{min(values):.2f} to {max(values):.2f}"
        print(f"{name}: {statistics.median(values):.2f} ({spread})")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def own_import() -> float:
    """Milliseconds that `import stance` spends in modules of this package."""
    command = [sys.executable, "-X", "importtime", "-c", "import stance"]
    log = subprocess.run(command, capture_output=True, check=True, text=True).stderr
    own = re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+stance", log)
    return sum(map(int, own)) / 1000


def first_prediction() -> tuple[float, float]:
    """Seconds from the import to the first result, and peak memory in MiB."""
    command = [sys.executable, "-c", FIRST.format(text=TEXT)]
    out = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    seconds, peak = map(float, out.split())
    return seconds, peak


if __name__ == "__main__":
    main()
