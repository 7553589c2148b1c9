"""From the data folder to the model folder, in one go."""

from __future__ import annotations

import copy
import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from stance.corpus.schema import CODEBOOK_VERSION, AnnotatedArticle
from stance.errors import ModelError
from stance.learning.base import BaseEncoder, find_base, load_network, load_tokenizer
from stance.learning.card import write_card
from stance.learning.coverage import floors_on
from stance.learning.dataset import LABELS, encode_articles, labelled_passages
from stance.learning.export import export_graph
from stance.learning.fingerprint import articles_sha256
from stance.learning.recipe import Recipe
from stance.learning.relevance import fit_probe
from stance.learning.seeds import check_workers, fine_tuned
from stance.learning.souping import greedy_soup
from stance.learning.splits import learning_data
from stance.learning.temperature import fit_temperature
from stance.learning.training import marked_labels, predict_logits, validation_macro_f1
from stance.model.folder import (
    GRAPH,
    MANIFEST,
    Manifest,
    check_target,
    file_sha256,
    read_manifest,
    seal,
    written_beside,
)
from stance.model.inputs import InputBuilder, InputFormat
from stance.model.onnx_runtime import OnnxRuntime
from stance.records import Label

if TYPE_CHECKING:
    import datasets
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

LIBRARIES = ("torch", "transformers", "datasets", "scikit-learn", "onnxruntime", "tokenizers")


