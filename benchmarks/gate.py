"""What the first look by words keeps and skips, and what it costs beside the model.

The real items were picked because they mention China or mediation, so skipping is shown pool
by pool: a general feed is mostly `other`. For the same reason their recall is easily had; the
original articles, which were picked by no word, are shown beside them.

    python benchmarks/gate.py --texts FILE
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from timeit import repeat
from typing import Any

from stance.corpus.collection import CORPUS_SPLITS, load_split
from stance.corpus.schema import AnnotatedArticle
from stance.corpus.standoff import hydrate, read_rows, read_texts
from stance.records import Article
from stance.scoring.gate import Gate
from stance.scoring.predictor import load

ROOT = Path(__file__).resolve().parent.parent
POOLS = ("china_mediation", "china_other", "mediation_other", "other")
WIRE_SPLITS = ("train", "validation", "test", "later")


def main() -> None:
    """Print recall and skipping by subset, then the time an article takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path, required=True, help="the texts of the real items")
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--subsets", nargs="+", help="such as wire/train; all if not given")
    parser.add_argument("--timed", type=int, default=40, help="articles that the model reads too")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found = subsets(given.data, given.texts)
    chosen = {name: found[name] for name in given.subsets or found}
    table = {name: row(articles) for name, articles in chosen.items()}
    print_table(table)
    times = timed([plain(a) for a in sample(chosen.values(), given.timed)], given.repeats)
    ratios = times["ratio"]
    print(f"gate: {statistics.median(times['gate']):.1f} µs an article")
    print(f"model: {statistics.median(times['model']):,.0f} µs an article")
    print(f"ratio: {statistics.median(ratios):,.0f} ({min(ratios):,.0f} to {max(ratios):,.0f})")
    if given.json:
        result = json.dumps({"subsets": table, "times": times}, indent=2)
        given.json.write_text(result + "\n", encoding="utf-8")


def subsets(data: Path, texts: Path) -> dict[str, list[AnnotatedArticle]]:
    """The real items by split, as far as their texts are given, and the originals by split."""
    wire = hydrate(read_rows(data / "wire" / "annotations.jsonl"), read_texts(texts))
    if wire.missing:
        print(f"without text: {len(wire.missing)} items")
    real = {f"wire/{s}": [a for a in wire.articles if a.split == s] for s in WIRE_SPLITS}
    real = {name: articles for name, articles in real.items() if articles}
    return real | {f"corpus/{s}": load_split(data, s) for s in CORPUS_SPLITS}


def plain(article: AnnotatedArticle) -> Article:
    """An annotated article as the gate and the model take it."""
    return Article(article.text, article.headline)


def row(articles: Sequence[AnnotatedArticle]) -> dict[str, Any]:
    """Counts, recall, the share skipped in all and by pool, and microseconds an article."""
    gate = Gate()
    read = [plain(a) for a in articles]
    passed = [gate.passes(a) for a in read]
    seconds = statistics.median(repeat(lambda: [gate.passes(a) for a in read], number=1))
    judged = list(zip(articles, passed, strict=True))
    kept = [p for a, p in judged if any(u.relevant for u in a.units)]
    by_pool = {pool: [not p for a, p in judged if a.meta.get("pool") == pool] for pool in POOLS}
    return {
        "articles": len(articles),
        "relevant": len(kept),
        "recall": share(kept),
        "skipped": share([not p for p in passed]),
        **{pool: share(skipped) for pool, skipped in by_pool.items()},
        "microseconds": seconds / len(articles) * 1e6,
    }


def share(flags: Sequence[bool]) -> float | None:
    """The share that is true; None of nothing."""
    return sum(flags) / len(flags) if flags else None


def print_table(table: dict[str, dict[str, Any]]) -> None:
    """Print the rows as a Markdown table; a share of nothing is left blank."""
    columns = dict.fromkeys(("articles", "relevant"), "{:,}")
    columns |= dict.fromkeys(("recall", "skipped", *POOLS), "{:.1%}") | {"microseconds": "{:.1f}"}
    print("| subset |", " | ".join(columns), "|")
    print("| --- |" + " --- |" * len(columns))
    for name, cells in table.items():
        shown = ("" if cells[c] is None else form.format(cells[c]) for c, form in columns.items())
        print(f"| {name} |", " | ".join(shown), "|")


def sample(groups: Iterable[Sequence[AnnotatedArticle]], count: int) -> list[AnnotatedArticle]:
    """Articles spread evenly over all groups."""
    pooled = [a for articles in groups for a in articles]
    return pooled[:: max(1, len(pooled) // count)][:count]


def timed(articles: Sequence[Article], repeats: int) -> dict[str, list[float]]:
    """Microseconds an article for the gate and the model, in turn, and their ratio."""
    gate, model = Gate(), load(device="cpu")
    for article in articles[:5]:
        gate.passes(article)
        model.predict(article)
    times: dict[str, list[float]] = {"gate": [], "model": [], "ratio": []}
    for _ in range(repeats):
        start = time.perf_counter()
        for article in articles:
            gate.passes(article)
        between = time.perf_counter()
        model.predict(list(articles))
        end = time.perf_counter()
        times["gate"].append((between - start) / len(articles) * 1e6)
        times["model"].append((end - between) / len(articles) * 1e6)
        times["ratio"].append((end - between) / (between - start))
    return times


if __name__ == "__main__":
    main()
