from __future__ import annotations

import numpy as np
import pytest

from stance.model.calibration import label_probabilities, probabilities, softmax


def test_rows_sum_to_one_and_keep_their_order() -> None:
    rows = softmax(np.array([[1.0, 2.0, 3.0], [1000.0, 0.0, -1000.0]]), 2.0)
    assert rows.sum(axis=1) == pytest.approx([1, 1])
    assert list(rows.argmax(axis=1)) == [2, 0]


def test_temperature_softens() -> None:
    logits = np.array([[0.0, 0.0, 4.0]])
    assert softmax(logits, 4.0).max() < softmax(logits).max()
    assert softmax(logits, 1.0)[0, 2] == pytest.approx(np.exp(4) / (np.exp(4) + 2))


def test_a_last_output_is_no_label() -> None:
    logits = np.array([[0.0, 1.0, 2.0, 9.0]])
    assert label_probabilities(logits, 2.0) == pytest.approx(softmax(logits[:, :3], 2.0))


def test_relevance_is_never_below_the_probability_of_a_stance() -> None:
    logits = np.array([[0.0, 1.0, 2.0, x] for x in (-1000.0, 0.0, 1000.0)])
    found = probabilities(logits, 1.0, 1)
    neutral = found[0, 1]
    assert found[:, 3] == pytest.approx([1.0, 1 - neutral / 2, 1 - neutral])
    assert probabilities(logits[:, :3], 1.0, 1) == pytest.approx(found[:, :3])
