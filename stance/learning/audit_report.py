"""All audits of the annotated set in one run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from stance.corpus.collection import CORPUS_SPLITS, load_split, load_wire
from stance.corpus.duplicates import near_duplicates
from stance.corpus.schema import AnnotatedArticle
from stance.learning.audits import audit_origin, audit_templates
from stance.records import Label


def audit_data(data: Path, console: Console) -> None:
    """Print every audit.

    Args:
        data: The data folder; its real news must be hydrated.
        console: Where to print.

    Raises:
        CorpusError: The real news is not hydrated, or a split is missing.
    """
    real = load_wire(data)
    splits = {s: load_split(data, s) for s in CORPUS_SPLITS}
    originals = [a for articles in splits.values() for a in articles]
    for field in ("register", "conflict"):
        console.print(_balance(originals, field))
    texts = {f"{a.split}/{a.id}": a.text for a in [*originals, *real]}
    pairs = list(near_duplicates(texts))
    across = [p for p in pairs if p[0].partition("/")[0] != p[1].partition("/")[0]]
    console.print(f"near-copies: {len(pairs)} pairs, {len(across)} across splits")
    test = [a for a in real if a.split == "test"]
    for name, articles in (("original", splits["test"]), ("real", test)):
        found = audit_templates(splits["train"], articles)
        console.print(f"TF-IDF fitted on originals, on {name} test: {found}", highlight=False)
    origin = audit_origin(originals, real)
    console.print(f"original or real, ROC AUC: {origin.roc_auc:.3f}", highlight=False)
    console.print(f"  speak for original: {', '.join(origin.original)}")
    console.print(f"  speak for real: {', '.join(origin.real)}")


def _balance(articles: list[AnnotatedArticle], field: str) -> Table:
    table = Table(title=f"labels by {field}")
    for column in (field, "articles", "units", *(f"{x} %" for x in Label)):
        table.add_column(column, justify="left" if column == field else "right")
    groups: dict[str, list[AnnotatedArticle]] = {}
    for article in articles:
        groups.setdefault(str(article.meta.get(field, "")), []).append(article)
    for name, group in sorted(groups.items(), key=lambda g: -len(g[1])):
        counts = Counter(u.label for a in group for u in a.units)
        total = sum(counts.values())
        shares = (f"{100 * counts[x] / total:.0f}" for x in Label)
        table.add_row(name, str(len(group)), str(total), *shares)
    return table
