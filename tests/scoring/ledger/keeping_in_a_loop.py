"""A worker of the tests: scores made-up articles into a ledger until none is left."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from stance.reading.dates import ReadDate
from stance.reading.items import Located
from stance.reading.segmentation import segment
from stance.records import Article, ArticleStance, Label, SentenceStance
from stance.scoring.ledger.copies import content_hash
from stance.scoring.ledger.ledger import Ledger
from stance.scoring.ledger.pieces import pieces
from stance.scoring.ledger.scored import Scored

DATE = ReadDate("2024-05-01", datetime(2024, 5, 1, tzinfo=UTC))


def articles(count: int) -> Iterator[Located]:
    """Articles of which every fifth is a double, every seventh a near-copy of another."""
    for n in range(count):
        m = n - 3 if n % 5 == 4 else n
        topic = m - 6 if m % 7 == 6 else m
        words = " ".join(f"word{topic}x{k}" for k in range(60))
        text = f"Talks {words}.\n\nThe envoy left{' early' if m != topic else ''}."
        yield Located(Article(text, url=f"https://post.example.org/{m % 40}"), "pile", str(n))


def score(located: Located) -> Scored:
    """A result that depends on the text alone."""
    text = located.article.text
    share = (int(content_hash(located.article)[:4], 16) % 60) / 100
    odds = {"skeptical": share, "neutral": 0.4, "hopeful": 0.6 - share}
    stances = tuple(
        SentenceStance(s.text, s.start, s.end, s.kind, Label.HOPEFUL, odds) for s in segment(text)
    )
    return Scored(located, DATE, ArticleStance(located.article, stances, "tiny"))


def work(where: str, count: int) -> None:
    """Do what a run does: ask what is new, claim it, score it, keep it."""
    with Ledger.open(where) as ledger:
        for batch in pieces(articles(count), 8):
            new = {content_hash(x.article): x for x in ledger.unscored(batch, "m1")}
            mine = ledger.claims.claim(new, "m1")
            found = [score(x) for key, x in new.items() if key in mine]
            sys.stdout.write(" ".join(["scored", *(x.located.position for x in found)]) + "\n")
            sys.stdout.flush()
            ledger.keep(found, "m1", "tiny")


if __name__ == "__main__":
    work(sys.argv[1], int(sys.argv[2]))
