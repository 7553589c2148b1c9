from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import stance
from stance.errors import DeviceError, EmptyTextError, EncodingError, InputError, ModelError
from stance.model.inputs import Passage
from stance.records import ArticleStance, Kind


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> stance.Model:
    return stance.load(tiny_model, device="cpu")


def test_furniture_is_neutral_by_rule_and_not_counted(model: stance.Model) -> None:
    text = (
        "Kyiv rejected the plan.\n\n"
        "Write to the newsroom at desk@example.org\n\n"
        "© 2024 The Example Post. All rights reserved."
    )
    result = model.predict(text)
    last = result.sentences[-1]
    assert last.kind is Kind.BOILERPLATE
    assert last.by_rule
    assert last.probabilities == {"skeptical": 0.0, "neutral": 1.0, "hopeful": 0.0}
    assert sum(result.counts.values()) == sum(not s.by_rule for s in result)


def test_relevance_is_told_for_every_sentence(model: stance.Model) -> None:
    result = model.predict("Kyiv rejected the plan.\n\n" * 2 + "peace " * 400 + ".")
    for sentence in result:
        stance_told = 1 - sentence.probabilities["neutral"]
        assert sentence.relevant is not None
        assert stance_told - 1e-9 <= sentence.relevant <= 1
    assert result.sentences[-1].windows > 1


def test_what_is_neutral_by_rule_is_irrelevant(model: stance.Model) -> None:
    last = model.predict("Kyiv spoke.\n\nWrite to desk@example.org").sentences[-1]
    assert last.by_rule
    assert last.relevant == 0


def test_a_model_that_does_not_tell_relevance(model: stance.Model) -> None:
    class Older:
        def logits(self, passages: Sequence[Passage]) -> NDArray[np.float32]:
            return model._runtime.logits(passages)[:, :3]

    text = "Kyiv rejected the plan.\n\nWrite to desk@example.org"
    older = stance.Model(model.manifest, model._builder, Older()).predict(text)
    assert [s.relevant for s in older] == [None, None]
    assert "relevant" not in older.to_frame()
    newer = model.predict(text)
    assert [s.probabilities for s in older] == [s.probabilities for s in newer]


def test_long_sentence_is_scored_over_windows(model: stance.Model) -> None:
    result = model.predict("peace " * 20_000 + ".")
    (sentence,) = result.sentences
    assert sentence.windows > 100
    assert sum(sentence.probabilities.values()) == pytest.approx(1)


def test_ten_megabytes(model: stance.Model) -> None:
    class Blank:
        """A runtime that costs nothing, so that the rest of the path is exercised."""

        def logits(self, passages: Sequence[Passage]) -> NDArray[np.float32]:
            return np.zeros((sum(len(p.marks) for p in passages), 3), dtype=np.float32)

    light = stance.Model(model.manifest, model._builder, Blank())
    text = "Kyiv called the plan empty, and the envoy said so on Monday.\n\n" * 164_000
    assert len(text) > 10_000_000
    result = light.predict(text)
    assert len(result) == 164_000


def test_result_does_not_depend_on_company(model: stance.Model) -> None:
    text = "Envoy returns.\n\nKyiv rejected the plan as empty."
    alone = model.predict(text)
    others = ["peace " * 150 + ".", text, "War?", text * 3]
    assert model.predict(others)[1] == alone


@given(st.text(min_size=1).filter(lambda t: t.strip()))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_is_covered(model: stance.Model, text: str) -> None:
    result = model.predict(text)
    at = 0
    for s in result:
        assert not text[at : s.start].strip()
        assert text[s.start : s.end] == s.text
        at = s.end
    assert not text[at:].strip()


def test_stream_takes_one_text_too(model: stance.Model) -> None:
    (result,) = model.stream("Hello there.")
    assert result == model.predict("Hello there.")


def test_half_a_character_is_named(model: stance.Model) -> None:
    with pytest.raises(EncodingError, match="item 0 has half a character at 6"):
        model.predict("China \ud83d offered.")


