"""Tables of articles, one a row: CSV, JSON Lines and Parquet."""

from __future__ import annotations

import codecs
import csv
import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from stance.errors import InputError, MissingExtraError
from stance.reading.columns import ANY_COLUMNS, Columns, item_of_row, recognise
from stance.reading.items import Item, Rejected

CSV_SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
JSONL_SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
PARQUET_SUFFIXES = (".parquet",)

_BROKEN = (OSError, EOFError, zlib.error)
_CLOSING = re.compile(rb'(?:[^"]++|"")*+"')


@dataclass(frozen=True, slots=True)
class TableLimits:
    """How much of a table is held in memory at once.

    Attributes:
        row_bytes: The longest row that is read; a longer one is set aside.
        batch_rows: How many rows of a Parquet file are decoded together.
    """

    row_bytes: int = 10 * 1024 * 1024
    batch_rows: int = 256


@dataclass(frozen=True, slots=True)
class CsvTable:
    """Articles in comma-, semicolon- or tab-separated values (RFC 4180), in UTF-8.

    The first row names the columns, and the separator is the one it holds most of. A
    row stands at its number, the first below the header being `#1`. A field of more
    than 131,072 characters is set aside: Python's reader refuses it.

    Attributes:
        path: The file; one that ends in `.gz` is decompressed.
        name: What the user called it.
        columns: Which columns to read; those not given go by their usual names.
        limits: How much is held in memory.
    """

    path: Path
    name: str
    columns: Columns = ANY_COLUMNS
    limits: TableLimits = field(default_factory=TableLimits)

    def __iter__(self) -> Iterator[Item]:
        """Yield one item a row.

        Raises:
            InputError: The file cannot be read, has no header, or no column of text.
        """
        with _opened(self.path, self.name) as file:
            number = 0
            try:
                rows = _rows(_lines(file, self.limits.row_bytes), self.limits.row_bytes)
                header = next(rows, "empty")
                if isinstance(header, str):
                    raise InputError(f"{self.name}: {header}: give a table with a row of names")
                chosen = recognise(header, self.columns, self.name)
                for number, row in enumerate(rows, 1):
                    position = f"#{number}"
                    if isinstance(row, str):
                        yield Rejected(row, self.name, position)
                    elif len(row) != len(header):
                        reason = f"a row of {len(row)} fields under a header of {len(header)}"
                        yield Rejected(reason, self.name, position)
                    else:
                        cells = dict(zip(header, row, strict=True))
                        yield item_of_row(cells, chosen, self.name, position)
            except _BROKEN as error:
                yield _broken(error, self.name, number + 1)


@dataclass(frozen=True, slots=True)
class JsonLines:
    """Articles as JSON objects, one a line, in UTF-8. A row stands at its line's number.

    Attributes:
        path: The file; one that ends in `.gz` is decompressed.
        name: What the user called it.
        columns: Which keys to read; those not given go by their usual names.
        limits: How much is held in memory.
    """

    path: Path
    name: str
    columns: Columns = ANY_COLUMNS
    limits: TableLimits = field(default_factory=TableLimits)

    def __iter__(self) -> Iterator[Item]:
        """Yield one item a line that is not blank.

        Raises:
            InputError: The file cannot be read, or its first object has no key of text.
        """
        with _opened(self.path, self.name) as file:
            number, begun = 0, False
            try:
                for number, line in enumerate(_lines(file, self.limits.row_bytes), 1):
                    position = f"#{number}"
                    row = _object(line) if line is not None else _too_long(self.limits.row_bytes)
                    if isinstance(row, str):
                        if row:
                            yield Rejected(row, self.name, position)
                        continue
                    try:
                        chosen = recognise(row, self.columns, self.name)
                    except InputError as error:
                        if not begun:
                            raise
                        yield Rejected(str(error), self.name, position)
                        continue
                    begun = True
                    yield item_of_row(row, chosen, self.name, position)
            except _BROKEN as error:
                yield _broken(error, self.name, number + 1)


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """Articles in a Parquet file. A row stands at its number, the first being `#1`.

    Attributes:
        path: The file.
        name: What the user called it.
        columns: Which columns to read; those not given go by their usual names.
        limits: How much is held in memory.
    """

    path: Path
    name: str
    columns: Columns = ANY_COLUMNS
    limits: TableLimits = field(default_factory=TableLimits)

    def __iter__(self) -> Iterator[Item]:
        """Yield one item a row.

        Raises:
            InputError: The file cannot be read, is not Parquet, or has no column of text.
            MissingExtraError: pyarrow is not installed.
        """
        try:
            from pyarrow import ArrowException, parquet
        except ImportError:
            raise MissingExtraError("pyarrow", "feeds") from None
        try:
            table = parquet.ParquetFile(self.path)
        except (OSError, ArrowException) as error:
            raise InputError(f"{self.name}: {_line(error)}: give a Parquet file") from None
        number = 0
        with table:
            chosen = recognise(table.schema_arrow.names, self.columns, self.name)
            read = list(dict.fromkeys(chosen.values()))
            try:
                for batch in table.iter_batches(self.limits.batch_rows, columns=read):
                    for i in range(batch.num_rows):
                        number += 1
                        yield self._item(batch, i, chosen, f"#{number}")
            except (OSError, ArrowException) as error:
                yield _broken(error, self.name, number + 1)

    def __length_hint__(self) -> int:
        """How many rows the file says that it holds; 0 where it cannot be read."""
        try:
            from pyarrow import ArrowException, parquet
        except ImportError:
            return 0
        try:
            return int(parquet.read_metadata(self.path).num_rows)
        except (OSError, ArrowException):
            return 0

    def _item(self, batch: Any, i: int, chosen: dict[str, str], position: str) -> Item:  # noqa: ANN401
        try:
            row = {name: batch.column(name)[i].as_py() for name in chosen.values()}
        except (ValueError, OverflowError) as error:
            return Rejected(f"a cell that cannot be read: {_line(error)}", self.name, position)
        return item_of_row(row, chosen, self.name, position)


