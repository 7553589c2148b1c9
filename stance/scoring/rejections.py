"""What was set aside in a run, as a file of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self

from stance.errors import StoreError
from stance.reading.items import Rejected
from stance.scoring.drafts import replaced


class Rejections:
    """Writes one JSON line for everything set aside: source, position, reason.

    The list takes its place at the end; where nothing was set aside in a whole run, none
    is left, not even an older run's. Or it is a list that grows.
    """

    def __init__(self, path: Path, *, grow: bool = False) -> None:
        """Begin a list.

        Args:
            path: Where it shall stand; its folder is made if it is missing.
            grow: Write to the end of what stands there, at once.

        Raises:
            StoreError: Its folder cannot be written.
        """
        self.path = path
        self.count = 0
        self._grow = grow
        with self._faults():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: IO[str] = (
                path.open("a", encoding="utf-8")
                if grow
                # It has no name, so a kill leaves nothing behind.
                else TemporaryFile("w+", encoding="utf-8", dir=path.parent)  # noqa: SIM115
            )

    def __enter__(self) -> Self:
        """Use it in a `with`."""
        return self

    def __call__(self, rejected: Rejected) -> None:
        """Add one.

        Raises:
            StoreError: The disk is full.
        """
        row = {
            "source": rejected.source,
            "position": rejected.position,
            "reason": rejected.reason,
        }
        with self._faults():
            line = json.dumps(row, ensure_ascii=False)
            # A name that the shell gave may hold bytes that are not UTF-8.
            self._file.write(line.encode(errors="backslashreplace").decode() + "\n")
            self._file.flush()
        self.count += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put the list in its place."""
        with self._faults(), self._file:
            if self._grow:
                return
            if self.count:
                self._file.seek(0)
                with replaced(self.path) as draft, draft.open("w", encoding="utf-8") as whole:
                    shutil.copyfileobj(self._file, whole)
            elif error is None:
                self.path.unlink(missing_ok=True)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"{self.path}: {error.strerror or error}: make room, or choose a place that can "
                "be written"
            ) from None
