from __future__ import annotations

import gc
import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from stance.errors import FetchError, InputError
from stance.reading.columns import ANY_COLUMNS, Columns
from stance.reading.items import Fetched, Item, Located, Rejected
from stance.reading.sources import SourceOptions, StandardInput, open_source
from stance.records import Article

PAGE = """<!DOCTYPE html><html lang="en"><head><title>Envoy returns</title></head><body><article>
<h1>Envoy returns</h1><p>The envoy came back on Monday with little to show, and told reporters at
the airport that the two delegations had agreed on nothing but the date of another meeting.</p>
<p>Officials in both capitals declined to say whether the café where they met would be used for
talks again in the coming weeks, or whether another place had been found.</p></article></body>
</html>"""
FEED = """<rss version="2.0"><channel><title>The Courier</title>
<item><title>Envoy returns</title><link>/page</link><guid>1</guid><description>Short.</description>
<pubDate>Mon, 06 May 2024 10:00:00 GMT</pubDate></item>
<item><title>Gone</title><link>/gone</link><guid>2</guid>
<description>Still told.</description></item>
<item><title>No link</title></item></channel></rss>"""
SHELF = {
    "/feed": ("application/rss+xml", FEED.encode()),
    "/page": ("text/html; charset=iso-8859-1", PAGE.encode("cp1252")),
    "/text": ("text/plain", b"Talks began."),
    "/empty": ("text/html", b"<html></html>"),
    "/table": ("text/csv", b"text\nTalks began.\n"),
    "/json": (
        "application/feed+json",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "A"}]}',
    ),
}
PLAIN = SourceOptions()
FOLLOW = SourceOptions(follow=True)


class Shelf(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind, body = SHELF.get(self.path, ("", b""))
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Shelf) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def fetch(url: str) -> Fetched:
    try:
        with urlopen(url, timeout=5) as reply:  # noqa: S310 - a test's own server
            kind = reply.headers["Content-Type"].lower()
            return Fetched(reply.url, reply.read(), kind, "2024-05-07T00:00:00+00:00")
    except URLError as error:
        if isinstance(error, io.IOBase):
            error.close()
        raise FetchError(f"{url}: {error}") from None


def piped(data: bytes, columns: Columns = ANY_COLUMNS) -> list[Item]:
    source = StandardInput(io.BytesIO(data), columns)
    items = list(source)
    assert list(source) == items
    return items


def test_a_page_at_an_address(site: str) -> None:
    (item,) = open_source(f"{site}/page", PLAIN, fetch)
    assert isinstance(item, Located)
    assert (item.source, item.position) == (f"{site}/page", f"{site}/page")
    assert "the café where they met" in item.article.text
    assert item.article.url == f"{site}/page"
    assert item.article.retrieved == "2024-05-07T00:00:00+00:00"


def test_a_text_at_an_address(site: str) -> None:
    (item,) = open_source(f"{site}/text", PLAIN, fetch)
    assert isinstance(item, Located)
    assert item.article.text == "Talks began."


@pytest.mark.parametrize(
    ("path", "words"), [("/empty", "without a main text"), ("/table", "text/csv: expected a page")]
)
def test_an_address_without_an_article_is_told(site: str, path: str, words: str) -> None:
    (item,) = open_source(site + path, PLAIN, fetch)
    assert isinstance(item, Rejected)
    assert words in item.reason


def test_an_address_that_gives_nothing_is_an_error(site: str) -> None:
    with pytest.raises(FetchError, match="404"):
        list(open_source(f"{site}/gone", PLAIN, fetch))


def test_a_feed_at_an_address_gives_its_own_texts(site: str) -> None:
    first, second, third = open_source(f"{site}/feed", PLAIN, fetch)
    assert isinstance(first, Located)
    assert first.article.text == "Envoy returns\n\nShort."
    assert first.article.url == f"{site}/page"
    assert first.article.retrieved == "2024-05-07T00:00:00+00:00"
    assert [first.position, second.position, third.position] == ["1", "2", "#3"]
    (entry,) = open_source(f"{site}/json", PLAIN, fetch)
    assert entry.position == "1"


