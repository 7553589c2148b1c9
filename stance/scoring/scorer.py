"""What scores articles in bulk: a model here, or copies of it on other machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from stance.model.folder import Manifest
from stance.records import Article, ArticleStance


class Scorer(Protocol):
    """Scores articles; a loaded `Model` is one."""

    @property
    def manifest(self) -> Manifest:
        """What the model's folder says of it."""
        ...

    def predict(self, texts: Sequence[Article], /) -> list[ArticleStance]:
        """Score articles that hold text; one result each, in the order given."""
        ...
