"""What each unit is on the page, told by layout and wording.

Every rule is one that web news in general follows. A rule must be sure: a
sentence taken for page furniture is lost to the article's figures, so what no
rule claims is body.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from stance.reading.wording import (
    ABOUT,
    ACRONYM,
    BIO,
    BULLET,
    CREDIT_LINE,
    ENDED,
    HOUSE,
    LINKS,
    LIVE,
    LONGEST_FURNITURE,
    NAME,
    SHORT,
    SPEECH,
    STOPPED,
    TAGS,
    TITLE,
    by_wording,
    is_appeal,
    is_section,
)
from stance.records import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

_FEWEST_LINKS = 3


@dataclass(slots=True)
class _Line:
    """One line of the page, and its kind once a rule claims it."""

    text: str
    units: int
    kind: Kind | None = None

    @property
    def ended(self) -> bool:
        """Whether a mark closes it."""
        return bool(ENDED.search(self.text[-8:]))

    @property
    def listed(self) -> bool:
        """Whether it is one short unit without a full stop, as in a list of titles."""
        short = self.units == 1 and len(self.text) <= TITLE
        return short and not (STOPPED.search(self.text[-8:]) or BULLET.match(self.text))

    @property
    def bare(self) -> bool:
        """Whether it is such a unit without any closing mark, as heads and links are."""
        return self.listed and not self.ended

    @property
    def prose(self) -> bool:
        """Whether it reads as running text that no rule has claimed."""
        return self.kind is None and self.ended


def kinds(units: Sequence[str], lines: Sequence[int]) -> list[Kind]:
    """Say what each unit of one page is.

    Args:
        units: The page's sentences in order.
        lines: For each unit a number that it shares with the other units of
            its line and not with those of the lines beside it.

    Returns:
        One kind a unit.
    """
    groups = groupby(zip(units, lines, strict=True), key=lambda pair: pair[1])
    grouped = [[unit.replace("\xa0", " ") for unit, _ in group] for _, group in groups]
    page = [_Line(" ".join(group), len(group)) for group in grouped]
    for line in page:
        line.kind = by_wording(line.text, line.units)
    if page and (page[0].kind is Kind.CAPTION or is_appeal(page[0].text)):
        page[0].kind = None
    _section(page)
    _captions(page)
    _lists(page)
    _about(page)
    _lives(page)
    _closing_links(page)
    _headlines(page)
    pairs = zip(page, grouped, strict=True)
    return [_of_unit(unit, line) for line, group in pairs for unit in group]


def _of_unit(unit: str, line: _Line) -> Kind:
    """The unit's kind: its line's, save where the publisher speaks in running text."""
    if line.kind is None:
        return Kind.BOILERPLATE if is_appeal(unit) else Kind.BODY
    if line.kind is Kind.BYLINE and (is_appeal(unit) or HOUSE.match(unit)):
        return Kind.BOILERPLATE
    return line.kind


def _section(page: Sequence[_Line]) -> None:
    """Claim the name of a section that stands above the title."""
    for line, below in pairwise(page[:4]):
        if line.kind is None and line.bare and below.bare and is_section(line.text):
            line.kind = Kind.BOILERPLATE


def _captions(page: Sequence[_Line]) -> None:
    """Claim captions by the credit on the line below, or by their being there twice.

    A sentence twice in a row is a picture's alternative text and its caption.
    """
    for above, line in pairwise(page[1:]):
        if not above.prose or len(above.text) > LONGEST_FURNITURE:
            continue
        credited = line.kind is Kind.CAPTION and CREDIT_LINE.fullmatch(line.text)
        if credited and not SPEECH.search(above.text):
            above.kind = Kind.CAPTION
        elif above.text == line.text and len(line.text) > NAME:
            above.kind = line.kind = Kind.CAPTION


def _lists(page: Sequence[_Line]) -> None:
    """Claim what hangs on a label: tags, and the titles of other stories."""
    opened: re.Pattern[str] | None = None
    for index, line in enumerate(page):
        if line.kind is Kind.BOILERPLATE:
            found = (rule for rule in (LINKS, TAGS) if rule.fullmatch(line.text))
            opened = next(found, opened)
        elif line.kind is None and line.bare and (opened or (index and LIVE.search(line.text))):
            line.kind = Kind.BOILERPLATE
            opened = None if opened is TAGS else opened
        else:
            opened = None


def _about(page: Sequence[_Line]) -> None:
    """Claim what stands under "About the author" and its like, late in the page."""
    kind: Kind | None = None
    for line in page[len(page) // 2 :]:
        about = ABOUT.fullmatch(line.text) if len(line.text) <= NAME else None
        if about:
            author = about[1].lower().startswith(("author", "writer"))
            kind = Kind.BYLINE if author else Kind.BOILERPLATE
            line.kind = Kind.BOILERPLATE
        line.kind = line.kind or kind


def _lives(page: Sequence[_Line]) -> None:
    """Claim authors' lives, and what the house says of itself, after the article."""
    for name, life in pairwise(page[len(page) // 2 :]):
        named = name.bare and len(name.text) <= NAME and life.text.startswith(name.text + " ")
        if named and life.kind is None and BIO.match(life.text):
            name.kind = life.kind = Kind.BYLINE
    for line in reversed(page[1:]):
        if line.prose and not SPEECH.search(line.text):
            if BIO.match(line.text):
                line.kind = Kind.BYLINE
            elif HOUSE.match(line.text):
                line.kind = Kind.BOILERPLATE
        if line.kind is None and not line.bare:
            return


def _closing_links(page: Sequence[_Line]) -> None:
    """Claim a run of titles after the text's last sentence: other stories."""
    start = len(page)
    while start and (page[start - 1].listed or page[start - 1].kind is Kind.BOILERPLATE):
        start -= 1
    while start < len(page) and not page[start].bare:
        start += 1
    links = [line for line in page[start:] if line.kind is None]
    # What a colon announces is the text's own, such as a list of who said what.
    told = start and page[start - 1].text.endswith(":")
    if start and not told and len(links) >= _FEWEST_LINKS:
        for line in links:
            line.kind = Kind.BOILERPLATE


def _headlines(page: Sequence[_Line]) -> None:
    """Claim the title, its repetitions, and the heads of sections."""
    title = next((line for line in page if line.kind is None), None)
    if title and len(title.text) <= TITLE and _reads_as_title(title.text):
        for line in page:
            line.kind = Kind.HEADLINE if line.text == title.text else line.kind
    for above, line, below in zip(page, page[1:], page[2:], strict=False):
        if line.kind is None and above.prose and below.prose and _is_head(line, below):
            line.kind = Kind.HEADLINE


def _reads_as_title(text: str) -> bool:
    """Whether a first line ends without a full stop, or has capitals throughout."""
    return not STOPPED.search(ACRONYM.sub("", text)) or _capitals(text) > 0.7


def _capitals(text: str) -> float:
    """Share of the words of four letters or more that open with a capital."""
    words = re.findall(r"[^\W\d_]{4,}", text)
    return sum(word[0].isupper() for word in words) / len(words) if len(words) > 2 else 0.0


def _is_head(line: _Line, below: _Line) -> bool:
    """Whether a line between two of running text reads as a section's head."""
    text = line.text
    if len(text) > SHORT or len(text) >= len(below.text) or not text[0].isupper():
        return False
    asks = text.endswith("?") and line.units == 1 and _capitals(text) > 0.7
    return line.bare or asks
