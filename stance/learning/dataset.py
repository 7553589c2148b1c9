"""Annotated articles as a `datasets.Dataset` of model inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from stance.corpus.schema import AnnotatedArticle, Unit
from stance.errors import CorpusError, MissingExtraError
from stance.learning.alignment import aligned_sentences
from stance.learning.splicing import spliced
from stance.model.inputs import InputBuilder, Passage
from stance.records import Label

if TYPE_CHECKING:
    import datasets

LABELS = tuple(Label)
SHARES = (1.0, 1.0, 0.5, 1 / 3, 0.2)
"""Of the longest passage; a layout draws one for every article."""
UNLABELLED = -100
"""What stands for a label where there is none; the loss passes over it."""


@dataclass(frozen=True, slots=True)
class LabelledPassage:
    """A passage with what is known of its marks.

    Attributes:
        passage: The passage.
        units: For every mark, the index of its annotated unit in the article, or None.
        labels: For every mark, an index into `LABELS`, or `UNLABELLED`.
        article: Index of the article.
        group: The contrast group that the article belongs to, if any.
    """

    passage: Passage
    units: tuple[int | None, ...]
    labels: tuple[int, ...]
    article: int
    group: str | None = None


def labelled_passages(
    articles: Sequence[AnnotatedArticle],
    builder: InputBuilder,
    length: Callable[[], int | None] = lambda: None,
    label: Callable[[Unit], int] = lambda unit: LABELS.index(unit.label),
) -> Iterator[LabelledPassage]:
    """Lay annotated articles out; passages without an annotated unit are left out.

    Page furniture, as segmentation sees it, is in no passage: it is neutral by rule.

    Args:
        articles: Annotated articles.
        builder: The model's input builder.
        length: Gives the longest passage of each article; the format's if None.
        label: Gives each unit's label, as an index into the outputs.
    """
    for number, article in enumerate(articles):
        sentences, where = aligned_sentences(article)
        unit_at = {index: i for i, index in enumerate(where)}
        labels_of = [label(unit) for unit in article.units]
        for passage in builder.build(sentences, article.headline, length()):
            units = tuple(unit_at.get(u) for u in passage.units)
            labels = tuple(UNLABELLED if i is None else labels_of[i] for i in units)
            if any(i is not None for i in units):
                yield LabelledPassage(passage, units, labels, number, article.group)


@dataclass(frozen=True, slots=True)
class Layouts:
    """How training articles are laid out, anew for every epoch.

    Attributes:
        count: How often every article is laid out, in passages of a length drawn anew each
            time, so that a model meets sentences amid more and less of their context.
        seed: Seeds all that is drawn.
        drawn: Take one annotator's label, drawn anew each time, in place of the label
            that counts, but where that was adjudicated: over many layouts, the loss is
            that of soft labels.
        splices: Share of the articles without a stance into which a version of a contrast
            group is put, drawn anew each time (`splicing.spliced`).
    """

    count: int
    seed: int = 0
    drawn: bool = False
    splices: float = 0.0


def encode_articles(
    articles: Sequence[AnnotatedArticle],
    builder: InputBuilder,
    layouts: Layouts | None = None,
    *,
    label: Callable[[Unit], int] = lambda unit: LABELS.index(unit.label),
) -> datasets.Dataset:
    """Encode every annotated unit that is scored.

    Args:
        articles: Annotated articles.
        builder: The input builder of the model to train.
        layouts: How to lay them out for training; None for once, as at scoring.
        label: Gives each unit's label, as an index into the outputs.

    Returns:
        The columns of `as_dataset`, one row a passage.

    Raises:
        CorpusError: There is no annotated unit.
        MissingExtraError: `datasets` is not installed.
    """
    if layouts is None:
        rows = list(labelled_passages(articles, builder, label=label))
    else:
        rows = list(_laid_out(articles, builder, layouts, label))
    if not rows:
        raise CorpusError(
            "no annotated unit that is scored: add articles with body text, or hydrate them first"
        )
    return as_dataset(rows)


def _laid_out(
    articles: Sequence[AnnotatedArticle],
    builder: InputBuilder,
    layouts: Layouts,
    label: Callable[[Unit], int],
) -> Iterator[LabelledPassage]:
    """The passages of every layout; a contrast group goes by another name in each."""
    draw = np.random.default_rng(layouts.seed)
    longest = [max(1, int(share * builder.form.max_tokens)) for share in SHARES]

    def drawn_label(unit: Unit) -> int:
        return label(_drawn_vote(unit, draw) if layouts.drawn else unit)

    for layout in range(layouts.count):
        met = spliced(articles, layouts.splices, draw)
        for row in labelled_passages(met, builder, lambda: int(draw.choice(longest)), drawn_label):
            yield replace(row, group=row.group and f"{row.group}/{layout}")


def _drawn_vote(unit: Unit, draw: np.random.Generator) -> Unit:
    """A unit as one of its annotators read it; as it is where it was adjudicated."""
    if unit.adjudicated or not unit.votes:
        return unit
    vote = unit.votes[int(draw.integers(len(unit.votes)))]
    relevant = unit.relevant if vote.relevant is None else vote.relevant
    return replace(unit, label=vote.label, relevant=relevant)


def as_dataset(rows: Sequence[LabelledPassage]) -> datasets.Dataset:
    """Passages as a `datasets.Dataset`.

    Returns:
        Columns `input_ids`, `sentence`, `marks` (see `Passage`), `labels` (one
        a mark, `UNLABELLED` where there is none), `article` and `group`.

    Raises:
        MissingExtraError: `datasets` is not installed.
    """
    try:
        import datasets
    except ImportError:
        raise MissingExtraError("datasets", "train") from None
    return datasets.Dataset.from_dict(
        {
            "input_ids": [r.passage.ids for r in rows],
            "sentence": [r.passage.sentence for r in rows],
            "marks": [r.passage.marks for r in rows],
            "labels": [r.labels for r in rows],
            "article": [r.article for r in rows],
            "group": [r.group for r in rows],
        }
    )
