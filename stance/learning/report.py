"""Evaluating a model folder, and showing what came of it."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from stance.corpus.collection import load_split, load_training
from stance.errors import CorpusError, DeviceError
from stance.learning.card import read_metrics, write_card
from stance.learning.dataset import LABELS
from stance.learning.evaluation import RATES, Evaluation, evaluate_model
from stance.learning.fingerprint import articles_sha256
from stance.learning.splits import learning_data
from stance.model.folder import (
    GRAPH,
    Manifest,
    check_files,
    default_folder,
    read_manifest,
    seal,
    written_beside,
)
from stance.model.inputs import InputBuilder
from stance.model.onnx_runtime import OnnxRuntime
from stance.model.runtime import Runtime
from stance.model.torch_runtime import TorchRuntime


@dataclass(frozen=True, slots=True)
class Question:
    """What to measure, and on what.

    Attributes:
        model: A model folder; the shipped model if None.
        data: A data folder, or the folder of the founding articles.
        split: The split (`collection.load_split`); the founding articles have one.
        train_data: Data folder whose training split the baselines are fitted on.
        device: `cpu` or `auto` for the int8 graph, `cuda` for PyTorch, `float`
            for PyTorch in float32 on the CPU.
    """

    model: str | None = None
    data: Path = Path("data")
    split: str = "test"
    train_data: Path = Path("data")
    device: str = "auto"

    @property
    def name(self) -> str:
        """Under which the figures are recorded."""
        founding = (self.data / "manifest.json").is_file()
        return self.data.resolve().name if founding else self.split

    @property
    def command(self) -> str:
        """The command that asks the same."""
        words = ["stance", "evaluate", "--data", str(self.data)]
        if self.name == self.split:
            words += ["--split", self.split]
        usual = Question()
        for option, value, other in (
            ("--model", self.model, usual.model),
            ("--train-data", self.train_data, usual.train_data),
            ("--device", self.device, usual.device),
        ):
            if value != other:
                words += [option, str(value)]
        return shlex.join(words)


def evaluate_folder(
    question: Question, *, record: bool = False, say: Callable[[str], None] = lambda _: None
) -> Evaluation:
    """Measure a model folder on a split.

    Args:
        question: What to measure, and on what.
        record: Write the figures, and the command that makes them, into the
            model's card.
        say: Is told what the baselines are fitted on, a line at a time.

    Raises:
        CorpusError: The split is not there; or the figures are to be recorded, and the
            baselines would have other data than the model had, or another folder's split of
            that name is recorded.
    """
    folder = Path(question.model) if question.model else default_folder()
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    builder = InputBuilder.from_folder(folder, manifest.form)
    articles = load_split(question.data, question.split)
    baseline, parts = load_training(question.train_data, "train")
    if record:
        baseline, validation, both = learning_data(question.train_data)
        _check_baselines(manifest, articles_sha256([*baseline, *validation]), both)
        parts = [line for line in both if line in parts or "set aside" in line]
        _check_place(read_metrics(folder).get(question.name), question, articles_sha256(articles))
    for line in parts:
        say(f"baselines fitted on {line}")
    runtime = open_runtime(folder, question.device)
    found = evaluate_model(manifest, builder, runtime, articles, baseline, question.name)
    if record:
        row = found.to_dict() | {"command": question.command}
        with written_beside(folder) as draft:
            shutil.copytree(folder, draft, dirs_exist_ok=True)
            write_card(draft, manifest, read_metrics(folder) | {question.name: row})
            seal(draft, manifest)
    return found


def _check_baselines(manifest: Manifest, found: str, parts: Sequence[str]) -> None:
    if found != manifest.origin.get("data_sha256"):
        raise CorpusError(
            f"the baselines would be fitted on {', '.join(parts)}, as they are now, and the model "
            f"was on {', '.join(manifest.origin.get('data', ()))}, as they were: bring the data "
            "back to that, or leave out --record"
        )


def _check_place(before: Mapping[str, Any] | None, question: Question, found: str) -> None:
    if not before or before["data_sha256"] == found:
        return
    words = shlex.split(before["command"])
    if str(question.data) not in words[words.index("--data") :][:2]:
        raise CorpusError(
            f"the card holds figures of other data as {question.name!r} ({before['command']}): "
            "rename the split, or leave out --record"
        )


def open_runtime(folder: Path, device: str) -> Runtime:
    """The runtime of a model folder on a device; `float` is PyTorch in float32 on the CPU.

    Raises:
        DeviceError: The device is unknown.
    """
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
    for name, figure in found.rates.items():
        console.print(f"{RATES[name]}: {figure}", highlight=False)
    confusion = Table(title="true label by given label")
    for column in ("", *map(str, LABELS)):
        confusion.add_column(column, justify="right")
    for label, counts in zip(LABELS, found.confusion, strict=True):
        cells = (f"{c.value:.0f} [{c.low:.0f}, {c.high:.0f}]" for c in counts)
        confusion.add_row(str(label), *cells)
    console.print(confusion)
