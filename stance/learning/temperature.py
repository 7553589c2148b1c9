"""Fitting the temperature on validation logits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from stance.model.calibration import softmax


def fit_temperature(logits: NDArray[np.floating], references: NDArray[np.integer]) -> float:
    """The temperature with the least negative log-likelihood (Guo et al., ICML 2017).

    Args:
        logits: Shape (n, labels), from units that were not trained on.
        references: Shape (n,), the true label's index.

    Returns:
        A temperature between 0.2 and 10.
    """
    labels = range(logits.shape[1])
    found = minimize_scalar(
        lambda t: log_loss(references, softmax(logits, float(t)), labels=labels),
        bounds=(0.2, 10.0),
        method="bounded",
    )
    return float(found.x)