def _opened(path: Path, name: str) -> BinaryIO:
    try:
        if path.suffix.lower() == ".gz":
            return cast("BinaryIO", gzip.open(path))
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}: give a table's file") from None


def _lines(file: BinaryIO, longest: int) -> Iterator[bytes | None]:
    """The lines of a file, with None for each that is too long to hold."""
    first = True
    while line := file.readline(longest + 1):
        if len(line) > longest and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = file.readline(longest)
            yield None
        else:
            yield line.removeprefix(codecs.BOM_UTF8) if first else line
        first = False


def _object(line: bytes) -> dict[str, object] | str:
    """The JSON object on a line, or why there is none; nothing to say of a blank line."""
    if not line.strip():
        return ""
    try:
        found = json.loads(line.decode())
    except UnicodeDecodeError as error:
        return f"byte {error.start} of the line is not UTF-8"
    except RecursionError:
        return "JSON that is nested too deeply"
    except ValueError as error:
        return f"broken JSON: {error}"
    return found if isinstance(found, dict) else "JSON that is no object: expected {...}"


def _rows(lines: Iterable[bytes | None], longest: int) -> Iterator[list[str] | str]:
    """The rows of a CSV file, header first: its fields, or why a row has none.

    A field in quotation marks may hold line ends, so a row is gathered until its marks
    are closed. After one that is too long, reading goes on at the next line.
    """
    separator = ""
    parts: list[bytes] = []
    size, quoted = 0, False
    for line in lines:
        if line is None or size > longest:
            yield f"{_too_long(longest)}; a quotation mark may be left open"
            parts, size, quoted = [], 0, False
        if line is None or not (parts or line.strip()):
            continue
        separator = separator or max(",;\t", key=line.decode("latin-1").count)
        parts.append(line)
        size += len(line)
        quoted = _left_open(line, separator.encode(), quoted=quoted)
        if not quoted:
            yield _fields(b"".join(parts), separator)
            parts, size = [], 0
    if parts:
        yield "a row whose quotation mark is never closed"


def _left_open(line: bytes, separator: bytes, *, quoted: bool) -> bool:
    """Whether a quotation mark is open at the end of a line, as at its start or not."""
    opening = re.compile(rb'(?:^|%b)"' % re.escape(separator))
    place = 0
    while True:
        if quoted:
            closing = _CLOSING.match(line, place)
            if not closing:
                return True
            place, quoted = closing.end(), False
        found = opening.search(line, place)
        if not found:
            return False
        place, quoted = found.end(), True


def _fields(record: bytes, separator: str) -> list[str] | str:
    try:
        return next(csv.reader([record.decode()], delimiter=separator))
    except UnicodeDecodeError as error:
        return f"byte {error.start} of the row is not UTF-8"
    except csv.Error as error:
        return f"a broken row: {error}"


def _too_long(longest: int) -> str:
    return f"a row of more than {longest} bytes"


def _broken(error: Exception, name: str, number: int) -> Rejected:
    return Rejected(f"the file breaks off here: {_line(error)}", name, f"#{number}")


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
