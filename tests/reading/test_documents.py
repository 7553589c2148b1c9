from __future__ import annotations

from pathlib import Path

import pytest

import stance
from stance.errors import EmptyTextError, EncodingError, InputError
from stance.reading.segmentation import segment

PAGE = """<!DOCTYPE html>
<html lang="en-GB"><head><title>Envoy returns | The Example Courier</title>
<meta property="og:title" content="Envoy returns">
<meta property="og:site_name" content="The Example Courier">
<meta property="article:published_time" content="2023-05-01T10:00:00Z">
<link rel="canonical" href="https://courier.example.org/envoy"></head>
<body><nav><a href="/">Home</a> <a href="/world">World</a></nav>
<article><h1>Envoy returns</h1>
<p>The envoy came back on Monday with little to show, and told reporters at the airport that
the two delegations had agreed on nothing but the date of another meeting.</p>
<p>Officials in both capitals declined to say whether the caf\u00e9 where they met, which is
owned by a neutral party, would be used for talks again in the coming weeks.</p></article>
<footer>Copyright</footer></body></html>"""


def test_text_is_kept_exactly(tmp_path: Path) -> None:
    text = "“Peace,”\u00a0he said.\r\n\r\nA caf\u00e9 e\u0301t\u00e9 \U0001f54a\ufe0f 和平。\r\n"
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode())
    article = stance.read(path)
    assert article.text == text
    for s in segment(article.text):
        assert text[s.start : s.end] == s.text


@pytest.mark.parametrize(
    "start", ['<?xml version="1.0" encoding="utf-8"?>\n', "<!-- saved from url=(0014) -->\n"]
)
def test_page_with_something_before_it(tmp_path: Path, start: str) -> None:
    path = tmp_path / "page.txt"
    path.write_text(start + PAGE, encoding="utf-8")
    assert stance.read(path).headline == "Envoy returns"


def test_byte_order_mark_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffTalks began.".encode())
    assert stance.read(path).text == "Talks began."


@pytest.mark.parametrize("name", ["page.html", "page.txt"])
def test_page_gives_text_and_metadata(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(PAGE, encoding="utf-8")
    article = stance.read(path)
    assert article.headline == "Envoy returns"
    assert article.outlet == "The Example Courier"
    assert article.published == "2023-05-01"
    assert article.language == "en"
    assert article.url == "https://courier.example.org/envoy"
    assert article.text.startswith("Envoy returns\n")
    assert "caf\u00e9 where they met" in article.text
    assert "World" not in article.text


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", EmptyTextError, "empty"),
        (b" \n\n ", EmptyTextError, "empty"),
        (b"caf\xe9", EncodingError, "byte 3 is not UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0", EncodingError, "is not UTF-8"),
        (b"GIF\0\0", EncodingError, "a binary file"),
        (b"<html><head><title>x</title></head></html>", InputError, "without a main text"),
    ],
)
def test_bad_files(tmp_path: Path, content: bytes, error: type[Exception], message: str) -> None:
    path = tmp_path / "bad"
    path.write_bytes(content)
    with pytest.raises(error, match=message):
        stance.read(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        stance.read(tmp_path / "none.txt")
