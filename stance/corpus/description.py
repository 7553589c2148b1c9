"""What the annotated set holds, in figures."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from stance.corpus.agreement import alpha_of_label, krippendorff_alpha
from stance.corpus.annotators import annotator_scores, hard_units
from stance.corpus.schema import Unit, read_articles
from stance.corpus.standoff import read_rows
from stance.errors import CorpusError
from stance.records import Label


def describe_data(data: Path) -> dict[str, Any]:
    """Count and compare, subset by subset.

    Args:
        data: The data folder.

    Returns:
        For each subset and split: documents, units, units by label, relevant,
        adjudicated and hard units, Krippendorff's alpha over all votes, whole and
        for each label, and each annotator's macro-F1 against the others.

    Raises:
        CorpusError: There is nothing to describe, or a file breaks the schema.
    """
    found = {}
    for folder in ("corpus", "contrast"):
        for path in sorted((data / folder).glob("*.jsonl")):
            articles = read_articles(path)
            units = [u for a in articles for u in a.units]
            found[f"{folder}/{path.stem}"] = _describe(len(articles), units)
    for path in sorted(data.glob("*/annotations.jsonl")):
        rows = read_rows(path)
        for split in sorted({r.split for r in rows}):
            mine = [r for r in rows if r.split == split]
            name = f"{path.parent.name}/{split}"
            found[name] = _describe(len({r.document for r in mine}), [r.unit for r in mine])
    if not found:
        raise CorpusError(f"{data}: no corpus/*.jsonl and no */annotations.jsonl: check the path")
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
        "hard": len(hard_units(units)),
        "alpha": _rounded(krippendorff_alpha(votes)),
        "alpha_by_label": {x.value: _rounded(alpha_of_label(votes, x)) for x in Label},
        "annotators": {s.annotator: round(s.macro_f1, 3) for s in annotator_scores(units)},
    }


def _rounded(figure: float) -> float | None:
    """To three places; nothing where the figure does not exist."""
    return None if math.isnan(figure) else round(figure, 3)


def print_description(found: dict[str, Any], console: Console) -> None:
    """Print the description as one table."""
    table = Table()
    figures = ("relevant", "adjudicated", "hard", "alpha", "annotators")
    columns = ("subset", "documents", "units", *map(str, Label), *figures)
    for column in columns:
        first = column == "subset"
        table.add_column(column, justify="left" if first else "right", no_wrap=first)
    for name, row in found.items():
        table.add_row(*_cells(name, row))
    console.print(table)


def _cells(name: str, row: dict[str, Any]) -> Iterable[str]:
    counts = [row["documents"], row["units"], *row["labels"].values()]
    counts += [row[k] for k in ("relevant", "adjudicated", "hard")]
    scores = row["annotators"].values()
    spread = f"{min(scores):.3f} to {max(scores):.3f}" if scores else ""
    return [name, *map(str, counts), "" if row["alpha"] is None else f"{row['alpha']:.3f}", spread]
