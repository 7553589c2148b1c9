from __future__ import annotations

import pytest

from stance.reading.wrapping import blocks

WRAPPED = """\
The delegation reached the city late on Sunday and went at once
to the palace, where the two ministers had been waiting for an
hour. They spoke until midnight about prisoners and about the
border crossing that has been shut since the winter.

A second meeting is planned for Wednesday, though nobody would
say where, and a third may follow if the parties wish it.
"""

FEED = """\
Ministers meet again over the border crossing
The two sides spoke until midnight
They agreed on little, and will meet again.
The crossing has been shut since winter.
"""

POEM = """\
The first of the lines
Ends where it will
And the next begins
With a capital still
"""


def texts(text: str) -> list[str]:
    return [text[start:end] for start, end in blocks(text)]


def test_wrapped_paragraphs_are_blocks() -> None:
    assert [t.split()[0] for t in texts(WRAPPED)] == ["The", "A"]


@pytest.mark.parametrize("mark", ["\r\n", "\r", "\x85", "\u2028"])
def test_any_line_mark_may_wrap(mark: str) -> None:
    assert len(texts(WRAPPED.replace("\n", mark))) == 2


@pytest.mark.parametrize("text", [FEED, POEM], ids=["feed", "poem"])
def test_lines_that_stand_alone_are_blocks(text: str) -> None:
    assert texts(text) == text.splitlines()


def test_one_long_line_means_that_nothing_was_wrapped() -> None:
    text = WRAPPED + "\nThis paragraph is far longer than a page is wide" + ", and longer" * 9
    assert len(texts(text)) == len([line for line in text.splitlines() if line])


def test_items_of_a_wrapped_list_are_blocks() -> None:
    text = WRAPPED + (
        "- a first point that runs on for so long that it has to be\n"
        "broken over two lines;\n"
        "- a second point.\n"
    )
    first, second = texts(text)[-2:]
    assert first.startswith("- a first")
    assert second == "- a second point."


@pytest.mark.parametrize("mark", ["\f", "\x1c", "\u2029"])
def test_a_hard_mark_parts_wrapped_paragraphs(mark: str) -> None:
    assert len(texts(WRAPPED.replace("\n\n", mark))) == 2


@pytest.mark.parametrize("text", ["", "\n\n", " \t\n "])
def test_blank_text_has_no_blocks(text: str) -> None:
    assert texts(text) == []
