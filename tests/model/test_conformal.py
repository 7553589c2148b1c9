from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stance.errors import InputError
from stance.model.conformal import LEVELS, floors_at, label_sets

FLOORS = {"skeptical": tuple(range(50)), "neutral": tuple(range(50, 100))}


@pytest.mark.parametrize(
    ("coverage", "place"), [(0.5, 0), (0.57, 7), (0.9, 40), (0.901, 41), (0.99, 49), (1 - 0.1, 40)]
)
def test_a_coverage_between_two_levels_takes_the_higher(coverage: float, place: int) -> None:
    assert floors_at(FLOORS, coverage) == {"skeptical": place, "neutral": 50 + place}


def test_every_level_finds_its_own_floor() -> None:
    assert [floors_at(FLOORS, level)["skeptical"] for level in LEVELS] == list(range(50))


@pytest.mark.parametrize("coverage", [0.49, 0.995, 1, 0, -1, 90, float("nan"), "0.9"])
def test_a_coverage_out_of_bounds_is_refused(coverage: Any) -> None:
    with pytest.raises(InputError, match=r"expected a share from 0\.50 to 0\.99"):
        floors_at(FLOORS, coverage)


def test_a_label_joins_at_its_floor_and_the_most_probable_always() -> None:
    odds = np.array([[0.2, 0.5, 0.3], [0.1, 0.8, 0.1], [0.3, 0.4, 0.3]])
    sets = label_sets(odds, np.array([0.2, 0.9, 0.31]))
    assert sets.tolist() == [[True, True, False], [False, True, False], [True, True, False]]
    assert label_sets(odds[0], np.zeros(3)).all()
