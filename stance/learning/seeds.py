"""Fine-tuning the same recipe from several seeds, one after another or side by side."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from stance.corpus.schema import AnnotatedArticle
from stance.errors import ModelError
from stance.learning.base import BaseEncoder, load_network, load_tokenizer
from stance.learning.dataset import LABELS, Layouts, encode_articles
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
        base: The encoder, whose tokenizer makes the inputs.
        warm: The same, warmed up where the recipe says so.
        recipe: What to make.
        train: Training articles.
        validation: Validation articles.
        checkpoints: Folder for checkpoints and finished networks.
        resume: Go on from what is there, if anything.
    """

    base: BaseEncoder
    warm: BaseEncoder
    recipe: Recipe
    train: Sequence[AnnotatedArticle]
    validation: Sequence[AnnotatedArticle]
    checkpoints: Path
    resume: bool


def check_workers(workers: int) -> None:
    """Refuse to start workers from within a worker, before anything is touched.

    Raises:
        ModelError: A worker runs the script that started it, which lacks a guard.
    """
    if workers > 1 and multiprocessing.parent_process() is not None:
        raise ModelError(
            "training with workers was started again by one of its own workers: put the call "
            'into a function, and call that under `if __name__ == "__main__":`'
        )


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
            threads: on a CPU two at half the threads do more than one with all. A
            script that uses them needs `if __name__ == "__main__":`.

    Yields:
        `recipe.seeds` networks, each at its best epoch on validation.

    Raises:
        ModelError: A worker died, or workers were started by a worker.
    """
    import torch

    workers = min(workers, recipe.seeds)
    check_workers(workers)
    warm = base
    if recipe.sentiment is not None:
        tokenizer = load_tokenizer(base, recipe.form)
        rows = encode_sentiment(
            recipe.sentiment, InputBuilder.from_tokenizer(tokenizer, recipe.form)
        )
        warm = warmed_up(base, rows, recipe.warmup, checkpoints / "warmup", resume=resume)
    start = Start(base, warm, recipe, articles[0], articles[1], checkpoints, resume)
    seeds = range(recipe.config.seed, recipe.config.seed + recipe.seeds)
    if workers == 1:
        folders: Iterator[Path] = (train_seed(start, seed) for seed in seeds)
    else:
        folders = iter(_side_by_side(start, seeds, workers))
    outputs = FINE if recipe.config.relevance else LABELS
    place = "cuda" if torch.cuda.is_available() else "cpu"
    for folder in folders:
        yield load_network(replace(base, source=str(folder)), outputs).to(place)  # type: ignore[arg-type]


def _side_by_side(start: Start, seeds: Sequence[int], workers: int) -> list[Path]:
    """Train seeds in worker processes, which never outlive this one."""
    import torch

    threads = max(1, torch.get_num_threads() // workers)
    spawn = multiprocessing.get_context("spawn")
    ending, alive = spawn.Pipe(duplex=False)
    pool = ProcessPoolExecutor(workers, spawn, _begin, (ending, threads))
    found: dict[int, Path] = {}
    running: dict[Future[Path], int] = {}
    waiting = list(seeds)
    try:
        while waiting or running:
            # No more than are run: what is queued in the pool cannot be called off.
            while waiting and len(running) < workers:
                seed = waiting.pop(0)
                running[pool.submit(train_seed, start, seed)] = seed
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                found[running.pop(future)] = future.result()
    except BrokenProcessPool:
        raise ModelError(
            "a worker died, perhaps for want of memory: use fewer workers; "
            "finished seeds and checkpoints are kept for --resume"
        ) from None
    finally:
        if running:
            alive.close()
        pool.shutdown(wait=not running, cancel_futures=True)
        alive.close()
    return [found[seed] for seed in seeds]


def _begin(ending: Connection, threads: int) -> None:
    """What a worker does first: take its share of threads, and watch for the end."""
    import torch

    torch.set_num_threads(threads)

    def watch() -> None:
        # Nothing is ever sent: this returns when the other end is closed, by a kill too.
        try:
            ending.recv()
        except (EOFError, OSError):
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def train_seed(start: Start, seed: int) -> Path:
    """Fine-tune one seed, and return the folder of its network at its best epoch."""
    recipe, target = start.recipe, start.checkpoints / f"seed{seed}-done"
    if start.resume and (target / "config.json").is_file():
        return target
    builder = InputBuilder.from_tokenizer(load_tokenizer(start.base, recipe.form), recipe.form)
    config = replace(recipe.config, seed=seed)
    layouts = Layouts(config.epochs, seed, config.soft_labels, config.splices)
    met = [a for a in start.train for _ in range(recipe.real_copies if a.is_real else 1)]
    network = load_network(start.warm, seed=seed)
    label = {}
    if config.relevance:
        network, label = add_relevance(network), {"label": fine_label}
    network = fit(
        network,
        encode_articles(met, builder, layouts if config.layouts else None, **label),
        encode_articles(start.validation, builder),
        config,
        start.checkpoints / f"seed{seed}",
        resume=start.resume,
    )
    with written_beside(target) as draft:
        network.save_pretrained(draft)
    return target
