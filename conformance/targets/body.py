"""The body of a response: read, unpacked, and both up to a limit."""

from __future__ import annotations

import http.client
import zlib

_MEBIBYTES = 8
BODY_LIMIT = _MEBIBYTES * 1024 * 1024


def body_of(response: http.client.HTTPResponse) -> tuple[bytes, str]:
    """The body up to the limit, and what was wrong with it."""
    try:
        body = response.read(BODY_LIMIT + 1)
    except http.client.IncompleteRead as error:
        return error.partial, "the body ended early"
    except ConnectionError:
        return b"", "the connection was reset within the body"
    except ValueError:
        return b"", "the body is not chunked in the way of HTTP"
    if len(body) > BODY_LIMIT:
        return body[:BODY_LIMIT], f"the body is longer than {_MEBIBYTES} MiB; the rest was not read"
    if response.length:
        return body, f"the body ended {response.length} bytes before its Content-Length"
    return body, ""


def decompressed(body: bytes, encoding: str) -> tuple[bytes, str]:
    """The body without its content encoding, up to the limit, and what was wrong with it."""
    if encoding in ("", "identity") or not body:
        return body, ""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return body, f"the body has the content encoding {encoding!r}, which was not asked for"
    wbits = 47 if encoding != "deflate" or body[:1] == b"\x78" else -15
    decoded = b""
    while body:  # gzip may have several members (RFC 1952, section 2.2)
        decompressor = zlib.decompressobj(wbits)
        try:
            decoded += decompressor.decompress(body, BODY_LIMIT + 1 - len(decoded))
        except zlib.error:
            return b"", f"the body is not {encoding}, though its Content-Encoding says so"
        if len(decoded) > BODY_LIMIT:
            return decoded[:BODY_LIMIT], f"the body unpacks to more than {_MEBIBYTES} MiB; the rest was not unpacked"
        if not decompressor.eof:
            return decoded, "the compressed body ended early"
        body = decompressor.unused_data
    return decoded, ""
