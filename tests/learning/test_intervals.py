from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from stance.learning.intervals import (
    Outcome,
    accuracy,
    f1,
    figures,
    macro_f1,
    margin,
    matthews,
    precision,
    recall,
)
from stance.learning.metrics import CalibrationError, MacroF1, Matthews


def outcome(seed: int, right: float = 0.7, n: int = 300) -> Outcome:
    rng = np.random.default_rng(seed)
    references = rng.integers(0, 3, n)
    given = np.where(rng.random(n) < right, references, rng.integers(0, 3, n))
    odds = rng.random((n, 3)) * 0.2
    odds[np.arange(n), given] += 1
    return Outcome(odds / odds.sum(1, keepdims=True), references, np.arange(n) // 10)


def test_figures_are_scikit_learns() -> None:
    one = outcome(1)
    given, true = one.probabilities.argmax(1), one.references
    confusion = one.confusion
    assert macro_f1(confusion) == pytest.approx(metrics.f1_score(true, given, average="macro"))
    assert f1(confusion) == pytest.approx(metrics.f1_score(true, given, average=None))
    assert precision(confusion) == pytest.approx(metrics.precision_score(true, given, average=None))
    assert recall(confusion) == pytest.approx(metrics.recall_score(true, given, average=None))
    assert accuracy(confusion) == pytest.approx(metrics.accuracy_score(true, given))
    assert matthews(confusion) == pytest.approx(metrics.matthews_corrcoef(true, given))


def test_evaluate_modules_give_the_same() -> None:
    one = outcome(2)
    given = one.probabilities.argmax(1)
    found = figures(one, resamples=50)
    arguments = {"predictions": given, "references": one.references}
    assert MacroF1().compute(**arguments)["macro_f1"] == pytest.approx(found["macro_f1"].value)
    assert Matthews().compute(**arguments)["matthews"] == pytest.approx(found["matthews"].value)
    ece = CalibrationError().compute(predictions=one.probabilities, references=one.references)
    assert ece["ece"] == pytest.approx(found["ece"].value)


def test_calibration_error_of_a_known_case() -> None:
    odds = np.array([[0.9, 0.1, 0.0]] * 10)
    true = np.array([0] * 6 + [1] * 4)
    found = figures(Outcome(odds, true, np.arange(10)), resamples=20)
    assert found["ece"].value == pytest.approx(0.3)


def test_intervals_hold_the_figure_and_narrow_with_more_articles() -> None:
    few, many = figures(outcome(3, n=100)), figures(outcome(3, n=3000))
    for found in (few, many):
        assert found["macro_f1"].low <= found["macro_f1"].value <= found["macro_f1"].high
    width = [f["macro_f1"].high - f["macro_f1"].low for f in (few, many)]
    assert width[1] < width[0] / 3


def test_articles_are_resampled_whole() -> None:
    """Units that are copies of one another add nothing: the interval stays wide."""
    one = outcome(4, n=60)
    repeated = Outcome(
        np.repeat(one.probabilities, 20, axis=0),
        np.repeat(one.references, 20),
        np.repeat(one.articles, 20),
    )
    first, second = (figures(o)["accuracy"] for o in (one, repeated))
    assert (first.low, first.high) == pytest.approx((second.low, second.high))


def test_margin_is_paired() -> None:
    good, bad = outcome(5, right=0.9), outcome(5, right=0.2)
    assert margin(good, bad).low > 0
    same = margin(good, good)
    assert (same.value, same.low, same.high) == (0, 0, 0)
