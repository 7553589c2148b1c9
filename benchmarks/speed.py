"""Sentences a second, beside `transformers.pipeline` with the same weights on the same device.

Both score the articles of the corpus's test split, in turn, in one run. `stance` gives
every sentence its context; the pipeline, in batches of 32 (on a GPU both take 256), sees each
by itself, which is less to read.

    python benchmarks/speed.py
    python benchmarks/speed.py --device cuda --units 20000    # both in bfloat16
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from stance.corpus.collection import load_split
from stance.learning.alignment import aligned_sentences
from stance.model.folder import GRAPH, default_folder, read_manifest
from stance.model.inputs import InputBuilder
from stance.model.onnx_runtime import OnnxRuntime
from stance.model.torch_runtime import TorchRuntime
from stance.records import FURNITURE

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Measure and print the rates, their spread and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--units", type=int, default=400)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    runs = contenders(given.data, given.units, given.device)
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    for _ in range(given.repeats):
        for name, run in runs.items():
            start = time.perf_counter()
            count = run()
            rates[name].append(count / (time.perf_counter() - start))
    rows = {
        name: {"median": statistics.median(r), "low": min(r), "high": max(r)}
        for name, r in rates.items()
    }
    ratios = [a / b for a, b in zip(rates["stance"], rates["pipeline"], strict=True)]
    for name, row in rows.items():
        print(f"{name}: {row['median']:.0f} sentences/s ({row['low']:.0f} to {row['high']:.0f})")
    print(f"ratio: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    if given.json:
        found = {"rates": rows, "ratios": ratios}
        given.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def contenders(data: Path, units: int, device: str) -> dict[str, Callable[[], int]]:
    """What is timed: each call scores all sentences, tokenizing included."""
    from transformers import pipeline

    folder = default_folder()
    on_cpu = device == "cpu"
    batch_size = 32 if on_cpu else 256
    builder = InputBuilder.from_folder(folder, read_manifest(folder).form)
    articles = [(aligned_sentences(a)[0], a.headline) for a in load_split(data, "test")]
    runtime = OnnxRuntime(folder / GRAPH) if on_cpu else TorchRuntime(folder, device, batch_size)
    classify = pipeline(
        "text-classification",
        model=str(folder),
        top_k=None,
        device=device,
        dtype="float32" if on_cpu else "bfloat16",
    )
    texts: list[str] = []
    chosen = []
    for sentences, headline in articles:
        if len(texts) < units:
            chosen.append((sentences, headline))
            texts += [s.text for s in sentences if s.kind not in FURNITURE]

    def ours() -> int:
        passages = [p for article in chosen for p in builder.build(*article)]
        return len(runtime.logits(passages))

    def theirs() -> int:
        return len(list(classify(texts, batch_size=batch_size, truncation=True)))

    return {"stance": ours, "pipeline": theirs}


if __name__ == "__main__":
    main()
