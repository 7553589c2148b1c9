"""How each annotator stands to the others, and which units stayed hard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stance.corpus.schema import Unit, majority
from stance.records import Label


@dataclass(frozen=True, slots=True)
class AnnotatorScore:
    """One annotator beside the others.

    Attributes:
        annotator: The pseudonym.
        units: Units on which all the others agree.
        macro_f1: Macro-F1 of the annotator's votes against theirs.
    """

    annotator: str
    units: int
    macro_f1: float


def annotator_scores(units: Sequence[Unit]) -> Iterator[AnnotatorScore]:
    """Score every annotator against the majority of the others.

    Args:
        units: Units whose votes name their annotators.

    Yields:
        One score an annotator, by name; units without a majority among the
        others do not count.
    """
    pairs: dict[str, list[tuple[Label, Label]]] = defaultdict(list)
    for unit in units:
        for vote in unit.votes:
            others = majority(v for v in unit.votes if v is not vote)
            if vote.annotator is not None and others is not None:
                pairs[vote.annotator].append((others, vote.label))
    for name in sorted(pairs):
        yield AnnotatorScore(name, len(pairs[name]), _macro_f1(pairs[name]))


def hard_units(units: Sequence[Unit]) -> list[Unit]:
    """Units on which no two annotators agree, or that all found doubtful."""
    return [
        u
        for u in units
        if u.votes and (majority(u.votes) is None or all((v.confidence or 3) == 1 for v in u.votes))
    ]


def _macro_f1(pairs: Sequence[tuple[Label, Label]]) -> float:
    scores = []
    for label in Label:
        hits = sum(true is label and given is label for true, given in pairs)
        total = sum((true is label) + (given is label) for true, given in pairs)
        if total:
            scores.append(2 * hits / total)
    return sum(scores) / len(scores)
