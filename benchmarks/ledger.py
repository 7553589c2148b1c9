"""Articles and sentences a second into a ledger, and back out of it.

    python benchmarks/ledger.py --to new.db --to postgresql://user@localhost:5433/empty

Articles of the corpus, over and over with other numbers in them, with invented stances: only
the ledger is timed, in chunks of 64, the stores in turn.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from stance.corpus.collection import load_split
from stance.reading.dates import read_date
from stance.reading.items import Located
from stance.reading.segmentation import segment
from stance.records import Article, ArticleStance, Label, Sentence, SentenceStance
from stance.scoring.batch import BatchConfig
from stance.scoring.ledger.copies import content_hash
from stance.scoring.ledger.ledger import Ledger
from stance.scoring.ledger.scored import Scored

ROOT = Path(__file__).resolve().parent.parent
CHUNK = BatchConfig().chunk


def main() -> None:
    """Keep chunks in every store in turn, and print the rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", action="append", required=True)
    parser.add_argument("--articles", type=int, default=1920)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    ledgers = {name: Ledger.open(name) for name in given.to}
    rates: dict[str, list[float]] = {name: [] for name in given.to}
    sentences: dict[str, list[float]] = {name: [] for name in given.to}
    for scored in chunked(given.articles):
        for name, ledger in ledgers.items():
            seconds = kept(ledger, scored)
            rates[name].append(len(scored) / seconds)
            sentences[name].append(sum(len(s.result or ()) for s in scored) / seconds)
    print("| store | articles/s | sentences/s | rows read/s |")
    print("| --- | --- | --- | --- |")
    rows = {}
    for name, ledger in ledgers.items():
        start = time.perf_counter()
        read = sum(1 for _ in ledger.sentence_rows())
        store = "PostgreSQL" if "://" in name else "SQLite"
        rows[store] = {
            "articles": rates[name],
            "sentences": sentences[name],
            "read": read / (time.perf_counter() - start),
        }
        low, middle, high = statistics.quantiles(rates[name], n=4)
        print(
            f"| {store} | {middle:.0f} ({low:.0f} to {high:.0f}) | "
            f"{statistics.median(sentences[name]):.0f} | {rows[store]['read']:.0f} |"
        )
        ledger.close()
    if given.json:
        given.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def kept(ledger: Ledger, scored: list[Scored]) -> float:
    """Seconds to look a chunk up, claim it and keep it."""
    start = time.perf_counter()
    new = ledger.unscored([each.located for each in scored], "model")
    ledger.claims.claim([content_hash(each.article) for each in new], "model")
    ledger.keep(scored, "model", "model")
    return time.perf_counter() - start


def chunked(number: int) -> Iterator[list[Scored]]:
    """Chunks of invented results over the corpus's articles."""
    articles = load_split(ROOT / "data", "train")
    scored = []
    for i in range(number):
        source = articles[i % len(articles)]
        text = f"{source.text}\n\nEdition {i}."
        located = Located(Article(text, source.headline), "corpus", f"#{i}")
        stances = tuple(stance_of(s, i + n) for n, s in enumerate(segment(text)))
        date = read_date(None, datetime.now(UTC))
        scored.append(Scored(located, date, ArticleStance(located.article, stances, "model")))
        if len(scored) == CHUNK:
            yield scored
            scored = []


def stance_of(sentence: Sentence, number: int) -> SentenceStance:
    """An invented stance for a sentence."""
    label = tuple(Label)[number % 3]
    found = {x.value: 0.8 if x is label else 0.1 for x in Label}
    s = sentence
    return SentenceStance(s.text, s.start, s.end, s.kind, label, found)


if __name__ == "__main__":
    main()
