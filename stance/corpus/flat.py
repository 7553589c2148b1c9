"""The annotated set as flat rows, for `datasets.load_dataset("data")`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from stance.corpus.collection import load_split, load_wire
from stance.corpus.schema import AnnotatedArticle, read_articles
from stance.errors import CorpusError
from stance.records import FURNITURE, Kind

CONTEXT = 3
LONGEST = 600


def flat_rows(article: AnnotatedArticle) -> Iterator[dict[str, Any]]:
    """One row a unit, with the headline and the three sentences before it.

    Args:
        article: An annotated article.

    Yields:
        `article`, `i`, `text`, `headline`, `context`, the label fields, the
        votes' labels, and what is known of the article under other names than these.
    """
    texts = [article.text[u.start : u.end] for u in article.units]
    headline = article.headline or _own_headline(article)
    # Where the text's beginning is not annotated, its end is all the context there is.
    first = article.units[0].start if article.units else 0
    before = article.text[:first].strip()[-LONGEST:]
    read = [before] if before else []
    for i, (text, unit) in enumerate(zip(texts, article.units, strict=True)):
        row = {
            "article": article.id,
            "i": i,
            "text": text,
            "headline": headline,
            "context": " ".join(read[-CONTEXT:]),
            "label": unit.label.value,
            "relevant": unit.relevant,
            "mixed": unit.mixed,
            "holder": unit.holder,
            "kind": unit.kind.value,
            "confidence": unit.confidence,
            "votes": [v.label.value for v in unit.votes],
            "start": unit.start,
            "end": unit.end,
        }
        yield row | {name: value for name, value in article.meta.items() if name not in row}
        if unit.kind not in FURNITURE and text != headline:
            read.append(text)


def _own_headline(article: AnnotatedArticle) -> str:
    """The headline that stands in the text before any body text, or nothing."""
    for unit in article.units:
        if unit.kind is Kind.HEADLINE:
            return article.text[unit.start : unit.end]
        if unit.kind is Kind.BODY:
            break
    return ""


def write_flat(data: Path, founding: Path | None = None) -> Iterator[tuple[Path, int]]:
    """Write the flat rows of every split, in the folder `flat/`.

    Real news is written where it is hydrated, and the founding articles, last of all,
    where they have been imported; git ignores those files, whose text is its publishers'.
    The rows of a file have the same fields, as `datasets` needs them.

    Args:
        data: The data folder.
        founding: The folder of the founding articles; none if None.

    Yields:
        Each file written, with its number of rows.

    Raises:
        CorpusError: There is nothing to write; or, once all else is written, founding
            articles are missing.
    """
    splits: dict[str, list[AnnotatedArticle]] = {}
    for path in sorted((data / "corpus").glob("*.jsonl")):
        splits[path.stem] = read_articles(path)
    for path in sorted((data / "contrast").glob("*.jsonl")):
        splits[f"contrast_{path.stem}"] = read_articles(path)
    for article in load_wire(data, missing_ok=True):
        splits.setdefault(f"wire_{article.split}", []).append(article)
    if not splits:
        raise CorpusError(f"{data}: no corpus/*.jsonl and no contrast/*.jsonl: check the path")
    target = data / "flat"
    target.mkdir(exist_ok=True)
    for name, articles in splits.items():
        yield _write(target / f"{name}.jsonl", articles)
    if founding and (founding / "manifest.json").is_file() and any(founding.glob("*.txt")):
        yield _write(target / "seeds_test.jsonl", load_split(founding, "test"))


def _write(path: Path, articles: Iterable[AnnotatedArticle]) -> tuple[Path, int]:
    rows = [row for article in articles for row in flat_rows(article)]
    blank = dict.fromkeys(field for row in rows for field in row)
    text = "".join(json.dumps(blank | row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
    return path, len(rows)
