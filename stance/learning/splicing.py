"""Judgements put amid news of other things, so that a model does not go by the news around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from stance.corpus.schema import AnnotatedArticle
from stance.errors import CorpusError
from stance.records import Label

_BREAK = "\n\n"


def spliced(
    articles: Sequence[AnnotatedArticle], share: float, draw: np.random.Generator
) -> list[AnnotatedArticle]:
    """Put versions of contrast groups into articles that hold no stance.

    Real news mostly speaks of other things, and a model soon calls neutral whatever stands
    amid it. A version of a contrast group is short and says all that its label needs, so it
    keeps the label wherever it stands.

    Args:
        articles: Annotated articles, contrast groups among them.
        share: How many of the articles without a stance get one, in [0, 1].
        draw: Draws the articles, the versions and their places.

    Returns:
        The articles in the same order; contrast groups and articles with a stance are as
        they were.

    Raises:
        CorpusError: Some are to be changed, and there is no contrast group.
    """
    if share == 0:
        return list(articles)
    versions = [a for a in articles if a.group is not None]
    if not versions:
        raise CorpusError(
            "no contrast group to put amid other news: train on the contrast part too, or "
            "without splices"
        )

    def changed(host: AnnotatedArticle) -> AnnotatedArticle:
        version = versions[int(draw.integers(len(versions)))]
        return with_version(host, version, int(draw.integers(len(host.units))))

    return [changed(a) if holds_no_stance(a) and draw.random() < share else a for a in articles]


def with_version(host: AnnotatedArticle, version: AnnotatedArticle, place: int) -> AnnotatedArticle:
    """An article with another one's text as a paragraph behind one of its units.

    Args:
        host: Article with at least one unit; its headline stays.
        version: What is put into it, but for its headline.
        place: Behind which of its units, by index.
    """
    at = host.units[place].end
    text = _BREAK.join((host.text[:at], version.text, host.text[at:]))
    start, length = at + len(_BREAK), len(version.text) + 2 * len(_BREAK)
    inserted = [replace(u, start=u.start + start, end=u.end + start) for u in version.units]
    before = [u for u in host.units if u.end <= at]
    after = [
        replace(u, start=u.start + length, end=u.end + length) for u in host.units if u.end > at
    ]
    return replace(
        host, id=f"{host.id}+{version.id}", text=text, units=(*before, *inserted, *after)
    )


def holds_no_stance(article: AnnotatedArticle) -> bool:
    """Whether all its units are neutral; a version of a contrast group does not count."""
    neutral = all(unit.label is Label.NEUTRAL for unit in article.units)
    return bool(article.units) and neutral and article.group is None
