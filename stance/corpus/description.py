"""What the annotated set holds, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from stance.corpus.agreement import alpha_of_label, krippendorff_alpha
from stance.corpus.schema import Unit, read_articles
from stance.corpus.standoff import read_rows
from stance.records import Label


def describe_data(data: Path) -> dict[str, Any]:
    """Count and compare, subset by subset.

    Args:
        data: The data folder.

    Returns:
        For each subset and split: documents, units, units by label, relevant,
        share of units without a majority before adjudication, and Krippendorff's
        alpha over all votes, whole and for each label.
    """
    found = {}
    for folder in ("corpus", "contrast"):
        for path in sorted((data / folder).glob("*.jsonl")):
            articles = read_articles(path)
            units = [u for a in articles for u in a.units]
            name = f"{folder}/{path.stem}" if folder == "corpus" else folder
            found[name] = _describe(len(articles), units)
    for path in sorted(data.glob("*/annotations.jsonl")):
        rows = read_rows(path)
        for split in sorted({r.split for r in rows}):
            mine = [r for r in rows if r.split == split]
            name = f"{path.parent.name}/{split}"
            found[name] = _describe(len({r.document for r in mine}), [r.unit for r in mine])
    return found


def _describe(documents: int, units: Sequence[Unit]) -> dict[str, Any]:
    labels = Counter(u.label.value for u in units)
    votes = [[v.label for v in u.votes] for u in units]
    return {
        "documents": documents,
        "units": len(units),
        "labels": {x.value: labels[x.value] for x in Label},
        "relevant": sum(u.relevant for u in units),
        "adjudicated": sum(u.adjudicated for u in units),
        "alpha": round(krippendorff_alpha(votes), 3),
        "alpha_by_label": {x.value: round(alpha_of_label(votes, x), 3) for x in Label},
    }


def print_description(found: dict[str, Any], console: Console) -> None:
    """Print the description as one table."""
    table = Table()
    columns = ("subset", "documents", "units", *map(str, Label), "relevant", "adjudicated", "alpha")
    for column in columns:
        table.add_column(column, justify="left" if column == "subset" else "right")
    for name, row in found.items():
        table.add_row(*_cells(name, row))
    console.print(table)


def _cells(name: str, row: dict[str, Any]) -> Iterable[str]:
    counts = [row["documents"], row["units"], *row["labels"].values(), row["relevant"]]
    return [name, *map(str, counts), str(row["adjudicated"]), f"{row['alpha']:.3f}"]
