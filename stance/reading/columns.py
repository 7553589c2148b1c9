"""Which column of a table holds what, and a row as an article."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date

from stance.errors import InputError
from stance.reading.charsets import unwritable
from stance.reading.items import Item, Located, Rejected
from stance.reading.languages import language_code
from stance.records import Article


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of a table's columns. One that is None goes by its usual names.

    Attributes:
        text: The article's text.
        headline: Its headline.
        outlet: The publication.
        author: Who wrote it.
        published: When.
        language: A language tag, such as `en` or `en-GB`.
        url: Where it was published.
    """

    text: str | None = None
    headline: str | None = None
    outlet: str | None = None
    author: str | None = None
    published: str | None = None
    language: str | None = None
    url: str | None = None


ANY_COLUMNS = Columns()
"""Every column by its usual names."""

# The first of them that a table has is taken; letters and digits count, in any case.
_USUAL = {
    "text": "text body content fulltext articletext articlebody maintext article story",
    "headline": "headline title articletitle",
    "outlet": "outlet publisher publication sourcename sitename source newspaper",
    "author": "author authors byline creator",
    "published": "published publishedat datepublished publicationdate publishdate pubdate date",
    "language": "language lang languagecode",
    "url": "url link articleurl permalink uri",
}
_RESULTS = frozenset({"content_hash", "model_hash", "number", "label"})
_SIGN = re.compile(r"[\W_]+")


def recognise(names: Iterable[str], columns: Columns, table: str) -> dict[str, str]:
    """Find the columns of a table.

    Args:
        names: The names of its columns.
        columns: Those that the user named.
        table: What to call the table in a message.

    Returns:
        For each field of `Columns` that the table has, the name of its column.

    Raises:
        InputError: A column that the user named is missing, none holds a text, or the rows
            are sentences that were scored.
    """
    names = list(names)
    if _RESULTS.issubset(names) and columns.text is None:
        raise InputError(f"{table}: sentences that stance scored: give the articles themselves")
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(_SIGN.sub("", name).lower(), name)
    chosen = {}
    for field in fields(columns):
        wanted: str | None = getattr(columns, field.name)
        if wanted is not None and wanted not in names:
            raise InputError(f"{table}: no column {wanted!r}: it has {_listed(names)}")
        usual = (known[n] for n in _USUAL[field.name].split() if n in known)
        found = wanted if wanted is not None else next(usual, None)
        if found is not None:
            chosen[field.name] = found
    if "text" not in chosen:
        raise InputError(
            f"{table}: no column of text among {_listed(names)}: say which one holds the text"
        )
    return chosen


def item_of_row(
    row: Mapping[str, object], chosen: Mapping[str, str], source: str, position: str
) -> Item:
    """Make an article of a row, its text exactly as it stands there.

    Args:
        row: The cells by the names of their columns.
        chosen: What `recognise` found.
        source: The table as the user named it.
        position: Where in it the row stands.
    """
    text = row.get(chosen["text"])
    if isinstance(text, bytes):
        try:
            text = text.decode()
        except UnicodeDecodeError as error:
            return Rejected(f"byte {error.start} of the text is not UTF-8", source, position)
    if text is not None and not isinstance(text, str):
        reason = f"the text is {type(text).__name__}: expected a string"
        return Rejected(reason, source, position)
    if not text or not text.strip():
        return Rejected("a row without text", source, position)
    rest = {name: _cell(row.get(column)) for name, column in chosen.items() if name != "text"}
    if "language" in rest:
        rest["language"] = language_code(rest["language"])
    if fault := unwritable(text, *rest.values()):
        return Rejected(f"a row with {fault}", source, position)
    return Located(Article(text, **rest), source, position)


def _cell(value: object) -> str | None:
    """A cell in words: a day or an hour in ISO 8601, names joined; None where it is blank."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_cell, value))) or None
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip() or None if isinstance(value, str | int | float) else None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names)) or "none"
