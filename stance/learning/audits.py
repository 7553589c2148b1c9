"""Audits of the annotated set: what a careful reader would ask of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline

from stance.corpus.schema import AnnotatedArticle
from stance.learning.baselines import baseline_probabilities, sentences_with_labels
from stance.learning.intervals import Figure, Outcome, figures


@dataclass(frozen=True, slots=True)
class OriginAudit:
    """Whether originals can be told from real news.

    Attributes:
        roc_auc: Area under the curve of a classifier that tells them apart,
            articles kept together in cross-validation; 0.5 is not at all.
        original: Words that most speak for an original sentence.
        real: Words that most speak for a real one.
    """

    roc_auc: float
    original: tuple[str, ...]
    real: tuple[str, ...]


def audit_origin(
    originals: Sequence[AnnotatedArticle], real: Sequence[AnnotatedArticle], top: int = 10
) -> OriginAudit:
    """Try to tell original sentences from real ones by their words.

    Args:
        originals: Articles that were written for the set.
        real: Real news.
        top: How many words to name on either side.
    """
    texts, groups, labels = [], [], []
    for number, (article, label) in enumerate([(a, 0) for a in originals] + [(a, 1) for a in real]):
        for unit in article.units:
            texts.append(article.text[unit.start : unit.end])
            groups.append(number)
            labels.append(label)
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=3),
        LogisticRegression(class_weight="balanced", max_iter=2000),
    )
    odds = cross_val_predict(
        model, texts, labels, groups=groups, cv=GroupKFold(5), method="predict_proba"
    )
    model.fit(texts, labels)
    names = model[0].get_feature_names_out()
    order = np.argsort(model[1].coef_[0])
    return OriginAudit(
        float(roc_auc_score(labels, odds[:, 1])),
        tuple(str(names[i]) for i in order[:top]),
        tuple(str(names[i]) for i in order[::-1][:top]),
    )


def audit_templates(train: Sequence[AnnotatedArticle], test: Sequence[AnnotatedArticle]) -> Figure:
    """Macro-F1 of TF-IDF with logistic regression, fitted on one set and tested on another.

    High on originals and low on real news would show that the originals follow
    templates.

    Args:
        train: Articles to fit on.
        test: Articles to score.
    """
    texts, labels = sentences_with_labels(train)
    new_texts, references = sentences_with_labels(test)
    odds = baseline_probabilities("tfidf", texts, labels, new_texts)
    owners = np.array([i for i, a in enumerate(test) for _ in a.units])
    return figures(Outcome(odds, np.array(references), owners))["macro_f1"]
