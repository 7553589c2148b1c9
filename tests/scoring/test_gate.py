from __future__ import annotations

import pickle
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.errors import MissingExtraError
from stance.records import Article
from stance.scoring.gate import Gate, Screen, _automaton

gate: Screen = Gate()


@pytest.mark.parametrize(
    "text",
    [
        "China offered to mediate between the two armies.",
        "Beijing has sent an envoy to the border.",
        "Xi’s plan would begin with a truce.",
        "Wang Yi flew home from the summit.",
        "A Sino-Gulf statement asks both to return to negotiations.",
        "The PRC's good offices were not wanted.",
        "A forum on the Belt and Road ended with an appeal for a cease-fire.",
        "Can Beijing be heard in Kyiv?",
        "Li Hui is on the road again.",
        "Six governments ask China to press Russia to withdraw.",
        "China has asked for a cease\u2011fire.",
        "Chinese envoys made conciliatory noises in Islamabad.",
        "The two neighbours made peace. The minister thanked his Chinese hosts.",
    ],
)
def test_china_and_conflict_pass(text: str) -> None:
    assert gate.passes(Article(text))


@pytest.mark.parametrize(
    "text",
    [
        "China raised its duty on imported barley.",
        "Chinese carmakers opened three showrooms in Lima.",
        "Qatar hosted a new round of ceasefire talks.",
        "The mayor opened a swimming pool.",
        "",
    ],
)
def test_one_without_the_other_is_skipped(text: str) -> None:
    assert not gate.passes(Article(text))


@pytest.mark.parametrize(
    "text",
    [
        "A walk through Chinatown ended in peace.",
        "Their machinations wrecked the truce.",
        "Taxi drivers and the casino reached a settlement.",
        "Indochina was at war.",
        "China warned that warehouses were full.",
        "China has a talkative weatherman.",
        "Brokerages in China cut their forecasts.",
    ],
)
def test_a_part_of_a_longer_word_does_not_count(text: str) -> None:
    assert not gate.passes(Article(text))


def test_a_stem_stands_for_every_word_that_begins_so() -> None:
    for word in ("mediate", "mediator", "mediation", "mediating"):
        assert gate.passes(Article(f"Beijing, {word}"))
    assert not gate.passes(Article("Beijing, unmediated"))


def test_a_word_inside_another_does_not_hide_one_that_begins_there() -> None:
    narrow = Gate(china="ban china, china", conflict="talks")
    assert narrow.passes(Article("An urban China held talks."))


def test_case_does_not_matter() -> None:
    text = "Beijing urges Sudan’s generals to cease fire"
    assert gate.passes(Article(text.upper()))
    assert gate.passes(Article(text.lower()))


def test_a_headline_counts_and_need_not_be_there() -> None:
    assert gate.passes(Article("More follows.", headline="Beijing calls for truce"))
    assert gate.passes(Article("A truce was signed on Monday.", headline="China steps in"))
    assert not gate.passes(Article("More follows.", headline="Ten soups for spring"))
    assert not gate.passes(Article("More follows."))


def test_headline_and_text_do_not_run_together() -> None:
    assert gate.passes(Article("Envoy lands in Juba", headline="China"))


@pytest.mark.parametrize(
    "name",
    ["“China”", "‘China’s", "«China»", "China—", "—China", "China…", "\u200bChina", "Chinaâ€™s"],
)
def test_quotes_dashes_and_broken_apostrophes_end_a_word(name: str) -> None:
    assert gate.passes(Article(f"{name} envoy left."))


def test_a_name_may_be_broken_by_any_white_space() -> None:
    assert gate.passes(Article("A truce, said Wang\r\n   Yi."))
    assert gate.passes(Article("A truce, said Wang\u00a0Yi."))


def test_half_a_character_is_no_obstacle() -> None:
    assert gate.passes(Article("China \ud83d offered a truce."))


@given(st.text(), st.text(), st.sampled_from(["China", "XI", "Zhai  Jun"]))
def test_whatever_stands_around_them_the_words_are_found(a: str, b: str, name: str) -> None:
    assert gate.passes(Article(f"{a} {name} {b}\ntruce"))


PIECES = [
    "china",
    "China’s",
    "chin",
    "a",
    "town",
    "xi",
    "ta",
    "talk",
    "s",
    "war",
    "e",
    " ",
    "-",
    "é",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_words_are_found_where_a_plain_search_finds_them(text: str) -> None:
    own = Gate(china="china, xi", conflict="talk*, war")
    china = re.search(r"(?<![a-z0-9])(china|xi)(?![a-z0-9])", text.casefold())
    conflict = re.search(r"(?<![a-z0-9])(talk|war(?![a-z0-9]))", text.casefold())
    assert own.passes(Article(text)) == bool(china and conflict)


def test_words_may_be_given() -> None:
    own = Gate(china="Norway, Oslo", conflict="medi*, good  offices")
    assert own.passes(Article("Oslo lent its good\noffices."))
    assert own.passes(Article("NORWAY MEDIATED."))
    assert not own.passes(Article("China mediated."))


def test_a_gate_is_pickled_without_its_automata() -> None:
    own = Gate(china="Norway", conflict="truce")
    assert own.passes(Article("Norway and the truce."))
    data = pickle.dumps(own)
    _automaton.cache_clear()
    copy = pickle.loads(data)  # noqa: S301 - made here
    assert copy == own
    assert copy.passes(Article("Norway and the truce."))
    assert not copy.passes(Article("China and the truce."))


def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ahocorasick_rs", None)
    _automaton.cache_clear()
    with pytest.raises(MissingExtraError, match=r"ahocorasick_rs.*stance-news\[feeds\]"):
        gate.passes(Article("China offered a truce."))
