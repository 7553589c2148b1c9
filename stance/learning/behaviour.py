"""What a model does on plain cases, one capability at a time.

In the spirit of CheckList (Ribeiro et al., ACL 2020): cases that any careful reader
would label the same; groups of wordings that must be labelled alike; and sentences
that turn neutral when another mediator takes China's place.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest

from stance.corpus.lines import read_jsonl
from stance.errors import CorpusError
from stance.model.calibration import probabilities
from stance.model.folder import Manifest
from stance.model.inputs import InputBuilder
from stance.model.runtime import Runtime
from stance.records import Kind, Label, Sentence

SUBSTITUTES: Mapping[str, Mapping[str, str]] = {
    "Turkey": {"China": "Turkey", "Chinese": "Turkish", "Beijing": "Ankara"},
    "Qatar": {"China": "Qatar", "Chinese": "Qatari", "Beijing": "Doha"},
    "Norway": {"China": "Norway", "Chinese": "Norwegian", "Beijing": "Oslo"},
    "the US": {"China": "the US", "Chinese": "American", "Beijing": "Washington"},
    "the UN": {"China": "the UN", "Chinese": "UN", "Beijing": "the UN"},
}
_CHINA = re.compile(r"\b(China|Chinese|Beijing)\b")


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a model does what it should.

    Attributes:
        test: `cases`, `same` or `swap`.
        capability: What was tried.
        passed: Cases or groups that passed.
        total: Cases or groups.
    """

    test: str
    capability: str
    passed: int
    total: int

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the pass rate."""
        found = binomtest(self.passed, self.total).proportion_ci(method="wilson")
        return float(found.low), float(found.high)

    def to_dict(self) -> dict[str, Any]:
        """The rate as plain values, ready for JSON."""
        low, high = self.interval
        return {
            "test": self.test,
            "capability": self.capability,
            "passed": self.passed,
            "total": self.total,
            "rate": round(self.passed / self.total, 4),
            "low": round(low, 4),
            "high": round(high, 4),
        }


class Labeller:
    """Labels single sentences under a headline, as scoring would."""

    def __init__(self, manifest: Manifest, builder: InputBuilder, runtime: Runtime) -> None:
        """Put it together from a model's parts."""
        self._manifest = manifest
        self._builder = builder
        self._runtime = runtime

    def label(self, given: Sequence[tuple[str, str]]) -> list[Label]:
        """The label of every (headline, sentence)."""
        passages, owners = [], []
        for number, (headline, text) in enumerate(given):
            sentence = Sentence(text, 0, len(text), Kind.BODY)
            for passage in self._builder.build([sentence], headline):
                passages.append(passage)
                owners += [number] * len(passage.marks)
        neutral = self._manifest.labels.index(Label.NEUTRAL)
        logits = self._runtime.logits(passages)
        odds = probabilities(logits, self._manifest.temperature, neutral)[:, : len(Label)]
        sums = np.zeros((len(given), odds.shape[1]))
        np.add.at(sums, owners, odds)
        return [Label(self._manifest.labels[int(row.argmax())]) for row in sums]


def behaviour(folder: Path, labeller: Labeller) -> list[Rate]:
    """Run every test.

    Args:
        folder: Holds `cases.jsonl`, `same.jsonl` and `swap.jsonl`.
        labeller: The model.

    Returns:
        Pass rates by test and capability.

    Raises:
        CorpusError: A file is missing or a row has another form.
    """
    passes: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for test, capability, passed in _outcomes(folder, labeller):
        passes[test, capability].append(passed)
    return [Rate(*key, sum(found), len(found)) for key, found in passes.items()]


def swapped(text: str, names: Mapping[str, str]) -> str:
    """A text with another mediator in China's place, articles and capitals mended."""
    found = _CHINA.sub(lambda match: names[match[1]], text)
    found = re.sub(r"\b([Tt]he) the\b", r"\1", found)
    found = re.sub(r"\b([Aa]) American\b", r"\1n American", found)
    return re.sub(r"(?:^|(?<=[.!?:] )|(?<=[“‘\"]))the\b", "The", found)


def _outcomes(folder: Path, labeller: Labeller) -> Iterator[tuple[str, str, bool]]:
    cases = list(_rows(folder / "cases.jsonl", {"capability", "text"}))
    given = labeller.label([(r["headline"], r["text"]) for r in cases])
    for row, label in zip(cases, given, strict=True):
        yield "cases", row["capability"], label == row["label"]
    for row in _rows(folder / "same.jsonl", {"capability", "variants"}):
        labels = set(labeller.label([(row["headline"], v) for v in row["variants"]]))
        yield "same", row["capability"], len(labels) == 1
    swaps = list(_rows(folder / "swap.jsonl", {"text"}))
    yield from (
        ("swap", "China", label == row["label"]) for row, label in _labelled(swaps, labeller, None)
    )
    for name, names in SUBSTITUTES.items():
        for _, label in _labelled(swaps, labeller, names):
            yield "swap", name, label is Label.NEUTRAL


def _labelled(
    rows: Sequence[dict[str, Any]], labeller: Labeller, names: Mapping[str, str] | None
) -> Iterable[tuple[dict[str, Any], Label]]:
    pairs = [(r["headline"], r["text"]) for r in rows]
    if names:
        pairs = [(swapped(h, names), swapped(t, names)) for h, t in pairs]
    return zip(rows, labeller.label(pairs), strict=True)


def _rows(path: Path, needed: set[str]) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        raise CorpusError(f"{path}: missing: restore the data folder's behaviour cases")
    for number, row in read_jsonl(path):
        if missing := sorted((needed | {"headline", "label"}) - set(row)):
            raise CorpusError(f"{path}:{number}: no {', '.join(missing)}: add what is missing")
        if row["label"] not in set(Label):
            raise CorpusError(
                f"{path}:{number}: label {row['label']!r}: expected one of {', '.join(Label)}"
            )
        yield row
