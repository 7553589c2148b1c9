"""What users give to be scored, as articles."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from stance.errors import EmptyTextError, EncodingError, InputError
from stance.records import Article

if TYPE_CHECKING:
    import pandas as pd


_LONGEST_PATH = 256


def given_articles(texts: Iterable[str | Article] | pd.DataFrame) -> list[Article]:
    """Articles from texts, from articles, or from the rows of a pandas table.

    Args:
        texts: Texts or articles; or a table with a column `text` and, if it has
            them, `headline`, `outlet`, `published`, `language` and `url`.

    Raises:
        InputError: Something else was given, a table without `text`, or a file's name.
        EncodingError: A text holds a lone surrogate.
        EmptyTextError: A text holds nothing but white space.
    """
    if hasattr(texts, "columns") and hasattr(texts, "to_dict"):
        return [_article(item, i) for i, item in enumerate(_rows(texts))]
    if (
        isinstance(texts, bytes | dict)
        or hasattr(texts, "columns")
        or not isinstance(texts, Iterable)
    ):
        raise InputError(
            f"cannot read {type(texts).__name__}: give a str, an Article, a sequence of either, "
            "or a table with a column 'text'"
        )
    return [_article(item, i) for i, item in enumerate(texts)]


def _rows(table: Any) -> Iterator[Article]:  # noqa: ANN401 - pandas is not imported for a check
    if "text" not in table.columns:
        names = ", ".join(map(str, table.columns))
        raise InputError(f"the table has columns {names}: it needs one named 'text'")
    known = [c for c in Article.__dataclass_fields__ if c in table.columns]
    rows = table[known].astype(object).where(table[known].notna(), None)
    for row in rows.to_dict("records"):
        yield Article(**{k: v if k == "text" or v is None else str(v) for k, v in row.items()})


def _article(item: Any, position: int) -> Article:  # noqa: ANN401 - this is the check
    article = item if isinstance(item, Article) else Article(item)
    # A Path would raise where a text is too long for a file's name.
    if isinstance(item, str) and len(item) < _LONGEST_PATH and os.path.isfile(item):  # noqa: PTH113
        raise InputError(
            f"item {position}, {item!r}, is the name of a file: give its text, as stance.read does"
        )
    text: Any = article.text
    if not isinstance(text, str):
        given = type(text).__name__
        raise InputError(
            f"item {position} is {given}: expected str or Article, whose text is str; leave out "
            "rows without text (df.dropna(subset=['text']))"
        )
    headline: Any = article.headline
    if not isinstance(headline, str | None):
        raise InputError(f"item {position}: the headline is {headline!r}: expected str or None")
    try:
        text.encode()
        (headline or "").encode()
    except UnicodeEncodeError as error:
        raise EncodingError(
            f"item {position} has half a character at {error.start} (a lone surrogate), which no "
            "text in UTF-8 holds: decode the source anew"
        ) from None
    if not article.text.strip():
        raise EmptyTextError(f"item {position} is empty: give a text with at least one sentence")
    return article
