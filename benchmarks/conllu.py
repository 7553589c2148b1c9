"""Raw text and true sentence ends from Universal Dependencies files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PUNCTUATED = re.compile(r"""[.!?…]["'”’)\]»]*$""")


@dataclass(frozen=True, slots=True)
class Passage:
    """One document's raw text, a paragraph a line, with its true sentence ends.

    Attributes:
        name: The document's id, or its first sentence's.
        text: Raw text; paragraphs are parted by a line feed.
        ends: One past the last code point of each sentence, rising.
    """

    name: str
    text: str
    ends: tuple[int, ...]

    @property
    def punctuated(self) -> bool:
        """Whether every sentence ends in a mark."""
        return all(PUNCTUATED.search(self.text[:end][-8:]) for end in self.ends)


def passages(path: Path) -> Iterator[Passage]:
    """Rebuild each document of a CoNLL-U file.

    Args:
        path: A UTF-8 file with `# text` comments.

    Yields:
        The documents in the file's order.
    """
    pieces: list[str] = []
    ends: list[int] = []
    name, length, glue = "", 0, ""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        notes = _notes(block)
        if "text" not in notes:
            continue
        if "newdoc" in notes and pieces:
            yield Passage(name, "".join(pieces), tuple(ends))
            pieces, ends, length = [], [], 0
        if not pieces:
            name, glue = notes.get("newdoc id") or notes["sent_id"], ""
        elif "newpar" in notes:
            glue = "\n"
        pieces += [glue, notes["text"]]
        length += len(glue) + len(notes["text"])
        ends.append(length)
        glue = "" if _last_is_glued(block) else " "
    if pieces:
        yield Passage(name, "".join(pieces), tuple(ends))


def _notes(block: str) -> dict[str, str]:
    """The comments of one sentence, `newdoc id = x` also under `newdoc`."""
    notes: dict[str, str] = {}
    for line in block.splitlines():
        if line.startswith("# "):
            key, _, value = line[2:].partition(" = ")
            notes[key.strip()] = value
            notes.setdefault(key.split()[0], value)
    return notes


def _last_is_glued(block: str) -> bool:
    """Whether no space follows the sentence's last token."""
    rows = [line.split("\t") for line in block.splitlines() if line[:1].isdigit()]
    words = [row for row in rows if "." not in row[0]]
    last = words[-1]
    for row in words:
        if "-" in row[0] and row[0].endswith(f"-{last[0]}"):
            last = row
    return "SpaceAfter=No" in last[9]
