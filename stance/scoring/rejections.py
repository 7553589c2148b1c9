"""What was set aside in a run, as a file of its own."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Self

from stance.errors import StoreError
from stance.reading.items import Rejected


class Rejections:
    """Writes one JSON line for everything set aside: source, position, reason.

    The file is written beside its place and moved there at the end; where nothing
    was set aside, none is left, not even an older run's. Or it is a list that grows.
    """

    def __init__(self, path: Path, *, grow: bool = False) -> None:
        """Begin a list.

        Args:
            path: Where it shall stand.
            grow: Write to the end of what stands there, at once.

        Raises:
            StoreError: Its folder cannot be written.
        """
        self.path = path
        self.count = 0
        self._draft = path if grow else path.with_name(f".{path.name}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._draft.open("a" if grow else "w", encoding="utf-8")
        except OSError as error:
            raise StoreError(
                f"{path}: {error.strerror}: choose a place that can be written"
            ) from None

    def __enter__(self) -> Self:
        """Use it in a `with`."""
        return self

    def __call__(self, rejected: Rejected) -> None:
        """Add one."""
        row = {
            "source": rejected.source,
            "position": rejected.position,
            "reason": rejected.reason,
        }
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._file.flush()
        self.count += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Move the list to its place."""
        self._file.close()
        if self._draft == self.path:
            return
        if self.count:
            self._draft.replace(self.path)
        else:
            self._draft.unlink()
            self.path.unlink(missing_ok=True)
