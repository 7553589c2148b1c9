"""Files that take their place only once they are whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A draft to write, beside a place; it is moved there if the block ends well.

    Processes that replace files in one folder wait for each other, so of two that write the
    same table the later one reads what the earlier one kept, too. After a kill a hidden draft
    is left, which the next run writes over.

    Args:
        path: The place; its folder is made if it is missing.

    Raises:
        OSError: The draft cannot be written or moved.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(path)
    with _alone_in(path.parent):
        try:
            yield draft
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


def draft_of(path: Path) -> Path:
    """Where the draft of a file stands until it is whole."""
    return path.with_name(f".{path.name}.new")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, where the system has such a thing; it ends with the process."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems lock no folder.
        with suppress(OSError):
            fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)
