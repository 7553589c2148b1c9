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
# A French headline has 0.002 at most, an English one seldom less, however many names it holds.
_FOREIGN = 0.01
# Of German headlines made of names some leave English 0.02, but are German to 0.8.
_LIKELY = 0.5
_CODE = re.compile(r"([a-z]{2})(?:[-_]|$)")


@dataclass(frozen=True, slots=True)
class Detected:
    """A language and how sure the detector is.

    Attributes:
        language: ISO 639-1 code.
        probability: Of this language among all that the detector knows, in [0, 1].
        english: Of English, likewise.
    """

    language: str
    probability: float
    english: float


def language_of(text: str) -> Detected:
    """The most probable language of a text, judged by its first 4,000 characters.

    The detector is langid (Lui and Baldwin, 2012, ACL system demonstrations), as
    py3langid keeps it. On a text with no letters it guesses at a probability near 0.

    Raises:
        MissingExtraError: py3langid is not installed.
    """
    ranked = _identifier().rank(text[:_JUDGED])
    language, probability = ranked[0]
    return Detected(language, float(probability), float(dict(ranked)["en"]))


def why_foreign(article: Article) -> str | None:
    """Why an article is not taken for English; None where it is.

    A text of 40 characters or more speaks for itself, whatever its source claims: it is
    English where that is the likeliest language, and not where its probability is below 0.01.
    What lies between, as a headline made of names does, and a shorter text are taken at the
    source's word; where that is silent, for English, unless another language is likely.

    Raises:
        MissingExtraError: py3langid is not installed.
    """
    text, stated = article.text.strip(), article.language
    if len(text) >= _ENOUGH:
        found = language_of(text)
        if found.language == "en":
            return None
        likely = stated is None and found.probability >= _LIKELY
        if likely or found.english < _FOREIGN:
            return f"language {found.language} ({found.probability:.2f}): expected English"
    if stated is None or language_code(stated) == "en":
        return None
    return f"language {stated}, as its source states: expected English"


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
