"""Can the model's states tell who holds a stance? Macro-F1 over the codebook's groups.

    python benchmarks/holder.py [--model FOLDER]

A linear probe is fitted on the states of the stance-bearing units of every fourth training
article, and scored on those of validation, originals and real news apart. No test split is
looked at.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from stance.corpus.collection import load_training
from stance.corpus.schema import HOLDERS, AnnotatedArticle
from stance.learning.base import find_base, load_network
from stance.learning.dataset import labelled_passages
from stance.learning.intervals import draws
from stance.model.folder import default_folder, read_manifest
from stance.model.inputs import InputBuilder
from stance.model.network import PassageNetwork, passage_states
from stance.records import Label

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Fit the probe, and print a row a part of validation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=default_folder())
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    given = parser.parse_args()
    builder = InputBuilder.from_folder(given.model, read_manifest(given.model).form)
    network = PassageNetwork(load_network(find_base(str(given.model))))
    train, validation = (load_training(given.data, x)[0] for x in ("train", "validation"))
    states, holders, _ = bearing(network, builder, train[::4])
    line = LogisticRegression(C=0.1, max_iter=2000)
    probe = make_pipeline(StandardScaler(), line).fit(states, holders)
    print("| validation | units | groups | macro-F1 of the holder | always the commonest |")
    print("| --- | --- | --- | --- | --- |")
    for name, real in (("corpus", False), ("wire", True)):
        part = [a for a in validation if a.is_real == real]
        if part:
            states, true, owners = bearing(network, builder, part)
            common = np.full(len(true), np.bincount(holders).argmax())
            cells = (macro_f1(true, x, owners) for x in (probe.predict(states), common))
            print(f"| {name} | {len(true)} | {len(set(true))} | {' | '.join(cells)} |")


def bearing(
    network: PassageNetwork, builder: InputBuilder, articles: Sequence[AnnotatedArticle]
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """States, holders (indices into `HOLDERS`) and articles of stance-bearing units."""
    rows = list(labelled_passages(articles, builder))
    states = passage_states(network, [r.passage for r in rows], 32)
    marks = [(r.article, u) for r in rows for u in r.units]
    # A unit that is read over windows counts once, as its first.
    first = dict(zip(reversed(marks), reversed(range(len(marks))), strict=True))
    kept = [
        (a, u, place)
        for (a, u), place in first.items()
        if u is not None and articles[a].units[u].label is not Label.NEUTRAL
    ]
    holders = [HOLDERS.index(articles[a].units[u].holder) for a, u, _ in kept]
    places, owners = [place for _, _, place in kept], [a for a, _, _ in kept]
    return states[places], np.array(holders), np.array(owners)


def macro_f1(true: NDArray[np.int64], given: NDArray[np.int64], owners: NDArray[np.int64]) -> str:
    """Macro-F1 over the groups that occur, with its interval over resampled articles."""
    groups = sorted(set(true.tolist()))
    _, places = np.unique(owners, return_inverse=True)
    counts = draws(places.max() + 1, resamples=1000, seed=0)
    found = [
        f1_score(
            true, given, labels=groups, average="macro", zero_division=0, sample_weight=row[places]
        )
        for row in (np.ones(places.max() + 1), *counts)
    ]
    low, high = np.percentile(found[1:], [2.5, 97.5])
    return f"{found[0]:.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
