from __future__ import annotations

import io

from rich.console import Console

from stance.reporting.progress import progress_bar


def drawn(*steps: tuple[int, int | None], quiet: bool = False, terminal: bool = True) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=100)
    with progress_bar(console, quiet=quiet) as progress:
        for step in steps:
            progress(*step)
    return out.getvalue()


def test_the_bar_tells_how_many_of_how_many() -> None:
    found = drawn((3, 12), (3, 12))
    assert "6/12" in found
    assert "articles/s" in found


def test_where_nobody_knows_the_total_the_bar_says_so() -> None:
    assert "6/?" in drawn((6, None))


def test_nothing_is_drawn_when_quiet_or_away_from_a_terminal() -> None:
    assert "articles" not in drawn((6, 12), quiet=True)
    assert drawn((6, 12), terminal=False).strip() == ""
