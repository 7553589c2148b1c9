"""The commands that score many articles and keep them."""

from __future__ import annotations

import json
import signal
from itertools import islice
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from stance.cli.one_line import one_line_errors
from stance.errors import InputError

if TYPE_CHECKING:
    from stance.reading.columns import Columns
    from stance.scoring.job import Job

SOME_SET_ASIDE = 1
REASONS = 5


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--to", "target", required=True, help="Parquet, CSV, JSONL, SQLite, folder or URL.")
@click.option("--ledger", help="Keep the ledger here; beside the output if not given.")
@click.option("--model", help="A model folder or hub name; the shipped model if not given.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option("--gate/--no-gate", default=True, show_default=True, help="Screen articles first.")
@click.option("--any-language", is_flag=True, help="Score what is not English, too.")
@click.option("--follow", is_flag=True, help="Fetch the pages that feeds link to.")
@click.option(
    "--column", "columns", multiple=True, metavar="FIELD=NAME", help="A table's, such as text=body."
)
@click.option("--allow-private", is_flag=True, help="Fetch from private addresses, too.")
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option("--workers", type=click.IntRange(1), help="Copies with ray; 2 if not given.")
@click.option("--quiet", is_flag=True, help="No progress bar and no summary, for cron.")
@one_line_errors
def score(sources: tuple[str, ...], target: str, *, quiet: bool, **given: Any) -> None:  # noqa: ANN401
    """Score every article of SOURCE... once, and keep the results.

    A source is a file or folder of text or HTML, a table (CSV, JSONL, Parquet), a feed or
    page by file or URL, a web archive, or - for standard input.
    """
    from stance.reporting.progress import progress_bar
    from stance.scoring.job import run_job

    job = _job(sources, target, given)
    with progress_bar(Console(stderr=True), quiet=quiet) as progress:
        summary = run_job(job, progress)
    if not quiet:
        click.echo(str(summary), err=True)
    if summary.rejected:
        _print_rejected(job.output.rejected, summary.rejected)
        raise SystemExit(SOME_SET_ASIDE)


@click.command()
@click.argument("feeds", type=click.Path(path_type=Path))
@click.option("--to", "target", required=True, help="A SQLite file or a database's URL.")
@click.option("--every", type=click.FloatRange(1), default=900, show_default=True, help="Seconds.")
@click.option("--cycles", type=click.IntRange(0), default=0, help="Stop after so many; 0: never.")
@click.option("--model", help="A model folder or hub name; the shipped model if not given.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option("--gate/--no-gate", default=True, show_default=True, help="Screen articles first.")
@click.option("--any-language", is_flag=True, help="Score what is not English, too.")
@click.option("--allow-private", is_flag=True, help="Fetch from private addresses, too.")
@one_line_errors
def watch(feeds: Path, target: str, every: float, cycles: int, **given: Any) -> None:  # noqa: ANN401
    """Poll the feeds of an OPML file on a schedule, and score what is new."""
    from stance.reading.opml import feeds_of
    from stance.scoring.watch import WatchConfig, watch_feeds

    job = _job(feeds_of(feeds), target, given)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    watch_feeds(job, WatchConfig(every=every, cycles=cycles), stop, click.echo)


def _print_rejected(path: Path, count: int) -> None:
    """The first reasons, and where the others stand."""
    with path.open(encoding="utf-8") as file:
        for line in islice(file, REASONS):
            row = json.loads(line)
            click.echo(f"set aside: {row['source']} {row['position']}: {row['reason']}", err=True)
    click.echo(f"{count} set aside: see {path}", err=True)


def _job(sources: tuple[str, ...], target: str, given: dict[str, Any]) -> Job:
    from stance.reading.sources import SourceOptions
    from stance.scoring.batch import BatchConfig
    from stance.scoring.job import Job
    from stance.scoring.outputs import Output

    ray = given.get("engine") == "ray"
    if given.get("workers") and not ray:
        raise InputError("--workers counts copies of the model on Ray: add --engine ray")
    return Job(
        sources,
        Output.named(target, given.get("ledger")),
        model=given["model"],
        device=given["device"],
        screened=given["gate"],
        options=SourceOptions(_columns(given.get("columns", ())), given.get("follow", False)),
        batch=BatchConfig(any_language=given["any_language"], chunk=2048 if ray else 64),
        allow_private=given["allow_private"],
        workers=(given["workers"] or 2) if ray else None,
    )


def _columns(pairs: tuple[str, ...]) -> Columns | None:
    from stance.reading.columns import Columns

    known = Columns.__dataclass_fields__
    named = {}
    for pair in pairs:
        field, _, name = pair.partition("=")
        if field not in known or not name:
            raise InputError(
                f"--column {pair}: expected FIELD=NAME, with FIELD one of {', '.join(known)}"
            )
        named[field] = name
    return Columns(**named) if named else None
