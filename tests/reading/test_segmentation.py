from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stance.reading.segmentation import segment
from stance.records import Kind, Sentence


def cut(text: str) -> list[str]:
    return [sentence.text for sentence in segment(text)]


def assert_exact(text: str, sentences: tuple[Sentence, ...]) -> None:
    at = 0
    for sentence in sentences:
        assert sentence.start >= at
        assert sentence.start < sentence.end
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.text == sentence.text.strip()
        assert not text[at : sentence.start].strip()
        at = sentence.end
    assert not text[at:].strip()


ONE = [
    # Titles and ranks.
    "Messrs. Blake and Orr met twice.",
    "On Tuesday MM. Duval and Petit dined in Lyon.",
    "Mr. Adams met Mrs. Brown and Ms. Clark.",
    "A letter reached Dr. Evans.",
    "The retired Lt. Gen. Ida Frost spoke first.",
    "A bill by Sen. Gale and Gov. Hale failed.",
    "Two U.S. Sens. Ito and Jung flew home.",
    "The U.S. Gen. Karl Lowe resigned.",
    "MR. MOSS: Good morning.",
    "A court in Oakland, Calif. Thursday heard the case.",
    # No new sentence begins in lower case.
    "He works at Acme Corp. in the north.",
    "It was cold, wet, etc. and they left.",
    "The law passed. eventually, that is.",
    # Someone cried.
    "“Who else?” Marta Nowak said on Monday.",
    '"Stop!" the minister said.',
    '"Where to now?" he asked.',
    '"What for?" Finance Minister Ola Berg asked.',
    # Spaced marks of omission.
    "We came ... The sea was calm.",
    # Abbreviations before what may be their own phrase.
    "The U.S. Senate voted.",
    "Shares of Acme Inc. Chairman Bo Lind rose.",
    "Trading ends at 5 p.m. Monday.",
    # Dots that end nothing.
    "Write to a.b.Cole@news.example.org or c@d.example today.",
    "See https://news.example.com/a.B.html?x=1.2 for more.",
    "Growth was 3.5 percent, not 4.25.",
    "J. K. Rowling and J.R.R. Tolkien wrote novels.",
    "It was ranked No. 5 in the world.",
    "Amazon.Com was its name.",
]


@pytest.mark.parametrize("text", ONE)
def test_stays_whole(text: str) -> None:
    assert cut(text) == [text]


@pytest.mark.parametrize(
    "parts",
    [
        ["He left.", "She stayed."],
        ["“It is over.”", "He left."],
        ['"It is over."', "He left."],
        ["(It was late.)", "They slept."],
        ["He denied it.[5]", "She did not."],
        ["He denied it. [5]", "She did not."],
        ["They agreed.[1][2]", "Then they left."],
        ["They fell silent. [...]", "Later they spoke."],
        ["He moved to the U.S.", "The move was hard."],
        ["He moved to the U.S.", "A friend came too."],
        ["He joined Acme Inc.", "The pay was good."],
        ["They met at 5 p.m.", "The talks went well."],
        ["“Why now?”", "He did not answer."],
        ["Is it true?", "Nobody knows."],
        ["They waited...", "Then it rained."],
        ["They waited…", "Then it rained."],
        ["Read on.", "https://news.example.com/story"],
        ["See below.", "www.example.com has it."],
        ["All is quiet. ■", "Nothing more."],
        ["会谈结束了。", "下周继续！"],
        ["Prices rose 3.5%.", "Wages did not."],
        ["The plan by Sen. Gale failed.", "It was his third."],
    ],
)
def test_parts(parts: list[str]) -> None:
    assert cut(" ".join(parts)) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It was his last word.The hall fell silent.", 2),
        ("“It was the last word.”The hall fell silent.", 2),
        ("Was it the last word?The hall fell silent.", 2),
        ("It was his last word.[5]The hall fell silent.", 2),
        ("会谈结束了。下周继续。", 2),
    ],
)
def test_ends_without_space(text: str, parts: int) -> None:
    sentences = segment(text)
    assert len(sentences) == parts
    assert "".join(s.text for s in sentences) == text


