from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from stance.corpus.collection import load_split
from stance.learning.card import write_card
from stance.learning.dataset import LABELS
from stance.learning.mistakes import surest_mistakes
from stance.model.folder import read_manifest


def test_surest_errors_come_first_and_no_more_than_asked(data: Path) -> None:
    article = load_split(data, "test")[0]
    article = replace(article, meta={"register": "wire"})
    count = len(article.units)
    right = np.array([LABELS.index(u.label) for u in article.units])
    wrong = (right + 1) % 3
    odds = np.full((count, 3), 0.1)
    odds[np.arange(count), wrong] = np.linspace(0.5, 0.8, count)
    found = surest_mistakes([article], odds, most=1)
    pairs = [(m.label, m.given) for m in found]
    assert len(pairs) == len(set(pairs)) == len(set(right))
    for mistake in found:
        rivals = [odds[i].max() for i, u in enumerate(article.units) if u.label == mistake.label]
        assert mistake.probability == max(rivals)
        assert mistake.text in article.text


def test_real_news_is_never_shown(data: Path) -> None:
    article = replace(load_split(data, "test")[0], meta={"repo": "x/y", "register": "wire"})
    wrong = np.tile([0.9, 0.05, 0.05], (len(article.units), 1))
    assert surest_mistakes([article], wrong) == ()


def test_card_shows_errors_of_validation_only_and_its_cost(
    tiny_model: Path, tmp_path: Path
) -> None:
    manifest = read_manifest(tiny_model)
    row = {
        "text": "A bar | in\n[a] sentence.",
        "label": "neutral",
        "given": "hopeful",
        "probability": 0.912,
    }
    found = {"validation": {"mistakes": [row], "command": "stance evaluate --split validation"}}
    write_card(tmp_path, manifest, found)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert r"| A bar \| in \[a\] sentence. | neutral | hopeful | 0.91 |" in card
    assert "stance evaluate --split validation" in card
    origins: dict[str, dict[str, Any]] = {
        "90 minutes on 2 processors: about 12 g": {"minutes": 90.0, "device": "2 processors"},
        "90 minutes on NVIDIA H100.": {"minutes": 90.0, "device": "NVIDIA H100"},
        "not counting the model": {
            "minutes": 9.0,
            "device": "2 processors",
            "goes_on_from": {"model": "older"},
        },
        "was not recorded": {"minutes": None, "device": "2 processors"},
    }
    for expected, origin in origins.items():
        write_card(tmp_path, replace(manifest, origin={**manifest.origin, **origin}), {})
        card = (tmp_path / "README.md").read_text(encoding="utf-8")
        assert expected in card
        assert "Not looked at yet" in card
    assert "None yet" in card


def test_training_records_its_minutes(tiny_model: Path) -> None:
    origin = read_manifest(tiny_model).origin
    assert 0 < origin["minutes"] < 30
    assert origin["device"].endswith("processors")
