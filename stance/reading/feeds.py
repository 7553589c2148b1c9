"""News feeds: RSS, Atom and JSON Feed."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from stance.errors import InputError, MissingExtraError
from stance.reading.charsets import unwritable
from stance.reading.dates import read_date
from stance.reading.items import Item, Located, Rejected
from stance.reading.languages import language_code
from stance.reading.markup import plain_text
from stance.records import Article

FEED_SUFFIXES = (".xml", ".rss", ".atom", ".json")

_HEAD = 4096
_XML_FEED = re.compile(rb"<(?:rss|feed|[\w.-]+:(?:RDF|feed))[\s>]", re.IGNORECASE)
_PAGE = re.compile(rb"<(?:!doctype\s+)?html[\s>]", re.IGNORECASE)
_JSON_FEED = "https://jsonfeed.org/version/"
_MEDIA = re.compile(rb"xmlns:([\w.-]+)\s*=\s*[\"']http://search\.yahoo\.com/mrss/?[\"']")
# An entity may stand for one character, as in old feeds; one made of others can explode.
_ENTITY = re.compile(rb"<!ENTITY(?!\s+\w+\s+[\"']&#\w{1,8};[\"']\s*>)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedLimits:
    """How much of a feed is held in memory.

    Attributes:
        feed_bytes: The longest feed that is read.
    """

    feed_bytes: int = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A feed that was saved to a file. It is read whole.

    Attributes:
        path: The file.
        name: What the user called it.
        limits: How much is held in memory.
    """

    path: Path
    name: str
    limits: FeedLimits = field(default_factory=FeedLimits)

    def __iter__(self) -> Iterator[Item]:
        """Yield one item an entry.

        Raises:
            InputError: The file cannot be read, is too long, or is no feed.
            MissingExtraError: feedparser is not installed.
        """
        try:
            with self.path.open("rb") as file:
                data = file.read(self.limits.feed_bytes + 1)
        except OSError as error:
            raise InputError(f"{self.name}: {error.strerror}: give a feed's file") from None
        if len(data) > self.limits.feed_bytes:
            raise InputError(f"{self.name}: more than {self.limits.feed_bytes} bytes: give a feed")
        return articles_from_feed(data, self.name)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What RSS, Atom and JSON Feed say alike of one entry; None is silence."""

    id: str | None
    link: str | None
    title: str | None
    text: str | None
    author: str | None
    published: str | None
    language: str | None


def looks_like_feed(data: bytes) -> bool:
    """Whether bytes are a feed, by how they begin."""
    head = data[:_HEAD]
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return _json_feed(data) is not None
    feed, page = _XML_FEED.search(head), _PAGE.search(head)
    return feed is not None and (page is None or feed.start() < page.start())


def articles_from_feed(data: bytes, name: str) -> Iterator[Item]:
    """The entries of a feed, in its order.

    An article's text is the entry's title, a blank line and the longer of its content and
    its summary, freed of markup; a picture's caption is neither. The date is in ISO 8601
    where it could be read, else as given. An entry stands at its id, or its link, or its
    number (`#3`) where it has neither or repeats another's.

    Args:
        data: The feed.
        name: The source as the user named it; links are resolved against it if it is a URL.

    Raises:
        InputError: This is no feed, it is broken before its first entry, or it declares
            entities of its own, which can grow without bound.
        MissingExtraError: feedparser is not installed.
    """
    feed = _json_feed(data)
    outlet, entries = _from_json(feed, name) if feed is not None else _from_xml(data, name)
    seen: set[str] = set()
    for number, entry in enumerate(entries, 1):
        position = entry.id or entry.link
        if not position or position in seen or unwritable(position):
            position = f"#{number}"
        seen.add(position)
        yield _item(entry, outlet, name, position)


def _item(entry: _Entry, outlet: str | None, name: str, position: str) -> Item:
    title, body = entry.title or "", entry.text or ""
    text = body if body.startswith(title) else f"{title}\n\n{body}".strip()
    if not text:
        return Rejected("an entry without title and text", name, position)
    if fault := unwritable(text, outlet, entry.published, entry.link, entry.author):
        return Rejected(f"an entry with {fault}", name, position)
    article = Article(
        text,
        headline=entry.title,
        outlet=outlet,
        published=entry.published,
        language=language_code(entry.language),
        url=entry.link if entry.link and "://" in entry.link else None,
        author=entry.author,
    )
    return Located(article, name, position)


def _from_xml(data: bytes, name: str) -> tuple[str | None, list[_Entry]]:
    try:
        import feedparser
    except ImportError:
        raise MissingExtraError("feedparser", "feeds") from None
    if _ENTITY.search(data):
        raise InputError(f"{name}: declares XML entities of its own: give a feed without them")
    try:
        # Bytes that are no stream might be taken for a path. Sanitising would take time
        # quadratic in the length of bad markup, and the markup goes anyway.
        found = feedparser.parse(
            io.BytesIO(_without_captions(data)),
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (ValueError, OverflowError, LookupError, AssertionError) as error:
        raise InputError(f"{name}: a broken feed ({error}): expected RSS, Atom or JSON") from None
    if not found.entries and (found.bozo or not found.get("version")):
        raise InputError(f"{name}: no feed, or broken before its first entry: give RSS or Atom")
    language = found.feed.get("language")
    entries = [_xml_entry(e, name, language) for e in found.entries]
    return _line(found.feed.get("title_detail")), entries


def _without_captions(data: bytes) -> bytes:
    """A feed in which pictures' titles and captions have names that are not an entry's."""
    for prefix in set(_MEDIA.findall(data)):
        tag = rb"(</?%b:)(?=(?:title|description)[\s/>])" % re.escape(prefix)
        data = re.sub(tag, rb"\1picture-", data, flags=re.IGNORECASE)
    return data


def _xml_entry(entry: Any, name: str, language: str | None) -> _Entry:  # noqa: ANN401 - no types
    details = [*(entry.get("content") or []), entry.get("summary_detail") or {}]
    text, best = max(((_body(d), d) for d in details), key=lambda found: len(found[0]))
    return _Entry(
        id=entry.get("id") or None,
        link=_resolved(entry.get("link"), name),
        title=_line(entry.get("title_detail")),
        text=text,
        author=entry.get("author") or None,
        published=_date(entry),
        language=best.get("language") or language,
    )


def _resolved(link: str | None, name: str) -> str | None:
    """A link as an address, where the feed came from one."""
    if not link or not name.startswith(("http://", "https://")):
        return link or None
    try:
        return urljoin(name, link)
    except ValueError:
        return link


def _date(entry: Any) -> str | None:  # noqa: ANN401 - feedparser has no types
    # The entry's own `get` warns where it takes one date for another.
    when = "published" if dict.get(entry, "published") else "updated"
    given: str | None = dict.get(entry, when) or None
    # feedparser's own reading guesses: it takes 01-05-2023 for a day of 2001.
    moment = read_date(given, datetime.now(UTC)).moment
    return moment.isoformat() if moment else given


def _line(detail: Any) -> str | None:  # noqa: ANN401 - feedparser has no types
    """A title in one line, without markup where it is said to hold some."""
    value = (detail or {}).get("value") or ""
    text = value if (detail or {}).get("type") == "text/plain" else plain_text(value)
    return " ".join(text.split()) or None


def _body(detail: Any) -> str:  # noqa: ANN401 - feedparser has no types
    value = detail.get("value") or ""
    return value.strip() if detail.get("type") == "text/plain" else plain_text(value)


def _json_feed(data: bytes) -> dict[str, Any] | None:
    """The JSON Feed that bytes hold, if they do (jsonfeed.org, version 1.1)."""
    try:
        feed = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(feed, dict) or not str(feed.get("version")).startswith(_JSON_FEED):
        return None
    return feed


def _from_json(feed: dict[str, Any], name: str) -> tuple[str | None, list[_Entry]]:
    items = feed.get("items")
    if not isinstance(items, list):
        raise InputError(f"{name}: a JSON Feed without a list of items")
    entries = [_json_entry(e if isinstance(e, dict) else {}, feed) for e in items]
    return _said(feed.get("title")), entries


def _json_entry(entry: dict[str, Any], feed: dict[str, Any]) -> _Entry:
    markup, text = _said(entry.get("content_html")), _said(entry.get("content_text"))
    summary = _said(entry.get("summary"))
    return _Entry(
        id=_said(entry.get("id")),
        link=_said(entry.get("url")) or _said(entry.get("external_url")),
        title=_said(entry.get("title")),
        text=max(plain_text(markup or ""), text or "", summary or "", key=len),
        author=_authors(entry) or _authors(feed),
        published=_said(entry.get("date_published")) or _said(entry.get("date_modified")),
        language=_said(entry.get("language")) or _said(feed.get("language")),
    )


def _authors(holder: dict[str, Any]) -> str | None:
    people = holder.get("authors") or [holder.get("author")]
    people = people if isinstance(people, list) else []
    names = [_said(p.get("name")) for p in people if isinstance(p, dict)]
    return ", ".join(n for n in names if n) or None


def _said(value: Any) -> str | None:  # noqa: ANN401 - anything may stand in JSON
    """A text or a number as text; None for anything else and for what is blank."""
    return str(value).strip() or None if isinstance(value, str | int | float) else None
