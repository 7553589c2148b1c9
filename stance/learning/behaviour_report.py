"""Measuring a model folder's behaviour, and showing what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from stance.learning.behaviour import Labeller, Rate, behaviour
from stance.learning.report import open_runtime
from stance.model.folder import check_files, default_folder, read_manifest
from stance.model.inputs import InputBuilder


def folder_behaviour(model: str | None, data: Path, device: str = "auto") -> list[Rate]:
    """Run the behaviour tests of a data folder on a model folder.

    Args:
        model: A model folder; the shipped model if None.
        data: A data folder with `behaviour/`.
        device: As for `stance evaluate`.

    Raises:
        CorpusError: The tests are not there.
        ModelError: The folder is no model.
    """
    folder = Path(model) if model else default_folder()
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    builder = InputBuilder.from_folder(folder, manifest.form)
    return behaviour(data / "behaviour", Labeller(manifest, builder, open_runtime(folder, device)))


def print_behaviour(rates: Sequence[Rate], console: Console) -> None:
    """Print pass rates with their intervals, and the rate over all of each test."""
    table = Table(title="behaviour: pass rates with 95 % intervals")
    for column in ("test", "capability", "passed", "of", "rate", "interval"):
        table.add_column(column, justify="left" if column in {"test", "capability"} else "right")
    for test in dict.fromkeys(r.test for r in rates):
        rows = [r for r in rates if r.test == test]
        whole = Rate(test, "all", sum(r.passed for r in rows), sum(r.total for r in rows))
        for rate in [*rows, whole]:
            low, high = rate.interval
            share = f"{rate.passed / rate.total:.1%}"
            cells = (test, rate.capability, str(rate.passed), str(rate.total), share)
            table.add_row(*cells, f"{low:.1%} to {high:.1%}", end_section=rate is whole)
    console.print(table)
