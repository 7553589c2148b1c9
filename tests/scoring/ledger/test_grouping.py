from __future__ import annotations

import tempfile
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.reading.items import Located
from stance.records import Article
from stance.scoring.ledger.copies import THRESHOLD, content_hash, signature, similarity
from stance.scoring.ledger.ledger import Ledger
from stance.scoring.ledger.scored import Scored


def _text(first: int, length: int = 120) -> str:
    return " ".join(f"word{n}" for n in range(first, first + length))


# Each is a near-copy of its neighbours only, so that the groups hang on chains; the last
# three stand apart.
TEXTS = [_text(4 * n) for n in range(6)] + [_text(1_000), _text(1_003), _text(5_000)]


def _groups(scored: Callable[..., Scored], texts: list[str], size: int) -> set[frozenset[str]]:
    items = [scored(text, str(n)) for n, text in enumerate(texts)]
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "l.db") as ledger:
        for first in range(0, len(items), size):
            ledger.keep(items[first : first + size], "m1", "tiny")
        members: dict[str, set[str]] = {}
        for row in ledger.article_rows():
            members.setdefault(row["group"], set()).add(row["content_hash"])
    assert all(key == min(group) for key, group in members.items())
    return {frozenset(group) for group in members.values()}


def _expected(texts: list[str]) -> set[frozenset[str]]:
    """Connected components, by comparing every pair."""
    articles = [Article(text) for text in texts]
    signed = {content_hash(a): signature(a) for a in articles}
    groups = {h: {h} for h in signed}
    for (a, mine), (b, its) in permutations(signed.items(), 2):
        if similarity(mine, its) >= THRESHOLD and groups[a] is not groups[b]:
            groups[a] |= groups[b]
            groups |= dict.fromkeys(groups[a], groups[a])
    return {frozenset(group) for group in groups.values()}


def test_the_texts_of_these_tests_hang_together_in_chains() -> None:
    sizes = sorted(len(group) for group in _expected(TEXTS))
    assert sizes[-1] >= 4
    ends = [signature(Article(TEXTS[n])) for n in (0, 5)]
    assert similarity(*ends) < THRESHOLD
    assert sizes[0] == 1


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(TEXTS), size=st.integers(1, len(TEXTS)))
def test_any_order_of_arrival_gives_the_same_groups(
    scored: Callable[..., Scored], order: list[str], size: int
) -> None:
    assert _groups(scored, order, size) == _expected(TEXTS)


def test_groups_are_the_same_on_both_databases(scored: Callable[..., Scored], where: str) -> None:
    with Ledger.open(where) as ledger:
        for n, text in enumerate(reversed(TEXTS)):
            ledger.keep([scored(text, str(n))], "m1", "tiny")
        found: dict[str, set[str]] = {}
        for row in ledger.article_rows():
            found.setdefault(row["group"], set()).add(row["content_hash"])
        assert ledger.counts()["groups"] == len(found)
    assert {frozenset(group) for group in found.values()} == _expected(TEXTS)


@pytest.mark.parametrize("headline", ["Envoy leaves", "An envoy goes home"])
def test_a_copy_under_its_own_headline_is_a_near_copy(headline: str) -> None:
    copy = Located(Article(_text(0), headline=headline), "s", "1").article
    assert content_hash(copy) != content_hash(Article(_text(0)))
    assert signature(copy) == signature(Article(_text(0)))
