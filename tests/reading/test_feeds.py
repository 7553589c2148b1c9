from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from stance.errors import InputError
from stance.reading.feeds import FeedFile, FeedLimits, articles_from_feed, looks_like_feed
from stance.reading.items import Located, Rejected
from stance.records import Article

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>The &amp; Courier</title><language>en-GB</language>
<item><title>Envoy &lt;b&gt;returns&lt;/b&gt;</title><link>/envoy</link><guid>id-1</guid>
<dc:creator>J. Doe</dc:creator><pubDate>Mon, 06 May 2024 10:00:00 +0200</pubDate>
<description>A summary.</description>
<content:encoded><![CDATA[<p>Talks <script>x()</script>began.</p><p>They ended.</p>]]>
</content:encoded></item>
<item><title>Second</title><link>https://b.example.org/2</link><pubDate>in May</pubDate>
<description>Only a summary.</description></item>
<item><description>Without a title.</description></item>
<item><title>Again</title><guid>id-1</guid></item>
<item></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>The Courier</title>
<entry xml:lang="en"><id>tag:1</id><title type="text">1 &lt; 2</title>
<updated>2024-05-06T10:00:00Z</updated><link href="https://a.example.org/1"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One &amp; two.</p></div>
</content></entry></feed>"""

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "The Courier",
    "language": "en-US",
    "authors": [{"name": "J. Doe"}, {"name": "A. Roe"}],
    "items": [
        {
            "id": 7,
            "url": "https://a.example.org/1",
            "title": "Envoy returns",
            "content_html": "<p>Talks began.</p>",
            "date_published": "2024-05-06T10:00:00Z",
        },
        {"id": "8", "content_text": "Envoy leaves", "title": "Envoy leaves", "language": "fr"},
        {"id": "9", "title": "half \ud800"},
        "no entry",
    ],
}


def test_rss_entries_become_articles() -> None:
    items = list(articles_from_feed(RSS.encode(), "https://a.example.org/feed/rss"))
    first = items[0]
    assert isinstance(first, Located)
    assert first == Located(
        Article(
            "Envoy returns\n\nTalks began.\n\nThey ended.",
            headline="Envoy returns",
            outlet="The & Courier",
            published="2024-05-06T08:00:00+00:00",
            language="en",
            url="https://a.example.org/envoy",
            author="J. Doe",
        ),
        "https://a.example.org/feed/rss",
        "id-1",
    )
    places = ["id-1", "https://b.example.org/2", "#3", "#4", "#5"]
    assert [i.position for i in items] == places
    texts = [i.article.text for i in items if isinstance(i, Located)]
    assert texts[1:] == ["Second\n\nOnly a summary.", "Without a title.", "Again"]
    assert isinstance(items[1], Located)
    assert items[1].article.published == "in May"
    assert isinstance(items[4], Rejected)


CAPTION = "<media:description>A flag, and a lectern in a hall, in 2019.</media:description>"
SUMMARY = "<description>Talks began.</description>"
FULL = "<content:encoded><![CDATA[<p>Talks began. They ended soon.</p>]]></content:encoded>"
PHOTO = "<content:encoded><![CDATA[<img src='x.jpg'/>]]></content:encoded>"


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        (SUMMARY + CAPTION, "Talks began."),
        (CAPTION + SUMMARY, "Talks began."),
        (f"<media:content url='x.jpg'>{CAPTION}</media:content>{SUMMARY}", "Talks began."),
        (CAPTION + FULL + SUMMARY, "Talks began. They ended soon."),
        (SUMMARY + PHOTO, "Talks began."),
    ],
)
@pytest.mark.parametrize("prefix", ["media", "m"])
def test_an_entry_is_its_longest_text_and_no_caption(inside: str, text: str, prefix: str) -> None:
    names = f"xmlns:{prefix}='http://search.yahoo.com/mrss/' "
    names += "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    title = "<title>Envoy</title><media:title>A picture</media:title>"
    feed = f"<rss version='2.0' {names}><channel><item>{title}{inside}</item></channel></rss>"
    feed = feed.replace("media:", f"{prefix}:")
    (item,) = articles_from_feed(feed.encode(), "feed.xml")
    assert isinstance(item, Located)
    assert item.article.text == f"Envoy\n\n{text}"


def test_a_json_entry_is_its_longest_text() -> None:
    entry = {"id": "1", "content_html": "<img src='x.jpg'/>", "summary": "Talks began."}
    version = {"version": "https://jsonfeed.org/version/1.1", "items": [entry]}
    (item,) = articles_from_feed(json.dumps(version).encode(), "feed.json")
    assert isinstance(item, Located)
    assert item.article.text == "Talks began."


@pytest.mark.parametrize("date", ["01-05-2023 10:00:00", "2023/05/01 10:00:00"])
def test_a_date_is_not_guessed(date: str) -> None:
    item = f"<item><title>x</title><pubDate>{date}</pubDate></item>"
    feed = f"<rss version='2.0'><channel>{item}</channel></rss>"
    (found,) = articles_from_feed(feed.encode(), "feed.xml")
    assert isinstance(found, Located)
    assert found.article.published == date


def test_what_is_no_address_is_none() -> None:
    item = "<item><title>x</title><guid>17</guid></item>"
    (found,) = articles_from_feed(f"<rss><channel>{item}</channel></rss>".encode(), "feed.xml")
    assert isinstance(found, Located)
    assert (found.position, found.article.url) == ("17", None)


def test_atom_entries_become_articles() -> None:
    (item,) = articles_from_feed(ATOM.encode(), "feed.atom")
    assert isinstance(item, Located)
    assert item.position == "tag:1"
    assert item.article == Article(
        "1 < 2\n\nOne & two.",
        headline="1 < 2",
        outlet="The Courier",
        published="2024-05-06T10:00:00+00:00",
        language="en",
        url="https://a.example.org/1",
    )


def test_json_feed_entries_become_articles() -> None:
    data = json.dumps(JSON_FEED, indent=1).encode()
    assert looks_like_feed(data)
    first, second, third, fourth = articles_from_feed(data, "feed.json")
    article = Article(
        "Envoy returns\n\nTalks began.",
        headline="Envoy returns",
        outlet="The Courier",
        published="2024-05-06T10:00:00Z",
        language="en",
        url="https://a.example.org/1",
        author="J. Doe, A. Roe",
    )
    assert first == Located(article, "feed.json", "7")
    assert isinstance(second, Located)
    assert (second.article.text, second.article.language) == ("Envoy leaves", "fr")
    assert isinstance(third, Rejected)
    assert "surrogate" in third.reason
    assert isinstance(fourth, Rejected)


def test_a_feed_broken_in_the_middle_gives_what_it_has() -> None:
    items = list(articles_from_feed(RSS[: RSS.index("<pubDate>in May")].encode(), "feed"))
    assert [i.position for i in items] == ["id-1", "https://b.example.org/2"]


def test_a_feed_without_entries_is_empty() -> None:
    data = b"<rss version='2.0'><channel><title>x</title></channel></rss>"
    assert list(articles_from_feed(data, "feed")) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"A plain text.",
        b"<html><body>A page.</body></html>",
        RSS[: RSS.index("<item>")].encode(),
        b'{"version": "https://jsonfeed.org/version/1"}',
        b"<rss><channel><item><title>&#99999999999;</title></item></channel></rss>",
    ],
)
def test_what_is_no_feed_is_an_error(data: bytes) -> None:
    with pytest.raises(InputError, match=r"^name: "):
        list(articles_from_feed(data, "name"))


def test_entities_that_grow_without_bound_are_refused() -> None:
    steps = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE rss [<!ENTITY e0 "ha">{steps}]>'
    bomb = f"{doctype}<rss><channel><item><title>&e9;</title></item></channel></rss>"
    with pytest.raises(InputError, match="entities of its own"):
        list(articles_from_feed(bomb.encode(), "feed"))


def test_a_local_file_named_by_an_entity_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    entity = f'<!DOCTYPE rss [<!ENTITY e SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    with pytest.raises(InputError, match="entities of its own"):
        list(articles_from_feed(f"{entity}<rss><item>&e;</item></rss>".encode(), "feed"))


def test_an_entry_with_a_time_of_change_only_is_dated_by_it() -> None:
    entry = "<entry><title>x</title><published/><updated>in May</updated></entry>"
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>"
    (item,) = articles_from_feed(feed.encode(), "feed")
    assert isinstance(item, Located)
    assert item.article.published == "in May"


def test_an_entity_for_one_character_does_no_harm() -> None:
    entity = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY dash "&#8212;">]>'
    body = "<rss version='2.0'><channel><item><title>a&dash;b</title></item></channel></rss>"
    (item,) = articles_from_feed((entity + body).encode(), "feed")
    assert isinstance(item, Located)
    assert item.article.text == "a—b"


def test_bytes_that_name_a_file_are_not_taken_for_it(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(RSS)
    with pytest.raises(InputError):
        list(articles_from_feed(str(path).encode(), "feed"))


def test_bad_markup_in_an_entry_takes_no_time_out_of_proportion() -> None:
    entry = "&lt;!--" * 50_000
    feed = f"<rss><channel><item><title>x</title><description>{entry}</description></item>"
    (item,) = articles_from_feed(f"{feed}</channel></rss>".encode(), "feed")
    assert isinstance(item, Located)
    assert item.article.headline == "x"


@pytest.mark.parametrize(
    ("data", "feed"),
    [
        (RSS.encode(), True),
        (ATOM.encode(), True),
        (b"\xef\xbb\xbf <rdf:RDF xmlns='x'>", True),
        (b"<!DOCTYPE html><html><p>How to write <rss version='2.0'>", False),
        (b"A text on <feed> and food.", True),
        (b'{"text": "x"}', False),
        (b"", False),
    ],
)
def test_a_feed_is_told_by_how_it_begins(data: bytes, feed: bool) -> None:  # noqa: FBT001
    assert looks_like_feed(data) is feed


def test_a_feed_file_is_read_again_at_every_iteration(tmp_path: Path) -> None:
    path = tmp_path / "a.rss"
    path.write_text(RSS)
    source = FeedFile(path, "a.rss")
    assert len(list(source)) == 5
    assert list(source) == list(source)
    with pytest.raises(InputError, match="more than 9 bytes"):
        list(replace(source, limits=FeedLimits(feed_bytes=9)))
    with pytest.raises(InputError, match="No such file"):
        list(FeedFile(tmp_path / "none.rss", "none"))
