"""How well and how fast articles are cut into sentences.

    python benchmarks/segmentation.py --ud DIR --seeds DIR --labels annotations.jsonl

`--ud` is a folder with Universal Dependencies files (English PUD, GUM, EWT, as
https://universaldependencies.org gives them), `--seeds` one with the texts that
the labels name. Every figure stands beside the bare base splitter's.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conllu import PUNCTUATED, Passage, passages
from tokenizesentences import tokenize_spans

from stance.reading.segmentation import segment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Row = dict[str, Any]

# Name, file, what the ids of its documents contain, whether punctuated ends alone count.
SETS: tuple[tuple[str, str, tuple[str, ...], bool], ...] = (
    ("PUD test, news", "en_pud-ud-test.conllu", ("n",), False),
    ("GUM test", "en_gum-ud-test.conllu", ("",), False),
    (
        "GUM test, news and interviews, punctuated",
        "en_gum-ud-test.conllu",
        ("GUM_news", "GUM_interview"),
        True,
    ),
    ("EWT test", "en_ewt-ud-test.conllu", ("",), False),
    ("GUM dev", "en_gum-ud-dev.conllu", ("",), False),
    ("EWT dev", "en_ewt-ud-dev.conllu", ("",), False),
)
HARD = {
    "dots": "." * 100_000,
    "newlines": "\n" * 100_000,
    "initials": "J. K. " * 16_667,
    "lines": "x.\n" * 33_333,
    "one sentence of words": "word " * 20_000 + "ends.",
    "quotation marks": '?" Name ' * 12_500,
    "brackets": "[1]" * 33_333,
}
REPEATS = 7


def base_spans(text: str) -> list[tuple[int, int]]:
    """Spans by the bare base splitter, fed line by line."""
    spans: list[tuple[int, int]] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        spans += [(offset + start, offset + end) for start, end in tokenize_spans(line)]
        offset += len(line)
    return spans


def own_spans(text: str) -> list[tuple[int, int]]:
    """Spans by this package."""
    return [(sentence.start, sentence.end) for sentence in segment(text)]


def f1(true: set[Any], found: set[Any]) -> float:
    """F1 in percent, rounded to two places."""
    return round(200 * len(true & found) / max(1, len(true) + len(found)), 2)


def boundaries(folder: Path) -> list[Row]:
    """Boundary F1 by sentence end, one row a set."""
    rows = []
    for name, file, ids, punctuated in SETS:
        chosen = [p for p in passages(folder / file) if p.name.startswith(ids)]
        sizes = sum(len(p.ends) for p in chosen)
        scores = [
            _boundary_f1(chosen, cut, punctuated=punctuated) for cut in (own_spans, base_spans)
        ]
        rows.append({"set": name, "sentences": sizes, "f1": scores[0], "base": scores[1]})
    return rows


def _boundary_f1(
    chosen: Sequence[Passage], cut: Callable[[str], list[tuple[int, int]]], *, punctuated: bool
) -> float:
    """Boundary F1 over passages, where asked at ends that a mark closes only."""
    true: set[tuple[int, int]] = set()
    found: set[tuple[int, int]] = set()
    for number, passage in enumerate(chosen):
        text = passage.text
        for ends, into in ((passage.ends, true), ([end for _, end in cut(text)], found)):
            into.update(
                (number, end)
                for end in ends
                if not punctuated or PUNCTUATED.search(text[max(0, end - 8) : end])
            )
    return f1(true, found)


def units(texts: dict[str, str], labels: Path) -> list[Row]:
    """Exact-span F1 and the kinds' accuracy on annotated articles."""
    annotated: dict[str, dict[tuple[int, int], str]] = defaultdict(dict)
    for line in labels.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        annotated[row["document"]][row["start"], row["end"]] = row["kind"]
    true, found, base = set(), set(), set()
    body, hits, right = set(), 0, 0
    for name, kinds in annotated.items():
        sentences = {(s.start, s.end): s.kind.value for s in segment(texts[name])}
        true |= {(name, span) for span in kinds}
        body |= {(name, span) for span, kind in kinds.items() if kind == "body"}
        found |= {(name, span) for span in sentences}
        base |= {(name, span) for span in base_spans(texts[name])}
        both = kinds.keys() & sentences.keys()
        hits += len(both)
        right += sum(kinds[span] == sentences[span] for span in both)
    rest = true - body
    return [
        {
            "set": "articles, body",
            "sentences": len(body),
            # Spans outside the body count in the row below.
            "f1": f1(body, {s for s in found if s not in rest and _touches(s, body)}),
            "base": f1(body, {s for s in base if s not in rest and _touches(s, body)}),
        },
        {
            "set": "articles, all units",
            "sentences": len(true),
            "f1": f1(true, found),
            "base": f1(true, base),
        },
        {
            "set": "articles, kinds (accuracy)",
            "sentences": hits,
            "f1": round(100 * right / hits, 2),
            "base": None,
        },
    ]


