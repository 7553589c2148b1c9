"""What is handed to the ledger to keep."""

from __future__ import annotations

from dataclasses import dataclass

from stance.reading.dates import ReadDate
from stance.reading.items import Located
from stance.records import ArticleStance


@dataclass(frozen=True, slots=True)
class Scored:
    """An article that was dealt with.

    Attributes:
        located: The article and where it stood.
        date: Its date as read from `published`.
        result: Its stances; None if it was screened out, so that no model read it.
    """

    located: Located
    date: ReadDate
    result: ArticleStance | None
