"""Fitting the temperature on validation logits."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.metrics import log_loss

from stance.model.calibration import Temperature, probabilities
from stance.records import Label

LEAST, MOST = 0.2, 10.0


def fit_temperature(
    logits: NDArray[np.floating], references: NDArray[np.integer], neutral: int
) -> Temperature:
    """The temperature with the least negative log-likelihood (Guo et al., ICML 2017).

    Args:
        logits: Shape (n, outputs), labels first, from units that were not trained on.
        references: Shape (n,), the true label's index.
        neutral: Column of neutral.

    Returns:
        Temperatures between 0.2 and 10; one for all where the logits do not tell relevance.
    """
    count = 1 if logits.shape[1] == len(Label) else 2

    def loss(logs: NDArray[np.float64]) -> float:
        found = probabilities(logits, Temperature(*np.exp(logs)), neutral)
        return float(log_loss(references, found[:, : len(Label)], labels=range(len(Label))))

    best = minimize(
        loss,
        np.zeros(count),
        method="Nelder-Mead",
        bounds=[(math.log(LEAST), math.log(MOST))] * count,
    )
    return Temperature(*(float(x) for x in np.exp(best.x)))
