from __future__ import annotations

from pathlib import Path

import pytest

from stance.corpus.collection import load_split
from stance.learning.base import find_base
from stance.learning.dataset import encode_articles
from stance.learning.recipe import Recipe
from stance.learning.seeds import fine_tuned
from stance.learning.training import TrainingConfig, predict_logits
from stance.model.inputs import InputBuilder, InputFormat


def test_seeds_side_by_side_are_those_one_after_another(
    data: Path, encoder: Path, tmp_path: Path
) -> None:
    recipe = Recipe(str(encoder), config=TrainingConfig(epochs=1, batch_size=8), seeds=2)
    articles = load_split(data, "train"), load_split(data, "validation")
    rows = encode_articles(articles[1], InputBuilder.from_folder(encoder, InputFormat()))
    base = find_base(str(encoder))
    alone, beside = (
        [
            predict_logits(network, rows)
            for network in fine_tuned(
                base, recipe, articles, tmp_path / f"{workers}", workers=workers
            )
        ]
        for workers in (1, 2)
    )
    for one, other in zip(alone, beside, strict=True):
        assert one == pytest.approx(other, abs=1e-4)
    assert alone[0] != pytest.approx(alone[1], abs=1e-3)


def test_finished_seeds_are_taken_over(
    data: Path, encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = Recipe(str(encoder), config=TrainingConfig(epochs=1, batch_size=8))
    articles = load_split(data, "train"), load_split(data, "validation")
    base = find_base(str(encoder))
    (first,) = fine_tuned(base, recipe, articles, tmp_path)
    monkeypatch.setattr("stance.learning.seeds.fit", None)
    (again,) = fine_tuned(base, recipe, articles, tmp_path, resume=True)
    before, after = first.state_dict(), again.state_dict()
    assert all(before[name].equal(after[name]) for name in before)
