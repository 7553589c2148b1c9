"""Files and folders of articles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from stance.errors import InputError
from stance.reading.archives import ARCHIVE_SUFFIXES, Archive
from stance.reading.columns import ANY_COLUMNS, Columns
from stance.reading.documents import HTML_SUFFIXES, parse
from stance.reading.feeds import FEED_SUFFIXES, FeedFile
from stance.reading.following import Following
from stance.reading.items import Fetch, Item, Located, Rejected, Source
from stance.reading.tables import (
    CSV_SUFFIXES,
    JSONL_SUFFIXES,
    PARQUET_SUFFIXES,
    CsvTable,
    JsonLines,
    ParquetTable,
)

TEXT_SUFFIXES = frozenset({".txt", ".md"})


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How much of a file that is read whole is held in memory.

    Attributes:
        article_bytes: The longest text or page that is read.
    """

    article_bytes: int = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class TextFile:
    """One article in a text file or a page (see `stance.reading.documents.read`).

    Attributes:
        path: The file.
        name: What the user called it.
        limits: How much is held in memory.
    """

    path: Path
    name: str
    limits: FileLimits = field(default_factory=FileLimits)

    def __iter__(self) -> Iterator[Item]:
        """Yield the article, at the file's name.

        Raises:
            InputError: The file cannot be read.
        """
        position = _written(self.path.name)
        suffix = self.path.suffix.lower()
        if suffix not in TEXT_SUFFIXES | HTML_SUFFIXES:
            reason = f"a file ending in {suffix!r}: expected text, HTML, a feed, table or archive"
            yield Rejected(_written(reason), self.name, position)
            return
        try:
            with self.path.open("rb") as file:
                data = file.read(self.limits.article_bytes + 1)
        except OSError as error:
            raise InputError(f"{self.name}: {error.strerror}: give a file that is there") from None
        if len(data) > self.limits.article_bytes:
            reason = f"a file of more than {self.limits.article_bytes} bytes: expected one article"
            yield Rejected(reason, self.name, position)
            return
        try:
            yield Located(parse(data, position), self.name, position)
        except InputError as error:
            yield Rejected(str(error), self.name, position)


@dataclass(frozen=True, slots=True)
class Folder:
    """All files below a folder, in the order of their paths.

    An item stands at its file's path within the folder; in a table, a feed or an
    archive, with its own position after a colon (`2024/wires.csv:#17`).

    Attributes:
        path: The folder.
        name: What the user called it.
        columns: Which columns of a table to read.
        fetch: Gets the pages that feeds link to; None leaves the links alone.
        apart: Files to pass over, resolved: what lies there and is no news.
    """

    path: Path
    name: str
    columns: Columns = ANY_COLUMNS
    fetch: Fetch | None = None
    apart: frozenset[Path] = frozenset()

    def __iter__(self) -> Iterator[Item]:
        """Yield what the files hold; a file that cannot be read comes as `Rejected`.

        Raises:
            InputError: The folder cannot be read.
        """
        try:
            yield from self._items(self.path)
        except OSError as error:
            raise InputError(f"{self.name}: {error.strerror}: give a folder") from None

    def __length_hint__(self) -> int:
        """How many files there are; a table, a feed or an archive among them holds more items."""
        return sum(1 for path in self.path.rglob("*") if path.is_file())

    def _items(self, folder: Path) -> Iterator[Item]:
        for path in sorted(folder.iterdir()):
            place = _written(path.relative_to(self.path).as_posix())
            if path.is_dir() and not path.is_symlink():
                try:
                    yield from self._items(path)
                except OSError as error:
                    reason = f"a folder that cannot be read: {error.strerror}"
                    yield Rejected(reason, self.name, place)
            elif path.is_file():
                if path.resolve() in self.apart:
                    continue
                yield from self._file(path, place)
            else:
                reason = "neither a file nor a folder of its own: links to folders are not followed"
                yield Rejected(reason, self.name, place)

    def _file(self, path: Path, place: str) -> Iterator[Item]:
        source = file_source(path, place, self.columns)
        if self.fetch and isinstance(source, FeedFile):
            source = Following(source, self.fetch)
        try:
            for item in source:
                inner = "" if isinstance(source, TextFile) else f":{item.position}"
                yield replace(item, source=self.name, position=place + inner)
        except InputError as error:
            yield Rejected(str(error), self.name, place)


def file_source(path: Path, name: str, columns: Columns = ANY_COLUMNS) -> Source:
    """The source that reads a file, by its suffix.

    Args:
        path: The file.
        name: What the user called it.
        columns: Which columns to read, if it is a table.
    """
    lower = path.name.lower()
    if lower.endswith(CSV_SUFFIXES):
        return CsvTable(path, name, columns)
    if lower.endswith(JSONL_SUFFIXES):
        return JsonLines(path, name, columns)
    if lower.endswith(PARQUET_SUFFIXES):
        return ParquetTable(path, name, columns)
    if lower.endswith(ARCHIVE_SUFFIXES):
        return Archive(path, name)
    if lower.endswith(FEED_SUFFIXES):
        return FeedFile(path, name)
    return TextFile(path, name)


def _written(name: str) -> str:
    """A file's name as text; bytes that are not UTF-8 become escapes."""
    return name.encode(errors="backslashreplace").decode()
