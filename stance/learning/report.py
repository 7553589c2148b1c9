"""Evaluating a model folder, and showing what came of it."""

from __future__ import annotations

import shlex
from pathlib import Path

from rich.console import Console
from rich.table import Table

from stance.corpus.collection import load_split, load_training
from stance.errors import DeviceError
from stance.learning.card import read_metrics, write_card
from stance.learning.dataset import LABELS
from stance.learning.evaluation import Evaluation, evaluate_model
from stance.learning.pipeline import seal
from stance.model.folder import GRAPH, check_files, default_folder, read_manifest
from stance.model.inputs import InputBuilder
from stance.model.onnx_runtime import OnnxRuntime
from stance.model.runtime import Runtime
from stance.model.torch_runtime import TorchRuntime


def evaluate_folder(
    model: str | None,
    source: tuple[Path, str, str],
    train_data: Path,
    *,
    device: str = "auto",
    record: bool = False,
) -> Evaluation:
    """Measure a model folder on a split.

    Args:
        model: A model folder; the shipped model if None.
        source: Data folder, split, and the name under which to record it.
        train_data: Data folder whose training split the baselines are fitted on.
        device: `cpu` or `auto` for the int8 graph, `cuda` for PyTorch, `float`
            for PyTorch in float32 on the CPU.
        record: Write the figures, and the command that makes them, into the
            model's card.
    """
    data, split, name = source
    folder = Path(model) if model else default_folder()
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    builder = InputBuilder.from_folder(folder, manifest.form)
    articles = load_split(data, split)
    baseline, _ = load_training(train_data, "train")
    found = evaluate_model(manifest, builder, _runtime(folder, device), articles, baseline, name)
    if record:
        command = f"stance evaluate --data {shlex.quote(str(data))}"
        if name == split:
            command += f" --split {split}"
        evaluations = read_metrics(folder) | {name: found.to_dict() | {"command": command}}
        write_card(folder, manifest, evaluations)
        seal(folder, manifest)
    return found


def _runtime(folder: Path, device: str) -> Runtime:
    if device in {"cpu", "auto"}:
        return OnnxRuntime(folder / GRAPH)
    if device == "float":
        return TorchRuntime(folder, "cpu")
    if device.partition(":")[0] == "cuda":
        return TorchRuntime(folder, device)
    raise DeviceError(f"unknown device {device!r}: use 'auto', 'cpu', 'cuda' or 'float'")


def print_evaluation(found: Evaluation, console: Console) -> None:
    """Print the figures with their intervals, the baselines beside, and the confusion."""
    table = Table(
        title=f"{found.model} on {found.split}: {found.articles} articles, {found.units} units"
    )
    table.add_column("figure")
    for name in found.figures:
        table.add_column(name, justify="right")
    for row in found.figures["model"]:
        table.add_row(row, *(str(found.figures[name][row]) for name in found.figures))
    console.print(table)
    for name, figure in found.margins.items():
        console.print(f"macro-F1, model less {name}: {figure}", highlight=False)
    confusion = Table(title="true label by given label")
    for column in ("", *map(str, LABELS)):
        confusion.add_column(column, justify="right")
    for label, counts in zip(LABELS, found.confusion, strict=True):
        cells = (f"{c.value:.0f} [{c.low:.0f}, {c.high:.0f}]" for c in counts)
        confusion.add_row(str(label), *cells)
    console.print(confusion)
