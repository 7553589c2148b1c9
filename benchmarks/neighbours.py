"""Whether a stance keeps its label amid other news: judgements moved between validation articles.

    python benchmarks/neighbours.py
    python benchmarks/neighbours.py --model DIR --json FILE

Stances of original articles that the model calls right where each stands by itself are put, one at
a time, into articles that hold none. What is kept says how far it goes by the sentence and not by
what stands around it. A sentence may lose its sense elsewhere, so not all can be kept.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from stance.corpus.collection import load_training
from stance.corpus.schema import AnnotatedArticle
from stance.learning.dataset import LABELS
from stance.learning.evaluation import score_units
from stance.learning.splicing import holds_no_stance, with_version
from stance.model.folder import GRAPH, default_folder, read_manifest
from stance.model.inputs import InputBuilder
from stance.model.onnx_runtime import OnnxRuntime
from stance.records import Label

ROOT = Path(__file__).resolve().parent.parent
NEUTRAL = LABELS.index(Label.NEUTRAL)


def main() -> None:
    """Move every stance once into real news and once into originals, and print what is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=default_folder())
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = kept(given.model, load_training(given.data, "validation")[0])
    for name, row in rows.items():
        low, high = row["interval"]
        print(
            f"amid {name}: {row['stances']} stances, kept {row['kept']:.3f} "
            f"[{low:.3f}, {high:.3f}], called neutral {row['neutral']:.3f}"
        )
    if given.json:
        found = {"model": read_manifest(given.model).name, "amid": rows}
        given.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def kept(folder: Path, articles: Sequence[AnnotatedArticle]) -> dict[str, dict[str, Any]]:
    """Shares of stances that keep their label amid real and amid original news.

    Returns:
        For each: how many stances were moved, the share kept, its exact 95 % interval, and
        the share called neutral.
    """
    stances = [a for a in by_themselves(articles) if a.units[0].label is not Label.NEUTRAL]
    given = given_labels(folder, stances, range(len(stances)))
    moved = [a for a, x in zip(stances, given, strict=True) if a.units[0].label is LABELS[x]]
    true = np.array([LABELS.index(a.units[0].label) for a in moved])
    hosts = [a for a in articles if holds_no_stance(a)]
    found = {}
    for name, real in (("real news", True), ("originals", False)):
        amid, rows = moved_into([a for a in hosts if a.is_real is real], moved)
        given = given_labels(folder, amid, rows)
        hits = int((given == true).sum())
        span = binomtest(hits, len(true)).proportion_ci(method="exact")
        found[name] = {
            "stances": len(true),
            "kept": round(hits / len(true), 4),
            "interval": [round(float(x), 4) for x in (span.low, span.high)],
            "neutral": round(float((given == NEUTRAL).mean()), 4),
        }
    return found


def moved_into(
    hosts: Sequence[AnnotatedArticle], stances: Sequence[AnnotatedArticle]
) -> tuple[list[AnnotatedArticle], list[int]]:
    """A host, drawn anew, around each stance, and which unit of all is the stance."""
    draw = np.random.default_rng(0)
    amid, rows, units = [], [], 0
    for stance in stances:
        host = hosts[int(draw.integers(len(hosts)))]
        place = int(draw.integers(len(host.units)))
        amid.append(with_version(host, stance, place))
        rows.append(units + place + 1)
        units += len(amid[-1].units)
    return amid, rows


def by_themselves(articles: Iterable[AnnotatedArticle]) -> list[AnnotatedArticle]:
    """Every unit of the originals as an article of its own, without a headline."""
    return [
        replace(
            a,
            id=f"{a.id}:{u.start}",
            text=a.text[u.start : u.end],
            headline=None,
            units=(replace(u, start=0, end=u.end - u.start),),
        )
        for a in articles
        if not a.is_real
        for u in a.units
    ]


def given_labels(
    folder: Path, articles: Sequence[AnnotatedArticle], rows: Iterable[int]
) -> NDArray[np.int64]:
    """What the model in a folder calls some of the units of articles, counted through."""
    manifest = read_manifest(folder)
    builder = InputBuilder.from_folder(folder, manifest.form)
    odds = score_units(manifest, builder, OnnxRuntime(folder / GRAPH), articles)
    return np.asarray(odds[list(rows)].argmax(axis=1))


if __name__ == "__main__":
    main()