def _touches(span: tuple[str, tuple[int, int]], others: set[tuple[str, tuple[int, int]]]) -> bool:
    """Whether a span overlaps one of the others in its document."""
    name, (start, end) = span
    return any(n == name and a < end and start < b for n, (a, b) in others)


def rates(texts: Sequence[str]) -> list[Row]:
    """MB of UTF-8 a second, both splitters in turn in one run."""
    size = sum(len(text.encode()) for text in texts) / 1e6
    seconds: dict[str, list[float]] = {"stance": [], "base": []}
    for _ in range(REPEATS):
        for name, cut in (("stance", own_spans), ("base", base_spans)):
            began = time.perf_counter()
            for text in texts:
                cut(text)
            seconds[name].append(time.perf_counter() - began)
    return [
        {
            "splitter": name,
            "mb_per_second": round(size / statistics.median(spent), 1),
            "slowest": round(size / max(spent), 1),
            "fastest": round(size / min(spent), 1),
            "megabytes": round(size, 2),
        }
        for name, spent in seconds.items()
    ]


def growth() -> list[Row]:
    """How much longer four times a hard text takes; 4 is linear."""
    rows = []
    for name, text in HARD.items():
        once, fourfold = (min(_seconds(t) for _ in range(3)) for t in (text, text * 4))
        rows.append({"text": name, "seconds": round(once, 4), "ratio": round(fourfold / once, 2)})
    return rows


def _seconds(text: str) -> float:
    """Time of one cut."""
    began = time.perf_counter()
    segment(text)
    return time.perf_counter() - began


def table(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table."""
    heads = list(rows[0])
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    lines += ["| " + " | ".join(str(row[head]) for head in heads) + " |" for row in rows]
    return "\n".join(lines)


def main() -> None:
    """Measure what the arguments name, print tables, and write them as JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--ud", type=Path, help="folder of .conllu files")
    parser.add_argument("--seeds", type=Path, help="folder of annotated texts")
    parser.add_argument("--labels", type=Path, help="their annotations.jsonl [SEEDS/]")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args()
    texts: dict[str, str] = {}
    result: dict[str, list[Row]] = {"quality": []}
    if given.ud:
        result["quality"] += boundaries(given.ud)
        news = passages(given.ud / SETS[0][1])
        texts = {p.name: p.text for p in news}
    if given.seeds:
        texts = {p.name: p.read_bytes().decode() for p in sorted(given.seeds.glob("*.txt"))}
        labels = given.labels or given.seeds / "annotations.jsonl"
        result["quality"] += units(texts, labels)
    if not texts:
        parser.error("nothing to measure: give --ud, --seeds or both")
    # Copies make a run long enough to time.
    result["rate"] = rates(list(texts.values()) * 20)
    result["growth"] = growth()
    for name, rows in result.items():
        print(f"\n{name}\n{table(rows)}")
    if given.json:
        given.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
