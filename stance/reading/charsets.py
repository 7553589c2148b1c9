"""Text out of bytes and cells: a page's encoding, and what no text may hold."""

from __future__ import annotations

import codecs
import re

from stance.errors import EncodingError

_DECLARED = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HEAD = 4096
_BOMS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Python also knows encodings that are none of a page, and some are slow on long input.
_OF_PAGES = re.compile(r"utf-(?:8|16)|iso8859|cp\d|koi8|mac|gb|big5|euc|shift_jis")
# What browsers read in place of a label (WHATWG Encoding Standard, section 4.2).
_READ_AS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}


def page_text(data: bytes, charset: str | None, name: str) -> str:
    """Decode a page.

    What is valid UTF-8 is UTF-8, whatever the server claims: text in another encoding
    hardly ever is by chance. Else the server's word counts, and then the page's own.

    Args:
        data: The page's bytes.
        charset: The encoding that the server states.
        name: What to call the page in a message.

    Raises:
        EncodingError: The bytes do not stand in the encoding that is stated, or none is.
    """
    encoding = next((e for mark, e in _BOMS if data.startswith(mark)), "utf-8-sig")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = _in_stated_encoding(data, charset, name)
    if "\0" in text:
        raise EncodingError(f"{name}: a binary file: give UTF-8 text or HTML")
    return text


def unwritable(*texts: str | None) -> str | None:
    """Why texts cannot be kept: half a character or a null; None where they can.

    A JSON string may hold a lone surrogate, which UTF-8 cannot, or a null, which a
    database refuses.
    """
    joined = "".join(filter(None, texts))
    try:
        joined.encode()
    except UnicodeEncodeError:
        return "half a character (a lone surrogate), which no text in UTF-8 holds"
    return "a null character, which no text holds" if "\0" in joined else None


def _in_stated_encoding(data: bytes, charset: str | None, name: str) -> str:
    own = _DECLARED.search(data, 0, _HEAD)
    for label in (charset, own and own.group(1).decode()):
        if label and (encoding := _encoding(label)):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise EncodingError(
                    f"{name}: byte {error.start} is not {label}, which the page is said to be in"
                ) from None
    raise EncodingError(
        f"{name}: not UTF-8, and no encoding that is known is stated: save the page as UTF-8"
    )


def _encoding(label: str) -> str | None:
    """Python's name of the encoding that browsers read for a label."""
    try:
        found = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    found = _READ_AS.get(found, found)
    return found if _OF_PAGES.match(found) else None
