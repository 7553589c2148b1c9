"""Macro-F1 of our training code on NewsMTSC, beside what is published for it.

    python benchmarks/newsmtsc.py DIR --json benchmarks/results/newsmtsc.json

The same code that trains on stance learns target-dependent sentiment in news, from the
authors' training split (Hamborg and Donnay, EACL 2021), by the recipe of the warm-up.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from peers import made, plain, print_row, record

from stance.learning.base import BaseEncoder, find_base, load_network, load_tokenizer
from stance.learning.dataset import UNLABELLED
from stance.learning.intervals import Outcome, figures
from stance.learning.recipe import Recipe
from stance.learning.training import TrainingConfig, marked_labels, predict_logits
from stance.learning.warmup import encode_sentiment, warmed_up
from stance.model.calibration import softmax
from stance.model.inputs import InputBuilder, InputFormat

PUBLISHED = {"devtest_rw": 0.831, "devtest_mt": 0.825}
"""Macro-F1 of GRU-TSC on NewsMTSC (Hamborg and Donnay, EACL 2021)."""


def main() -> None:
    """Train once, and print and record what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="holds train.jsonl and the two devtest files")
    parser.add_argument("--limit", type=int, help="train on so few rows, to see that it runs")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if given.limit and given.json:
        parser.error("a run with --limit is not recorded: leave out --json")
    config = replace(Recipe().warmup, bf16=True, seed=given.seed)
    row = sentiment_row(given.folder, find_base(), config, given.limit)
    print_row(row)
    if given.json:
        record(given.json, row)


def sentiment_row(
    folder: Path, base: BaseEncoder, config: TrainingConfig, limit: int | None = None
) -> dict[str, Any]:
    """Train our code on NewsMTSC's training split, the first rows or all; measure it on the others.

    The intervals resample sentences, whose targets stay together.
    """
    start = time.perf_counter()
    form = InputFormat()
    builder = InputBuilder.from_tokenizer(load_tokenizer(base, form), form)
    train = encode_sentiment(folder / "train.jsonl", builder)
    train = train.select(range(min(limit or len(train), len(train))))
    with tempfile.TemporaryDirectory() as place:
        network = load_network(warmed_up(base, train, config, Path(place) / "newsmtsc"))
    splits = {}
    for split, published in PUBLISHED.items():
        rows = encode_sentiment(folder / f"{split}.jsonl", builder)
        targets = [sum(x != UNLABELLED for x in labels) for labels in rows["labels"]]
        owners = np.unique(np.repeat(rows["article"], targets), return_inverse=True)[1]
        found = Outcome(softmax(predict_logits(network, rows)), marked_labels(rows), owners)
        splits[split] = {"stance": plain(figures(found)["macro_f1"]), "published": published}
    of = {"name": "NewsMTSC", "seed": config.seed, "units": len(train), "splits": splits}
    return of | made(time.perf_counter() - start)


if __name__ == "__main__":
    main()
