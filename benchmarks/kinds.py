"""How often the rules for kinds agree with the annotators, on the corpus.

    python benchmarks/kinds.py

Some of the rules were made from its training split; the other splits nobody wrote rules for.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from stance.corpus.collection import CORPUS_SPLITS, load_split
from stance.corpus.schema import AnnotatedArticle
from stance.reading.segmentation import segment
from stance.records import FURNITURE, Kind, Label

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Print accuracy, the confusion, and how many stances the rules would lose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "data")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    confusion: Counter[tuple[str, str]] = Counter()
    lost = 0
    articles = [a for s in CORPUS_SPLITS for a in load_split(given.data, s)]
    for article in filter(has_votes_on_kinds, articles):
        ruled = {(s.start, s.end): s.kind for s in segment(article.text)}
        for unit in article.units:
            kind = ruled.get((unit.start, unit.end), Kind.BODY)
            confusion[unit.kind.value, kind.value] += 1
            lost += kind in FURNITURE and unit.label is not Label.NEUTRAL
    total = sum(confusion.values())
    right = sum(n for (true, rule), n in confusion.items() if true == rule)
    print(f"kinds: {right / total:.1%} of {total:,} units; stances lost as furniture: {lost}")
    print("annotators \\ rules", *(f"{k:>12}" for k in Kind))
    for true in Kind:
        print(f"{true:18}", *(f"{confusion[true.value, k.value]:12,}" for k in Kind))
    if given.json:
        cells = {f"{a}>{b}": n for (a, b), n in sorted(confusion.items())}
        found = {"units": total, "right": right, "stances_lost": lost, "confusion": cells}
        given.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def has_votes_on_kinds(article: AnnotatedArticle) -> bool:
    """The annotators of the third batch, named b..., took kinds from the rules."""
    votes = [vote for unit in article.units for vote in unit.votes]
    return not any((vote.annotator or "").startswith("b") for vote in votes)


if __name__ == "__main__":
    main()
