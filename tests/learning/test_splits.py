from __future__ import annotations

from pathlib import Path

import pytest

from stance.corpus.collection import load_split
from stance.corpus.schema import article_from_json
from stance.errors import CorpusError
from stance.learning.splits import hold_out
from tests.conftest import article_row

LONG = " ".join(f"Word {n} of the long report came on day {n * n}." for n in range(30))


def test_articles_are_parted_whole(data: Path) -> None:
    articles = load_split(data, "train")
    kept, aside = hold_out(articles)
    assert len(kept) + len(aside) == len(articles)
    assert len(aside) == 2
    assert not {a.id for a in kept} & {a.id for a in aside}
    assert hold_out(articles) == (kept, aside)


@pytest.mark.parametrize("seed", range(6))
def test_near_copies_stay_together(data: Path, seed: int) -> None:
    copies = [
        article_from_json(article_row(100 + n, "train", [(f"{LONG} Edition {n}.", "neutral")]))
        for n in range(3)
    ]
    kept, _ = hold_out([*copies[:2], *load_split(data, "train"), copies[2]], 0.3, seed)
    assert len({a.id for a in kept} & {c.id for c in copies}) in {0, 3}


@pytest.mark.parametrize("seed", range(6))
def test_versions_of_a_contrast_group_stay_together(data: Path, seed: int) -> None:
    versions = [
        article_from_json(article_row(n, "train", [(text, "neutral")]) | {"group": 0})
        for n, text in ((100, "Nobody came to the talks."), (101, "The envoy was late again."))
    ]
    kept, _ = hold_out([versions[0], *load_split(data, "train"), versions[1]], 0.3, seed)
    assert len({a.id for a in kept} & {v.id for v in versions}) in {0, 2}


def test_too_few(data: Path) -> None:
    with pytest.raises(CorpusError, match="2 articles that differ: at least 5"):
        hold_out(load_split(data, "train")[:2])
