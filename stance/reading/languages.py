"""Which language a text is in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from stance.errors import MissingExtraError
from stance.records import Article

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_JUDGED = 4000
_ENOUGH = 40
_CODE = re.compile(r"([a-z]{2})(?:[-_]|$)")


@dataclass(frozen=True, slots=True)
class Detected:
    """A language and how sure the detector is.

    Attributes:
        language: ISO 639-1 code.
        probability: Of this language among all that the detector knows, in [0, 1].
    """

    language: str
    probability: float


def language_of(text: str) -> Detected:
    """The most probable language of a text, judged by its first 4,000 characters.

    The detector is langid (Lui and Baldwin, 2012, ACL system demonstrations), as
    py3langid keeps it. On a text with no letters it guesses at a probability near 0.

    Raises:
        MissingExtraError: py3langid is not installed.
    """
    language, probability = _identifier().classify(text[:_JUDGED])
    return Detected(language, probability)


def is_english(article: Article) -> bool:
    """Whether an article is in English, as far as can be told.

    A text of 40 characters or more speaks for itself, whatever its source claims. A
    shorter one is taken at the source's word, and for English where that is silent.

    Raises:
        MissingExtraError: py3langid is not installed.
    """
    text = article.text.strip()
    if len(text) >= _ENOUGH:
        return language_of(text).language == "en"
    return article.language is None or language_code(article.language) == "en"


def language_code(tag: str | None) -> str | None:
    """The ISO 639-1 code in a language tag such as `en-GB`, or None where there is none."""
    found = _CODE.match(tag.strip().lower()) if tag else None
    return found.group(1) if found else None


@cache
def _identifier() -> LanguageIdentifier:
    """The detector, read from disk once; classifying leaves it as it is."""
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError:
        raise MissingExtraError("py3langid", "feeds") from None
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
