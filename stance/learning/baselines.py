"""Two baselines that every evaluation is run beside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from stance.corpus.schema import AnnotatedArticle
from stance.errors import CorpusError
from stance.learning.dataset import LABELS

BASELINES = ("majority", "tfidf")


def tfidf_classifier() -> Pipeline:
    """Word 1- to 2-grams with logistic regression, classes balanced."""
    return make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
        LogisticRegression(C=4.0, class_weight="balanced", max_iter=2000),
    )


def baseline_probabilities(
    name: str, texts: Sequence[str], labels: Sequence[int], new_texts: Sequence[str]
) -> NDArray[np.float64]:
    """Fit a baseline on sentences and score others.

    Args:
        name: `majority`, or `tfidf` (`tfidf_classifier`).
        texts: Training sentences.
        labels: Their labels, as indices into `LABELS`.
        new_texts: Sentences to score.

    Returns:
        Shape (len(new_texts), labels).

    Raises:
        CorpusError: All training sentences have one label.
    """
    if len(set(labels)) < 2:
        raise CorpusError(
            f"{len(texts)} training sentences with {len(set(labels))} labels: at least two are "
            "needed to fit a baseline"
        )
    model = {
        "majority": lambda: DummyClassifier(strategy="prior"),
        "tfidf": tfidf_classifier,
    }[name]()
    model.fit(list(texts), list(labels))
    found = model.predict_proba(list(new_texts))
    out = np.zeros((len(new_texts), len(LABELS)))
    out[:, model.classes_] = found
    return out


def sentences_with_labels(articles: Sequence[AnnotatedArticle]) -> tuple[list[str], list[int]]:
    """The annotated sentences and their labels, as indices into `LABELS`."""
    texts = [a.text[u.start : u.end] for a in articles for u in a.units]
    labels = [LABELS.index(u.label) for a in articles for u in a.units]
    return texts, labels
