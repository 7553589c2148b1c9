from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from stance.corpus.schema import AnnotatedArticle, Unit, article_from_json
from stance.errors import CorpusError, MissingExtraError
from stance.learning.suspects import label_suspects
from stance.records import Label
from tests.conftest import tiny_articles


def articles() -> list[AnnotatedArticle]:
    return [article_from_json(row) for row in tiny_articles("train", 20)]


def with_label(article: AnnotatedArticle, unit: int, label: Label) -> AnnotatedArticle:
    units: list[Unit] = list(article.units)
    units[unit] = replace(units[unit], label=label)
    return replace(article, units=tuple(units))


def test_a_planted_error_is_found_first() -> None:
    clean = articles()
    clean[7] = with_label(clean[7], 2, Label.HOPEFUL)
    first, *_ = label_suspects(clean)
    assert (first.article, first.unit) == (clean[7].id, 2)
    assert (first.label, first.expected) == (Label.HOPEFUL, Label.SKEPTICAL)
    assert first.quality < 0.5
    assert first.to_dict()["expected"] == "skeptical"


def test_clean_labels_raise_no_suspicion() -> None:
    assert label_suspects(articles()) == []


def test_too_few_articles() -> None:
    with pytest.raises(CorpusError, match="3 articles with 3 labels: expected at least 5"):
        label_suspects(articles()[:3])


def test_missing_library_says_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cleanlab.filter", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'stance-news\[audit\]'"):
        label_suspects(articles())
