"""Figures over labelled units, with bootstrap intervals that resample articles.

Sentences of one article are not independent, so whole articles are drawn with
replacement (cluster bootstrap; Cameron, Gelbach and Miller, 2008). The interval of the
calibration error lies high: it sums absolute gaps, and each draw adds noise to every one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance.learning.dataset import LABELS
from stance.learning.metrics import calibration_bins

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval.

    Attributes:
        value: The figure over all units.
        low: 2.5th percentile over the resamples.
        high: 97.5th percentile.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """The figure and its interval, to three places."""
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a classifier gave on labelled units.

    Attributes:
        probabilities: Shape (n, labels).
        references: Shape (n,), the true label's index.
        articles: Shape (n,), the article of each unit, as an index from 0.
    """

    probabilities: Array
    references: NDArray[np.int64]
    articles: NDArray[np.int64]

    @property
    def confusion(self) -> Array:
        """Counts by true label (rows) and given label (columns)."""
        return np.asarray(self._by_article().sum(axis=0))

    def _by_article(self) -> Array:
        """Shape (articles, labels, labels)."""
        out = np.zeros((int(self.articles.max()) + 1, len(LABELS), len(LABELS)))
        np.add.at(out, (self.articles, self.references, self.probabilities.argmax(axis=1)), 1)
        return out

    def _bins_by_article(self) -> Array:
        units = calibration_bins(self.probabilities, self.references)
        out = np.zeros((int(self.articles.max()) + 1, *units.shape[1:]))
        np.add.at(out, self.articles, units)
        return out


def macro_f1(confusion: Array) -> Array:
    """Macro-F1 of confusion matrices; shape (..., labels, labels) to (...)."""
    return np.asarray(f1(confusion).mean(axis=-1))


def precision(confusion: Array) -> Array:
    """Precision a label; 0 where a label was never given."""
    return _ratio(_hits(confusion), confusion.sum(axis=-2))


def recall(confusion: Array) -> Array:
    """Recall a label; 0 where a label never occurs."""
    return _ratio(_hits(confusion), confusion.sum(axis=-1))


def f1(confusion: Array) -> Array:
    """F1 a label; 0 where a label neither occurs nor is given."""
    return _ratio(2 * _hits(confusion), confusion.sum(axis=-1) + confusion.sum(axis=-2))


def accuracy(confusion: Array) -> Array:
    """Share of units with the right label."""
    return _ratio(_hits(confusion).sum(axis=-1), confusion.sum(axis=(-2, -1)))


def matthews(confusion: Array) -> Array:
    """Matthews correlation over several labels (Gorodkin, 2004)."""
    total = confusion.sum(axis=(-2, -1))
    true, given = confusion.sum(axis=-1), confusion.sum(axis=-2)
    top = _hits(confusion).sum(axis=-1) * total - (true * given).sum(axis=-1)
    bottom = (total**2 - (true**2).sum(axis=-1)) * (total**2 - (given**2).sum(axis=-1))
    return _ratio(top, np.sqrt(bottom))


def calibration_error(bins: Array) -> Array:
    """Expected calibration error from bin sums; shape (..., bins, 3) to (...)."""
    gap = np.abs(bins[..., 1] - bins[..., 2]).sum(axis=-1)
    return _ratio(gap, bins[..., 0].sum(axis=-1))


def draws(articles: int, resamples: int, seed: int) -> Array:
    """How often each article is drawn in each resample; shape (resamples, articles)."""
    rng = np.random.default_rng(seed)
    odds = np.full(articles, 1 / articles)
    return np.asarray(rng.multinomial(articles, odds, size=resamples), dtype=np.float64)


def figures(outcome: Outcome, resamples: int = 2000, seed: int = 0) -> dict[str, Figure]:
    """All figures of one classifier.

    Args:
        outcome: What it gave.
        resamples: Bootstrap resamples.
        seed: Seeds the draws; the same seed draws the same articles.

    Returns:
        `macro_f1`, `accuracy`, `matthews`, `ece`, and `precision_x`, `recall_x`,
        `f1_x` for each label x.
    """
    confusions = outcome._by_article()  # noqa: SLF001
    weights = draws(len(confusions), resamples, seed)
    out = {}
    for name, function in (
        ("macro_f1", macro_f1),
        ("accuracy", accuracy),
        ("matthews", matthews),
    ):
        out[name] = _figure(function, confusions, weights)
    for name, function in (("precision", precision), ("recall", recall), ("f1", f1)):
        for i, label in enumerate(LABELS):
            pick = _at(function, i)
            out[f"{name}_{label}"] = _figure(pick, confusions, weights)
    out["ece"] = _figure(calibration_error, outcome._bins_by_article(), weights)  # noqa: SLF001
    return out


def confusion_figures(
    outcome: Outcome, resamples: int = 2000, seed: int = 0
) -> tuple[tuple[Figure, ...], ...]:
    """The confusion matrix, a figure a cell.

    Args:
        outcome: What a classifier gave.
        resamples: Bootstrap resamples.
        seed: Seeds the draws.

    Returns:
        Counts by true label (rows) and given label (columns).
    """
    sums = outcome._by_article()  # noqa: SLF001
    drawn = _resampled(draws(len(sums), resamples, seed), sums)
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    total = outcome.confusion
    size = range(len(LABELS))
    return tuple(tuple(Figure(total[i, j], low[i, j], high[i, j]) for j in size) for i in size)


def margin(first: Outcome, second: Outcome, resamples: int = 2000, seed: int = 0) -> Figure:
    """Macro-F1 of the first less that of the second, on the same draws of articles."""
    a, b = first._by_article(), second._by_article()  # noqa: SLF001
    weights = draws(len(a), resamples, seed)
    spread = macro_f1(_resampled(weights, a)) - macro_f1(_resampled(weights, b))
    low, high = np.percentile(spread, [2.5, 97.5])
    value = float(macro_f1(a.sum(axis=0)) - macro_f1(b.sum(axis=0)))
    return Figure(value, float(low), float(high))


def _at(function: Callable[[Array], Array], index: int) -> Callable[[Array], Array]:
    return lambda confusion: function(confusion)[..., index]


def _figure(function: Callable[[Array], Array], sums: Array, weights: Array) -> Figure:
    low, high = np.percentile(function(_resampled(weights, sums)), [2.5, 97.5])
    return Figure(float(function(sums.sum(axis=0))), float(low), float(high))


def _resampled(weights: Array, sums: Array) -> Array:
    return np.asarray(np.tensordot(weights, sums, axes=1))


def _hits(confusion: Array) -> Array:
    return np.asarray(np.diagonal(confusion, axis1=-2, axis2=-1))


def _ratio(top: Array, bottom: Array) -> Array:
    out = np.zeros(np.shape(top))
    return np.asarray(np.divide(top, bottom, out=out, where=np.asarray(bottom) > 0))