def test_a_feed_is_followed_to_its_pages(site: str) -> None:
    source = open_source(f"{site}/feed", FOLLOW, fetch)
    page, summary, missing, unlinked = source
    assert isinstance(page, Located)
    assert page.position == "1"
    assert "the café where they met" in page.article.text
    assert page.article.outlet == "The Courier"
    assert page.article.published == "2024-05-06T10:00:00+00:00"
    assert isinstance(summary, Located)
    assert summary.article.text == "Gone\n\nStill told."
    assert isinstance(missing, Rejected)
    assert missing.position == f"{site}/gone"
    assert isinstance(unlinked, Located)
    assert list(source) == [page, summary, missing, unlinked]


def test_a_feed_file_is_followed_to_its_pages(site: str, tmp_path: Path) -> None:
    path = tmp_path / "saved.rss"
    path.write_text(FEED.replace("<link>/", f"<link>{site}/"))
    items = list(open_source(str(path), FOLLOW, fetch))
    assert [type(i) for i in items] == [Located, Located, Rejected, Located]
    assert [type(i) for i in open_source(str(path), PLAIN)] == [Located] * 3
    inside = list(open_source(str(tmp_path), FOLLOW, fetch))
    assert [getattr(i, "article", None) for i in inside] == [
        getattr(i, "article", None) for i in items
    ]


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (FEED.encode(), ["Envoy returns\n\nShort.", "Gone\n\nStill told.", "No link"]),
        (b'{"body": "One."}\n{"body": "Two."}\n', ["One.", "Two."]),
        (SHELF["/json"][1], ["A"]),
        ("Talks — began.\n".encode(), ["Talks — began.\n"]),
    ],
)
def test_standard_input_is_told_by_how_it_begins(data: bytes, texts: list[str]) -> None:
    items = piped(data)
    assert [i.article.text for i in items if isinstance(i, Located)] == texts
    assert {i.source for i in items} == {"-"}


def test_a_page_on_standard_input() -> None:
    (item,) = piped(PAGE.encode())
    assert isinstance(item, Located)
    assert item.article.headline == "Envoy returns"


def test_standard_input_that_is_no_text_is_told() -> None:
    (item,) = piped(b"caf\xe9")
    assert isinstance(item, Rejected)


def test_json_lines_on_standard_input_take_the_columns_given() -> None:
    (item,) = piped(b'{"a": "One.", "text": "no"}\n', Columns(text="a"))
    assert item == Located(Article("One."), "-", "#1")


def test_the_copy_of_standard_input_goes_with_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    source = StandardInput(io.BytesIO(b"Talks began."), ANY_COLUMNS)
    list(source)
    assert list(tmp_path.iterdir())
    del source
    gc.collect()
    assert not list(tmp_path.iterdir())


def test_paths_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Talks began.")
    (tmp_path / "b.csv").write_text("text\nTalks ended.\n")
    assert [i.position for i in open_source(str(tmp_path), PLAIN)] == ["a.txt", "b.csv:#1"]
    (item,) = open_source(str(tmp_path / "b.csv"), SourceOptions(Columns(text="text")))
    assert item == Located(Article("Talks ended."), str(tmp_path / "b.csv"), "#1")


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("nowhere.txt", PLAIN, "no such file"),
        ("ftp://a.example.org/x", PLAIN, "http or https"),
        ("file:///etc/hosts", PLAIN, "http or https"),
        ("https://a.example.org/x", PLAIN, "without fetching"),
        ("feed.rss", FOLLOW, "without fetching"),
    ],
)
def test_a_name_that_cannot_be_read_is_an_error(
    name: str, options: SourceOptions, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        open_source(name, options)
