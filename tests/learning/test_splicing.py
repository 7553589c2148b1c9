from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.corpus.collection import load_split
from stance.corpus.schema import AnnotatedArticle, Unit
from stance.errors import CorpusError, ModelError
from stance.learning.dataset import Layouts, encode_articles
from stance.learning.splicing import holds_no_stance, spliced, with_version
from stance.learning.training import TrainingConfig
from stance.model.inputs import InputBuilder, InputFormat
from stance.records import Kind, Label


def annotated(name: str, *lines: str, label: Label = Label.NEUTRAL) -> AnnotatedArticle:
    """An article of lines, each a unit with that label; a version if its name says so."""
    units, start = [], 0
    for line in lines:
        more: dict[str, Any] = {"relevant": True, "mixed": False, "holder": "none", "confidence": 3}
        units.append(Unit(start, start + len(line), Kind.BODY, label, **more))
        start += len(line) + 1
    meta = {"group": name[:2]} if name.startswith("x") else {"repo": "a/b"}
    return AnnotatedArticle(name, "\n".join(lines), tuple(units), "train", "Noon", meta)


HOST = annotated("host", "Rain fell.", "Trains were late, as ever.", "Nobody minded.")
VERSION = annotated("x1-1", "China offered talks. Kyiv laughed.", label=Label.SKEPTICAL)


def sentences(article: AnnotatedArticle) -> list[str]:
    return [article.text[u.start : u.end] for u in article.units]


def test_a_version_stands_behind_a_unit_as_a_paragraph() -> None:
    found = with_version(HOST, VERSION, 1)
    assert found.text == (
        "Rain fell.\nTrains were late, as ever.\n\nChina offered talks. Kyiv laughed.\n\n"
        "\nNobody minded."
    )
    assert sentences(found) == [*sentences(HOST)[:2], *sentences(VERSION), *sentences(HOST)[2:]]
    assert (found.id, found.headline, found.meta) == ("host+x1-1", HOST.headline, HOST.meta)


@given(st.lists(st.sampled_from(["A.", "Bb b.", "C c, c."]), min_size=1), st.data())
def test_every_unit_keeps_its_words_and_its_label(lines: list[str], data: st.DataObject) -> None:
    host = annotated("host", *lines)
    place = data.draw(st.integers(0, len(lines) - 1))
    found = with_version(host, VERSION, place)
    assert sentences(found) == [*lines[: place + 1], VERSION.text, *lines[place + 1 :]]
    stances = [i for i, u in enumerate(found.units) if u.label is Label.SKEPTICAL]
    assert stances == [place + 1]


def test_only_articles_without_a_stance_are_changed() -> None:
    stance = replace(HOST, id="told", units=(replace(HOST.units[0], label=Label.HOPEFUL),))
    unlabelled = replace(HOST, id="bare", units=())
    neutral = annotated("x1-2", "Norway offered talks. Kyiv laughed.")
    articles = [HOST, stance, unlabelled, VERSION, neutral]
    found = spliced(articles, 1.0, np.random.default_rng(0))
    assert found[1:] == articles[1:]
    assert found[0].id in {"host+x1-1", "host+x1-2"}
    assert [holds_no_stance(a) for a in articles] == [True, False, False, False, False]


def test_as_many_are_changed_as_asked_and_others_each_time() -> None:
    hosts = [replace(HOST, id=f"{i}") for i in range(400)]
    draw = np.random.default_rng(0)
    once, again = (spliced([*hosts, VERSION], 0.25, draw) for _ in range(2))
    changed = [{a.id for a in found if "+" in a.id} for found in (once, again)]
    assert all(70 < len(ids) < 130 for ids in changed)
    assert changed[0] != changed[1]


def test_nothing_is_changed_unasked_and_nothing_passed_over() -> None:
    draw = np.random.default_rng(0)
    assert spliced([HOST, VERSION], 0.0, draw) == [HOST, VERSION]
    with pytest.raises(CorpusError, match="no contrast group"):
        spliced([HOST], 0.5, draw)
    for wish in ({"splices": 0.5}, {"soft_labels": True}):
        with pytest.raises(ModelError, match="layouts is False"):
            TrainingConfig(layouts=False, **wish)


def test_training_meets_judgements_amid_other_news(data: Path, encoder: Path) -> None:
    builder = InputBuilder.from_folder(encoder, InputFormat())
    article = load_split(data, "train")[0]
    calm = replace(
        article, units=tuple(replace(u, label=Label.NEUTRAL) for u in article.units), meta={}
    )
    rows = [
        encode_articles([calm, VERSION], builder, Layouts(2, seed=1, splices=share))
        for share in (0.0, 1.0)
    ]
    skeptical = [sum(labels.count(0) for labels in found["labels"]) for found in rows]
    assert skeptical == [2, 4]
