from __future__ import annotations

import pytest

from stance.corpus.annotators import annotator_scores, hard_units
from stance.corpus.schema import Unit, Vote
from stance.records import Kind, Label

NAMES = {"s": Label.SKEPTICAL, "n": Label.NEUTRAL, "h": Label.HOPEFUL}


def unit(votes: str, confidence: int = 2) -> Unit:
    cast = tuple(
        Vote(NAMES[v], annotator=f"a{i}", confidence=confidence) for i, v in enumerate(votes)
    )
    fields = {"relevant": True, "mixed": False, "holder": "none", "confidence": 1}
    return Unit(0, 1, Kind.BODY, cast[0].label, votes=cast, **fields)  # type: ignore[arg-type]


def test_an_annotator_is_scored_against_the_others() -> None:
    units = [unit("sss"), unit("nnn"), unit("hhh"), unit("nss")]
    scores = {s.annotator: s for s in annotator_scores(units)}
    # a0 says neutral once where the others say skeptical: F1 2/3, 2/3 and 1.
    assert scores["a0"].macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    # On the last unit the others of a1 and of a2 do not agree.
    assert (scores["a1"].units, scores["a1"].macro_f1) == (3, 1)


def test_hard_units() -> None:
    assert hard_units([unit("snh"), unit("sss", confidence=1), unit("ssn")]) == [
        unit("snh"),
        unit("sss", confidence=1),
    ]
