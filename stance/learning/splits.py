"""What is learnt from and what is set aside for validation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sklearn.model_selection import GroupShuffleSplit

from stance.corpus.collection import load_training
from stance.corpus.duplicates import near_duplicates
from stance.corpus.schema import AnnotatedArticle
from stance.errors import CorpusError

FEWEST = 5


def learning_data(
    data: Path,
) -> tuple[list[AnnotatedArticle], list[AnnotatedArticle], list[str]]:
    """The training and validation articles of a data folder, and what is to be said of them.

    Raises:
        CorpusError: There are none, or too few to set some aside.
    """
    train, parts = load_training(data, "train")
    if (data / "corpus" / "validation.jsonl").is_file():
        validation, more = load_training(data, "validation")
        return train, validation, [*parts, *more]
    train, validation = hold_out(train)
    return train, validation, [*parts, f"validation: {len(validation)} of them set aside"]


def hold_out(
    articles: Sequence[AnnotatedArticle], share: float = 0.15, seed: int = 13
) -> tuple[list[AnnotatedArticle], list[AnnotatedArticle]]:
    """Part articles in two; near-copies, and the versions of a contrast group, stay together.

    Args:
        articles: All articles.
        share: About how much of them to set aside.
        seed: Seeds the choice.

    Returns:
        The articles to learn from, and those set aside.

    Raises:
        CorpusError: There are too few articles that differ.
    """
    groups = _groups(articles)
    if len(set(groups)) < FEWEST:
        raise CorpusError(
            f"{len(set(groups))} articles that differ: at least {FEWEST} are needed to set some "
            "aside for validation; add articles, or a corpus/validation.jsonl"
        )
    splitter = GroupShuffleSplit(n_splits=1, test_size=share, random_state=seed)
    kept, aside = next(splitter.split(range(len(articles)), groups=groups))
    return [articles[i] for i in kept], [articles[i] for i in aside]


def _groups(articles: Sequence[AnnotatedArticle]) -> list[int]:
    """A number for each article, the same for near-copies and for versions of one group."""
    first_of: dict[str, int] = {}
    group = [
        i if a.group is None else first_of.setdefault(a.group, i) for i, a in enumerate(articles)
    ]
    texts = {str(i): a.text for i, a in enumerate(articles)}
    for first, second in near_duplicates(texts):
        old, new = group[int(second)], group[int(first)]
        group = [new if g == old else g for g in group]
    return group
