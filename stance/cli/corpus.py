"""The commands that check, describe and complete the annotated set."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from stance.cli.one_line import NOTHING_DONE, one_line_errors


@click.group()
def corpus() -> None:
    """Check, describe and complete the annotated set."""


_DATA = click.option(
    "--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True
)


@corpus.command()
@_DATA
@one_line_errors
def check(data: Path) -> None:
    """Check every rule; name file, line and mend of what breaks one."""
    from stance.corpus.check import check_data

    refusals = check_data(data)
    for refusal in refusals:
        click.echo(str(refusal), err=True)
    click.echo(f"{len(refusals)} faults" if refusals else "all rules kept")
    if refusals:
        raise SystemExit(NOTHING_DONE)


@corpus.command()
@_DATA
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@one_line_errors
def describe(data: Path, form: str) -> None:
    """Count articles, units and labels by split, and measure agreement."""
    from stance.corpus.description import describe_data, print_description

    found = describe_data(data)
    if form == "json":
        click.echo(json.dumps(found, indent=2))
    else:
        print_description(found, Console(width=120))


@corpus.command()
@_DATA
@one_line_errors
def audit(data: Path) -> None:
    """Look for templates, copies and telltale wording; needs the real news hydrated."""
    from stance.learning.audit_report import audit_data

    audit_data(data, Console(width=100))


@corpus.command()
@_DATA
@click.option("--split", default="train", show_default=True, help="train, test, wire_test, ...")
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True)
@one_line_errors
def suspects(data: Path, split: str, limit: int) -> None:
    """Name the labels most worth re-reading, one a line of JSON."""
    from stance.corpus.collection import load_split
    from stance.learning.suspects import label_suspects

    for suspect in label_suspects(load_split(data, split), limit):
        click.echo(json.dumps(suspect.to_dict()))


@corpus.command()
@_DATA
@click.option(
    "--seeds",
    type=click.Path(path_type=Path),
    default=Path("seeds"),
    show_default=True,
    help="The folder of the founding articles.",
)
@one_line_errors
def flatten(data: Path, seeds: Path) -> None:
    """Write the flat rows that `datasets.load_dataset` reads."""
    from stance.corpus.flat import write_flat

    for path, rows in write_flat(data, seeds):
        click.echo(f"{path}: {rows} rows")


@corpus.command()
@_DATA
@click.option(
    "--texts", type=click.Path(path_type=Path), required=True, help="A folder or JSON Lines."
)
@one_line_errors
def hydrate(data: Path, texts: Path) -> None:
    """Fill your copies of the real news into its stand-off labels."""
    from stance.corpus.collection import hydrate_wire
    from stance.reading.segmentation import segment

    found = hydrate_wire(data, texts, lambda text: [(s.start, s.end) for s in segment(text)])
    click.echo(
        f"{found.by_text} documents found by text, {found.by_sentence} units by sentence, "
        f"{len(found.missing)} documents missing"
    )
    for document in found.missing:
        click.echo(f"missing: {document}", err=True)
    if found.missing:
        raise SystemExit(1 if found.articles else NOTHING_DONE)


@corpus.command("import-seeds")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--seeds", type=click.Path(path_type=Path), default=Path("seeds"), show_default=True)
@one_line_errors
def import_seeds(directory: Path, seeds: Path) -> None:
    """Place the founding articles from DIRECTORY, checked by SHA-256."""
    from stance.corpus.seeds import import_seeds as place

    found = place(directory, seeds)
    click.echo(f"{len(found.placed)} texts in {seeds}")
    for name in found.missing:
        click.echo(f"missing: {name}", err=True)
    if found.missing:
        raise SystemExit(1)
