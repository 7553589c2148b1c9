from __future__ import annotations

import math

import pytest

from stance.corpus.agreement import alpha_of_label, krippendorff_alpha


def test_published_example() -> None:
    # Krippendorff 2011, section C: four observers, twelve units, missing values; 0.743.
    a = "1 2 3 3 2 1 4 1 2 . . ."
    b = "1 2 3 3 2 2 4 1 2 5 . 3"
    c = ". 3 3 3 2 3 4 2 2 5 1 ."
    d = "1 2 3 3 2 4 4 1 2 5 1 ."
    rows = zip(a.split(), b.split(), c.split(), d.split(), strict=True)
    units = [[v for v in row if v != "."] for row in rows]
    assert krippendorff_alpha(units) == pytest.approx(0.743, abs=0.0005)


def test_bounds() -> None:
    assert krippendorff_alpha([["a", "a"], ["b", "b"]]) == 1
    assert krippendorff_alpha([["a", "a"]]) == 1
    assert krippendorff_alpha([["a", "b"], ["b", "a"]]) < 0
    assert math.isnan(krippendorff_alpha([["a"], []]))


def test_one_label_against_the_others() -> None:
    units = [["a", "a"], ["b", "c"], ["c", "b"]]
    assert alpha_of_label(units, "a") == 1
    assert alpha_of_label(units, "b") < 0
