"""Bodies as they were before a server or a crawler packed them."""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO


def unpacked(data: bytes | bytearray, encoding: str, limit: int) -> bytes | bytearray:
    """A body as it was before packing; of what exceeds the limit, one byte more than that.

    Raises:
        zlib.error, gzip.BadGzipFile: The data are not what the encoding says.
        EOFError: The data end too early.
        ValueError: The encoding is another than identity, gzip or deflate.
    """
    match encoding:
        case "" | "identity":
            return data
        case "gzip" | "x-gzip":
            return gzip.GzipFile(fileobj=BytesIO(data)).read(limit + 1)
        case "deflate":
            # Some servers leave out the wrapper that RFC 9110, 8.4.1.2 asks for. Its first
            # byte is known by the lower half (RFC 1950), with which no raw data begin.
            wrapped = data[:1] and data[0] & 15 == zlib.DEFLATED
            unpacker = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
            plain = unpacker.decompress(data, limit + 1)
            if not unpacker.eof and len(plain) <= limit:
                raise EOFError
            return plain
        case _:
            raise ValueError(encoding)
