"""Cuts long work into pieces that one statement can name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

PIECE = 500
"""Articles a statement; SQLite allows 32,766 values in one."""


def pieces(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut items into lists of a size; the last may be shorter.

    Args:
        items: Anything.
        size: Items a list.
    """
    rest = iter(items)
    while piece := list(islice(rest, size)):
        yield piece
