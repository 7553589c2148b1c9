"""One hash over annotated articles, to say which data a model or a figure is from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from stance.corpus.schema import AnnotatedArticle, text_sha256


def articles_sha256(articles: Iterable[AnnotatedArticle]) -> str:
    """SHA-256 over the articles' ids, texts, labels and relevance, whatever their order."""
    lines = sorted(
        json.dumps(
            [
                *(a.id, text_sha256(a.text)),
                [(u.start, u.end, u.label.value, u.relevant) for u in a.units],
            ]
        )
        for a in articles
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
