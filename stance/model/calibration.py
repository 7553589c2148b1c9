"""Logits to probabilities, of the labels and of relevance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance.records import Label


@dataclass(frozen=True, slots=True)
class Temperature:
    """What divides a row's logits before the softmax.

    One number for all leaves a model surer than it should be of sentences that bear on Chinese
    mediation, and less sure of the many that do not.

    Attributes:
        relevant: For what bears on Chinese mediation.
        irrelevant: For what does not; the same if None.
    """

    relevant: float
    irrelevant: float | None = None

    def at(self, relevance: NDArray[np.float64]) -> NDArray[np.float64]:
        """The temperature at probabilities of relevance, between the two on a log scale.

        Args:
            relevance: Shape (n,).

        Returns:
            Shape (n, 1).
        """
        other = self.relevant if self.irrelevant is None else self.irrelevant
        return np.asarray(self.relevant**relevance * other ** (1 - relevance))[:, None]


def softmax(
    logits: NDArray[np.floating], temperature: float | NDArray[np.float64] = 1.0
) -> NDArray[np.float64]:
    """Probabilities at a temperature (Guo et al., ICML 2017).

    Args:
        logits: Shape (n, labels).
        temperature: Above 1 softens, below 1 sharpens; one, or shape (n, 1).

    Returns:
        Shape (n, labels); each row sums to 1.
    """
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    powers = np.exp(scaled)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def label_probabilities(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Probabilities of the labels from a runtime's logits, at temperature 1.

    Args:
        logits: Shape (n, outputs), labels first.

    Returns:
        Shape (n, labels); each row sums to 1.
    """
    return softmax(logits[:, : len(Label)])


def probabilities(
    logits: NDArray[np.floating], temperature: Temperature, neutral: int
) -> NDArray[np.float64]:
    """All that a runtime's logits tell: of the labels, and of relevance where it is told.

    What is skeptical or hopeful bears on Chinese mediation, by definition; of what is
    neutral, the share that the model's last output tells. So the probability of relevance
    is never below that of a stance. Which temperature a row has depends on its relevance as
    it is at temperature 1.

    Args:
        logits: Shape (n, outputs), labels first.
        temperature: The model's.
        neutral: Column of neutral.

    Returns:
        Shape (n, outputs): a column a label, whose sum is 1, and where the model tells it,
        the probability of relevance last.
    """
    if logits.shape[1] == len(Label):
        return softmax(logits, temperature.relevant)
    irrelevant = (1 + np.tanh(logits[:, -1].astype(np.float64) / 2)) / 2
    raw = 1 - label_probabilities(logits)[:, neutral] * irrelevant
    found = softmax(logits[:, : len(Label)], temperature.at(raw))
    return np.column_stack([found, 1 - found[:, neutral] * irrelevant])
