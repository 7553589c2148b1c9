from __future__ import annotations

import contextlib
import gzip
import socket
import sys
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from stance.errors import FetchError, MissingExtraError
from stance.reading import addresses
from stance.reading.fetching import Fetcher, FetchPolicy
from stance.reading.items import Fetch

Reply = Callable[[BaseHTTPRequestHandler], None]
TEXT = b"Two envoys met in a quiet town. " * 20


class Site:
    """A real server on the loopback address, with the requests that it saw."""

    def __init__(self) -> None:
        self.pages: dict[str, list[Reply]] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                site.seen.append((self.path, headers))
                replies = site.pages.get(self.path, [answer(404)])
                reply = replies.pop(0) if len(replies) > 1 else replies[0]
                # Our side hangs up on what it has had enough of.
                with contextlib.suppress(ConnectionError):
                    reply(self)
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port: int = self.server.server_address[1]

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.seen]


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Memory(dict[str, tuple[str | None, str | None]]):
    """Validators in a dictionary."""

    def set(self, url: str, etag: str | None, last_modified: str | None) -> None:
        self[url] = (etag, last_modified)


def answer(status: int, body: bytes = b"", **headers: str) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def raw(start: bytes) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(start)

    return reply


def drip(start: bytes, clock: Time) -> Reply:
    """Begin an answer that never ends, with a byte for each second of the clock."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(start)
        while True:
            handler.wfile.write(b"a")
            clock.now += 1.0
            time.sleep(0.001)

    return reply


def fetcher(clock: Time | None = None, memory: Memory | None = None, **policy: Any) -> Fetcher:
    clock = clock or Time()
    chosen = FetchPolicy(**{"allow_private": True, "timeout": 5.0, **policy})
    return Fetcher(chosen, memory, clock=lambda: clock.now, sleep=clock.sleep)


def refusal(url: str, **policy: Any) -> str:
    """Why a URL gives nothing."""
    with fetcher(**policy) as fetch, pytest.raises(FetchError) as caught:
        fetch(url)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_page_comes_whole_with_what_is_known_about_it(site: Site) -> None:
    site.pages["/a?b=c"] = [answer(200, TEXT, Content_Type="Text/HTML; Charset=UTF-8")]
    with fetcher(user_agent="stance/9 (+reading news feeds)") as made:
        fetch: Fetch = made
        found = fetch(site.url("/a?b=c#part"))
    assert found.body == TEXT
    assert found.url == site.url("/a?b=c")
    assert found.content_type == "text/html; charset=utf-8"
    assert datetime.fromisoformat(found.retrieved).utcoffset() == timedelta(0)
    _, headers = site.seen[-1]
    assert headers["user-agent"] == "stance/9 (+reading news feeds)"
    assert headers["host"] == f"127.0.0.1:{site.port}"


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_proxies_of_the_environment_are_not_used(
    site: Site, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.pages["/"] = [answer(200, TEXT)]
    with fetcher() as fetch:
        assert fetch(site.url("/")).body == TEXT


@pytest.mark.parametrize("url", ["ftp://example.test/a", "file:///etc/hostname", "a.txt"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    assert "give one with http:// or https://" in refusal(url)


def test_a_user_name_in_an_address_is_refused(site: Site) -> None:
    message = refusal(f"http://reader:hush@127.0.0.1:{site.port}/")
    assert "a user name" in message
    assert "hush" not in message
    assert site.seen == []


@pytest.mark.parametrize("found", [("127.0.0.1",), ("8.8.8.8", "127.0.0.1"), ("::ffff:7f00:1",)])
def test_a_name_that_stands_for_a_private_address_is_refused(
    site: Site, found: tuple[str, ...]
) -> None:
    with (
        Fetcher(resolve=lambda _host, _port: found) as fetch,
        pytest.raises(FetchError, match=r"example\.test: stands for .*, which is not public"),
    ):
        fetch(site.url("/", host="example.test"))
    assert site.seen == []


def test_a_redirect_to_a_private_address_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The one address that the test can serve from stands in for a public one.
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
    names = {"example.test": ("127.0.0.1",), "inside.test": ("10.0.0.1",)}
    site.pages["/"] = [answer(302, Location=site.url("/b", host="inside.test"))]
    with (
        Fetcher(resolve=lambda host, _port: names[host], sleep=lambda _: None) as fetch,
        pytest.raises(FetchError, match=r"inside\.test: stands for 10\.0\.0\.1"),
    ):
        fetch(site.url("/", host="example.test"))
    assert site.paths == ["/robots.txt", "/"]


def test_a_name_that_points_elsewhere_a_moment_later_is_checked_anew(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
    answers = iter([("127.0.0.1",), ("127.0.0.2",)])
    with (
        Fetcher(resolve=lambda _host, _port: next(answers), sleep=lambda _: None) as fetch,
        pytest.raises(FetchError, match=r"stands for 127\.0\.0\.2"),
    ):
        fetch(site.url("/", host="example.test"))
    assert site.paths == ["/robots.txt"]


def test_a_redirect_is_followed_and_the_last_url_is_told(site: Site) -> None:
    site.pages["/old/a"] = [answer(301, Location="../new#part")]
    site.pages["/new"] = [answer(200, TEXT)]
    with fetcher() as fetch:
        assert fetch(site.url("/old/a")).url == site.url("/new")


def test_redirects_in_a_circle_end(site: Site) -> None:
    site.pages["/a"] = [answer(307, Location="/b")]
    site.pages["/b"] = [answer(308, Location="/a")]
    assert "more than 5 redirects" in refusal(site.url("/a"))
    assert len(site.seen) == 1 + 6


@pytest.mark.parametrize("location", ["file:///etc/hostname", "http://a@127.0.0.1/", "ftp://b/"])
def test_a_redirect_to_what_is_refused_is_refused(site: Site, location: str) -> None:
    site.pages["/a"] = [answer(302, Location=location)]
    assert "give" in refusal(site.url("/a"))
    assert site.paths == ["/robots.txt", "/a"]


@pytest.mark.parametrize("status", [204, 302, 304, 404, 410])
def test_a_status_other_than_200_is_an_error(site: Site, status: int) -> None:
    site.pages["/a"] = [answer(status)]
    assert f"status {status}, expected 200" in refusal(site.url("/a"))


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("X-GZIP", gzip.compress(TEXT[:9]) + gzip.compress(TEXT[9:])),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT, wbits=-15)),
    ],
)
def test_a_packed_body_is_unpacked(site: Site, encoding: str, body: bytes) -> None:
    site.pages["/a"] = [answer(200, body, Content_Encoding=encoding)]
    with fetcher(max_bytes=len(TEXT)) as fetch:
        assert fetch(site.url("/a")).body == TEXT
    assert "larger than" in refusal(site.url("/a"), max_bytes=len(TEXT) - 1)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(TEXT)[:-9]),
        ("gzip", TEXT),
        ("gzip", gzip.compress(TEXT)[:-8] + bytes(8)),
        ("deflate", zlib.compress(TEXT)[:-9]),
        ("deflate", b"\xff" * 20),
    ],
)
def test_a_broken_packed_body_is_an_error(site: Site, encoding: str, body: bytes) -> None:
    site.pages["/a"] = [answer(200, body, Content_Encoding=encoding)]
    assert f"broken {encoding} data" in refusal(site.url("/a"))


def test_a_packing_that_was_not_asked_for_is_an_error(site: Site) -> None:
    site.pages["/a"] = [answer(200, TEXT, Content_Encoding="br")]
    assert "packed as 'br'" in refusal(site.url("/a"))
    assert site.seen[-1][1]["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [("gzip", gzip.compress(bytes(20 * 2**20))), ("deflate", zlib.compress(bytes(20 * 2**20)))],
)
def test_a_small_body_that_unpacks_to_a_huge_one_is_refused(
    site: Site, encoding: str, bomb: bytes
) -> None:
    site.pages["/a"] = [answer(200, bomb, Content_Encoding=encoding)]
    tracemalloc.start()
    try:
        assert "larger than 100000 bytes" in refusal(site.url("/a"), max_bytes=100_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 * 2**20


def test_a_body_without_end_is_refused(site: Site) -> None:
    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            handler.wfile.write(TEXT)

    site.pages["/a"] = [flood]
    assert "larger than 100000 bytes" in refusal(site.url("/a"), max_bytes=100_000)


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
    ],
)
def test_an_answer_that_drips_ends_at_its_time(site: Site, start: bytes) -> None:
    clock = Time()
    site.pages["/a"] = [drip(start, clock)]
    with fetcher(clock) as fetch, pytest.raises(FetchError, match="not all within 60 s"):
        fetch(site.url("/a"))
    assert site.paths == ["/robots.txt", "/a"]


def test_an_answer_that_does_not_come_is_waited_for_no_longer_than_allowed(site: Site) -> None:
    def wait(_handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.2)

    site.pages["/a"] = [wait]
    assert "nothing came for 0.1 s" in refusal(site.url("/a"), timeout=0.1)


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nTwo envoys",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nTwo envoys",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"not a word of the protocol\r\n\r\n",
        b"",
    ],
)
def test_a_hang_up_in_mid_answer_is_tried_again_and_then_an_error(site: Site, start: bytes) -> None:
    site.pages["/a"] = [raw(start)]
    assert "try again later" in refusal(site.url("/a"))
    assert site.paths == ["/robots.txt", "/a", "/a", "/a"]


def test_a_closed_port_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert "try again later" in refusal(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again_after_a_pause(site: Site, status: int) -> None:
    site.pages["/a"] = [answer(status), answer(status), answer(200, TEXT)]
    clock = Time()
    with fetcher(clock, seconds_per_host=0) as fetch:
        assert fetch(site.url("/a")).body == TEXT
    assert clock.slept == [1.0, 2.0]


def test_a_server_that_stays_busy_is_left_alone(site: Site) -> None:
    site.pages["/a"] = [answer(503)]
    assert "status 503" in refusal(site.url("/a"), retries=1)
    assert site.paths == ["/robots.txt", "/a", "/a"]


@pytest.mark.parametrize(
    ("asked", "slept"),
    [
        ("7", 7.0),
        ("0", 1.0),
        ("86400", 60.0),
        (format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True), 60.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 1.0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 1.0),
        ("soon", 1.0),
    ],
)
def test_a_server_is_given_the_pause_it_asks_for_within_reason(
    site: Site, asked: str, slept: float
) -> None:
    site.pages["/a"] = [answer(429, Retry_After=asked), answer(200, TEXT)]
    clock = Time()
    with fetcher(clock, seconds_per_host=0) as fetch:
        fetch(site.url("/a"))
    assert clock.slept == [slept]


def test_requests_to_one_host_are_kept_apart(site: Site) -> None:
    site.pages["/a"] = [answer(302, Location="/b")]
    site.pages["/b"] = [answer(200, TEXT)]
    clock = Time()
    with fetcher(clock, seconds_per_host=1.5) as fetch:
        fetch(site.url("/a"))
    assert clock.slept == [1.5, 1.5]


def test_a_crawl_delay_is_kept(site: Site) -> None:
    site.pages["/robots.txt"] = [answer(200, b"User-agent: *\nCrawl-delay: 9")]
    site.pages["/a"] = [answer(200, TEXT)]
    clock = Time()
    with fetcher(clock) as fetch:
        fetch(site.url("/a"))
        fetch(site.url("/a"))
    assert clock.slept == [9.0, 9.0]
    assert site.paths == ["/robots.txt", "/a", "/a"]


def test_a_page_that_robots_txt_closes_is_not_asked_for(site: Site) -> None:
    site.pages["/robots.txt"] = [answer(301, Location="/rules")]
    site.pages["/rules"] = [answer(200, b"User-agent: stance\nDisallow: /closed")]
    site.pages["/open"] = [answer(302, Location="/closed")]
    assert "asks that it not be read" in refusal(site.url("/closed"))
    assert "asks that it not be read" in refusal(site.url("/open"))
    assert "/closed" not in site.paths


def test_a_site_whose_robots_txt_fails_is_not_asked_further(site: Site) -> None:
    site.pages["/robots.txt"] = [answer(500)]
    site.pages["/a"] = [answer(200, TEXT)]
    assert "its robots.txt gave status 500" in refusal(site.url("/a"))
    assert "/a" not in site.paths


def test_a_feed_comes_again_only_when_it_changed(site: Site) -> None:
    marks = {"ETag": '"1"', "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}
    site.pages["/feed"] = [answer(200, TEXT, **marks), answer(304), answer(200, b"new")]
    memory = Memory()
    with fetcher(memory=memory) as fetch:
        first = fetch.changed(site.url("/feed"))
        assert first is not None
        assert first.body == TEXT
        assert memory == {site.url("/feed"): ('"1"', "Wed, 21 Oct 2015 07:28:00 GMT")}
        assert fetch.changed(site.url("/feed")) is None
        _, headers = site.seen[-1]
        assert headers["if-none-match"] == '"1"'
        assert headers["if-modified-since"] == "Wed, 21 Oct 2015 07:28:00 GMT"
        third = fetch.changed(site.url("/feed"))
        assert third is not None
        assert third.body == b"new"
        assert memory == {site.url("/feed"): (None, None)}
        fetch.changed(site.url("/feed"))
        assert "if-none-match" not in site.seen[-1][1]


def test_the_mark_of_a_feed_is_kept_for_the_url_that_gave_it(site: Site) -> None:
    site.pages["/old"] = [answer(301, Location="/one"), answer(301, Location="/two")]
    site.pages["/one"] = [answer(200, TEXT, ETag='"1"')]
    site.pages["/two"] = [answer(200, TEXT, ETag='"1"')]
    with fetcher(memory=Memory()) as fetch:
        fetch.changed(site.url("/old"))
        assert fetch.changed(site.url("/old")) is not None
        assert "if-none-match" not in site.seen[-1][1]


def test_a_server_that_says_unchanged_without_being_asked_is_an_error(site: Site) -> None:
    site.pages["/feed"] = [answer(304)]
    for memory in (Memory(), None):
        with (
            fetcher(memory=memory) as fetch,
            pytest.raises(FetchError, match="status 304, expected 200"),
        ):
            fetch.changed(site.url("/feed"))


def test_a_mark_with_odd_letters_is_sent_back(site: Site) -> None:
    site.pages["/feed"] = [answer(200, TEXT, ETag='"\u00e9"'), answer(200, TEXT)]
    with fetcher(memory=Memory()) as fetch:
        fetch.changed(site.url("/feed"))
        assert fetch.changed(site.url("/feed")) is not None
    assert "if-none-match" in site.seen[-1][1]


def test_a_cookie_is_not_sent_back(site: Site) -> None:
    site.pages["/a"] = [answer(302, Location="/b", Set_Cookie="reader=1")]
    site.pages["/b"] = [answer(200, TEXT)]
    with fetcher() as fetch:
        fetch(site.url("/a"))
    assert "cookie" not in site.seen[-1][1]


@pytest.mark.parametrize("missing", ["httpcore", "protego"])
def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.delitem(sys.modules, "stance.reading.robots", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtraError, match=rf"{missing} is not installed.*\[feeds\]"):
        Fetcher()
