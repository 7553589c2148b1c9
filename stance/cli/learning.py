"""The commands that train and measure models."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from stance.cli.one_line import one_line_errors


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True)
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The model folder.")
@click.option("--base", help="Encoder: hub name or folder; MiniLM if not given.")
@click.option("--sentiment", type=click.Path(path_type=Path), help="NewsMTSC rows for a warm-up.")
@click.option("--epochs", type=click.IntRange(1), default=4, show_default=True)
@click.option(
    "--learning-rate", type=click.FloatRange(0, min_open=True), default=8e-5, show_default=True
)
@click.option(
    "--batch-size", type=click.IntRange(1), default=12, show_default=True, help="Passages a step."
)
@click.option("--class-weight", type=click.FloatRange(0), default=0.5, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=13, show_default=True)
@click.option(
    "--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="Networks to average."
)
@click.option("--bf16", is_flag=True, help="Compute in bfloat16.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Seeds trained at once, each with its share of the processors.",
)
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint.")
@one_line_errors
def train(data: Path, output: Path, *, resume: bool, bf16: bool, **options: Any) -> None:  # noqa: ANN401
    """Train a model on annotated articles and write its folder."""
    from stance.learning.pipeline import train_model
    from stance.learning.recipe import Recipe
    from stance.learning.training import TrainingConfig

    names = ("epochs", "learning_rate", "batch_size", "class_weight", "seed")
    given = {"base": options["base"], "sentiment": options["sentiment"]}
    recipe = Recipe(
        **{k: v for k, v in given.items() if v is not None},
        seeds=options["seeds"],
        config=TrainingConfig(bf16=bf16, **{k: options[k] for k in names}),
        warmup=replace(Recipe().warmup, bf16=bf16),
    )
    train_model(data, output, recipe, resume=resume, workers=options["workers"], say=click.echo)
    click.echo(f"wrote {output}")


@click.command()
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
@one_line_errors
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


@click.command()
@click.option("--model", help="A model folder; the shipped model if not given.")
@click.option("--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.option("--device", default="auto", show_default=True)
@one_line_errors
def behaviour(model: str | None, data: Path, form: str, device: str) -> None:
    """Try a model on plain cases, by capability, and with other mediators in China's place."""
    from stance.learning.behaviour_report import folder_behaviour, print_behaviour

    rates = folder_behaviour(model, data, device)
    if form == "json":
        click.echo(json.dumps([rate.to_dict() for rate in rates], indent=2))
    else:
        print_behaviour(rates, Console(width=100))
