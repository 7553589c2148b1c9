"""Plain text and HTML files as articles."""

from __future__ import annotations

import re
from pathlib import Path

from stance.errors import EmptyTextError, EncodingError, InputError
from stance.records import Article

HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
_MARKUP = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--(?:(?!-->).)*-->\s*)*(?:<!doctype html|<html\b)",
    re.IGNORECASE | re.DOTALL,
)


def read(path: str | Path) -> Article:
    """Read one article from a UTF-8 text file or an HTML page.

    A text file is kept exactly as it is, line ends included; only a byte order
    mark is left out. Of a page, the main text is taken (trafilatura), with the
    headline, date, outlet, language and address where the page gives them.

    Args:
        path: A file. It is read as HTML by its suffix, or where it begins like a page.

    Raises:
        InputError: There is no such file, or a page has no main text.
        EncodingError: The file is not UTF-8 text.
        EmptyTextError: The file holds nothing but white space.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: {error.strerror}: give the path of a text or HTML file"
        ) from None
    return parse(data, str(path))


def parse(data: bytes, name: str) -> Article:
    """Make an article of a file's bytes (see `read`).

    Args:
        data: UTF-8 text or an HTML page.
        name: What to call it in a message; a suffix of HTML makes it a page.

    Raises:
        InputError: A page has no main text.
        EncodingError: The bytes are not UTF-8 text.
        EmptyTextError: There is nothing but white space.
    """
    text = decode(data, name)
    if not text.strip():
        raise EmptyTextError(f"{name}: empty: give a text with at least one sentence")
    if Path(name).suffix.lower() in HTML_SUFFIXES or _MARKUP.match(text):
        return article_from_html(text, name)
    return Article(text)


def decode(data: bytes, name: str) -> str:
    """Bytes as text.

    Args:
        data: UTF-8 text, with or without a byte order mark.
        name: What to call it in a message.

    Raises:
        EncodingError: The bytes are not UTF-8, or hold null bytes as binary files do.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EncodingError(
            f"{name}: byte {error.start} is not UTF-8: save the file as UTF-8 text"
        ) from None
    if "\0" in text:
        raise EncodingError(f"{name}: a binary file: give UTF-8 text or HTML")
    return text


def article_from_html(markup: str, name: str) -> Article:
    """The main text of a page, with what it says of itself.

    Args:
        markup: The page.
        name: What to call it in a message.

    Raises:
        InputError: The page has no main text.
    """
    import trafilatura
    from lxml.html import HTMLParser, document_fromstring
    from trafilatura.settings import Document

    found = trafilatura.bare_extraction(markup, include_comments=False, with_metadata=True)
    body = (found.text or "").strip() if isinstance(found, Document) else ""
    if not isinstance(found, Document) or not body:
        raise InputError(f"{name}: a page without a main text: give the article's own page")
    page = document_fromstring(markup.encode(), parser=HTMLParser(encoding="utf-8"))
    headline = found.title
    # The headline is a unit of the article too, and most pages keep it apart.
    text = body if not headline or body.startswith(headline) else f"{headline}\n\n{body}"
    language = found.language or (page.get("lang") or "").partition("-")[0].lower() or None
    return Article(text, headline, found.sitename, found.date, language, found.url)
