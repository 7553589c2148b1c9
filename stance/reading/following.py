"""Feeds whose entries are read at the pages they link to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from stance.errors import InputError
from stance.reading.charsets import page_text
from stance.reading.documents import article_from_html, parse
from stance.reading.items import Fetch, Fetched, Item, Rejected, Source
from stance.records import Article

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)")
_PAGES = frozenset({"", "text/html", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True)
class Following:
    """A feed whose entries are read at the pages they link to.

    Attributes:
        feed: The feed.
        fetch: Gets the pages.
    """

    feed: Source
    fetch: Fetch

    def __iter__(self) -> Iterator[Item]:
        """Yield one item an entry, and one for each page that cannot be had.

        Raises:
            InputError: The feed cannot be read.
        """
        return follow_links(iter(self.feed), self.fetch)


def follow_links(items: Iterator[Item], fetch: Fetch) -> Iterator[Item]:
    """Read a feed's articles at the pages they link to.

    What a page does not say of itself is filled in from the entry. Where a page cannot
    be had, the entry's own text stands, and a `Rejected` after it names the page.

    Args:
        items: What the feed holds.
        fetch: Gets the pages.
    """
    for item in items:
        if isinstance(item, Rejected) or item.article.url is None:
            yield item
            continue
        try:
            page = fetched_article(fetch(item.article.url))
        except InputError as error:
            yield item
            yield Rejected(str(error), item.source, item.article.url)
            continue
        entry = item.article
        article = replace(
            page,
            headline=page.headline or entry.headline,
            outlet=page.outlet or entry.outlet,
            published=entry.published or page.published,
            language=page.language or entry.language,
            author=page.author or entry.author,
        )
        yield replace(item, article=article)


def fetched_article(fetched: Fetched) -> Article:
    """The article on a page that was fetched.

    Raises:
        InputError: It is no page or text, or has no main text.
    """
    kind = fetched.content_type.partition(";")[0].strip()
    if kind == "text/plain":
        article = parse(fetched.body, fetched.url)
    elif kind in _PAGES:
        charset = _CHARSET.search(fetched.content_type)
        text = page_text(fetched.body, charset and charset.group(1), fetched.url)
        article = article_from_html(text, fetched.url)
    else:
        raise InputError(f"{fetched.url}: {kind}: expected a page, a text or a feed")
    return replace(article, url=fetched.url, retrieved=fetched.retrieved)
