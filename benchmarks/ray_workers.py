"""The same articles scored in one process and by copies of the model on Ray, in turn.

    python benchmarks/ray_workers.py

A cluster of one node a worker, on this machine: where it has two cores, two workers share
what one process already uses, so this shows what Ray costs, not what more machines give.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

import ray
from ray.cluster_utils import Cluster

from stance.corpus.collection import load_split
from stance.records import Article
from stance.scoring.predictor import load
from stance.scoring.ray_scorer import RayScorer

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Score in turn, compare the results, and print the rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    articles = [Article(a.text) for a in load_split(ROOT / "data", "train")[: given.articles]]
    model = load(device="cpu")
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    for _ in range(2):
        cluster.add_node(num_cpus=1)
    ray.init(address=cluster.address, log_to_driver=False)
    expected = model.predict(articles)
    rates: dict[str, list[float]] = {}
    for _ in range(given.rounds):
        for workers in (0, 1, 2):
            name = f"ray, {workers} workers" if workers else "local"
            start = time.perf_counter()
            if workers:
                with RayScorer(None, "cpu", workers) as scorer:
                    found = scorer.predict(articles)
            else:
                found = model.predict(articles)
            rates.setdefault(name, []).append(len(articles) / (time.perf_counter() - start))
            if found != expected:
                raise SystemExit(f"{name}: other rows than one process gives")
    print("| engine | articles/s | of local |")
    print("| --- | --- | --- |")
    local = statistics.median(rates["local"])
    for name, values in rates.items():
        middle = statistics.median(values)
        spread = f"({min(values):.1f} to {max(values):.1f})"
        print(f"| {name} | {middle:.1f} {spread} | {middle / local:.2f} |")
    if given.json:
        given.json.write_text(json.dumps(rates, indent=2) + "\n", encoding="utf-8")
    ray.shutdown()
    cluster.shutdown()


if __name__ == "__main__":
    main()
