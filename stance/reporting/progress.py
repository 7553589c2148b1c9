"""How far a run has come, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


@contextmanager
def progress_bar(console: Console, *, quiet: bool) -> Iterator[Callable[[int, int | None], None]]:
    """A bar with articles so far and a second, and with the time left where that can be told.

    Args:
        console: Where it is drawn; standard error, so that output stays clean.
        quiet: Draw nothing; nor is anything drawn where there is no terminal.

    Yields:
        A function to call with the number of articles just dealt with, and of how many in
        all; None where nobody knows.
    """
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:.1f} articles/s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    disable = quiet or not console.is_terminal
    with Progress(*columns, console=console, disable=disable, transient=True) as bar:
        task = bar.add_task("", total=None, rate=0.0)

        def advance(done: int, total: int | None) -> None:
            found = bar.tasks[task]
            elapsed = found.elapsed or 1e-9
            bar.update(task, advance=done, total=total, rate=(found.completed + done) / elapsed)

        yield advance
