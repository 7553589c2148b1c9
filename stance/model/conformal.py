"""Sets of labels that hold the true one as often as was asked.

Split conformal classification with one threshold a label (Sadinle, Lei and Wasserman,
"Least ambiguous set-valued classifiers with bounded error levels", JASA 2019): a label
joins the set where its probability reaches the label's floor. The floors come from
validation units (`learning/coverage.py`), so within each true label at least the asked
share of sets holds it, whatever the shares of the labels are in the text at hand. The
promise is for text like the validation units.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.errors import InputError

LEVELS = tuple(percent / 100 for percent in range(50, 100))
"""The coverages that floors are kept for: 0.50 to 0.99 in steps of 0.01."""


def floors_at(floors: Mapping[str, Sequence[float]], coverage: float) -> dict[str, float]:
    """The least probability at which each label joins the set.

    Args:
        floors: For every label, its floor at each of `LEVELS`.
        coverage: Asked share of sets that hold the true label; between two
            levels the higher one counts.

    Raises:
        InputError: The coverage is no number, below the first level or above the last.
    """
    given: Any = coverage
    if not isinstance(given, Real) or not LEVELS[0] <= coverage <= LEVELS[-1]:
        raise InputError(
            f"coverage {coverage!r}: expected a share from {LEVELS[0]:.2f} to {LEVELS[-1]:.2f}, "
            "such as 0.9"
        )
    # 0.57 * 100 is a hair above 57.
    place = math.ceil(round(100 * coverage, 6)) - round(100 * LEVELS[0])
    return {label: values[place] for label, values in floors.items()}


def label_sets(
    probabilities: NDArray[np.float64], floors: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which labels stand in the set.

    The most probable label always does: no set is empty, and none loses the true label by it.

    Args:
        probabilities: Shape (..., labels).
        floors: Shape (labels,), in the same order.

    Returns:
        The shape of `probabilities`.
    """
    most = probabilities.max(axis=-1, keepdims=True)
    return np.asarray((probabilities >= floors) | (probabilities == most))
