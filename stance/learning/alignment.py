"""Annotated units as the scoring path would meet them."""

from __future__ import annotations

from stance.corpus.schema import AnnotatedArticle
from stance.reading.segmentation import segment
from stance.records import Kind, Sentence


def aligned_sentences(article: AnnotatedArticle) -> tuple[list[Sentence], list[int]]:
    """An article's sentences, annotated spans first, kinds as scoring sets them.

    Training and evaluation must not profit from hand-made kinds, so a unit has
    the kind that segmentation gives the same span, and `body` where segmentation
    cuts otherwise. Where only part of an article is annotated, the rest of it is
    there too: it makes the context.

    Returns:
        All sentences in order, and the index among them of every annotated unit.
    """
    spans = {(u.start, u.end): i for i, u in enumerate(article.units)}
    found = segment(article.text)
    kinds = {(s.start, s.end): s.kind for s in found}
    covered = [False] * (len(article.text) + 1)
    for start, end in spans:
        covered[start:end] = [True] * (end - start)
    merged = [s for s in found if not any(covered[s.start : s.end])]
    merged += [Sentence(article.text[a:b], a, b, kinds.get((a, b), Kind.BODY)) for a, b in spans]
    merged.sort(key=lambda s: s.start)
    where = {spans[s.start, s.end]: i for i, s in enumerate(merged) if (s.start, s.end) in spans}
    return merged, [where[i] for i in range(len(article.units))]
