"""The rules that annotated data must keep, checked file by file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from stance.corpus.collection import HYDRATED
from stance.corpus.duplicates import near_duplicates
from stance.corpus.lines import parse_row, read_lines
from stance.corpus.schema import (
    HOLDERS,
    AnnotatedArticle,
    Unit,
    article_from_json,
    majority,
)
from stance.corpus.standoff import StandoffRow, row_from_json
from stance.errors import CorpusError
from stance.records import Label

T = TypeVar("T")
WIRE_SPLITS = ("train", "validation", "test", "later")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One broken rule.

    Attributes:
        file: The file at fault.
        line: Its line, from 1.
        fault: What is wrong.
        mend: How to put it right.
    """

    file: str
    line: int
    fault: str
    mend: str

    def __str__(self) -> str:
        """One line: where, what, and how to mend it."""
        return f"{self.file}:{self.line}: {self.fault}: {self.mend}"


def check_data(data: Path) -> list[Refusal]:
    """Check every corpus file and every file of stand-off labels in a data folder.

    Where real news is hydrated, its texts are looked for among the originals, too.

    Args:
        data: The data folder.

    Returns:
        Every broken rule, by file and line; empty if all is well.

    Raises:
        CorpusError: There is nothing to check.
    """
    corpora = sorted((data / "corpus").glob("*.jsonl")) + sorted(
        (data / "contrast").glob("*.jsonl")
    )
    standoff = sorted(data.glob("*/annotations.jsonl"))
    if not corpora and not standoff:
        raise CorpusError(f"{data}: no corpus/*.jsonl and no */annotations.jsonl: check the path")
    refusals: list[Refusal] = []
    placed: list[tuple[Path, int, AnnotatedArticle]] = []
    for path in corpora:
        for number, article in _parsed(path, article_from_json, refusals):
            placed.append((path, number, article))
            refusals += _article_faults(path, number, article)
    for path in standoff:
        refusals += _standoff_faults(path, list(_parsed(path, row_from_json, refusals)))
    if (real := data / "wire" / HYDRATED).is_file():
        placed += [(real, n, a) for n, a in _parsed(real, article_from_json, refusals)]
    refusals += _doubles(placed)
    return sorted(refusals, key=lambda r: (r.file, r.line))


def _parsed(
    path: Path, parse: Callable[[dict[str, Any]], T], refusals: list[Refusal]
) -> Iterator[tuple[int, T]]:
    """Records of a file with their lines; what is none becomes a refusal."""
    for number, line in read_lines(path):
        try:
            yield number, parse(parse_row(path, number, line))
        except CorpusError as error:
            message = str(error).removeprefix(f"{path}:{number}: ")
            fault, _, mend = message.rpartition(": ")
            refusals.append(Refusal(str(path), number, fault or message, mend))


def _standoff_faults(path: Path, rows: list[tuple[int, StandoffRow]]) -> Iterator[Refusal]:
    ends: dict[str, int] = {}
    for line, row in rows:
        unit, name = row.unit, f"{row.document} [{row.unit.start}, {row.unit.end})"
        if row.split not in WIRE_SPLITS:
            fault = f"{name}: unknown split {row.split!r}"
            yield Refusal(str(path), line, fault, f"use one of {', '.join(WIRE_SPLITS)}")
        if not ends.get(row.document, 0) <= unit.start < unit.end:
            yield Refusal(str(path), line, f"{name} overlaps or is empty", "mend the offsets")
        ends[row.document] = unit.end
        yield from _unit_faults(path, line, name, unit)


def _article_faults(path: Path, line: int, article: AnnotatedArticle) -> Iterator[Refusal]:
    if not article.units:
        yield Refusal(str(path), line, f"{article.id} has no units", "annotate it or take it out")
    if article.split != path.stem:
        yield Refusal(
            str(path),
            line,
            f"{article.id} says split {article.split!r}",
            f"move it or say {path.stem!r}",
        )
    # Of a contrast group's text only the sentence in question is annotated.
    whole = path.parent.name == "corpus"
    at = 0
    for unit in article.units:
        name = f"{article.id} [{unit.start}, {unit.end})"
        if whole and article.text[at : unit.start].strip():
            left = article.text[at : unit.start].strip()[:40]
            yield Refusal(
                str(path), line, f"{name}: text before it is no unit: {left!r}", "cover it"
            )
        at = unit.end
        yield from _unit_faults(path, line, name, unit)
    if whole and article.units and article.text[at:].strip():
        left = article.text[at:].strip()[:40]
        yield Refusal(
            str(path), line, f"{article.id}: text after the last unit: {left!r}", "cover it"
        )


def _unit_faults(path: Path, line: int, name: str, unit: Unit) -> Iterator[Refusal]:
    bearing = unit.label is not Label.NEUTRAL
    holders = {v.holder for v in unit.votes} - {None, *HOLDERS}
    sure = {v.confidence for v in unit.votes} - {None, 1, 2, 3}
    rules = [
        (bool(holders), f"a vote's holder {holders}", f"use one of {HOLDERS}"),
        (bool(sure), f"a vote's confidence {sure}", "use 1, 2 or 3"),
        (unit.holder not in HOLDERS, f"unknown holder {unit.holder!r}", f"use one of {HOLDERS}"),
        (bearing and unit.holder == "none", "a stance without a holder", "say who holds it"),
        (not bearing and unit.holder != "none", "a holder of no stance", "say 'none'"),
        (bearing and not unit.relevant, "a stance that is not relevant", "set relevant to true"),
        (unit.mixed and bearing, "mixed with a stance", "mixed goes with neutral only"),
        (unit.confidence not in (1, 2, 3), f"confidence {unit.confidence}", "use 1, 2 or 3"),
        (
            bool(unit.votes) and not unit.adjudicated and majority(unit.votes) is not unit.label,
            f"votes {[str(v.label) for v in unit.votes]} do not give {unit.label}",
            "mend the label, or adjudicate the unit and say so",
        ),
    ]
    for broken, fault, mend in rules:
        if broken:
            yield Refusal(str(path), line, f"{name}: {fault}", mend)


def _doubles(placed: list[tuple[Path, int, AnnotatedArticle]]) -> Iterable[Refusal]:
    by_key = {f"{path}:{line}": (path, line, article) for path, line, article in placed}
    first_with: dict[str, str] = {}
    for key, (path, line, article) in by_key.items():
        if article.id in first_with:
            fault = f"id {article.id!r} is also at {first_with[article.id]}"
            yield Refusal(str(path), line, fault, "rename one")
        first_with.setdefault(article.id, key)
    texts = {key: article.text for key, (_, _, article) in by_key.items()}
    for first, second in near_duplicates(texts):
        (one, line_one, a), (two, line_two, b) = by_key[first], by_key[second]
        if a.text == b.text:
            yield Refusal(str(two), line_two, f"{b.id} repeats {one}:{line_one}", "take one out")
        elif a.split != b.split:
            yield Refusal(
                str(two),
                line_two,
                f"{b.id} is nearly {a.id} in split {a.split}",
                "put both in one split",
            )
