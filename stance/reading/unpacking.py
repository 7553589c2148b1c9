"""Bodies as they were before a server or a crawler packed them."""

from __future__ import annotations

import zlib

_GZIP = b"\x1f\x8b"
_EITHER = zlib.MAX_WBITS | 32
"""Tells gzip from zlib by its first bytes, for one is often stated as the other."""


def unpacked(data: bytes | bytearray, encoding: str, limit: int) -> bytes | bytearray:
    """A body as it was before packing; of what exceeds the limit, one byte more than that.

    A gzip body may have several members (RFC 1952); what else follows the end is left out.

    Raises:
        zlib.error: The data are not what the encoding says.
        EOFError: The data end too early.
        ValueError: The encoding is another than identity, gzip or deflate.
    """
    if encoding in {"", "identity"}:
        return data
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise ValueError(encoding)
    plain = bytearray()
    while len(plain) <= limit:
        unpacker = zlib.decompressobj(_window(data, encoding))
        plain += unpacker.decompress(data, limit + 1 - len(plain))
        if not unpacker.eof and len(plain) <= limit:
            raise EOFError("it is cut off")
        data = unpacker.unused_data
        if not data.startswith(_GZIP):
            break
    return plain


def _window(data: bytes | bytearray, encoding: str) -> int:
    # Some servers leave out the wrapper that RFC 9110, 8.4.1.2 asks for. Its first byte is
    # known by the lower half (RFC 1950), with which no raw data begin.
    headed = data.startswith(_GZIP) or (data[:1] and data[0] & 15 == zlib.DEFLATED)
    return -zlib.MAX_WBITS if encoding == "deflate" and not headed else _EITHER
