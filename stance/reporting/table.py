"""An article with its stances as a table in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stance.records import ArticleStance, Label

_STYLES = {Label.SKEPTICAL: "dark_orange", Label.HOPEFUL: "dodger_blue2", Label.NEUTRAL: ""}


def print_table(result: ArticleStance, console: Console) -> None:
    """Print one row a sentence, then the article's figures.

    Args:
        result: A scored article.
        console: Where to print.
    """
    covered = any(s.labels is not None for s in result.sentences)
    table = Table(show_lines=False, pad_edge=False)
    table.add_column("sentence", ratio=1)
    table.add_column("kind")
    table.add_column("label")
    for label in Label:
        table.add_column(label[:4], justify="right")
    if covered:
        table.add_column("labels")
    for s in result.sentences:
        style = _STYLES[s.label]
        table.add_row(
            # Text, not str: a sentence may hold square brackets, which are markup to rich.
            Text(" ".join(s.text.split())),
            Text(s.kind.value),
            Text(s.label.value, style=style),
            *(f"{s.probabilities[label]:.2f}" for label in Label),
            *([Text("|".join(s.labels or ()))] if covered else []),
        )
    console.print(table)
    counts = ", ".join(f"{n} {label}" for label, n in result.counts.items())
    console.print(f"{counts}; article score {result.score:+.2f} (-1 skeptical to +1 hopeful)")
