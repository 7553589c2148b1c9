"""Frozen records that every room shares.

Offsets count Unicode code points and intervals are half-open throughout:
`article.text[sentence.start:sentence.end] == sentence.text`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


class Label(StrEnum):
    """Stance of one sentence toward Chinese mediation (see `data/CODEBOOK.md`)."""

    SKEPTICAL = "skeptical"
    NEUTRAL = "neutral"
    HOPEFUL = "hopeful"


class Kind(StrEnum):
    """What a unit is on the page."""

    HEADLINE = "headline"
    BODY = "body"
    CAPTION = "caption"
    BYLINE = "byline"
    BOILERPLATE = "boilerplate"


FURNITURE = frozenset({Kind.BYLINE, Kind.BOILERPLATE})
"""Kinds that are scored neutral by rule and left out of an article's figures."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One unit of an article: the half-open slice `[start, end)` of its text.

    Attributes:
        text: The exact slice.
        start: First code point of the unit.
        end: One past its last code point.
        kind: What the unit is on the page.
    """

    text: str
    start: int
    end: int
    kind: Kind = Kind.BODY


@dataclass(frozen=True, slots=True)
class Article:
    """A text exactly as it came, with what is known about it.

    Attributes:
        text: The whole text, never altered.
        headline: The headline, where the source states it apart from the text.
        outlet: Name of the publication.
        published: Date or time as the source gives it.
        language: ISO 639-1 code.
        url: Where the article was published.
        author: Who wrote it, as the source gives it.
        retrieved: When it was fetched, in ISO 8601 with its time zone.
    """

    text: str
    headline: str | None = None
    outlet: str | None = None
    published: str | None = None
    language: str | None = None
    url: str | None = None
    author: str | None = None
    retrieved: str | None = None


@dataclass(frozen=True, slots=True)
class SentenceStance:
    """A unit with its calibrated stance.

    Attributes:
        text: The exact slice of the article.
        start: First code point of the unit.
        end: One past its last code point.
        kind: What the unit is on the page.
        label: The most probable stance.
        probabilities: One probability a label; they sum to 1.
        by_rule: True where the unit is page furniture and no model was asked.
        windows: How many windows the sentence was scored over; more than 1
            where it is longer than the model reads at once.
        labels: The labels that the asked coverage leaves possible, `label` among
            them, in the order of `Label`; None where no coverage was asked.
        relevant: Probability that the unit bears on Chinese mediation at all, never below
            that of a stance; None where the model does not tell.
    """

    text: str
    start: int
    end: int
    kind: Kind
    label: Label
    probabilities: Mapping[str, float]
    by_rule: bool = False
    windows: int = 1
    labels: tuple[Label, ...] | None = None
    relevant: float | None = None

    @property
    def score(self) -> float:
        """Hopeful minus skeptical probability, in [-1, 1]."""
        return self.probabilities[Label.HOPEFUL] - self.probabilities[Label.SKEPTICAL]

    @property
    def abstained(self) -> bool:
        """Whether at the asked coverage the stance may be either: skeptical or hopeful."""
        return self.labels is not None and {Label.SKEPTICAL, Label.HOPEFUL} <= set(self.labels)

    def to_dict(self) -> dict[str, Any]:
        """The record as plain values, ready for JSON.

        Only where a coverage was asked are there `labels`, a list, and `abstained`; only
        where the model tells it, `relevant`.
        """
        row: dict[str, Any] = {
            "start": self.start,
            "end": self.end,
            "kind": self.kind.value,
            "label": self.label.value,
            "score": self.score,
            "probabilities": dict(self.probabilities),
            "by_rule": self.by_rule,
            "windows": self.windows,
            "text": self.text,
        }
        if self.relevant is not None:
            row["relevant"] = self.relevant
        if self.labels is None:
            return row
        return row | {"labels": [x.value for x in self.labels], "abstained": self.abstained}


@dataclass(frozen=True, slots=True)
class ArticleStance:
    """An article's sentences with their stances, and the figures over them.

    Attributes:
        article: The article that was scored.
        sentences: Its units in order; between two units lies white space only.
        model: Name and version of the model, as its folder states them.
    """

    article: Article
    sentences: tuple[SentenceStance, ...]
    model: str = field(default="")

    def __iter__(self) -> Iterator[SentenceStance]:
        """Iterate over the sentences."""
        return iter(self.sentences)

    def __len__(self) -> int:
        """Number of units."""
        return len(self.sentences)

    @property
    def counted(self) -> tuple[SentenceStance, ...]:
        """The units that count in the article's figures: all but page furniture."""
        return tuple(s for s in self.sentences if s.kind not in FURNITURE)

    @property
    def counts(self) -> dict[str, int]:
        """How many counted units carry each label."""
        found = Counter(s.label.value for s in self.counted)
        return {label.value: found[label.value] for label in Label}

    @property
    def score(self) -> float:
        """Mean score over the stance-bearing units, in [-1, 1]; 0 where there is none."""
        bearing = [s.score for s in self.counted if s.label is not Label.NEUTRAL]
        return sum(bearing) / len(bearing) if bearing else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The record as plain values, ready for JSON."""
        article = self.article
        return {
            "headline": article.headline,
            "outlet": article.outlet,
            "published": article.published,
            "language": article.language,
            "url": article.url,
            "author": article.author,
            "retrieved": article.retrieved,
            "model": self.model,
            "score": self.score,
            "counts": self.counts,
            "sentences": [s.to_dict() for s in self.sentences],
        }

    def to_frame(self) -> pd.DataFrame:
        """A pandas table, one row a sentence.

        Returns:
            Columns `text`, `start`, `end`, `kind`, `label`, `score`, one
            probability a label, `by_rule` and `windows`; where the model tells it,
            `relevant`; and where a coverage was asked, `labels`, joined with `|`, and
            `abstained`.
        """
        import pandas as pd

        return pd.DataFrame(sentence_rows(self.sentences))

    def _repr_html_(self) -> str:
        """The coloured article, for a notebook cell."""
        from stance.reporting.html import render_fragment

        return render_fragment(self)


def sentence_rows(sentences: Sequence[SentenceStance]) -> list[dict[str, Any]]:
    """Flat rows of plain values, one a sentence, with a column a probability.

    Only where the model tells it is there `relevant`; only where a coverage was asked are
    there `labels`, joined with `|`, and `abstained`.
    """
    return [
        {
            "text": s.text,
            "start": s.start,
            "end": s.end,
            "kind": s.kind.value,
            "label": s.label.value,
            "score": s.score,
            **{label.value: s.probabilities[label] for label in Label},
            "by_rule": s.by_rule,
            "windows": s.windows,
            **({} if s.relevant is None else {"relevant": s.relevant}),
            **({} if s.labels is None else _set_columns(s.labels, abstained=s.abstained)),
        }
        for s in sentences
    ]


def _set_columns(labels: Sequence[Label], *, abstained: bool) -> dict[str, Any]:
    return {"labels": "|".join(labels), "abstained": abstained}
