"""Records of the annotated set, and the one way to read and write them.

A corpus file is JSON Lines, one article a line; its units are half-open slices
of the article's text. `data/README.md` describes every field.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from stance.corpus.lines import read_jsonl
from stance.errors import CorpusError
from stance.records import Kind, Label, Sentence

CODEBOOK_VERSION = 1

HOLDERS = (
    "author",
    "china",
    "us",
    "europe",
    "ukraine",
    "russia",
    "other_government",
    "organisation",
    "expert",
    "other",
    "none",
)


@dataclass(frozen=True, slots=True)
class Vote:
    """One annotator's reading of one unit.

    Attributes:
        label: The stance.
        relevant: Whether the unit bears on Chinese mediation; None if not asked.
        mixed: Whether both stances stand and neither outweighs.
        holder: Who holds the stance, one of `HOLDERS`.
        confidence: 1 (another annotator may well differ) to 3.
        annotator: Who voted, as a pseudonym; None if not recorded.
    """

    label: Label
    relevant: bool | None = None
    mixed: bool = False
    holder: str | None = None
    confidence: int | None = None
    annotator: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """One annotated unit: the half-open slice `[start, end)` of its article's text.

    Attributes:
        start: First code point.
        end: One past the last code point.
        kind: What the unit is on the page.
        label: The label that counts.
        relevant: Whether the unit bears on Chinese mediation.
        mixed: Whether both stances stand and neither outweighs.
        holder: Who holds the stance, one of `HOLDERS`.
        confidence: The lowest of the annotators' confidences.
        votes: Every annotator's reading.
        adjudicated: True where `label` was decided by re-reading, not by majority.
    """

    start: int
    end: int
    kind: Kind
    label: Label
    relevant: bool
    mixed: bool
    holder: str
    confidence: int
    votes: tuple[Vote, ...] = ()
    adjudicated: bool = False


@dataclass(frozen=True, slots=True)
class AnnotatedArticle:
    """An article with its annotated units.

    Attributes:
        id: Name of the article within the set.
        text: The whole text.
        units: The annotated units, in order.
        split: The split that the article belongs to.
        headline: The headline, where it stands apart from the text.
        meta: What else is known: register, outlet, conflict, date, source.
    """

    id: str
    text: str
    units: tuple[Unit, ...]
    split: str
    headline: str | None
    meta: Mapping[str, Any]

    @property
    def is_real(self) -> bool:
        """Whether it is an item of `data/wire`: only of those it is known where they were found."""
        return "repo" in self.meta

    @property
    def group(self) -> str | None:
        """The contrast group that it is a version of, if any."""
        group = self.meta.get("group")
        return None if group is None else str(group)

    @property
    def is_original(self) -> bool:
        """Whether it is an article written for the set, so that its text may be shown."""
        return "register" in self.meta and not self.is_real

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The units as sentences, ready for the input builder."""
        return tuple(
            Sentence(self.text[u.start : u.end], u.start, u.end, u.kind) for u in self.units
        )


def majority(votes: Iterable[Vote]) -> Label | None:
    """The label that more than half of the votes give, or None."""
    labels = [v.label for v in votes]
    if not labels:
        return None
    label, count = Counter(labels).most_common(1)[0]
    return label if count * 2 > len(labels) else None


