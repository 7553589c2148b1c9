"""One run of `stance score`: sources in, ledger and tables out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from operator import length_hint
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.errors import InputError
from stance.reading.items import Fetch, Item, Rejected, Source
from stance.reading.sources import SourceOptions, open_source
from stance.scoring.batch import Batch, BatchConfig, Summary
from stance.scoring.gate import Gate
from stance.scoring.ledger.ledger import Ledger
from stance.scoring.outputs import Output, check_output, write_output
from stance.scoring.predictor import load
from stance.scoring.rejections import Rejections

if TYPE_CHECKING:
    from stance.reading.fetching import Fetcher
    from stance.scoring.scorer import Scorer


@dataclass(frozen=True, slots=True)
class Job:
    """What a run is to do.

    Attributes:
        sources: Files, folders, addresses, or `-`, as `open_source` takes them; one that
            is given twice is read once.
        output: Where results go.
        model: A model folder or hub name; the shipped model if None.
        device: `auto`, `cpu` or `cuda`.
        screened: Let the gate sort out articles about something else.
        options: How sources are read.
        batch: How the batch is worked off.
        allow_private: Fetch from private addresses too.
        workers: Copies of the model on a Ray cluster; None to score in this process.
    """

    sources: tuple[str, ...]
    output: Output
    model: str | None = None
    device: str = "auto"
    screened: bool = True
    options: SourceOptions = field(default_factory=SourceOptions)
    batch: BatchConfig = field(default_factory=BatchConfig)
    allow_private: bool = False
    workers: int | None = None


def score(
    sources: str | Path | Sequence[str | Path],
    to: str | Path,
    *,
    ledger: str | Path | None = None,
    model: str | Path | None = None,
    device: str = "auto",
    **more: Any,  # noqa: ANN401 - the fields of Job, which checks them
) -> Summary:
    """Score every article of news sources once, and keep the results.

    Args:
        sources: Files or folders of text or HTML, tables (CSV, JSONL, Parquet), web
            archives, and feeds by file or address.
        to: A file ending in `.parquet`, `.csv` or `.jsonl`, a folder, an SQLite file
            ending in `.db`, or a database's URL.
        ledger: Where to keep what was scored; beside the output if None.
        model: A model folder or hub name; the shipped model if None.
        device: `auto`, `cpu` or `cuda`.
        **more: Further fields of `Job`, such as `screened=False`.

    Returns:
        What became of everything read; what was set aside is listed in
        `TO.rejected.jsonl`.

    Raises:
        InputError: No source can be read.
        StoreError: The ledger or the output cannot be written.
        ModelError: The folder is no model, or the model fails on every article.
    """
    names = [sources] if isinstance(sources, str | Path) else sources
    output = Output.named(str(to), str(ledger) if ledger else None)
    chosen = str(model) if model else None
    return run_job(Job(tuple(map(str, names)), output, chosen, device, **more))


def run_job(job: Job, progress: Callable[[int, int | None], None] = lambda *_: None) -> Summary:
    """Score what is new in the sources, keep it, and write the tables.

    Args:
        job: What to do.
        progress: Is told how many items were just dealt with, and of how many in all; None
            where a source cannot say.

    Raises:
        InputError: No source can be read, or the output would replace a table of the user's.
        StoreError: The ledger or the output cannot be written.
        ModelError: The folder is no model, or the model fails on every article.
    """
    names = tuple(dict.fromkeys(job.sources))
    if not names:
        raise InputError("no source: give a file, a folder, an address, or -")
    with ExitStack() as stack:
        online = job.options.follow or any(map(_is_url, names))
        fetch = stack.enter_context(_fetcher(job)) if online else None
        options = replace(job.options, apart=job.options.apart | job.output.files)
        sources = _opened(names, options, fetch)
        faults = [source for source in sources if isinstance(source, Rejected)]
        _refuse_if_all(faults, len(names))
        check_output(job.output)
        # First of all, for it makes the folder in which the ledger may stand, too.
        reject = stack.enter_context(Rejections(job.output.rejected))
        ledger = stack.enter_context(Ledger.open(job.output.ledger))
        scorer = stack.enter_context(scorer_of(job))
        screen = Gate() if job.screened else None
        hints = [length_hint(s) for s in sources if not isinstance(s, Rejected)]
        total = sum(hints) if all(hints) else None
        batch = Batch(scorer, ledger, screen, reject, job.batch, lambda n: progress(n, total))
        summary = batch.run(_items(sources, names, faults))
        if summary.read == len(faults):
            _refuse_if_all(faults, len(names))
        write_output(ledger, scorer.manifest.identity, job.output)
    return summary


def _refuse_if_all(faults: Sequence[Rejected], sources: int) -> None:
    if len(faults) == sources:
        raise InputError("; ".join(fault.reason for fault in faults))


def _opened(
    names: Sequence[str], options: SourceOptions, fetch: Fetch | None
) -> list[Source | Rejected]:
    found: list[Source | Rejected] = []
    for name in names:
        try:
            found.append(open_source(name, options, fetch))
        except InputError as error:
            found.append(Rejected(str(error), name, ""))
    return found


def _items(
    sources: Sequence[Source | Rejected], names: Sequence[str], faults: list[Rejected]
) -> Iterator[Item]:
    """What the sources hold; one that fails as a whole is a fault, and the next goes on."""
    for source, name in zip(sources, names, strict=True):
        if isinstance(source, Rejected):
            yield source
            continue
        try:
            yield from source
        except InputError as error:
            faults.append(Rejected(str(error), name, ""))
            yield faults[-1]


@contextmanager
def scorer_of(job: Job) -> Iterator[Scorer]:
    """The model in this process, or copies of it on a Ray cluster."""
    if job.workers is None:
        yield load(job.model, job.device)
        return
    from stance.scoring.ray_scorer import RayScorer

    with RayScorer(job.model, job.device, job.workers) as scorer:
        yield scorer


def _fetcher(job: Job) -> Fetcher:
    from stance.reading.fetching import Fetcher, FetchPolicy

    return Fetcher(FetchPolicy(allow_private=job.allow_private))


def _is_url(name: str) -> bool:
    return name.lower().startswith(("http://", "https://"))
