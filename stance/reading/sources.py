"""What a user names, as a source of articles: a path, an address, or standard input."""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from stance.errors import InputError
from stance.reading.columns import ANY_COLUMNS, Columns
from stance.reading.documents import parse
from stance.reading.feeds import FeedFile, articles_from_feed, looks_like_feed
from stance.reading.folders import FileLimits, Folder, file_source
from stance.reading.following import Following, fetched_article, follow_links
from stance.reading.items import Fetch, Item, Located, Rejected, Source
from stance.reading.tables import JsonLines

STANDARD_INPUT = "-"

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """How sources are read.

    Attributes:
        columns: The columns of tables; None looks for their usual names.
        follow: Whether to fetch the pages that a feed links to and take their text
            instead of the entries' own.
        apart: Files that no folder's reading takes for news, such as the run's own results.
    """

    columns: Columns | None = None
    follow: bool = False
    apart: frozenset[Path] = frozenset()


def open_source(name: str, options: SourceOptions, fetch: Fetch | None = None) -> Source:
    """The source that a user names.

    Args:
        name: A file, a folder, an address of a page or a feed (http or https), or `-`
            for standard input, which may be a feed, JSON Lines, a page or a text.
        options: How to read it.
        fetch: Gets pages and feeds; only addresses and `follow` need it.

    Raises:
        InputError: There is no such file or folder, the address is of another scheme,
            or something must be fetched and `fetch` is None.
    """
    address = _ADDRESS.match(name)
    if _SCHEME.match(name) and not address:
        raise InputError(f"{name}: an address of this kind is not read: give http or https")
    if fetch is None and (address or options.follow):
        raise InputError(f"{name}: cannot be read without fetching: allow it, or give files")
    linked = fetch if options.follow else None
    if address and fetch:
        return Web(name, fetch, follow=options.follow)
    columns = options.columns or ANY_COLUMNS
    if name == STANDARD_INPUT:
        return StandardInput(sys.stdin.buffer, columns, linked)
    path = Path(name)
    if not path.exists():
        raise InputError(f"{name}: no such file or folder: give one that is there")
    if path.is_dir():
        return Folder(path, name, columns, linked, options.apart)
    source = file_source(path, name, columns)
    return Following(source, linked) if linked and isinstance(source, FeedFile) else source


@dataclass(frozen=True, slots=True)
class Web:
    """What stands at an address: a feed, or one article's page.

    Attributes:
        url: The address.
        fetch: Gets it.
        follow: Whether to fetch the pages that a feed links to.
    """

    url: str
    fetch: Fetch
    follow: bool = False

    def __iter__(self) -> Iterator[Item]:
        """Yield the feed's entries, or the page's article, at the address itself.

        Raises:
            InputError: The feed is broken.
            FetchError: The address gives nothing.
        """
        fetched = self.fetch(self.url)
        if not looks_like_feed(fetched.body):
            try:
                yield Located(fetched_article(fetched), self.url, self.url)
            except InputError as error:
                yield Rejected(str(error), self.url, self.url)
            return
        items = articles_from_feed(fetched.body, self.url)
        for item in follow_links(items, self.fetch) if self.follow else items:
            if isinstance(item, Located) and item.article.retrieved is None:
                article = replace(item.article, retrieved=fetched.retrieved)
                yield replace(item, article=article)
            else:
                yield item


class StandardInput:
    """Standard input: a feed, JSON Lines, a page or a text, told by how it begins.

    It is copied to a temporary file at the first reading, so that it can be read
    again; the file goes with the source.
    """

    def __init__(self, stream: BinaryIO, columns: Columns, fetch: Fetch | None = None) -> None:
        """Read nothing yet.

        Args:
            stream: Where to read.
            columns: The keys of JSON Lines.
            fetch: Gets the pages that a feed links to; None leaves the links alone.
        """
        self._stream = stream
        self._columns = columns
        self._fetch = fetch
        self._copy: Path | None = None

    def __iter__(self) -> Iterator[Item]:
        """Yield what came.

        Raises:
            InputError: It is a broken feed, or longer than an article or a feed may be.
        """
        path = self._copy = self._copy or self._copied()
        with path.open("rb") as file:
            data = file.read(FileLimits().article_bytes + 1)
        if _begins_json_lines(data):
            yield from JsonLines(path, STANDARD_INPUT, self._columns)
        elif len(data) > FileLimits().article_bytes:
            raise InputError(f"{STANDARD_INPUT}: longer than an article or a feed: give JSON Lines")
        elif looks_like_feed(data):
            items = articles_from_feed(data, STANDARD_INPUT)
            yield from follow_links(items, self._fetch) if self._fetch else items
        else:
            try:
                yield Located(parse(data, STANDARD_INPUT), STANDARD_INPUT, STANDARD_INPUT)
            except InputError as error:
                yield Rejected(str(error), STANDARD_INPUT, STANDARD_INPUT)

    def _copied(self) -> Path:
        with tempfile.NamedTemporaryFile(delete=False) as file:
            path = Path(file.name)
            weakref.finalize(self, path.unlink, missing_ok=True)
            shutil.copyfileobj(self._stream, file)
        return path


def _begins_json_lines(data: bytes) -> bool:
    """Whether the first line is a JSON object by itself, and the whole no JSON Feed."""
    line = data.lstrip().partition(b"\n")[0]
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and not looks_like_feed(data)
