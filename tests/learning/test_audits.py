from __future__ import annotations

from pathlib import Path

import pytest

from stance.corpus.collection import load_split
from stance.corpus.schema import article_from_json
from stance.learning.audits import audit_origin, audit_templates
from tests.conftest import article_row


def test_origin_is_told_by_words_only_one_side_uses() -> None:
    lines = [("The envoy spoke at length on Monday.", "neutral"), ("Talks go on.", "neutral")]
    other = [("Markets fell by a tenth on Friday.", "neutral"), ("Banks shut early.", "neutral")]
    left = [article_from_json(article_row(n, "train", lines)) for n in range(10)]
    right = [article_from_json(article_row(n, "train", other)) for n in range(10)]
    apart = audit_origin(left, right)
    assert apart.roc_auc == pytest.approx(1)
    assert "talks" in apart.original
    assert "markets" in apart.real
    assert audit_origin(left, left).roc_auc == pytest.approx(0.5)


def test_templates_show_as_a_high_figure(data: Path) -> None:
    found = audit_templates(load_split(data, "train"), load_split(data, "test"))
    assert found.value > 0.9
