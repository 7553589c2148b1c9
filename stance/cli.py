"""The command line: parse, call one function, print."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click
from rich.console import Console

import stance
from stance.errors import MissingExtraError, StanceError
from stance.records import Article, ArticleStance, sentence_rows

P = ParamSpec("P")
T = TypeVar("T")
NOTHING_DONE = 2


def _one_line_errors(command: Callable[P, T]) -> Callable[P, T]:
    """Print a `StanceError` as one line, without a traceback, and exit with 2."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except StanceError as error:
            message = str(error)
        except ModuleNotFoundError as error:
            # Only what is no part of a plain install can be missing here.
            message = str(MissingExtraError(error.name or "a library", "train"))
        except OSError as error:
            message = f"{error}: check the path or the name"
        click.echo(f"stance: {' '.join(message.split())}", err=True)
        raise SystemExit(NOTHING_DONE)

    return wrapped


@click.group()
@click.version_option(stance.__version__, prog_name="stance")
def main() -> None:
    """How news talks about China as a peacemaker, sentence by sentence."""


@main.command()
@click.argument("file")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "jsonl", "csv"]), default="table"
)
@click.option(
    "--html", type=click.Path(path_type=Path), help="Also write the coloured article here."
)
@click.option("--model", help="A model folder or hub name; the shipped model if not given.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@_one_line_errors
def predict(file: str, form: str, html: Path | None, model: str | None, device: str) -> None:
    """Score one article: a text or HTML FILE, or - for standard input."""
    result = stance.predict(_article(file), model=model, device=device)
    if html is not None:
        from stance.reporting.html import render_page

        html.write_text(render_page(result), encoding="utf-8")
        click.echo(f"wrote {html}", err=True)
    _print(result, form)


@main.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True)
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The model folder.")
@click.option("--base", help="Encoder: hub name or folder; MiniLM if not given.")
@click.option("--sentiment", type=click.Path(path_type=Path), help="NewsMTSC rows for a warm-up.")
@click.option("--epochs", type=click.IntRange(1), default=4, show_default=True)
@click.option("--learning-rate", type=float, default=8e-5, show_default=True)
@click.option("--batch-size", type=int, default=12, show_default=True, help="Passages a step.")
@click.option("--class-weight", type=float, default=0.5, show_default=True)
@click.option("--seed", type=int, default=13, show_default=True)
@click.option(
    "--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="Networks to average."
)
@click.option("--bf16", is_flag=True, help="Compute in bfloat16.")
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint.")
@_one_line_errors
def train(data: Path, output: Path, *, resume: bool, bf16: bool, **options: Any) -> None:  # noqa: ANN401
    """Train a model on annotated articles and write its folder."""
    from stance.learning.pipeline import Recipe, train_model
    from stance.learning.training import TrainingConfig

    names = ("epochs", "learning_rate", "batch_size", "class_weight", "seed")
    given = {"base": options["base"], "sentiment": options["sentiment"]}
    recipe = Recipe(
        **{k: v for k, v in given.items() if v is not None},
        seeds=options["seeds"],
        config=TrainingConfig(bf16=bf16, **{k: options[k] for k in names}),
        warmup=replace(Recipe().warmup, bf16=bf16),
    )
    train_model(data, output, recipe, resume=resume, say=click.echo)
    click.echo(f"wrote {output}")


@main.command()
@click.option("--model", help="A model folder; the shipped model if not given.")
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True)
@click.option(
    "--split", default="test", show_default=True, help="test, new_conflict, wire_test, ..."
)
@click.option(
    "--train-data",
    type=click.Path(path_type=Path),
    default=Path("data"),
    show_default=True,
    help="What the baselines are fitted on.",
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.option("--device", default="auto", show_default=True)
@click.option("--record", is_flag=True, help="Write the figures into the model's card.")
@_one_line_errors
def evaluate(model: str | None, data: Path, split: str, train_data: Path, **options: Any) -> None:  # noqa: ANN401
    """Measure a model on annotated articles, beside two baselines."""
    from stance.learning.report import Question, evaluate_folder, print_evaluation

    question = Question(model, data, split, train_data, options["device"])
    found = evaluate_folder(
        question, record=options["record"], say=lambda line: click.echo(line, err=True)
    )
    if options["form"] == "json":
        click.echo(json.dumps(found.to_dict(), indent=2))
    else:
        print_evaluation(found, Console(width=100))


@main.command()
@click.option("--model", help="A model folder; the shipped model if not given.")
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.option("--device", default="auto", show_default=True)
@_one_line_errors
def behaviour(model: str | None, data: Path, form: str, device: str) -> None:
    """Try a model on plain cases, by capability, and with other mediators in China's place."""
    from stance.learning.behaviour_report import folder_behaviour, print_behaviour

    rates = folder_behaviour(model, data, device)
    if form == "json":
        click.echo(json.dumps([rate.to_dict() for rate in rates], indent=2))
    else:
        print_behaviour(rates, Console(width=100))


@main.group()
def corpus() -> None:
    """Check, describe and complete the annotated set."""


_DATA = click.option(
    "--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True
)


@corpus.command()
@_DATA
@_one_line_errors
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
@_one_line_errors
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
@_one_line_errors
def audit(data: Path) -> None:
    """Look for templates, copies and telltale wording; needs the real news hydrated."""
    from stance.learning.audit_report import audit_data

    audit_data(data, Console(width=100))


@corpus.command()
@_DATA
@click.option("--split", default="train", show_default=True, help="train, test, wire_test, ...")
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True)
@_one_line_errors
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
@_one_line_errors
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
@_one_line_errors
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
@_one_line_errors
def import_seeds(directory: Path, seeds: Path) -> None:
    """Place the founding articles from DIRECTORY, checked by SHA-256."""
    from stance.corpus.seeds import import_seeds as place

    found = place(directory, seeds)
    click.echo(f"{len(found.placed)} texts in {seeds}")
    for name in found.missing:
        click.echo(f"missing: {name}", err=True)
    if found.missing:
        raise SystemExit(1)


def _article(file: str) -> Article:
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
