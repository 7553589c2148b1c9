from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.records import Article
from stance.scoring.ledger.copies import (
    PERMUTATIONS,
    THRESHOLD,
    band_keys,
    content_hash,
    signature,
    similarity,
)

TEXT = "The envoy left the port at dawn and said that the two sides would meet again in June."


def test_case_white_space_and_forms_of_a_letter_do_not_count() -> None:
    one = Article("The  caf\u00e9\n\nwas ﬁne.", headline="Stra\u00dfe")
    other = Article("the cafe\u0301 was fine. ", headline="STRASSE")
    assert content_hash(one) == content_hash(other)
    assert signature(one) == signature(other)


def test_a_headline_and_a_text_do_not_run_into_one_another() -> None:
    assert content_hash(Article("b c", headline="a")) != content_hash(Article("c", headline="a b"))
    assert content_hash(Article("a", headline=None)) != content_hash(Article("", headline="a"))


def test_what_is_known_of_an_article_is_no_part_of_its_content() -> None:
    known = Article(TEXT, outlet="The Example Post", url="https://post.example.org/1")
    assert content_hash(known) == content_hash(Article(TEXT))


def test_the_signature_is_the_same_on_every_machine() -> None:
    values = np.frombuffer(signature(Article("peace talks began on monday evening")), "<u4")
    assert len(values) == PERMUTATIONS
    assert values[:3].tolist() == [1699832806, 2968612754, 1529897736]


def test_texts_under_five_words_are_compared_by_word() -> None:
    near = similarity(signature(Article("Talks began today")), signature(Article("talks BEGAN")))
    assert 0.4 < near < 0.9


def test_texts_without_a_word_are_no_copies_of_each_other() -> None:
    assert similarity(signature(Article("!?!")), signature(Article("…"))) == 0.0
    assert similarity(signature(Article("!?!")), signature(Article("!?!"))) == 1.0


@pytest.mark.parametrize("text", ["", "\0", "half \ud83d a character"])
def test_any_text_has_a_hash_and_a_signature(text: str) -> None:
    assert len(content_hash(Article(text))) == 64
    assert len(signature(Article(text))) == 4 * PERMUTATIONS


@given(st.sets(st.integers(0, PERMUTATIONS - 1), max_size=40))
def test_banding_misses_no_pair_at_the_threshold(places: set[int]) -> None:
    values = np.arange(PERMUTATIONS, dtype="<u4")
    changed = values.copy()
    changed[sorted(places)] += 1_000
    a, b = values.tobytes(), changed.tobytes()
    if similarity(a, b) >= THRESHOLD:
        assert set(band_keys(a)) & set(band_keys(b))


def test_the_fewest_differences_that_could_break_every_band_are_under_the_threshold() -> None:
    values = np.arange(PERMUTATIONS, dtype="<u4")
    changed = values.copy()
    changed[[part[0] for part in np.array_split(values, 26)]] += 1_000
    assert not set(band_keys(values.tobytes())) & set(band_keys(changed.tobytes()))
    assert similarity(values.tobytes(), changed.tobytes()) < THRESHOLD
