"""Articles a second from each kind of source, and where the time goes.

    python benchmarks/feeds.py --json benchmarks/results/feeds.json

The articles are the corpus's own, written as a WARC, a folder of pages, a feed and a
Parquet file; each is scored into Parquet, with an empty ledger each time. `--rounds`
repeats the whole, interleaved, for the spread.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq

from stance.corpus.collection import load_split
from stance.reading.items import Item
from stance.reading.segmentation import segment
from stance.reading.sources import SourceOptions, open_source
from stance.records import Article, ArticleStance
from stance.scoring.batch import Batch
from stance.scoring.gate import Gate
from stance.scoring.ledger.ledger import Ledger
from stance.scoring.outputs import Output, write_output
from stance.scoring.predictor import Model, load

ROOT = Path(__file__).resolve().parent.parent
STAGES = ("extract", "segment", "model", "write")


@dataclass(slots=True)
class Watched:
    """A model that notes how long it takes, and how much of that is segmentation."""

    model: Model
    seconds: float = 0.0
    cutting: float = 0.0
    sentences: int = 0

    @property
    def manifest(self) -> Any:  # noqa: ANN401
        """The model's."""
        return self.model.manifest

    def predict(self, texts: Sequence[Article], /) -> list[ArticleStance]:
        """Score, timed; the texts are cut once more to time that alone."""
        start = time.perf_counter()
        found = self.model.predict(texts)
        middle = time.perf_counter()
        for article in texts:
            segment(article.text)
        self.seconds += middle - start
        self.cutting += time.perf_counter() - middle
        self.sentences += sum(map(len, found))
        return found


@dataclass(slots=True)
class Timed:
    """Items of a source, with the time that reading them took."""

    items: Iterable[Item]
    seconds: float = 0.0

    def __iter__(self) -> Iterator[Item]:
        """The items."""
        rest = iter(self.items)
        while True:
            start = time.perf_counter()
            item = next(rest, None)
            self.seconds += time.perf_counter() - start
            if item is None:
                return
            yield item


def main() -> None:
    """Write the sources, score them in turn, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    articles = [
        Article(a.text, a.headline) for a in load_split(ROOT / "data", "train")[: given.articles]
    ]
    model = load(device="cpu")
    rows: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        sources = {name: write(Path(folder), articles) for name, write in WRITERS.items()}
        for number in range(given.rounds):
            for name, path in sources.items():
                for gated in (False, True):
                    label = f"{name}, gate" if gated else name
                    target = Path(folder) / f"{number}-{label}.parquet"
                    rows.setdefault(label, []).append(measured(path, target, model, gated=gated))
    print_table(rows)
    if given.json:
        given.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def measured(path: Path, target: Path, model: Model, *, gated: bool) -> dict[str, float]:
    """One scoring of one source: articles and sentences a second, and shares of the time."""
    output = Output.named(str(target))
    watched = Watched(model)
    start = time.perf_counter()
    with Ledger.open(output.ledger) as ledger:
        items = Timed(open_source(str(path), SourceOptions()))
        batch = Batch(watched, ledger, Gate() if gated else None, lambda _: None)
        summary = batch.run(items)
        write_output(ledger, model.manifest.identity, output)
    total = time.perf_counter() - start - watched.cutting
    parts = {
        "extract": items.seconds,
        "segment": watched.cutting,
        "model": watched.seconds - watched.cutting,
    }
    parts["write"] = total - sum(parts.values())
    return {
        "articles": summary.read,
        "scored": summary.scored,
        "articles a second": summary.read / total,
        "sentences a second": watched.sentences / total,
        **{name: parts[name] / total for name in STAGES},
    }


def print_table(rows: dict[str, list[dict[str, float]]]) -> None:
    """A row a source: medians, and the range of articles a second."""
    print(f"| source | scored | articles/s | sentences/s | {' | '.join(STAGES)} |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, found in rows.items():
        rates = [row["articles a second"] for row in found]
        shares = (f"{statistics.median(row[s] for row in found):.0%}" for s in STAGES)
        print(
            f"| {name} | {found[0]['scored']:.0f} of {found[0]['articles']:.0f} | "
            f"{statistics.median(rates):.1f} ({min(rates):.1f} to {max(rates):.1f}) | "
            f"{statistics.median(row['sentences a second'] for row in found):.0f} | "
            f"{' | '.join(shares)} |"
        )


def page(article: Article) -> str:
    """An article as a web page."""
    paragraphs = "".join(f"<p>{html.escape(p)}</p>" for p in article.text.split("\n\n"))
    title = html.escape(article.headline or article.text.split("\n")[0])
    head = f"<head><title>{title}</title></head>"
    return f"<html>{head}<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"


def write_pages(folder: Path, articles: Sequence[Article]) -> Path:
    """A folder of pages."""
    target = folder / "pages"
    target.mkdir()
    for i, article in enumerate(articles):
        (target / f"{i:05d}.html").write_text(page(article), encoding="utf-8")
    return target


def write_feed(folder: Path, articles: Sequence[Article]) -> Path:
    """A feed with whole texts."""
    items = "".join(
        f"<item><title>{escape(a.headline or '')}</title><guid>{i}</guid>"
        f"<description>{escape(a.text)}</description></item>"
        for i, a in enumerate(articles)
    )
    target = folder / "feed.rss"
    feed = f"<rss version='2.0'><channel><title>Courier</title>{items}</channel></rss>"
    target.write_text(feed, encoding="utf-8")
    return target


def write_parquet(folder: Path, articles: Sequence[Article]) -> Path:
    """A table of texts and headlines."""
    target = folder / "articles.parquet"
    columns = {"text": [a.text for a in articles], "headline": [a.headline for a in articles]}
    pq.write_table(pa.table(columns), target)
    return target


def write_warc(folder: Path, articles: Sequence[Article]) -> Path:
    """A web archive, a response a page, each compressed by itself."""
    target = folder / "news.warc.gz"
    with target.open("wb") as file:
        for i, article in enumerate(articles):
            body = page(article).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}"
            block = f"{head}\r\n\r\n".encode() + body
            fields = (
                "WARC/1.1",
                "WARC-Type: response",
                f"WARC-Target-URI: https://courier.example/{i}",
                "WARC-Date: 2031-03-03T08:00:00Z",
                f"WARC-Record-ID: <urn:uuid:{uuid.UUID(int=i)}>",
                "Content-Type: application/http; msgtype=response",
                f"Content-Length: {len(block)}",
            )
            record = "\r\n".join(fields) + "\r\n\r\n"
            file.write(gzip.compress(record.encode() + block + b"\r\n\r\n"))
    return target


WRITERS: dict[str, Callable[[Path, Sequence[Article]], Path]] = {
    "WARC": write_warc,
    "HTML folder": write_pages,
    "RSS": write_feed,
    "Parquet": write_parquet,
}


if __name__ == "__main__":
    main()
