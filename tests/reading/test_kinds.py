from __future__ import annotations

import pytest

from stance.reading.kinds import kinds
from stance.reading.segmentation import segment
from stance.records import Kind

STORY = (
    "The envoy came to the capital on Monday. He met both sides in a hotel.\n"
    "Nobody expects a deal soon, though the talks go on.\n"
)
BODY, HEAD, CAPTION = Kind.BODY, Kind.HEADLINE, Kind.CAPTION
BYLINE, FURNITURE = Kind.BYLINE, Kind.BOILERPLATE


def kinds_of(text: str) -> dict[str, Kind]:
    return {s.text: s.kind for s in segment(text)}


@pytest.mark.parametrize(
    "line",
    [
        "Summary",
        "Key points",
        "Advertisement",
        "Share this article",
        "Save",
        "Listen to article (5 minutes)",
        "4 min read",
        "• 16x9 Image",
        "Skip to content",
        "Leave a comment",
        "12 comments",
        "Read more on this story",
        "***",
        "12:45 pm",
        "09.30 GMT",
        "3 hours ago",
        "Updated at 4.15am BST",
        "Published March 3, 2021",
        "3 March 2021 | Analysis",
        "2021-03-03",
        "Topics: Peace, Borders, Trade",
        "Tags:",
        "Sign up for our free weekly newsletter",
        "Subscribe to our podcast for more talks like this.",
        "For more stories like this one, subscribe HERE.",
        "To learn more, click here.",
        "Follow Ann Lee on X @annlee",
        "Follow our live blog for the latest updates",
        "Contact Ann Lee at ann.lee@news.example",
        "Email: desk@news.example",
        "https://news.example.com/story",
        "© 2021 Example News",
        "Copyright 2021 Example News",
        "This article was originally published in the Example Review.",
        "The post Envoy visits capital appeared first on Example News.",
        "Border talks – live updates",
    ],
)
def test_boilerplate(line: str) -> None:
    found = kinds_of(f"Envoy visits capital\n{STORY}{line}\n{STORY}")
    assert found[line] is FURNITURE
    assert list(found.values()).count(BODY) == 3


@pytest.mark.parametrize(
    "line",
    [
        "By Ann Lee",
        "By Ann Lee and Bo Lind",
        "By Ann Lee in Geneva",
        "By ANN LEE, Example News",
        "Written by Ann Lee",
        "Ann Lee, Europe correspondent",
        "(Reporting by Ann Lee; Editing by Bo Lind)",
        "Additional reporting by Ann Lee.",
        "Bo Lind contributed to this report.",
    ],
)
def test_byline(line: str) -> None:
    assert kinds_of(f"Envoy visits capital\n{line}\n{STORY}")[line] is BYLINE


@pytest.mark.parametrize(
    "line",
    [
        "The envoy speaks in Geneva, on May 3, 2021 (Ann Lee/Reuters)",
        "The envoy speaks in Geneva (Photo by Ann Lee / AFP via Getty Images)",
        "The envoy, left, speaks in Geneva. [AP Photo]",
        "Photo: Ann Lee/Example Agency",
        "Photograph: Ann Lee",
        "Credit: Ann Lee",
        "Ann Lee/Associated Press",
        "Getty Images",
    ],
)
def test_caption(line: str) -> None:
    found = segment(f"Envoy visits capital\n{line}\n{STORY}")
    captions = [s.text for s in found if s.kind is CAPTION]
    assert " ".join(captions) == line


def test_a_credit_line_claims_the_caption_above() -> None:
    caption = "The envoy waves to reporters in Geneva on Monday."
    found = kinds_of(f"Envoy visits capital\n{STORY}{caption}\nAnn Lee/Reuters\n{STORY}")
    assert found[caption] is CAPTION


def test_a_credit_line_does_not_claim_a_quotation() -> None:
    spoken = "“We shall see,” the envoy said."
    found = kinds_of(f"Envoy visits capital\n{STORY}{spoken}\nPhoto: Ann Lee/Reuters\n")
    assert found[spoken] is BODY


