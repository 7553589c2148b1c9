"""What a source yields: articles, and what could not be read as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from stance.records import Article


@dataclass(frozen=True, slots=True)
class Located:
    """An article and where in its source it stood.

    Attributes:
        article: The article.
        source: The source as the user named it: a path, a URL, or `-`.
        position: Where in it, the same at every reading: a file's name, a row's or
            an entry's number, a record's byte offset.
    """

    article: Article
    source: str
    position: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something in a source that could not be read as an article.

    Attributes:
        reason: One line: what came and what was expected.
        source: The source as the user named it.
        position: Where in it.
    """

    reason: str
    source: str
    position: str


Item = Located | Rejected


class Source(Protocol):
    """A place that articles come from, read anew at every iteration, in the same order."""

    def __iter__(self) -> Iterator[Item]:
        """Yield what stands there, one at a time, in bounded memory.

        Nothing is left out silently: what is no article comes as `Rejected`.

        Raises:
            InputError: The source as a whole cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave.

    Attributes:
        url: Where it was found in the end, after redirects.
        body: The bytes, decompressed.
        content_type: As the server says, in lower case; empty if it does not.
        retrieved: When, in ISO 8601 with its time zone.
    """

    url: str
    body: bytes
    content_type: str
    retrieved: str


class Fetch(Protocol):
    """Gets what stands at an address."""

    def __call__(self, url: str) -> Fetched:
        """Get it.

        Raises:
            FetchError: The address is refused, or gives nothing usable.
        """
        ...