def test_a_folder_trained_anew_is_loaded_anew(tiny_model: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    assert stance.predict("Talks began.", model=copy)
    manifest = json.loads((copy / "stance.json").read_text())
    (copy / "stance.json").write_text(json.dumps(manifest | {"name": "other"}))
    assert stance.predict("Talks began.", model=copy).model == "other"


@pytest.mark.parametrize("empty", ["", " \n\t\u00a0"])
def test_empty_text(model: stance.Model, empty: str) -> None:
    with pytest.raises(EmptyTextError, match="item 1 is empty"):
        model.predict(["Talks began.", empty])


@pytest.mark.parametrize(
    ("given_value", "message"),
    [
        (b"bytes", "cannot read bytes"),
        (7, "cannot read int"),
        ([7], "item 0 is int"),
        ([None], "item 0 is NoneType"),
        (pd.DataFrame({"body": ["a"]}), "needs one named 'text'"),
        (pd.DataFrame({"text": [1.5]}), "item 0 is float"),
        (pd.DataFrame({"text": [None]}), "dropna"),
        (stance.Article("Talks.", headline=float("nan")), "the headline is nan"),  # type: ignore[arg-type]
        (["Talks.", __file__], "item 1, .* is the name of a file: give its text"),
    ],
)
def test_what_is_not_text(model: stance.Model, given_value: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        model.predict(given_value)


def test_no_model_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no model folder: expected stance\.json"):
        stance.load(tmp_path)


@pytest.mark.parametrize("name", ["model.int8.onnx", "tokenizer.json", "model.safetensors"])
def test_missing_or_altered_file(tiny_model: Path, tmp_path: Path, name: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    with (copy / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ModelError, match=f"{name}: altered"):
        stance.load(copy)
    (copy / name).unlink()
    with pytest.raises(ModelError, match=f"{name}: missing"):
        stance.load(copy)


def test_damaged_manifest(tiny_model: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    (copy / "stance.json").write_text("{")
    with pytest.raises(ModelError, match="damaged"):
        stance.load(copy)


def test_unknown_device(tiny_model: Path) -> None:
    with pytest.raises(DeviceError, match="unknown device 'tpu'"):
        stance.load(tiny_model, device="tpu")


def test_absent_cuda(tiny_model: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(DeviceError, match="no CUDA device here"):
        stance.load(tiny_model, device="cuda")


TWO_KINDS = "Kyiv rejected the plan.\n\nWrite to the newsroom at desk@example.org"


def with_floors(model: stance.Model, floors: dict[str, float]) -> stance.Model:
    """The same floors at every level."""
    levels = {label: (floor,) * 50 for label, floor in floors.items()}
    return stance.Model(replace(model.manifest, floors=levels), model._builder, model._runtime)


def test_coverage_gives_every_sentence_its_labels(model: stance.Model) -> None:
    full = with_floors(model, {"skeptical": 0, "neutral": 0, "hopeful": 0})
    scored, furniture = full.predict(TWO_KINDS, coverage=0.9)
    assert scored.labels == ("skeptical", "neutral", "hopeful")
    assert scored.abstained
    assert furniture.labels == ("neutral",)
    bare = with_floors(model, {"skeptical": 1, "neutral": 1, "hopeful": 1})
    (scored, _) = bare.predict(TWO_KINDS, coverage=0.9)
    assert scored.labels == (scored.label,)
    assert not scored.abstained


def test_floors_are_matched_to_labels_by_name(model: stance.Model) -> None:
    only = with_floors(model, {"skeptical": 1, "neutral": 1, "hopeful": 0})
    (scored, _) = only.predict(TWO_KINDS, coverage=0.9)
    assert scored.labels is not None
    assert set(scored.labels) == {scored.label, "hopeful"}


def test_sets_grow_with_coverage_and_leave_all_else_as_it_was(model: stance.Model) -> None:
    texts = ["Kyiv rejected the plan. Beijing offered to host talks.", TWO_KINDS]
    plain = model.predict(texts)
    assert all(s.labels is None for r in plain for s in r)
    smaller: list[ArticleStance] = plain
    for asked in (0.5, 0.75, 0.99):
        results = model.predict(texts, coverage=asked)
        assert results == list(model.stream(texts, coverage=asked))
        for before, now, without in zip(smaller, results, plain, strict=True):
            for small, large, bare in zip(before, now, without, strict=True):
                assert replace(large, labels=None) == bare
                assert large.labels
                assert large.label in large.labels
                assert set(small.labels or ()) <= set(large.labels)
        smaller = results


def test_a_coverage_out_of_bounds_is_refused(model: stance.Model) -> None:
    with pytest.raises(InputError, match=r"coverage 90: expected a share from 0\.50 to 0\.99"):
        stance.predict("Talks began.", model=model, coverage=90)
