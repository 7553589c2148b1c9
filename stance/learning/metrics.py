"""Metrics as `evaluate` modules, defined here so that nothing is fetched at run time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import datasets
import evaluate
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, matthews_corrcoef

from stance.learning.dataset import LABELS

_CITATION = "Pedregosa et al., Scikit-learn: Machine Learning in Python, JMLR 2011"


def _info(description: str, features: datasets.Features) -> evaluate.MetricInfo:
    return evaluate.MetricInfo(
        description=description, citation=_CITATION, inputs_description="", features=features
    )


_INDICES = datasets.Features(
    {"predictions": datasets.Value("int64"), "references": datasets.Value("int64")}
)


class MacroF1(evaluate.Metric):  # type: ignore[misc]  # evaluate has no types
    """Mean of the three labels' F1; a label that neither occurs nor is given counts 0."""

    def _info(self) -> evaluate.MetricInfo:
        return _info("Macro-averaged F1 over the stance labels", _INDICES)

    def _compute(self, predictions: Sequence[int], references: Sequence[int]) -> dict[str, float]:
        value = f1_score(
            references, predictions, labels=range(len(LABELS)), average="macro", zero_division=0
        )
        return {"macro_f1": float(value)}


class Matthews(evaluate.Metric):  # type: ignore[misc]  # evaluate has no types
    """Matthews correlation coefficient over three labels."""

    def _info(self) -> evaluate.MetricInfo:
        return _info("Matthews correlation coefficient", _INDICES)

    def _compute(self, predictions: Sequence[int], references: Sequence[int]) -> dict[str, float]:
        return {"matthews": float(matthews_corrcoef(references, predictions))}


class CalibrationError(evaluate.Metric):  # type: ignore[misc]  # evaluate has no types
    """Expected calibration error of the top label over 15 equal bins (Guo et al., 2017)."""

    def _info(self) -> evaluate.MetricInfo:
        return _info(
            "Expected calibration error",
            datasets.Features(
                {
                    "predictions": datasets.Sequence(datasets.Value("float64")),
                    "references": datasets.Value("int64"),
                }
            ),
        )

    def _compute(
        self, predictions: Sequence[Sequence[float]], references: Sequence[int]
    ) -> dict[str, Any]:
        sums = calibration_bins(np.asarray(predictions), np.asarray(references)).sum(axis=0)
        return {"ece": float(np.abs(sums[:, 1] - sums[:, 2]).sum() / sums[:, 0].sum())}


def calibration_bins(
    probabilities: NDArray[np.floating], references: NDArray[np.integer], bins: int = 15
) -> NDArray[np.float64]:
    """What each unit adds to each confidence bin.

    Args:
        probabilities: Shape (n, labels).
        references: Shape (n,), the true label's index.
        bins: Number of equal bins over [0, 1].

    Returns:
        Shape (n, bins, 3): count, confidence and correctness; zero outside the
        unit's own bin.
    """
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == references
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    out = np.zeros((len(references), bins, 3))
    out[np.arange(len(references)), place] = np.stack(
        [np.ones_like(confidence), confidence, correct], axis=1
    )
    return out
