"""Labels that look wrong to a classifier which never saw them: candidates for re-reading.

Confident learning (Northcutt et al., "Confident learning", JAIR 2021) with the
library `cleanlab`. A candidate is a question, not an answer: labels change only
where people who read the unit anew, blind, say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.model_selection import GroupKFold, cross_val_predict

from stance.corpus.schema import AnnotatedArticle
from stance.errors import CorpusError, MissingExtraError
from stance.learning.baselines import sentences_with_labels, tfidf_classifier
from stance.learning.dataset import LABELS
from stance.records import Label


@dataclass(frozen=True, slots=True)
class Suspect:
    """A unit whose label a classifier of other articles finds unlikely.

    Attributes:
        article: The article's id.
        unit: Index of the unit in the article.
        label: The label that it has.
        expected: The label that the classifier finds likeliest.
        quality: How likely the classifier finds the label, 0 to 1; least first.
    """

    article: str
    unit: int
    label: Label
    expected: Label
    quality: float

    def to_dict(self) -> dict[str, Any]:
        """The suspect as plain values, ready for JSON."""
        return {
            "article": self.article,
            "unit": self.unit,
            "label": self.label.value,
            "expected": self.expected.value,
            "quality": round(self.quality, 4),
        }


def label_suspects(
    articles: Sequence[AnnotatedArticle], limit: int = 200, folds: int = 5
) -> list[Suspect]:
    """Find the labels most worth re-reading.

    The classifier is TF-IDF with logistic regression, fitted on the other folds;
    articles, and groups of contrasting versions, stay whole.

    Args:
        articles: Annotated articles, at least as many as folds.
        limit: Most suspects to name.
        folds: Folds of the cross-validation.

    Returns:
        Suspects, the least likely label first.

    Raises:
        CorpusError: There are too few articles, or a label is missing.
        MissingExtraError: cleanlab is not installed.
    """
    try:
        from cleanlab.filter import find_label_issues
        from cleanlab.rank import get_self_confidence_for_each_label
    except ImportError as error:
        raise MissingExtraError(error.name or "cleanlab", "audit") from None
    texts, given = sentences_with_labels(articles)
    labels = np.array(given)
    places = [(a.id, i) for a in articles for i in range(len(a.units))]
    owners = [a.group or a.id for a in articles for _ in a.units]
    if len(set(owners)) < folds or set(given) != set(range(len(LABELS))):
        raise CorpusError(
            f"{len(set(owners))} articles with {len(set(given))} labels: expected at least "
            f"{folds} articles and all of {', '.join(LABELS)}: choose a larger split"
        )
    odds = cross_val_predict(
        tfidf_classifier(),
        texts,
        labels,
        groups=owners,
        cv=GroupKFold(folds),
        method="predict_proba",
    )
    quality = get_self_confidence_for_each_label(labels, odds)
    issues = find_label_issues(
        labels, odds, return_indices_ranked_by="self_confidence", filter_by="confident_learning"
    )
    return [
        Suspect(
            article=places[i][0],
            unit=places[i][1],
            label=LABELS[labels[i]],
            expected=LABELS[int(odds[i].argmax())],
            quality=float(quality[i]),
        )
        for i in issues[:limit]
    ]