@pytest.mark.parametrize(
    "mark", ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
)
def test_every_line_break_ends_a_sentence(mark: str) -> None:
    text = f"Talks go on{mark}the envoy waits{mark}{mark}Nobody knows"
    assert cut(text) == ["Talks go on", "the envoy waits", "Nobody knows"]


def test_hard_wrapped_sentences_go_on_over_a_single_break() -> None:
    text = (
        "The envoy arrived in the capital on Monday for talks about\r\n"
        "a truce that both sides have asked for since the fighting\r\n"
        "began. Nobody expects a quick deal, and the mediators have\r\n"
        "warned that it may take weeks.\r\n"
        "\r\n"
        "The talks go on tomorrow in the same hotel where the first\r\n"
        "round was held in spring, officials say.\r\n"
    )
    sentences = segment(text)
    assert_exact(text, sentences)
    assert [s.text.split()[0] for s in sentences] == ["The", "Nobody", "The"]
    assert "about\r\na truce" in sentences[0].text


@pytest.mark.parametrize(
    "text",
    [
        '“Curly,” he said. ‘Single,’ she said. "Straight," they said.',
        "A\xa0hard space.\xa0Then more.",
        "Flags 🇫🇷 and families 👩‍👩‍👧 first. Then 😀. Done!",
        "Cafe\u0301 life goes on. Nai\u0308ve? Perhaps.",
        "中国外交部说，会谈“有益”。English follows. 完。",
        "\ufeffA mark first. Then text.",
        "  \t lead and trail.  \n\n ",
        "\u200b",
        "",
        " \n ",
    ],
)
def test_offsets_are_exact(text: str) -> None:
    assert_exact(text, segment(text))


PIECES = st.sampled_from(
    [
        *"AaZz09.?!…,:;'\"“”‘’()[]{}■。！？」@/-—_#😀中",
        *"\n\r\v\f\x1c\x85\u2028\u2029\xa0 \t\u200b\u0301",
        *["Mr.", "U.S.", "p.m.", "Inc.", " The ", "[5]", "...", " ... ", "http://a.b", "www.x.y"],
        *['?" Ann said', "By Ann Lee", "(Ann Lee/Reuters)", "- item", "\r\n", "\n\n", "Photo: "],
    ]
)


@settings(max_examples=300)
@given(st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join)))
@example(text="a.\n\n b")
def test_nothing_is_lost_on_any_text(text: str) -> None:
    assert_exact(text, segment(text))


def test_another_splitter_serves_as_well() -> None:
    def on_bars(line: str) -> list[tuple[int, int]]:
        ends = [i + 1 for i, char in enumerate(line) if char == "|"]
        return [(0, end) for end in ends]

    text = "one| two| three\nfour"
    sentences = segment(text, splitter=on_bars)
    assert [s.text for s in sentences] == ["one|", "two|", "three", "four"]
    assert_exact(text, sentences)


def test_kinds_are_set() -> None:
    text = "Envoy visits the capital\nBy Ann Lee\nThe envoy came. He left.\nShare this article"
    assert [s.kind for s in segment(text)] == [
        Kind.HEADLINE,
        Kind.BYLINE,
        Kind.BODY,
        Kind.BODY,
        Kind.BOILERPLATE,
    ]


@pytest.mark.parametrize(
    "unit",
    [".", "\n", "J. K. ", "x.\n", "word ", '?" Name ', "[1]", ". ", "(", "a@b.", "…", "U.S. "],
)
def test_time_grows_with_length_only(unit: str) -> None:
    def seconds(text: str) -> float:
        began = time.process_time()
        segment(text)
        return time.process_time() - began

    text = unit * (20_000 // len(unit))
    once = min(seconds(text) for _ in range(3))
    # Squared growth would make it 64 times; the floor leaves out timer noise.
    assert min(seconds(text * 8) for _ in range(3)) < 24 * max(once, 0.005)


def test_a_sentence_of_many_words_stays_whole() -> None:
    text = "word " * 20_000 + "ends."
    assert cut(text) == [text]