def text_sha256(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


_QUOTES = str.maketrans("‘’‚‛“”„‟′″", "''''\"\"\"\"'\"")


def sentence_sha256(sentence: str) -> str:
    """SHA-256 of a sentence after NFKC, straight quotes and folded white space.

    Copies of one article differ in just these, so the hash finds a sentence
    again in another copy.
    """
    # Quotes first too: NFKC takes the double prime apart.
    plain = unicodedata.normalize("NFKC", sentence.translate(_QUOTES)).translate(_QUOTES)
    return text_sha256(re.sub(r"\s+", " ", plain).strip())


def vote_to_json(vote: Vote) -> dict[str, Any]:
    """A vote as plain values, without the fields that were not asked."""
    return {k: v for k, v in asdict(vote).items() if v is not None}


def vote_from_json(row: str | Mapping[str, Any]) -> Vote:
    """A vote from its JSON form: a bare label, or an object.

    Raises:
        CorpusError: It is neither, or the label is unknown.
    """
    if not isinstance(row, str | Mapping):
        raise CorpusError(f"a vote is {row!r}: give a label, or an object")
    fields = {"label": row} if isinstance(row, str) else dict(row)
    if not isinstance(fields.get("holder"), str | None):
        raise CorpusError(f"a vote's holder is {fields['holder']!r}: expected str")
    if unknown := sorted(fields.keys() - Vote.__dataclass_fields__.keys()):
        raise CorpusError(f"a vote has an unknown field {unknown[0]!r}: take it out")
    return Vote(**{**fields, "label": parse_label(fields.get("label"))})


def parse_label(value: object) -> Label:
    """A label from its name.

    Raises:
        CorpusError: The name is not one of the codebook's labels.
    """
    try:
        return Label(str(value))
    except ValueError:
        names = ", ".join(Label)
        raise CorpusError(f"unknown label {value!r}: use one of {names}") from None


def unit_to_json(unit: Unit) -> dict[str, Any]:
    """A unit as plain values."""
    row = asdict(unit) | {"votes": [vote_to_json(v) for v in unit.votes]}
    if not unit.adjudicated:
        del row["adjudicated"]
    return row


def unit_from_json(row: Mapping[str, Any]) -> Unit:
    """A unit from its JSON form.

    Raises:
        CorpusError: A field is missing, or a label or kind is unknown.
    """
    if not isinstance(row, Mapping):
        raise CorpusError(f"a unit is {row!r}: expected an object")
    try:
        kind = Kind(row["kind"])
    except ValueError:
        raise CorpusError(f"unknown kind {row['kind']!r}: use one of {', '.join(Kind)}") from None
    except KeyError:
        raise CorpusError("a unit has no 'kind': add one of " + ", ".join(Kind)) from None
    try:
        return Unit(
            start=_typed(row, "start", int),
            end=_typed(row, "end", int),
            kind=kind,
            label=parse_label(row["label"]),
            relevant=_typed(row, "relevant", bool),
            mixed=_typed(row, "mixed", bool),
            holder=_typed(row, "holder", str),
            confidence=_typed(row, "confidence", int),
            votes=tuple(vote_from_json(v) for v in _typed({"votes": [], **row}, "votes", list)),
            adjudicated=_typed({"adjudicated": False, **row}, "adjudicated", bool),
        )
    except KeyError as error:
        raise CorpusError(f"a unit has no {error.args[0]!r}: add the field") from None


T = TypeVar("T")


def _typed(row: Mapping[str, Any], name: str, kind: type[T]) -> T:
    """A field of a row, which must be of just that type: true is no number, 1.0 no 1."""
    value = row[name]
    if type(value) is not kind:
        raise CorpusError(f"{name} is {value!r}: expected {kind.__name__}")
    if kind is str:
        _refuse_halves(name, str(value))
    return value


def _refuse_halves(name: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise CorpusError(
            f"{name} has half a character at {error.start} (a lone surrogate): decode it anew"
        ) from None


def article_to_json(article: AnnotatedArticle) -> dict[str, Any]:
    """An annotated article as plain values; every unit repeats its text for readers."""
    units = [{"text": article.text[u.start : u.end], **unit_to_json(u)} for u in article.units]
    return {
        "id": article.id,
        "split": article.split,
        **article.meta,
        "headline": article.headline,
        "text": article.text,
        "units": units,
    }


_FIELDS = {"id", "split", "headline", "text", "units"}


def article_from_json(row: Mapping[str, Any]) -> AnnotatedArticle:
    """An annotated article from its JSON form.

    Raises:
        CorpusError: A field is missing or a value unknown, units overlap or lie outside
            the text, or a unit's own text is not the slice that its offsets give.
    """
    try:
        text = _typed(row, "text", str)
        headline = row.get("headline")
        article = AnnotatedArticle(
            id=_typed(row, "id", str),
            text=text,
            units=tuple(unit_from_json(u) for u in _typed(row, "units", list)),
            split=_typed(row, "split", str),
            headline=None if headline is None else _typed(row, "headline", str),
            meta={k: v for k, v in row.items() if k not in _FIELDS},
        )
    except KeyError as error:
        raise CorpusError(f"an article has no {error.args[0]!r}: add the field") from None
    at = 0
    for unit, given in zip(article.units, row["units"], strict=True):
        name = f"article {article.id}: unit [{unit.start}, {unit.end})"
        if not at <= unit.start < unit.end <= len(text):
            raise CorpusError(f"{name} overlaps or lies outside: mend the offsets")
        at = unit.end
        there = text[unit.start : unit.end]
        if "text" in given and given["text"] != there:
            raise CorpusError(
                f"{name} says {str(given['text'])[:40]!r} but the text there is "
                f"{there[:40]!r}: mend the offsets"
            )
    return article


def read_articles(path: Path) -> list[AnnotatedArticle]:
    """The annotated articles of one corpus file.

    Raises:
        CorpusError: With file, line, fault and mend.
    """
    articles = []
    for number, row in read_jsonl(path):
        try:
            articles.append(article_from_json(row))
        except CorpusError as error:
            raise CorpusError(f"{path}:{number}: {error}") from None
    return articles


def write_articles(path: Path, articles: Iterable[AnnotatedArticle]) -> None:
    """Write a corpus file, one article a line."""
    with path.open("w", encoding="utf-8") as file:
        for article in articles:
            file.write(json.dumps(article_to_json(article), ensure_ascii=False) + "\n")
