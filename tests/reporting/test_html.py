from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from stance.reading.segmentation import segment
from stance.records import Article, ArticleStance, Label, SentenceStance
from stance.reporting.html import render_fragment, render_page
from stance.reporting.table import print_table


def scored(text: str, headline: str | None = None) -> ArticleStance:
    odds = {"skeptical": 0.7, "neutral": 0.2, "hopeful": 0.1}
    sentences = tuple(
        SentenceStance(s.text, s.start, s.end, s.kind, Label.SKEPTICAL, odds) for s in segment(text)
    )
    return ArticleStance(Article(text, headline), sentences, "model")


class TextOf(HTMLParser):
    """Collects the text inside the element of class `text`."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.found = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth or ("class", "text") in attrs:
            self.depth += tag in {"div", "span"}

    def handle_endtag(self, tag: str) -> None:
        self.depth -= bool(self.depth) and tag in {"div", "span"}

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.found += data


@given(st.text(alphabet=st.characters(exclude_characters="\r\0", exclude_categories=["Cs"])))
def test_no_character_of_the_text_is_lost(text: str) -> None:
    parser = TextOf()
    parser.feed(render_fragment(scored(text)))
    parser.close()
    assert parser.found == text


def test_markup_in_a_text_stays_text() -> None:
    page = render_page(scored("<script>alert(1)</script> said he.", '"><script>'))
    assert "<script>" not in page


def test_page_shows_figures_and_odds() -> None:
    page = render_page(scored("Kyiv called the plan empty."))
    assert "1 skeptical" in page
    assert "article score -0.60" in page
    assert "skeptical 0.70" in page
    assert "<title>Kyiv called the plan empty.</title>" in page


def test_table_keeps_square_brackets(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(scored("Kyiv called the [bold] plan empty [5]."), Console(width=120))
    out = capsys.readouterr().out
    assert "[bold] plan empty [5]." in out
    assert "article score -0.60" in out
