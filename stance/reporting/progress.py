"""How far a run has come, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)


@contextmanager
def progress_bar(console: Console, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar that moves, with articles so far and a second: sources do not know their length.

    Args:
        console: Where it is drawn; standard error, so that output stays clean.
        quiet: Draw nothing; nor is anything drawn where there is no terminal.

    Yields:
        A function to call with the number of articles just dealt with.
    """
    columns = (
        BarColumn(),
        TextColumn("{task.completed:.0f} articles"),
        TextColumn("{task.fields[rate]:.1f} articles/s"),
        TimeElapsedColumn(),
    )
    disable = quiet or not console.is_terminal
    with Progress(*columns, console=console, disable=disable, transient=True) as bar:
        task = bar.add_task("", total=None, rate=0.0)

        def advance(done: int) -> None:
            found = bar.tasks[task]
            elapsed = found.elapsed or 1e-9
            bar.update(task, advance=done, rate=(found.completed + done) / elapsed)

        yield advance
