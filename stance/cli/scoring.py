"""The commands that score news."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

import stance
from stance.cli.one_line import one_line_errors
from stance.errors import InputError
from stance.records import Article, ArticleStance, sentence_rows


@click.command()
@click.argument("file")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "jsonl", "csv"]), default="table"
)
@click.option(
    "--html", type=click.Path(path_type=Path), help="Also write the coloured article here."
)
@click.option("--model", help="A model folder or hub name; the shipped model if not given.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option(
    "--coverage", type=float, help="Also give label sets that hold the truth so often: 0.5 to 0.99."
)
@one_line_errors
def predict(file: str, form: str, html: Path | None, **how: Any) -> None:  # noqa: ANN401
    """Score one article: a text or HTML FILE, or - for standard input."""
    result = stance.predict(_article(file), **how)
    if html is not None:
        from stance.reporting.html import render_page

        html.write_text(render_page(result), encoding="utf-8")
        click.echo(f"wrote {html}", err=True)
    _print(result, form)


def _article(file: str) -> Article:
    if file.startswith(("http://", "https://")):
        raise InputError(f"{file}: predict fetches nothing: use stance score {file} --to news.csv")
    if file != "-":
        return stance.read(file)
    from stance.reading.documents import parse

    return parse(sys.stdin.buffer.read(), "standard input")


def _print(result: ArticleStance, form: str) -> None:
    if form == "json":
        click.echo(json.dumps(result.to_dict(), indent=2, ensure_ascii=False))
    elif form == "jsonl":
        for row in sentence_rows(result.sentences):
            click.echo(json.dumps(row, ensure_ascii=False))
    elif form == "csv":
        rows = sentence_rows(result.sentences)
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    else:
        from stance.reporting.table import print_table

        print_table(result, Console())
