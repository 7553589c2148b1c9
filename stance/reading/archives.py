"""Web archives (WARC, ISO 28500): the pages that a crawl kept."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from stance.errors import InputError, MissingExtraError
from stance.reading.charsets import page_text
from stance.reading.documents import article_from_html
from stance.reading.items import Item, Located, Rejected
from stance.reading.unpacking import unpacked

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

ARCHIVE_SUFFIXES = (".warc", ".warc.gz")

_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_CHUNK = re.compile(rb"[0-9A-Fa-f]+[ \t]*(?:;[^\r\n]*)?\r\n")
_CUT = "the archive ends in mid-record"


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much of an archive is held in memory at once.

    Attributes:
        page_bytes: The longest page that is read, as stored and as decompressed.
    """

    page_bytes: int = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Archive:
    """The pages in a `.warc` or `.warc.gz` file.

    A page is a response with status 200 that is HTML; whatever else a crawl keeps
    (requests, pictures, redirects) is no article and is passed over. A page stands at
    its record's byte offset (`@12345`), in a compressed archive that after
    decompression, which is the same however the archive was compressed.

    Attributes:
        path: The file.
        name: What the user called it.
        limits: How much is held in memory.
    """

    path: Path
    name: str
    limits: ArchiveLimits = field(default_factory=ArchiveLimits)

    def __iter__(self) -> Iterator[Item]:
        """Yield one item a page. An archive that is cut off ends in a `Rejected`.

        Raises:
            InputError: The file cannot be read.
            MissingExtraError: fastwarc is not installed.
        """
        try:
            from fastwarc.warc import ArchiveIterator
        except ImportError:
            raise MissingExtraError("fastwarc", "feeds") from None
        try:
            stream = _opened(self.path)
        except OSError as error:
            raise InputError(f"{self.name}: {error.strerror}: give an archive's file") from None
        with stream:
            try:
                for record in ArchiveIterator(stream, parse_http=False, stream_detect=False):
                    yield from self._items(record, f"@{record.stream_pos}")
            except EOFError:
                yield Rejected(_CUT, self.name, f"@{stream.tell()}")
            except (OSError, zlib.error) as error:
                reason = f"no record can be read from here on: {error}"
                yield Rejected(reason, self.name, f"@{stream.tell()}")

    def _items(self, record: WarcRecord, position: str) -> Iterator[Item]:
        """The page in a record, if it is one; and that the record is cut off, if it is."""
        # An archive that ends within a record's own header leaves it without a length.
        if "Content-Length" not in record.headers:
            yield Rejected(_CUT, self.name, position)
            return
        try:
            page = _holds_page(record)
        except OSError as error:
            yield Rejected(f"a response that cannot be read: {error}", self.name, position)
            return
        length = record.content_length
        body = record.reader.read(self.limits.page_bytes + 1) if page else b""
        if len(body) + record.reader.consume() < length:
            yield Rejected(_CUT, self.name, position)
        elif page:
            yield self._item(record, body, position)

    def _item(self, record: WarcRecord, body: bytes, position: str) -> Item:
        url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
        name = url or "a page without an address"
        try:
            page = _decoded(record, body, self.limits.page_bytes, name)
            article = article_from_html(page_text(page, record.http_charset, name), name)
        except InputError as error:
            return Rejected(str(error), self.name, position)
        when = record.headers.get("WARC-Date")
        article = replace(article, url=url or article.url, retrieved=when)
        return Located(article, self.name, position)


class _Unhurried(gzip.GzipFile):
    """Decompresses one piece a call.

    An archive that is cut off so gives all that it has before it says so; reading
    ahead would lose its last records.
    """

    def read(self, size: int | None = -1) -> bytes:
        return self.read1(-1 if size is None else size)


def _opened(path: Path) -> BinaryIO:
    if path.suffix.lower() == ".gz":
        return cast("BinaryIO", _Unhurried(path))
    return path.open("rb")


def _holds_page(record: WarcRecord) -> bool:
    """Whether a record is a page that was found; its HTTP headers are read to tell.

    Raises:
        OSError: The headers are broken.
    """
    from fastwarc.warc import WarcRecordType

    if record.record_type != WarcRecordType.response:
        return False
    record.parse_http()
    if not record.is_http_parsed or record.http_headers.status_code != 200:
        return False
    return (record.http_content_type or "").lower() in _PAGES


def _decoded(record: WarcRecord, body: bytes, longest: int, name: str) -> bytes:
    """A page's bytes without transfer and content encodings, which crawlers may keep.

    Raises:
        InputError: It is too long, or is not in the encoding that it states.
    """
    from fastwarc.stream_io import BrotliReader, ChunkedReader

    headers = record.http_headers
    coding = (headers.get("Content-Encoding") or "").strip().lower()
    try:
        # Crawlers that take these encodings off often leave the headers that state them.
        if "chunked" in (headers.get("Transfer-Encoding") or "").lower() and _CHUNK.match(body):
            body = ChunkedReader(io.BytesIO(body)).read(longest + 1)
        if not body.removeprefix(BOM_UTF8).lstrip().startswith(b"<"):
            if coding == "br":
                body = BrotliReader(io.BytesIO(body)).read(longest + 1)
            elif coding in {"gzip", "x-gzip", "deflate"}:
                body = bytes(unpacked(body, coding, longest))
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{name}: not in the encoding that it states: {error}") from None
    if len(body) > longest:
        raise InputError(f"{name}: a page of more than {longest} bytes")
    return body
