"""Lines of a text, and whether its lines were broken at a fixed width.

Feeds and web pages give one paragraph a line; mail and old wire services break
lines at some 70 columns, in the midst of sentences. The first kind must be cut
at every line break, the second only at blank lines.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# What `str.splitlines` takes for line ends.
_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# White space that ends a paragraph by itself.
_HARD = re.compile(r"[\f\x1c-\x1e\u2029]")

_WIDEST = 100
_NARROWEST = 40
_FEWEST = 4


def blocks(text: str) -> Iterator[tuple[int, int]]:
    """Spans of text that no sentence crosses: lines, or paragraphs of hard-wrapped text.

    Args:
        text: Any text.

    Yields:
        Half-open spans in code points, in order; only white space lies between
        them, and each holds something else.
    """
    lines = [match.span() for match in _LINE.finditer(text) if not match.group().isspace()]
    if not is_hard_wrapped(text, lines):
        yield from lines
        return
    start = end = -1
    for line_start, line_end in lines:
        if start >= 0 and _parted(text[end:line_start], text[line_start:line_end]):
            yield start, end
            start = line_start
        elif start < 0:
            start = line_start
        end = line_end
    if start >= 0:
        yield start, end


def is_hard_wrapped(text: str, lines: Sequence[tuple[int, int]]) -> bool:
    """Whether lines were broken at a width and not at the ends of paragraphs.

    It asks for several lines, none longer than a page is wide, where a good
    part of the breaks follow a rather full line and fall before a lower-case
    letter. In doubt the answer is no.

    Args:
        text: The text.
        lines: Half-open spans, in code points, of its lines that are not blank.

    Returns:
        Whether single line breaks are to be read as spaces.
    """
    if len(lines) < _FEWEST or max(end - start for start, end in lines) > _WIDEST:
        return False
    width = max(end - start for start, end in lines)
    if width < _NARROWEST:
        return False
    inner = broken = 0
    for (start, end), (next_start, next_end) in pairwise(lines):
        if _parted(text[end:next_start], text[next_start:next_end]):
            continue
        inner += 1
        head = text[next_start:next_end].lstrip()[:1]
        broken += head.islower() and end - start > width * 0.6
    return broken >= 2 and broken >= inner * 0.4


def _parted(gap: str, line: str) -> bool:
    """Whether a paragraph ends in `gap`, or `line` opens an item of its own."""
    if len(_BREAK.findall(gap)) > 1 or _HARD.search(gap):
        return True
    return line.lstrip().startswith(("- ", "• ", "* ", "– "))
