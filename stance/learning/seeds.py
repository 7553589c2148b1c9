"""Fine-tuning the same recipe from several seeds, one after another or side by side."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from stance.corpus.schema import AnnotatedArticle
from stance.learning.base import BaseEncoder, load_network, load_tokenizer
from stance.learning.dataset import LABELS, encode_articles
from stance.learning.recipe import Recipe
from stance.learning.relevance import FINE, add_relevance, fine_label
from stance.learning.training import fit
from stance.learning.warmup import encode_sentiment, warmed_up
from stance.model.folder import written_beside
from stance.model.inputs import InputBuilder

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True, slots=True)
class Start:
    """What every seed of a run has in common.

    Attributes:
        base: The encoder, warmed up where the recipe says so.
        recipe: What to make.
        train: Training articles.
        validation: Validation articles.
        checkpoints: Folder for checkpoints and finished networks.
        resume: Go on from what is there, if anything.
    """

    base: BaseEncoder
    recipe: Recipe
    train: Sequence[AnnotatedArticle]
    validation: Sequence[AnnotatedArticle]
    checkpoints: Path
    resume: bool


def fine_tuned(
    base: BaseEncoder,
    recipe: Recipe,
    articles: tuple[Sequence[AnnotatedArticle], Sequence[AnnotatedArticle]],
    checkpoints: Path,
    *,
    resume: bool = False,
    workers: int = 1,
) -> Iterator[PreTrainedModel]:
    """Fine-tune one network a seed, from one start, warmed up where the recipe says so.

    Args:
        base: The encoder to start from.
        recipe: What to make.
        articles: Training and validation articles.
        checkpoints: Folder for checkpoints and finished networks.
        resume: Go on from what is there, if anything; finished seeds are taken over.
        workers: Processes, each of which trains one seed at a time with its share of the
            processors: on a CPU two at half the threads do more than one with all.

    Yields:
        `recipe.seeds` networks, each at its best epoch on validation.
    """
    if recipe.sentiment is not None:
        tokenizer = load_tokenizer(base, recipe.form)
        rows = encode_sentiment(
            recipe.sentiment, InputBuilder.from_tokenizer(tokenizer, recipe.form)
        )
        base = warmed_up(base, rows, recipe.warmup, checkpoints / "warmup", resume=resume)
    start = Start(base, recipe, articles[0], articles[1], checkpoints, resume)
    outputs = FINE if recipe.config.relevance else LABELS
    seeds = range(recipe.config.seed, recipe.config.seed + recipe.seeds)
    if workers == 1:
        folders = map(partial(train_seed, start), seeds)
        yield from (load_network(replace(base, source=str(f)), outputs) for f in folders)
        return
    threads = max(1, (os.cpu_count() or 1) // workers)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, spawn, _set_threads, (threads,)) as pool:
        for folder in pool.map(partial(train_seed, start), seeds):
            yield load_network(replace(base, source=str(folder)), outputs)


def train_seed(start: Start, seed: int) -> Path:
    """Fine-tune one seed, and return the folder of its network at its best epoch."""
    recipe, target = start.recipe, start.checkpoints / f"seed{seed}-done"
    if start.resume and (target / "config.json").is_file():
        return target
    builder = InputBuilder.from_tokenizer(load_tokenizer(start.base, recipe.form), recipe.form)
    config = replace(recipe.config, seed=seed)
    layouts = config.epochs if config.layouts else 0
    met = [a for a in start.train for _ in range(recipe.real_copies if a.is_real else 1)]
    network = load_network(start.base, seed=seed)
    label = {}
    if config.relevance:
        network, label = add_relevance(network), {"label": fine_label}
    network = fit(
        network,
        encode_articles(met, builder, layouts, seed, drawn=config.soft_labels, **label),
        encode_articles(start.validation, builder),
        config,
        start.checkpoints / f"seed{seed}",
        resume=start.resume,
    )
    with written_beside(target) as draft:
        network.save_pretrained(draft)
    return target


def _set_threads(threads: int) -> None:
    import torch

    torch.set_num_threads(threads)
