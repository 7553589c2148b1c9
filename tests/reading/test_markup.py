from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.reading.markup import plain_text

PIECES = ["<", ">", "/", "p", "br", "<!--", "-->", "&#x1;", "&", " ", "<p>", "</div>", "<html>"]
PIECES += ["<script>", "</script>", "<![CDATA[", "<?", '="', "\0", "\ud800", "é", "<frameset>"]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Intro<p>One <b>two</b>\n three</p>four<br>five", "Intro\n\nOne two three\n\nfour\nfive"),
        ("<ul><li>a<li>b</ul>", "a\n\nb"),
        ("one<script>x()</script><!-- note --> two", "one two"),
        ("1 &lt; 2 &amp; caf&eacute;", "1 < 2 & café"),
        ("", ""),
        ("a\0b", "a b"),
    ],
)
def test_blocks_become_paragraphs(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_any_markup_gives_text_without_blank_ends(markup: str) -> None:
    text = plain_text(markup)
    assert text == text.strip()
    text.encode()
