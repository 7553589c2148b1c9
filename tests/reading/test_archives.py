from __future__ import annotations

import gzip
import zlib
from codecs import BOM_UTF8
from pathlib import Path

import pytest

from stance.errors import InputError
from stance.reading.archives import Archive, ArchiveLimits
from stance.reading.items import Item, Located, Rejected

PAGE = """<!DOCTYPE html><html lang="en"><head><title>Envoy returns</title></head><body><article>
<h1>Envoy returns</h1><p>The envoy came back on Monday with little to show, and told reporters at
the airport that the two delegations had agreed on nothing but the date of another meeting.</p>
<p>Officials in both capitals declined to say whether the café where they met would be used for
talks again in the coming weeks, or whether another place had been found.</p></article></body>
</html>"""
HALVES = PAGE.encode()[:200], PAGE.encode()[200:]
URL = "https://a.example.org/envoy"
WHEN = "2024-05-06T10:00:00Z"


def record(payload: bytes, kind: str = "response", url: str = URL) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: {WHEN}\r\nWARC-Target-URI: {url}\r\n"
        "WARC-Record-ID: <urn:uuid:12345678-1234-1234-1234-123456789012>\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload + b"\r\n\r\n"


def http(body: bytes, kind: str = "text/html", status: str = "200 OK", extra: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{extra}\r\n".encode() + body


GOOD = record(http(PAGE.encode()))


def read(tmp_path: Path, *records: bytes, limit: int = 10**6) -> list[Item]:
    path = tmp_path / "a.warc"
    path.write_bytes(b"".join(records))
    return list(Archive(path, "a.warc", ArchiveLimits(page_bytes=limit)))


def test_pages_come_with_address_time_and_offset(tmp_path: Path) -> None:
    info = record(b"software: none\r\n", "warcinfo")
    first, second = read(tmp_path, info, GOOD, record(http(PAGE.encode()), url=f"<{URL}/2>"))
    assert isinstance(first, Located)
    assert isinstance(second, Located)
    assert (first.source, first.position) == ("a.warc", f"@{len(info)}")
    assert second.position == f"@{len(info) + len(GOOD)}"
    assert (first.article.url, second.article.url) == (URL, f"{URL}/2")
    assert (first.article.retrieved, first.article.headline) == (WHEN, "Envoy returns")
    assert "the café where they met" in first.article.text


def test_what_is_no_page_is_passed_over(tmp_path: Path) -> None:
    others = [
        record(http(b"\x89PNG", "image/png")),
        record(http(PAGE.encode(), status="404 Not Found")),
        record(http(b"", status="301 Moved", extra="Location: /x\r\n")),
        record(b"GET / HTTP/1.1\r\n\r\n", "request"),
        record(b"not HTTP at all"),
    ]
    assert [type(i) for i in read(tmp_path, *others, GOOD)] == [Located]


@pytest.mark.parametrize(
    ("body", "extra"),
    [
        (gzip.compress(PAGE.encode()), "Content-Encoding: gzip\r\n"),
        (zlib.compress(PAGE.encode()), "Content-Encoding: deflate\r\n"),
        (b"".join(map(gzip.compress, HALVES)), "Content-Encoding: gzip\r\n"),
        (zlib.compress(PAGE.encode())[2:-4], "Content-Encoding: deflate\r\n"),
        (zlib.compress(PAGE.encode()), "Content-Encoding: gzip\r\n"),
        (gzip.compress(PAGE.encode()), "Content-Encoding: deflate\r\n"),
        (gzip.compress(PAGE.encode()) + b"\r\n", "Content-Encoding: gzip\r\n"),
        (BOM_UTF8 + PAGE.encode(), "Content-Encoding: gzip\r\n"),
        (PAGE.encode(), "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
        (
            b"%x\r\n%b\r\n0\r\n\r\n" % (len(PAGE.encode()), PAGE.encode()),
            "Transfer-Encoding: chunked\r\n",
        ),
    ],
)
def test_a_page_is_unpacked(tmp_path: Path, body: bytes, extra: str) -> None:
    (item,) = read(tmp_path, record(http(body, extra=extra)))
    assert isinstance(item, Located)
    assert "the café where they met" in item.article.text


def test_a_page_is_decoded_as_its_server_says(tmp_path: Path) -> None:
    (item,) = read(tmp_path, record(http(PAGE.encode("cp1252"), "Text/HTML; charset=ISO-8859-1")))
    assert isinstance(item, Located)
    assert "the café where they met" in item.article.text


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (http(b"<html><body></body></html>"), "without a main text"),
        (http(PAGE.encode("cp1252")), "no encoding that is known"),
        (http(b"nonsense", extra="Content-Encoding: gzip\r\n"), "encoding that it states"),
        (http(gzip.compress(PAGE.encode())[:-9], extra="Content-Encoding: gzip\r\n"), "cut off"),
        (http(b"<p>" + b"x" * 5000), "more than 4000 bytes"),
        (http(gzip.compress(b"<p>" + b"x" * 10**6), extra="Content-Encoding: gzip\r\n"), "4000"),
        (http(PAGE.encode(), extra=f"X-Long: {'x' * 50_000}\r\n"), "cannot be read"),
    ],
)
def test_a_page_that_cannot_be_read_is_set_aside(
    tmp_path: Path, payload: bytes, reason: str
) -> None:
    bad, good = read(tmp_path, record(payload), GOOD, limit=4000)
    assert isinstance(bad, Rejected)
    assert reason in bad.reason
    assert bad.position == "@0"
    assert isinstance(good, Located)


@pytest.mark.parametrize("left", [20, 100, 200, len(GOOD) - 60])
def test_an_archive_that_is_cut_off_says_so(tmp_path: Path, left: int) -> None:
    first, last = read(tmp_path, GOOD, GOOD[:left])
    assert isinstance(first, Located)
    assert isinstance(last, Rejected)
    assert last.position == f"@{len(GOOD)}"
    assert "mid-record" in last.reason or "from here on" in last.reason


def test_an_archive_cut_off_in_a_picture_says_so(tmp_path: Path) -> None:
    first, last = read(tmp_path, GOOD, record(http(b"x" * 5000, "image/png"))[:3000])
    assert isinstance(first, Located)
    assert isinstance(last, Rejected)
    assert "mid-record" in last.reason


@pytest.mark.parametrize("together", [True, False])
def test_a_compressed_archive_has_the_same_offsets(tmp_path: Path, together: bool) -> None:  # noqa: FBT001
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(GOOD + GOOD) if together else gzip.compress(GOOD) * 2)
    source = Archive(path, "a")
    assert [i.position for i in source] == ["@0", f"@{len(GOOD)}"]
    assert list(source) == list(source)


@pytest.mark.parametrize("left", [10, 60, 400])
def test_a_compressed_archive_that_is_cut_off_says_so(tmp_path: Path, left: int) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(GOOD) + gzip.compress(GOOD)[:left])
    first, last = Archive(path, "a")
    assert isinstance(first, Located)
    assert isinstance(last, Rejected)
    assert "mid-record" in last.reason


def test_a_file_that_is_no_archive_says_so(tmp_path: Path) -> None:
    (item,) = read(tmp_path, b"A plain text, and no archive.\n" * 9)
    assert isinstance(item, Rejected)
    with pytest.raises(InputError, match="No such file"):
        list(Archive(tmp_path / "none.warc", "none"))