def test_a_sentence_twice_in_a_row_is_a_caption() -> None:
    twice = "The envoy waves to reporters in Geneva on Monday."
    found = segment(f"Envoy visits capital\n{STORY}{twice}\n{twice}\n{STORY}")
    assert [s.kind for s in found if s.text == twice] == [CAPTION, CAPTION]


@pytest.mark.parametrize(
    "title",
    [
        "Envoy visits capital",
        "Will the talks succeed?",
        "Where is the envoy? Talks stall for a third day",
        "Envoy Meets Rivals of the U.S.",
        "Ministers Are Talking Again. Where This Will Lead Is Unclear.",
        "WATCH: Envoy speaks in Geneva",
        "Photos: envoy visits capital",
    ],
)
def test_the_first_line_is_the_headline(title: str) -> None:
    found = segment(f"{title}\n{STORY}")
    assert {s.kind for s in found if s.end <= len(title)} == {HEAD}
    assert {s.kind for s in found if s.start > len(title)} == {BODY}


def test_headline_alone() -> None:
    assert kinds_of("Envoy visits capital")["Envoy visits capital"] is HEAD


def test_repeated_headline_and_label_before_it() -> None:
    found = segment(f"Breaking News\nEnvoy visits capital\nEnvoy visits capital\n{STORY}")
    assert [s.kind for s in found[:4]] == [FURNITURE, HEAD, HEAD, BODY]


def test_summary_without_a_full_stop_is_body() -> None:
    summary = "Both sides had asked for the visit for months"
    assert kinds_of(f"Envoy visits capital\n{summary}\n{STORY}")[summary] is BODY


@pytest.mark.parametrize(
    "head", ["A long road", "Who Will Finally Pay for Peace?", "## What comes next"]
)
def test_section_head(head: str) -> None:
    assert kinds_of(f"Envoy visits capital\n{STORY}\n{head}\n\n{STORY}")[head] is HEAD


@pytest.mark.parametrize(
    "line",
    [
        "- Both sides asked for the visit",
        "Why the delay?",
        "By Monday the city was calm.",
        "The report was first published in 2019 by a ministry.",
        "Aid groups said people can sign up for the emergency alerts.",
        "“Click here,” the message read, and many did.",
        "The party (founded in 1950) lost.",
        "Growth slowed sharply last year (see chart).",
        "They hope to contact the envoy at once.",
        "Q I wanted to ask —",
        "GENEVA (Reuters) - The envoy arrived on Monday.",
        "Mr. Lee is a professor at a university, and he said so.",
        "For all the talk of peace, Xi's visit to Moscow changed nothing.",
        "For more than a year Beijing has avoided a visit to Kyiv.",
        "To sign up to China's plan, Kyiv would have to give up land.",
        "To register its displeasure, Beijing sent no one.",
        "The views expressed by Beijing were welcomed in Kyiv.",
        "Support US efforts and the China-led group will fold, a senator warned on its website.",
    ],
)
def test_in_doubt_body(line: str) -> None:
    found = segment(f"Envoy visits capital\n{STORY}{line}\n{STORY}")
    assert {s.kind for s in found[1:]} == {BODY}


@pytest.mark.parametrize(
    "end",
    [
        "China is a poor host for peace talks.",
        "Beijing was the host of the last round. Kyiv rejected its plan as empty.",
    ],
)
def test_a_country_has_no_life_of_an_author(end: str) -> None:
    found = segment(f"Envoy visits capital\n{STORY}\n{end}")
    assert {s.kind for s in found[1:]} == {BODY}


def test_links_at_the_end() -> None:
    links = ["Storm hits the coast", "Markets rise again", "A new bridge opens"]
    found = kinds_of(f"Envoy visits capital\n{STORY}" + "\n".join(links))
    assert [found[link] for link in links] == [FURNITURE] * 3


