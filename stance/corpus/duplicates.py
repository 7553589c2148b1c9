"""Near-copies among articles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from stance.errors import MissingExtraError

_WORDS = re.compile(r"\w+")
PERMUTATIONS = 128


def near_duplicates(texts: Mapping[str, str], threshold: float = 0.3) -> Iterator[tuple[str, str]]:
    """Pairs of texts that share much of their wording.

    MinHash over word 5-grams (Broder, 1997). Two articles on one event share few
    5-grams; a Jaccard similarity of 0.3 is a rewritten or syndicated copy.

    Args:
        texts: Texts by name.
        threshold: Estimated Jaccard similarity from which a pair counts.

    Yields:
        Two names, in the order of `texts`, each pair once.

    Raises:
        MissingExtraError: `datasketch` is not installed.
    """
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError:
        raise MissingExtraError("datasketch", "train") from None
    # The index proposes from well below the threshold, and the sketches decide.
    index = MinHashLSH(threshold=threshold / 2, num_perm=PERMUTATIONS)
    sketches: dict[str, MinHash] = {}
    for name, text in texts.items():
        words = _WORDS.findall(text.lower())
        grams = {" ".join(words[i : i + 5]) for i in range(max(1, len(words) - 4))}
        sketch = MinHash(num_perm=PERMUTATIONS, seed=1)
        sketch.update_batch([gram.encode() for gram in sorted(grams)])
        for other in sorted(index.query(sketch)):
            if sketch.jaccard(sketches[other]) >= threshold:
                yield other, name
        index.insert(name, sketch)
        sketches[name] = sketch