def train_model(
    data: Path,
    output: Path,
    recipe: Recipe,
    *,
    resume: bool = False,
    workers: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Train, calibrate and export a model, and write its folder.

    Args:
        data: The data folder. Without `corpus/validation.jsonl`, articles of the
            training split are set aside for it.
        output: The model folder to write; one there is replaced when all is done.
        recipe: What to make.
        resume: Go on from checkpoints of an interrupted run to the same output,
            with the same recipe and data.
        workers: Seeds that are fine-tuned at the same time, each in a process of its
            own with its share of the threads. A script that uses them needs
            `if __name__ == "__main__":`.
        say: Is told what happens, a line at a time.

    Returns:
        The manifest of the model written, whose name ends in a hash of recipe and data.
    """
    check_workers(workers)
    start = time.perf_counter()
    output = output.resolve()
    check_target(output)
    base = find_base(recipe.base)
    tokenizer = load_tokenizer(base, recipe.form)
    train, validation, parts = learning_data(data)
    for line in parts:
        say(line)
    origin = _origin(base, recipe, train, validation, parts)
    mark = _run_mark(origin, recipe, train, validation)
    checkpoints = _checkpoints(output, mark, resume=resume)
    tuned = fine_tuned(
        base, recipe, (train, validation), checkpoints, resume=resume, workers=workers
    )
    builder = InputBuilder.from_tokenizer(tokenizer, recipe.form)
    networks = _with_start(base, recipe, list(tuned))
    network, averaged = _averaged(networks, encode_articles(validation, builder))
    say(f"averaged: {', '.join(averaged)}; of {len(networks)} networks")
    probe = fit_probe(network, builder, train, validation)
    say("relevance: " + ("told" if probe else "not told, for want of neutral units of both sorts"))
    manifest = write_model(
        network,
        tokenizer,
        recipe.form,
        output,
        validation,
        name=f"{output.name}-{hashlib.sha256(mark.encode()).hexdigest()[:8]}",
        origin=origin
        | {
            "averaged": averaged,
            # Of a run that was cut off, nobody knows how long it had taken.
            "minutes": None if resume else round((time.perf_counter() - start) / 60, 2),
            "device": training_device(),
        },
        probe=probe,
        say=say,
    )
    shutil.rmtree(checkpoints)
    return manifest


def _with_start(
    base: BaseEncoder, recipe: Recipe, tuned: Sequence[PreTrainedModel]
) -> dict[str, PreTrainedModel]:
    """Networks to average by name; where training goes on from a model of ours, that one too.

    What it knew and one short training unlearnt is kept by the average.
    """
    networks = {f"seed {n}": network for n, network in enumerate(tuned, recipe.config.seed)}
    ours = (Path(base.source) / MANIFEST).is_file()
    if not ours or recipe.config.relevance:
        return networks
    start = load_network(base).to(tuned[0].device)  # type: ignore[arg-type]
    return networks | {read_manifest(Path(base.source)).name: start}


def _averaged(
    networks: dict[str, PreTrainedModel], rows: datasets.Dataset
) -> tuple[PreTrainedModel, list[str]]:
    """The average that is best on validation rows, and the names of those in it."""
    network, inside = greedy_soup(
        list(networks.values()), lambda soup: validation_macro_f1(soup, rows)
    )
    return network, [list(networks)[i] for i in inside]


def write_model(  # noqa: PLR0913 - one job with one caller beside the tests
    network: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    form: InputFormat,
    output: Path,
    validation: Sequence[AnnotatedArticle],
    *,
    name: str,
    origin: dict[str, Any],
    probe: torch.nn.Linear | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Calibrate a trained network, export it, and write its model folder.

    Weights are stored in float16 and everything after is measured on them as
    stored, so every runtime starts from the same numbers.

    Args:
        network: The trained network.
        tokenizer: Its tokenizer.
        form: The input format that it was trained with.
        output: The model folder; one there is replaced when all is done.
        validation: Articles to fit the temperature and the floors of label sets on,
            and to compare runtimes on.
        name: Name of the model.
        origin: What goes into the manifest about its making.
        probe: Its probe for relevance, if the model shall tell it.
        say: Is told what happens, a line at a time.
    """
    from stance.model.network import save_probe

    builder = InputBuilder.from_tokenizer(tokenizer, form)
    rows = encode_articles(validation, builder)
    network = _rounded(network)
    logits = predict_logits(network, rows, probe=probe)
    neutral = LABELS.index(Label.NEUTRAL)
    temperature = fit_temperature(logits, marked_labels(rows), neutral)
    say(f"temperature {temperature}")
    with written_beside(output) as draft:
        _save_weights(network, draft)
        if probe is not None:
            save_probe(probe, draft)
        tokenizer.save_pretrained(draft)
        samples = [row.passage for row in labelled_passages(validation, builder)]
        agreement = export_graph(network, draft / GRAPH, samples, temperature, probe)
        say(
            f"int8 graph: same label on {agreement.same_label:.2%}, largest gap "
            f"{agreement.largest_gap:.4f}, {agreement.kept_in_float} products in float"
        )
        manifest = Manifest(
            name=name,
            labels=tuple(str(x) for x in LABELS),
            temperature=temperature,
            form=form,
            codebook_version=CODEBOOK_VERSION,
            origin=origin | {"int8": asdict(agreement)},
        )
        floors = floors_on(manifest, builder, OnnxRuntime(draft / GRAPH), validation)
        manifest = replace(manifest, floors=floors)
        write_card(draft, manifest, {})
        return seal(draft, manifest)


def _run_mark(
    origin: dict[str, Any],
    recipe: Recipe,
    train: Sequence[AnnotatedArticle],
    validation: Sequence[AnnotatedArticle],
) -> str:
    """All that a run's checkpoints depend on; the articles' order too, which draws depend on."""
    mark = origin | {
        "input": recipe.form.to_dict(),
        "sentiment": file_sha256(recipe.sentiment) if recipe.sentiment else None,
        "articles": [[(a.id, a.headline) for a in part] for part in (train, validation)],
    }
    return json.dumps(mark, sort_keys=True, default=str)


def _checkpoints(output: Path, run: str, *, resume: bool) -> Path:
    """The folder of a run's checkpoints, cleared of any other run's.

    Raises:
        ModelError: The run to resume had another recipe or other data.
    """
    folder = output.with_name(f".{output.name}.checkpoints")
    mark = folder / "run.json"
    if resume and folder.is_dir():
        if not mark.is_file() or mark.read_text(encoding="utf-8") != run:
            raise ModelError(
                f"{folder}: checkpoints of another recipe or other data: "
                "give the options of that run, or start anew without --resume"
            )
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    mark.write_text(run, encoding="utf-8")
    return folder


def _rounded(network: PreTrainedModel) -> PreTrainedModel:
    return cast("PreTrainedModel", network.cpu().half().float())


def _save_weights(network: PreTrainedModel, folder: Path) -> None:
    copy.deepcopy(network).half().save_pretrained(folder)
    # Stored small, loaded in full precision: transformers takes the type from here.
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["dtype"] = "float32"
    config.pop("_name_or_path", None)
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _base(base: BaseEncoder) -> dict[str, Any]:
    """What is said of the encoder started from; of a model of ours, what it was made from."""
    if not (Path(base.source) / MANIFEST).is_file():
        return {"base_model": base.name, "base_sha256": base.sha256}
    before = read_manifest(Path(base.source))
    kept = ("recipe", "warmup", "data", "data_sha256")
    return {
        "base_model": before.origin.get("base_model", base.name),
        "base_sha256": before.origin.get("base_sha256"),
        "goes_on_from": {"model": before.name, "weights_sha256": base.sha256}
        | {name: before.origin[name] for name in kept if name in before.origin},
    }


def training_device() -> str:
    """What training runs on here, in words: a GPU by its name, or so many processors."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    allowed = getattr(os, "sched_getaffinity", None)
    return f"{len(allowed(0)) if allowed else os.cpu_count()} processors"


def _origin(
    base: BaseEncoder,
    recipe: Recipe,
    train: Sequence[AnnotatedArticle],
    validation: Sequence[AnnotatedArticle],
    parts: Sequence[str],
) -> dict[str, Any]:
    return {
        **_base(base),
        "recipe": asdict(recipe.config)
        | {"seeds": recipe.seeds, "real_copies": recipe.real_copies},
        "warmup": asdict(recipe.warmup) | {"file": recipe.sentiment.name}
        if recipe.sentiment
        else None,
        "data": list(parts),
        "data_sha256": articles_sha256([*train, *validation]),
        "units": sum(len(a.units) for a in train),
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "python": platform.python_version(),
    }