def test_links_under_a_heading_end_where_text_begins() -> None:
    text = f"Envoy visits capital\n{STORY}Related articles\nStorm hits the coast\n{STORY}"
    found = kinds_of(text)
    assert found["Related articles"] is found["Storm hits the coast"] is FURNITURE
    assert list(found.values()).count(BODY) == 3


def test_tags_under_a_label() -> None:
    found = kinds_of(f"Envoy visits capital\n{STORY}Topics:\nPeace Borders Trade Geneva")
    assert found["Peace Borders Trade Geneva"] is FURNITURE


def test_lives_after_the_article() -> None:
    life = "Ann\xa0Lee is a senior fellow at the Example Institute."
    house = "Example Institute is a nonpartisan research organization in Geneva."
    appeal = "Follow Ann on X @annlee."
    found = kinds_of(f"Envoy visits capital\n{STORY}{life} {appeal} {house}\nTags:\nPeace")
    assert [found[t] for t in (life, appeal, house)] == [BYLINE, FURNITURE, FURNITURE]


def test_author_box() -> None:
    text = f"Envoy visits capital\n{STORY}Ann Lee\nAnn Lee is a reporter in Geneva. She cycles.\n"
    found = kinds_of(text + "The house is not liable.\n")
    assert found["Ann Lee"] is found["Ann Lee is a reporter in Geneva."] is BYLINE
    assert found["She cycles."] is BYLINE


def test_about_the_author() -> None:
    text = f"Envoy visits capital\n{STORY}About the author\nAnn Lee\nShe cycles.\n"
    found = kinds_of(text)
    assert [found[t] for t in ("About the author", "Ann Lee", "She cycles.")] == [
        FURNITURE,
        BYLINE,
        BYLINE,
    ]


def test_appeal_within_a_paragraph() -> None:
    appeal = "Sign up for our daily newsletter."
    found = kinds_of(f"Envoy visits capital\n{STORY.strip()} {appeal}\n{STORY}")
    assert found[appeal] is FURNITURE


def test_one_kind_a_unit_and_none_without_units() -> None:
    assert kinds([], []) == []
    assert len(kinds(["A b.", "C d", "E."], [0, 0, 4])) == 3


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="zip"):
        kinds(["a"], [])


@pytest.mark.parametrize(
    "line",
    [
        "China is the largest contributor of peacekeepers, which lends weight to its mediation.",
        "The ministry is a poor mediator because it has picked a side, argues a senior fellow.",
        "The truce is dead, a fellow of the institute warned.",
        "Led by Li Hui, the Chinese team won over both sides.",
        "Asked by Reuters, an official said that the plan was dead on arrival.",
        "Pressed by Ann Lee in the capital, the minister promised to call.",
        "Few capitals will sign up to a Chinese channel to the other side.",
        "This post was first held by Ann Lee, whom nobody trusted.",
        "Written by diplomats in a hurry, the paper pleased neither side.",
    ],
)
def test_what_is_told_is_no_furniture(line: str) -> None:
    for page in (f"Talks fail\n{STORY}{line}\n{STORY}", f"Talks fail\n{STORY}{line}\n"):
        assert kinds_of(page)[line] is BODY


@pytest.mark.parametrize(
    "title", ["Region on edge: Can the envoy mediate?", "Issues persist: No deal"]
)
def test_a_title_with_a_colon_is_no_list_of_tags(title: str) -> None:
    assert kinds_of(f"{title}\n{STORY}")[title] is HEAD


def test_what_a_colon_announces_is_no_list_of_other_stories() -> None:
    voices = ["Cairo: only they can do it", "Kyiv: an empty plan", "Oslo: worth a try"]
    page = kinds_of(f"Talks fail\n{STORY}Capitals were divided:\n" + "\n".join(voices))
    assert [page[voice] for voice in voices] == [BODY] * 3
