"""The errors that a model is surest of, in texts that may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance.corpus.schema import AnnotatedArticle
from stance.learning.dataset import LABELS
from stance.records import Label


@dataclass(frozen=True, slots=True)
class Mistake:
    """One unit that a model calls what it is not.

    Attributes:
        article: Id of the article.
        text: The unit.
        label: Its label.
        given: What the model says.
        probability: Of what the model says.
    """

    article: str
    text: str
    label: Label
    given: Label
    probability: float


def surest_mistakes(
    articles: Sequence[AnnotatedArticle], probabilities: NDArray[np.float64], most: int = 2
) -> tuple[Mistake, ...]:
    """The errors that a model is surest of, for every label that it takes for another.

    Args:
        articles: The articles scored; only units of originals are shown, since real
            news belongs to its publishers.
        probabilities: Shape (units, labels), columns in the order of `LABELS`.
        most: Errors a pair of true and given label.

    Returns:
        Errors by true label, then given label, the surest first.
    """
    units = [(article, unit) for article in articles for unit in article.units]
    given = probabilities.argmax(axis=1)
    found = [
        Mistake(article.id, article.text[unit.start : unit.end], unit.label, LABELS[g], float(p))
        for (article, unit), g, p in zip(units, given, probabilities.max(axis=1), strict=True)
        if LABELS[g] != unit.label and article.is_original
    ]
    found.sort(key=lambda m: (LABELS.index(m.label), LABELS.index(m.given), -m.probability))
    pairs = [(m.label, m.given) for m in found]
    return tuple(m for i, m in enumerate(found) if pairs[:i].count(pairs[i]) < most)
