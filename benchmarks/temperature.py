"""One temperature or two: how far probabilities keep their word, on halves of validation.

    python benchmarks/temperature.py
    python benchmarks/temperature.py --add --model DIR

Each draw fits both on a random half of the validation articles and measures on the other. `--add`
fits the model's temperatures, and the floors of its label sets with them, on all of validation, and
seals the folder; its recorded figures are dropped, being of other probabilities.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import log_loss

from stance.corpus.collection import load_training
from stance.corpus.schema import AnnotatedArticle
from stance.learning.card import write_card
from stance.learning.coverage import add_coverage
from stance.learning.dataset import LABELS, labelled_passages
from stance.learning.metrics import CalibrationError
from stance.learning.temperature import fit_temperature
from stance.model.calibration import Temperature, probabilities
from stance.model.folder import GRAPH, default_folder, read_manifest, seal
from stance.model.inputs import InputBuilder
from stance.model.onnx_runtime import OnnxRuntime
from stance.records import Label

ROOT = Path(__file__).resolve().parent.parent
NEUTRAL = LABELS.index(Label.NEUTRAL)
DRAWS = 20


@dataclass(frozen=True, slots=True)
class Units:
    """A graph's logits at units, labels first in the order of `LABELS`, and what is true."""

    logits: NDArray[np.float32]
    labels: NDArray[np.int64]
    relevant: NDArray[np.bool_]
    articles: NDArray[np.int64]

    def of(self, chosen: NDArray[np.bool_]) -> Units:
        """Some of the units."""
        return Units(
            self.logits[chosen], self.labels[chosen], self.relevant[chosen], self.articles[chosen]
        )


def main() -> None:
    """Compare, or fit a folder's temperatures anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=default_folder())
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--add", action="store_true")
    given = parser.parse_args()
    units = units_of(given.model, load_training(given.data, "validation")[0])
    if given.add:
        manifest = read_manifest(given.model)
        found = fit_temperature(units.logits, units.labels, NEUTRAL)
        manifest = replace(manifest, temperature=found)
        write_card(given.model, manifest, {})
        seal(given.model, manifest)
        add_coverage(given.model, given.data)
        print(f"{given.model}: {found}; record its figures again")
        return
    for name, rows in compared(units).items():
        cells = (f"{x.mean():.3f} ({x.min():.3f} to {x.max():.3f})" for x in rows.T)
        print("|", " | ".join((name, *cells)), "|")


def units_of(folder: Path, articles: Sequence[AnnotatedArticle]) -> Units:
    """Logits of a folder's graph at the annotated units of articles, a row a window."""
    manifest = read_manifest(folder)
    rows = list(labelled_passages(articles, InputBuilder.from_folder(folder, manifest.form)))
    marks = [(r.article, i) for r in rows for i in r.units]
    logits = OnnxRuntime(folder / GRAPH).logits([r.passage for r in rows])
    columns = [manifest.labels.index(x) for x in LABELS]
    found = [(a, articles[a].units[i]) for a, i in marks if i is not None]
    return Units(
        logits[[i is not None for _, i in marks]][
            :, [*columns, *range(len(LABELS), logits.shape[1])]
        ],
        np.array([LABELS.index(u.label) for _, u in found]),
        np.array([bool(u.relevant) for _, u in found]),
        np.array([a for a, _ in found]),
    )


def compared(units: Units) -> dict[str, NDArray[np.float64]]:
    """For one temperature and for two: log-likelihood lost, calibration error, that of relevant.

    Returns:
        Shape (draws, 3) each.
    """
    draw = np.random.default_rng(0)
    rows: dict[str, list[list[float]]] = {"one": [], "two": []}
    for _ in range(DRAWS):
        half = (draw.random(units.articles.max() + 1) < 0.5)[units.articles]
        fitted, new = units.of(half), units.of(~half)
        one = fit_temperature(fitted.logits[:, : len(LABELS)], fitted.labels, NEUTRAL)
        two = fit_temperature(fitted.logits, fitted.labels, NEUTRAL)
        rows["one"].append(measured(new, one))
        rows["two"].append(measured(new, two))
    return {name: np.array(found) for name, found in rows.items()}


def measured(units: Units, temperature: Temperature) -> list[float]:
    """Log loss, calibration error, and calibration error of what is relevant."""
    odds = probabilities(units.logits, temperature, NEUTRAL)[:, : len(LABELS)]
    only = units.relevant
    return [
        float(log_loss(units.labels, odds, labels=range(len(LABELS)))),
        error(odds, units.labels),
        error(odds[only], units.labels[only]),
    ]


def error(odds: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Expected calibration error."""
    return float(CalibrationError().compute(predictions=odds, references=labels)["ece"])


if __name__ == "__main__":
    main()
