from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.model.calibration import Temperature, label_probabilities, probabilities, softmax


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
    assert label_probabilities(logits) == pytest.approx(softmax(logits[:, :3]))


def test_relevance_is_never_below_the_probability_of_a_stance() -> None:
    logits = np.array([[0.0, 1.0, 2.0, x] for x in (-1000.0, 0.0, 1000.0)])
    found = probabilities(logits, Temperature(1.0), 1)
    neutral = found[0, 1]
    assert found[:, 3] == pytest.approx([1.0, 1 - neutral / 2, 1 - neutral])
    assert probabilities(logits[:, :3], Temperature(1.0), 1) == pytest.approx(found[:, :3])


def test_what_is_relevant_has_a_temperature_of_its_own() -> None:
    # Surely a stance, surely irrelevant, and neutral with even odds.
    logits = np.array([[30.0, 0.0, 0.0, 0.0], [0.0, 30.0, 0.0, 30.0], [0.0, 30.0, 0.0, 0.0]])
    found = probabilities(logits, Temperature(4.0, 1.0), 1)[:, :3]
    expected = (softmax(logits[i : i + 1, :3], t) for i, t in enumerate((4.0, 1.0, 2.0)))
    assert found == pytest.approx(np.concatenate(list(expected)))


@given(st.lists(st.tuples(*[st.floats(-30, 30)] * 4), min_size=1))
def test_no_temperature_moves_a_label(rows: list[tuple[float, ...]]) -> None:
    logits = np.array(rows)
    found = probabilities(logits, Temperature(3.0, 0.5), 1)
    best = np.take_along_axis(found, logits[:, :3].argmax(axis=1)[:, None], axis=1)[:, 0]
    assert best == pytest.approx(found[:, :3].max(axis=1))
