"""How often label sets hold the true label: on tests never fitted on, or on validation halves.

    python benchmarks/coverage.py
    python benchmarks/coverage.py --validation
    python benchmarks/coverage.py --add --model DIR

`--add` fits the floors of a model folder on the validation splits and seals it; nothing is
measured then. Without it, the floors of the folder are measured on each test of real text.
Intervals are binomial (Clopper and Pearson), at 95 %: sentences of one article are not
independent, so they are rather too narrow. On validation halves they are the range over draws.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from stance.corpus.collection import load_split, load_training
from stance.corpus.schema import AnnotatedArticle
from stance.learning.coverage import add_coverage, fit_floors, scored_units
from stance.learning.dataset import LABELS
from stance.model.conformal import floors_at, label_sets
from stance.model.folder import GRAPH, default_folder, read_manifest
from stance.model.inputs import InputBuilder
from stance.model.onnx_runtime import OnnxRuntime
from stance.records import Label

ROOT = Path(__file__).resolve().parent.parent
ASKED = (0.8, 0.9, 0.95)
DRAWS = 50

Scored = tuple[NDArray[np.float64], NDArray[np.int64]]
Floors = Mapping[str, Sequence[float]]


def main() -> None:
    """Fit floors, or print what they hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=default_folder())
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--seeds", type=Path, default=ROOT / "seeds")
    parser.add_argument("--json", type=Path)
    task = parser.add_mutually_exclusive_group()
    task.add_argument("--add", action="store_true")
    task.add_argument("--validation", action="store_true")
    given = parser.parse_args()
    if given.add:
        add_coverage(given.model, given.data)
        print(f"floors fitted on validation stand in {given.model}")
        return
    if given.validation:
        rows = list(compared(given.model, load_training(given.data, "validation")[0]))
    else:
        tests = {name: load_split(given.data, name) for name in ("wire_test", "wire_later")}
        tests["seeds"] = load_split(given.seeds, "test")
        rows = list(measured(given.model, tests))
    print_table(rows)
    if given.json:
        given.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def measured(
    folder: Path, tests: Mapping[str, Sequence[AnnotatedArticle]]
) -> Iterator[dict[str, Any]]:
    """What the sets of a folder's floors hold, a row a test and asked coverage."""
    floors = read_manifest(folder).floors
    score = scorer(folder)
    for name, articles in tests.items():
        scored = score(articles)
        for asked in ASKED:
            yield {"test": name, "asked": asked} | held(scored, floors, asked)


def held(scored: Scored, floors: Floors, asked: float) -> dict[str, Any]:
    """Coverage, over all units and by true label, and what the sets are like."""
    probabilities, references = scored
    least = np.array([floors_at(floors, asked)[x] for x in LABELS])
    sets = label_sets(probabilities, least)
    rows = np.arange(len(references))
    hits = sets[rows, references]
    found = binomtest(int(hits.sum()), len(hits), asked)
    low, high = found.proportion_ci()
    either = sets[:, LABELS.index(Label.SKEPTICAL)] & sets[:, LABELS.index(Label.HOPEFUL)]
    return {
        "units": len(hits),
        "coverage": float(hits.mean()),
        "low": float(low),
        "high": float(high),
        # Without the rule that the most probable label always stands in the set.
        "by_floor": float((probabilities >= least)[rows, references].mean()),
        "by_label": {
            str(x): [int(hits[references == i].sum()), int((references == i).sum())]
            for i, x in enumerate(LABELS)
        },
        "size": float(sets.sum(axis=1).mean()),
        "abstained": float(either.mean()),
    }


def compared(folder: Path, articles: Sequence[AnnotatedArticle]) -> Iterator[dict[str, Any]]:
    """Floors from half of the validation articles on the other half; sums over many draws."""
    wire = ["repo" in a.meta for a in articles]
    score = scorer(folder)
    parts = [score([a]) for a in articles]
    rng = np.random.default_rng(13)
    halves = [rng.permutation(len(parts)) < len(parts) / 2 for _ in range(DRAWS)]
    for way, fit in {"a label": fit_floors, "all labels": one_floor}.items():
        for place in (False, True):
            for asked in ASKED:
                found = []
                for fitted in halves:
                    floors = fit(*joined(p for p, f in zip(parts, fitted, strict=True) if f))
                    rest = zip(parts, wire, fitted, strict=True)
                    other = joined(p for p, w, f in rest if w == place and not f)
                    found.append(held(other, floors, asked))
                name = f"{'wire' if place else 'corpus'} validation, one floor for {way}"
                yield {"test": name, "asked": asked} | pooled(found)


def pooled(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Means over draws; the range of their coverage in place of an interval."""
    by_label = {
        label: [sum(r["by_label"][label][i] for r in rows) for i in (0, 1)] for label in LABELS
    }
    shares = [r["coverage"] for r in rows]
    names = ("coverage", "by_floor", "size", "abstained")
    return {name: float(np.mean([r[name] for r in rows])) for name in names} | {
        "units": sum(r["units"] for r in rows),
        "low": min(shares),
        "high": max(shares),
        "by_label": by_label,
    }


def one_floor(probabilities: NDArray[np.float64], references: NDArray[np.int64]) -> Floors:
    """The same floors for all labels, so that coverage holds over all units together."""
    # The true label's probability as that of one label, which every unit has.
    true = probabilities[np.arange(len(references)), references]
    columns = np.stack([true, 1 - true, np.zeros(len(true))], axis=1)
    floors = fit_floors(columns, np.zeros_like(references))[LABELS[0]]
    return {str(x): floors for x in LABELS}


def joined(parts: Iterable[Scored]) -> Scored:
    """The units of several articles together."""
    probabilities, references = zip(*parts, strict=True)
    return np.concatenate(probabilities), np.concatenate(references)


def scorer(folder: Path) -> Callable[[Sequence[AnnotatedArticle]], Scored]:
    """Scores articles with a model folder."""
    manifest = read_manifest(folder)
    builder = InputBuilder.from_folder(folder, manifest.form)
    return partial(scored_units, manifest, builder, OnnxRuntime(folder / GRAPH))


def print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the rows as Markdown."""
    print("| test | units | asked | held | by floor | set size | abstained | by true label |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        labels = ", ".join(f"{x} {n / m:.3f} of {m}" for x, (n, m) in row["by_label"].items())
        print(
            f"| {row['test']} | {row['units']} | {row['asked']} | {row['coverage']:.3f} "
            f"[{row['low']:.3f}, {row['high']:.3f}] | {row['by_floor']:.3f} | "
            f"{row['size']:.2f} | {row['abstained']:.1%} | {labels} |"
        )


if __name__ == "__main__":
    main()
