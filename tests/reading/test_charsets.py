from __future__ import annotations

import codecs

import pytest

from stance.errors import EncodingError
from stance.reading.charsets import page_text, unwritable


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("café".encode(), "iso-8859-1", "café"),
        ("café “x”".encode("cp1252"), "ISO-8859-1", "café “x”"),
        ("和平".encode("gbk"), "gb2312", "和平"),
        (b'<meta charset="gbk">' + "和平".encode("gbk"), None, '<meta charset="gbk">和平'),
        (b"<meta charset=koi8-r>\xcd\xc9\xd2", "no-such-thing", "<meta charset=koi8-r>мир"),
        (codecs.BOM_UTF8 + "é".encode(), None, "é"),
        (codecs.BOM_UTF16_LE + "é".encode("utf-16-le"), None, "é"),
    ],
)
def test_a_page_is_read_in_its_encoding(data: bytes, charset: str | None, text: str) -> None:
    assert page_text(data, charset, "page") == text


@pytest.mark.parametrize(
    ("data", "charset", "message"),
    [
        (b"caf\xe9", None, "no encoding that is known"),
        (b"\xff\xff", "gbk", "byte 0 is not gbk"),
        (b"\xe9 \\x", "unicode_escape", "no encoding that is known"),
        (b"a\0b", None, "binary"),
    ],
)
def test_a_page_in_no_stated_encoding_is_refused(
    data: bytes, charset: str | None, message: str
) -> None:
    with pytest.raises(EncodingError, match=message):
        page_text(data, charset, "page")


def test_what_no_text_holds_is_told() -> None:
    assert unwritable("a", None, "é") is None
    assert "surrogate" in (unwritable("a", "\ud800") or "")
    assert "null" in (unwritable("a\0") or "")
