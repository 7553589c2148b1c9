"""From the data folder to the model folder, in one go."""

from __future__ import annotations

import copy
import importlib.metadata
import json
import platform
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from stance.corpus.collection import load_training
from stance.corpus.schema import CODEBOOK_VERSION, AnnotatedArticle
from stance.errors import ModelError
from stance.learning.base import MINILM, BaseEncoder, find_base, load_network, load_tokenizer
from stance.learning.card import write_card
from stance.learning.coverage import floors_on
from stance.learning.dataset import LABELS, encode_articles, labelled_passages
from stance.learning.export import export_graph
from stance.learning.fingerprint import articles_sha256
from stance.learning.souping import greedy_soup
from stance.learning.splits import hold_out
from stance.learning.temperature import fit_temperature
from stance.learning.training import (
    TrainingConfig,
    fit,
    marked_labels,
    predict_logits,
    validation_macro_f1,
)
from stance.learning.warmup import encode_sentiment, warmed_up
from stance.model.folder import (
    GRAPH,
    Manifest,
    check_target,
    file_sha256,
    seal,
    written_beside,
)
from stance.model.inputs import InputBuilder, InputFormat
from stance.model.onnx_runtime import OnnxRuntime

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

LIBRARIES = ("torch", "transformers", "datasets", "scikit-learn", "onnxruntime", "tokenizers")


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what `train_model` makes.

    Attributes:
        base: The encoder to start from.
        form: How inputs are made.
        config: How the network is fine-tuned on stance.
        warmup: How it is trained on sentiment before, if it is.
        sentiment: A file of NewsMTSC for that, or None for no warm-up.
        real_copies: How often the real articles are met each epoch; originals once.
        seeds: How many networks are fine-tuned, from different seeds; the
            weights of those that help are averaged (`souping.greedy_soup`).
    """

    base: str = MINILM
    form: InputFormat = field(default_factory=InputFormat)
    config: TrainingConfig = field(default_factory=TrainingConfig)
    warmup: TrainingConfig = field(
        default_factory=lambda: TrainingConfig(
            epochs=2, layouts=False, learning_rate=5e-5, batch_size=32, class_weight=0
        )
    )
    sentiment: Path | None = None
    real_copies: int = 1
    seeds: int = 1


def train_model(
    data: Path,
    output: Path,
    recipe: Recipe,
    *,
    resume: bool = False,
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
        say: Is told what happens, a line at a time.

    Returns:
        The manifest of the model written.
    """
    output = output.resolve()
    check_target(output)
    base = find_base(recipe.base)
    tokenizer = load_tokenizer(base, recipe.form)
    train, validation, parts = _data(data)
    for line in parts:
        say(line)
    origin = _origin(base, recipe, train, validation, parts)
    mark = _run_mark(origin, recipe, train, validation)
    checkpoints = _checkpoints(output, mark, resume=resume)
    networks = list(fine_tuned(base, recipe, (train, validation), checkpoints, resume=resume))
    rows = encode_articles(validation, InputBuilder.from_tokenizer(tokenizer, recipe.form))
    network, averaged = greedy_soup(networks, lambda soup: validation_macro_f1(soup, rows))
    say(f"{averaged} of {recipe.seeds} seeds averaged")
    manifest = write_model(
        network,
        tokenizer,
        recipe.form,
        output,
        validation,
        name=f"{output.name}-{origin['data_sha256'][:8]}",
        origin=origin | {"seeds_averaged": averaged},
        say=say,
    )
    shutil.rmtree(checkpoints)
    return manifest


def write_model(  # noqa: PLR0913 - one job with one caller beside the tests
    network: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    form: InputFormat,
    output: Path,
    validation: Sequence[AnnotatedArticle],
    *,
    name: str,
    origin: dict[str, Any],
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
        say: Is told what happens, a line at a time.
    """
    builder = InputBuilder.from_tokenizer(tokenizer, form)
    rows = encode_articles(validation, builder)
    network = _rounded(network)
    logits = predict_logits(network, rows)
    temperature = fit_temperature(logits, marked_labels(rows))
    say(f"temperature {temperature:.3f}")
    with written_beside(output) as draft:
        _save_weights(network, draft)
        tokenizer.save_pretrained(draft)
        samples = [row.passage for row in labelled_passages(validation, builder)]
        agreement = export_graph(network, draft / GRAPH, samples, temperature)
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


def _data(data: Path) -> tuple[list[AnnotatedArticle], list[AnnotatedArticle], list[str]]:
    """Training and validation articles, and what is to be said of them."""
    train, parts = load_training(data, "train")
    if (data / "corpus" / "validation.jsonl").is_file():
        validation, more = load_training(data, "validation")
        return train, validation, [*parts, *more]
    train, validation = hold_out(train)
    return train, validation, [*parts, f"validation: {len(validation)} of them set aside"]


def fine_tuned(
    base: BaseEncoder,
    recipe: Recipe,
    articles: tuple[Sequence[AnnotatedArticle], Sequence[AnnotatedArticle]],
    checkpoints: Path,
    *,
    resume: bool = False,
) -> Iterator[PreTrainedModel]:
    """Fine-tune one network a seed, from one start, warmed up where the recipe says so.

    Args:
        base: The encoder to start from.
        recipe: What to make.
        articles: Training and validation articles.
        checkpoints: Folder for checkpoints.
        resume: Go on from checkpoints there, if any.

    Yields:
        `recipe.seeds` networks, each at its best epoch on validation.
    """
    builder = InputBuilder.from_tokenizer(load_tokenizer(base, recipe.form), recipe.form)
    start = base
    if recipe.sentiment is not None:
        rows = encode_sentiment(recipe.sentiment, builder)
        start = warmed_up(base, rows, recipe.warmup, checkpoints / "warmup", resume=resume)
    validation = encode_articles(articles[1], builder)
    met = [a for a in articles[0] for _ in range(recipe.real_copies if a.is_real else 1)]
    for number in range(recipe.seeds):
        config = replace(recipe.config, seed=recipe.config.seed + number)
        layouts = config.epochs if config.layouts else 0
        train = encode_articles(met, builder, layouts, config.seed, drawn=config.soft_labels)
        folder = checkpoints / f"seed{config.seed}"
        network = load_network(start, seed=config.seed)
        yield fit(network, train, validation, config, folder, resume=resume)


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


def _origin(
    base: BaseEncoder,
    recipe: Recipe,
    train: Sequence[AnnotatedArticle],
    validation: Sequence[AnnotatedArticle],
    parts: Sequence[str],
) -> dict[str, Any]:
    return {
        "base_model": base.name,
        "base_sha256": base.sha256,
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
