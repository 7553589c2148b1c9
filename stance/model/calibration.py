"""Logits to probabilities, at a temperature."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def softmax(logits: NDArray[np.floating], temperature: float = 1.0) -> NDArray[np.float64]:
    """Probabilities at a temperature (Guo et al., ICML 2017).

    Args:
        logits: Shape (n, labels).
        temperature: Above 1 softens, below 1 sharpens.

    Returns:
        Shape (n, labels); each row sums to 1.
    """
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    powers = np.exp(scaled)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
