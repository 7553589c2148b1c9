"""Annotated articles as a `datasets.Dataset` of model inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tokenizers import Encoding

from stance.corpus.schema import AnnotatedArticle
from stance.errors import CorpusError, MissingExtraError
from stance.learning.alignment import aligned_sentences
from stance.model.inputs import InputBuilder, ModelInput
from stance.records import Label

if TYPE_CHECKING:
    import datasets

LABELS = tuple(Label)


def encode_articles(
    articles: Sequence[AnnotatedArticle], builder: InputBuilder
) -> datasets.Dataset:
    """Encode every annotated unit.

    Args:
        articles: Annotated articles.
        builder: The input builder of the model to train.

    Returns:
        Columns `input_ids`, `token_type_ids`, `attention_mask`, `labels` (index
        into `LABELS`) and `article` (index into `articles`), one row a unit.

    Raises:
        CorpusError: There is no annotated unit.
        MissingExtraError: `datasets` is not installed.
    """
    pairs, labels, owners = annotated_pairs(articles, builder)
    if not pairs:
        raise CorpusError("no annotated unit to learn from: add articles, or hydrate them first")
    return as_dataset(builder.encode(pairs), labels, owners)


def annotated_pairs(
    articles: Sequence[AnnotatedArticle], builder: InputBuilder
) -> tuple[list[ModelInput], list[int], list[int]]:
    """Pair every annotated unit with its context.

    Of a unit longer than a window, the first window is taken: such units are
    rare, and their label may hang on any part.

    Returns:
        Pairs, labels (indices into `LABELS`) and articles (indices into
        `articles`), one each a unit.
    """
    pairs: list[ModelInput] = []
    labels, owners = [], []
    for number, article in enumerate(articles):
        sentences, where = aligned_sentences(article)
        first: dict[int, ModelInput] = {}
        for pair in builder.build(sentences, article.headline):
            first.setdefault(pair.unit, pair)
        for unit, index in zip(article.units, where, strict=True):
            pairs.append(first[index])
            labels.append(LABELS.index(unit.label))
            owners.append(number)
    return pairs, labels, owners


def as_dataset(
    encodings: Sequence[Encoding], labels: Sequence[int], owners: Sequence[int]
) -> datasets.Dataset:
    """Encoded pairs with labels as a `datasets.Dataset` (see `encode_articles`).

    Raises:
        MissingExtraError: `datasets` is not installed.
    """
    try:
        import datasets
    except ImportError:
        raise MissingExtraError("datasets", "train") from None
    return datasets.Dataset.from_dict(
        {
            "input_ids": [e.ids for e in encodings],
            "token_type_ids": [e.type_ids for e in encodings],
            "attention_mask": [e.attention_mask for e in encodings],
            "labels": labels,
            "article": owners,
        }
    )
