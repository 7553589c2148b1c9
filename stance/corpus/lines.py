"""JSON Lines: objects by line, and which line is at fault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stance.errors import CorpusError


def read_jsonl(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of a JSON Lines file with their line numbers, from 1.

    Raises:
        CorpusError: The file cannot be read, or a line is no object; with file,
            line, fault and mend.
    """
    for number, line in read_lines(path):
        yield number, parse_row(path, number, line)


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines of a file that hold something, with their numbers, from 1.

    Raises:
        CorpusError: The file is missing or not UTF-8.
    """
    try:
        with path.open(encoding="utf-8") as file:
            yield from ((n, line) for n, line in enumerate(file, 1) if line.strip())
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror}: check the path") from None
    except UnicodeDecodeError:
        raise CorpusError(f"{path}: not UTF-8: save it as UTF-8") from None


def parse_row(path: Path, number: int, line: str) -> dict[str, Any]:
    """One line of a JSON Lines file as an object.

    Raises:
        CorpusError: It is none; with file, line, fault and mend.
    """
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise CorpusError(
            f"{path}:{number}: {error.msg} at column {error.colno}: one JSON object a line"
        ) from None
    if not isinstance(row, dict):
        raise CorpusError(
            f"{path}:{number}: {line.strip()[:40]!r} is no object: one JSON object a line"
        )
    return row
