from __future__ import annotations

import numpy as np
import pytest

from stance.model.calibration import softmax


def test_rows_sum_to_one_and_keep_their_order() -> None:
    rows = softmax(np.array([[1.0, 2.0, 3.0], [1000.0, 0.0, -1000.0]]), 2.0)
    assert rows.sum(axis=1) == pytest.approx([1, 1])
    assert list(rows.argmax(axis=1)) == [2, 0]


def test_temperature_softens() -> None:
    logits = np.array([[0.0, 0.0, 4.0]])
    assert softmax(logits, 4.0).max() < softmax(logits).max()
    assert softmax(logits, 1.0)[0, 2] == pytest.approx(np.exp(4) / (np.exp(4) + 2))
