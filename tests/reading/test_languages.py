from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from stance.reading.languages import language_code, language_of, why_foreign
from stance.records import Article

ENGLISH = "The envoy came back on Monday with little to show for a week of talks."
GERMAN = "Der Gesandte kam am Montag zurück und hatte nach einer Woche wenig vorzuweisen."
NAMES = "Xi greets Zelenskyy, Macron and von der Leyen in Beijing"


def test_languages_are_told_apart() -> None:
    assert language_of(ENGLISH).language == "en"
    assert language_of(GERMAN).language == "de"
    assert language_of("特使周一返回，一周的会谈没有取得多少成果。").language == "zh"
    assert 0.5 < language_of(ENGLISH).probability <= 1
    assert language_of(ENGLISH).english == language_of(ENGLISH).probability
    assert language_of(GERMAN).english < 0.01


def test_a_text_without_letters_is_a_guess() -> None:
    assert language_of(" 1 2 3 ").probability < 0.1


def test_threads_agree_with_one_another() -> None:
    texts = [ENGLISH, GERMAN] * 20
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(language_of, texts)) == [language_of(t) for t in texts]


@pytest.mark.parametrize(
    ("text", "language", "english"),
    [
        (ENGLISH, "de", True),
        (NAMES, None, True),
        (NAMES, "en", True),
        (NAMES, "fr", False),
        ("Wang Yi reist nach Moskau: Peking will vermitteln", None, False),
        ("Wang Yi reist nach Moskau: Peking will vermitteln", "de", False),
        (GERMAN, "en", False),
        ("Gespräche", "de", False),
        ("Talks", "en-GB", True),
        ("Talks", None, True),
    ],
)
def test_a_long_text_outweighs_its_source(text: str, language: str | None, english: bool) -> None:  # noqa: FBT001
    assert (why_foreign(Article(text, language=language)) is None) is english


def test_a_reason_names_what_decided() -> None:
    assert (why_foreign(Article(GERMAN, language="en")) or "").startswith("language de (")
    assert (why_foreign(Article("Gespräche", language="de")) or "").startswith("language de, as")


@pytest.mark.parametrize(
    ("tag", "code"),
    [("en-GB", "en"), ("ZH_hans", "zh"), (" fr ", "fr"), ("English", None), ("", None)],
)
def test_a_language_tag_is_cut_to_its_code(tag: str, code: str | None) -> None:
    assert language_code(tag) == code
