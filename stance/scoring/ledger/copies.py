"""Which articles are the same text, and which are near-copies of each other.

Texts are compared folded: NFKC, case-folded, one space for any white space. Near-copies
are found with MinHash over word 5-grams (Broder, 1997) and banding (Leskovec, Rajaraman
and Ullman, *Mining of Massive Datasets*, section 3.4).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stance.errors import MissingExtraError
from stance.records import Article

PERMUTATIONS = 128
THRESHOLD = 0.8
"""Estimated Jaccard similarity from which two texts are near-copies."""

# Two signatures at the threshold differ in at most 25 of 128 places. With one band more
# than that, at least one band holds no difference: banding then misses no near-copy.
BANDS = 26

_SEED = 1
_GRAM = 5
_WORD = re.compile(r"\w+")
_STORED = np.dtype("<u4")


def content_hash(article: Article) -> str:
    """What two articles share if they are the same but for case, white space and code points.

    Args:
        article: An article; only its headline and text count.

    Returns:
        SHA-256 of the folded headline and text, in 64 hexadecimal digits.
    """
    # A folded text holds no line break, so the two cannot run into one another.
    folded = f"{_folded(article.headline or '')}\n{_folded(article.text)}"
    return hashlib.sha256(folded.encode("utf-8", "replace")).hexdigest()


def signature(article: Article) -> bytes:
    """The MinHash of an article's text, with 128 permutations and a fixed seed.

    It sees word 5-grams; single words where the text has fewer than five; and the text
    itself where it has none. The headline is left out: a copy often has one of its own.

    Args:
        article: An article; only its text counts.

    Returns:
        128 values of 32 bits, little-endian.

    Raises:
        MissingExtraError: `datasketch` is not installed.
    """
    try:
        from datasketch import MinHash
    except ImportError:
        raise MissingExtraError("datasketch", "feeds") from None
    text = _folded(article.text)
    words = _WORD.findall(text) or [text]
    size = _GRAM if len(words) >= _GRAM else 1
    grams = {" ".join(words[i : i + size]) for i in range(len(words) - size + 1)}
    sketch = MinHash(PERMUTATIONS, seed=_SEED, scheme="affine32")
    sketch.update_batch([gram.encode("utf-8", "replace") for gram in grams])
    return np.asarray(sketch.hashvalues).astype(_STORED).tobytes()


def band_keys(signed: bytes) -> tuple[str, ...]:
    """Keys of which two near-copies share at least one.

    Args:
        signed: What `signature` gave.

    Returns:
        26 keys: a band's number, and a hash of the 4 or 5 values in it.
    """
    parts = np.array_split(np.frombuffer(signed, _STORED), BANDS)
    return tuple(
        f"{number:02d}{hashlib.blake2b(part.tobytes(), digest_size=8).hexdigest()}"
        for number, part in enumerate(parts)
    )


def similarities(signed: bytes, others: Sequence[bytes]) -> NDArray[np.float64]:
    """Estimated Jaccard similarities of one text with others, each in [0, 1].

    Args:
        signed: The signature of the one.
        others: The signatures of the others.
    """
    rows = np.frombuffer(b"".join(others), _STORED).reshape(-1, PERMUTATIONS)
    found: NDArray[np.float64] = (rows == np.frombuffer(signed, _STORED)).mean(axis=1)
    return found


def similarity(a: bytes, b: bytes) -> float:
    """Estimated Jaccard similarity of two texts, in [0, 1].

    Args:
        a: The signature of one.
        b: The signature of the other.
    """
    return float(similarities(a, [b])[0])


def _folded(text: str) -> str:
    # Case folding can undo the normal form, so it is made anew.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())
