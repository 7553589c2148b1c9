from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

import stance
from stance.errors import CorpusError
from stance.learning.behaviour import SUBSTITUTES, Labeller, Rate, behaviour, swapped
from stance.learning.behaviour_report import folder_behaviour, print_behaviour
from stance.records import Label


def test_another_mediator_takes_chinas_place() -> None:
    turkey, un = SUBSTITUTES["Turkey"], SUBSTITUTES["the UN"]
    text = "China's envoy and Chinese mediators left Beijing."
    assert swapped(text, turkey) == "Turkey's envoy and Turkish mediators left Ankara."
    assert swapped(text, un) == "The UN's envoy and UN mediators left the UN."
    assert swapped("Indochina waits.", turkey) == "Indochina waits."
    us = SUBSTITUTES["the US"]
    assert (
        swapped("A Chinese envoy left the China talks.", us)
        == "An American envoy left the US talks."
    )
    assert swapped('He said: "China failed."', us) == 'He said: "The US failed."'


def test_rates_have_intervals() -> None:
    low, high = Rate("cases", "hedge", 8, 10).interval
    assert 0.4 < low < 0.8 < high < 1
    assert Rate("cases", "hedge", 8, 10).to_dict()["rate"] == 0.8


def write(folder: Path, name: str, *rows: Mapping[str, object]) -> None:
    (folder / name).write_text("".join(json.dumps(r) + "\n" for r in rows))


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    folder = tmp_path / "behaviour"
    folder.mkdir()
    head: dict[str, object] = {"headline": "Envoy talks"}
    praise = "A diplomat welcomed the Chinese role."
    write(
        folder,
        "cases.jsonl",
        head | {"capability": "negation", "text": praise, "label": "hopeful"},
        head | {"capability": "negation", "text": praise, "label": "skeptical"},
        head | {"capability": "hedge", "text": praise, "label": "hopeful"},
    )
    write(
        folder,
        "same.jsonl",
        head | {"capability": "names", "variants": [praise, praise], "label": "hopeful"},
    )
    write(folder, "swap.jsonl", head | {"text": praise, "label": "hopeful"})
    return folder


class Praising(Labeller):
    """Takes every sentence with a role in it for hopeful, if China plays it."""

    def __init__(self) -> None:
        pass

    def label(self, given: object) -> list[Label]:
        assert isinstance(given, list)
        return [Label.HOPEFUL if "Chinese" in text else Label.NEUTRAL for _, text in given]


def test_pass_rates(cases: Path) -> None:
    found = {(r.test, r.capability): (r.passed, r.total) for r in behaviour(cases, Praising())}
    assert found == {
        ("cases", "negation"): (1, 2),
        ("cases", "hedge"): (1, 1),
        ("same", "names"): (1, 1),
        ("swap", "China"): (1, 1),
        **{("swap", name): (1, 1) for name in SUBSTITUTES},
    }


def test_a_model_folder_is_tried(
    tiny_model: Path, cases: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from rich.console import Console

    rates = folder_behaviour(str(tiny_model), cases.parent)
    assert sum(r.total for r in rates) == 3 + 1 + 6
    article = stance.Article("A diplomat welcomed the Chinese role.", headline="Envoy talks")
    label = stance.predict(article, model=tiny_model, device="cpu").sentences[0].label
    found = {(r.test, r.capability): r.passed for r in rates}
    assert found["swap", "China"] == (label == "hopeful")
    assert found["cases", "hedge"] == (label == "hopeful")
    print_behaviour(rates, Console(width=100))
    assert "negation" in capsys.readouterr().out


def test_missing_and_malformed_cases(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"cases\.jsonl: missing"):
        behaviour(tmp_path, Praising())
    write(tmp_path, "cases.jsonl", {"text": "x"})
    with pytest.raises(CorpusError, match=r"cases\.jsonl:1: no capability, headline, label: add"):
        behaviour(tmp_path, Praising())
    row = {"capability": "hedge", "headline": "x", "text": "x", "label": "hopefull"}
    write(tmp_path, "cases.jsonl", row)
    with pytest.raises(CorpusError, match="label 'hopefull': expected one of skeptical"):
        behaviour(tmp_path, Praising())
