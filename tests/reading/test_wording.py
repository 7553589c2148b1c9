from __future__ import annotations

import pytest

from stance.reading.wording import by_wording, is_appeal, is_menu, is_section
from stance.records import Kind


@pytest.mark.parametrize(
    "line",
    [
        "Home > World > Europe",
        "World > Asia",
        "The Harbour Post | World | Middle East",
        "News / Analysis",
        "RELATED: Exporters brace for a second round of tariffs",
        "Was this email forwarded to you?",
        "Questions? desk@harbour.example.org",
        "Reading time: 6 minutes",
        "Unsubscribe | Privacy policy",
        "3.",
    ],
)
def test_furniture(line: str) -> None:
    assert by_wording(line, 1) is Kind.BOILERPLATE


@pytest.mark.parametrize(
    "line",
    [
        "Beijing | the table nobody left",
        "Read between the lines: the envoy is tired",
        "The ministry's address, envoy@state.example.org, was published, a spokesman said.",
        "Opinion | Why the envoy failed",
        "Talks on Gaza / Lebanon resume in Doha on Sunday morning",
        "Thank you for nothing, the negotiator replied.",
        "That's all for now, the Chinese envoy said.",
        "This text was updated after Kyiv objected.",
        "Xi / Putin / Zelensky: talks resume",
        "Gaza • Lebanon • Iran",
        "«Peace» and «war» remain",
    ],
)
def test_text(line: str) -> None:
    assert by_wording(line, 1) is None


def test_a_notice_is_one_sentence_by_itself() -> None:
    assert by_wording("Thank you for reading. Kyiv rejected China's plan.", 2) is None
    assert by_wording("Thank you for reading.", 1) is Kind.BOILERPLATE


def test_sections_and_menus() -> None:
    assert is_section("OPINION")
    assert is_section("Asia-Pacific")
    assert not is_section("Opinion is divided")
    assert is_menu("Politics | Economy | Defense")
    assert not is_menu("He came | he saw | he conquered the whole of the long table")


def test_nobody_is_quoted_in_an_appeal() -> None:
    assert is_appeal("Subscribe to our daily newsletter.")
    assert not is_appeal('"Subscribe to our daily newsletter," he said.')
