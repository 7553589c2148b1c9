"""Logits to probabilities, of the labels and of relevance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stance.records import Label


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


def label_probabilities(
    logits: NDArray[np.floating], temperature: float = 1.0
) -> NDArray[np.float64]:
    """Probabilities of the labels from a runtime's logits.

    Args:
        logits: Shape (n, outputs), labels first.
        temperature: The model's.

    Returns:
        Shape (n, labels); each row sums to 1.
    """
    return softmax(logits[:, : len(Label)], temperature)


def probabilities(
    logits: NDArray[np.floating], temperature: float, neutral: int
) -> NDArray[np.float64]:
    """All that a runtime's logits tell: of the labels, and of relevance where it is told.

    What is skeptical or hopeful bears on Chinese mediation, by definition; of what is
    neutral, the share that the model's last output tells. So the probability of relevance
    is never below that of a stance.

    Args:
        logits: Shape (n, outputs), labels first.
        temperature: The model's.
        neutral: Column of neutral.

    Returns:
        Shape (n, outputs): a column a label, whose sum is 1, and where the model tells it,
        the probability of relevance last.
    """
    found = label_probabilities(logits, temperature)
    if logits.shape[1] == len(Label):
        return found
    irrelevant = (1 + np.tanh(logits[:, -1].astype(np.float64) / 2)) / 2
    return np.column_stack([found, 1 - found[:, neutral] * irrelevant])
