"""What servers are scripted to do: the parts of their scripts, and the responses in them."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from conformance.targets.body import BODY_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripted import Peer, Script

SHORT = 0.5  # seconds; what is tested is that waiting ends, not when
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
REFUSED = b'{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}'


def whole(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """A response of this body."""
    head = [b"HTTP/1.1 " + status, b"Content-Type: application/json", *headers, b"Content-Length: %d" % len(body)]
    return b"\r\n".join([*head, b"", body])


def after_request(act: Callable[[Peer], None]) -> Script:
    def script(peer: Peer) -> None:
        peer.read_request()
        act(peer)

    return script


def flooding(head: bytes, more: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head)
        peer.flood(more)

    return script


def dripping(head: bytes, more: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head)
        peer.drip(more)

    return script


def answering_each(*answers: bytes) -> Script:
    """One connection on which each request gets the next answer, and which then stays open."""

    def script(peer: Peer) -> None:
        for answer in answers:
            if peer.read_request():
                peer.send(answer)
        peer.wait()

    return script


# What is an answer, and no good one: status and problem

ANSWERED: dict[str, tuple[Script, int, str]] = {
    "HTML": (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", 200, ""),
    "empty": (OK + b"\r\n", 200, ""),
    "body cut off": (OK + b'Content-Length: 900\r\n\r\n{"data"', 200, "before its Content-Length"),
    "body longer than announced": (OK + b"Content-Length: 2\r\n\r\n{}" + b"x" * 900, 200, ""),
    "absurd Content-Length": (OK + b"Content-Length: many\r\n\r\n{}", 200, ""),
    "Content-Length below zero": (OK + b"Content-Length: -1\r\n\r\n{}", 200, ""),
    "huge Content-Length": (OK + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n{}", 200, "before its Content-Length"),
    "two Content-Lengths": (OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 200, ""),
    "chunks cut off": (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", 200, "ended early"),
    "no chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\nhello", 200, "ended early"),
    "chunk of -1 bytes": (flooding(OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", b"x" * 4096), 200, "chunked"),
    "chunk of -9 bytes": (OK + b"Transfer-Encoding: chunked\r\n\r\n-9\r\nx", 200, "chunked"),
    "a hundred megabytes": (
        flooding(OK + b"Content-Length: 104857600\r\n\r\n", b" " * 65536),
        200,
        "longer than 8 MiB",
    ),
    "endless body": (flooding(OK + b"\r\n", b" " * 65536), 200, "longer than 8 MiB"),
    "endless chunks": (
        flooding(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"ffff\r\n" + b" " * 65535 + b"\r\n"),
        200,
        "longer than 8 MiB",
    ),
    "gzip bomb": (whole(gzip.compress(bytes(5 * BODY_LIMIT)), b"Content-Encoding: gzip"), 200, "unpacks to more"),
    "gzip cut off": (whole(gzip.compress(b"{}" * 99)[:-9], b"Content-Encoding: gzip"), 200, "ended early"),
    "no gzip": (whole(b"{}", b"Content-Encoding: gzip"), 200, "is not gzip"),
    "another encoding": (whole(b"{}", b"Content-Encoding: br"), 200, "not asked for"),
    "reset within the body": (
        after_request(lambda peer: (peer.send(OK + b"Content-Length: 9\r\n\r\n{"), peer.reset())[0]),
        200,
        "before its Content-Length|reset within the body",
    ),
    "switching protocols": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello", 101, ""),
    "unheard-of status": (b"HTTP/1.1 799 Whatever\r\nContent-Length: 0\r\n\r\n", 799, ""),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\n{}", 200, ""),
    "headers without end": (b"HTTP/1.1 200 OK\r\nX-A: b\r\nX-C", 200, ""),
    "headers twice": (whole(b"{}", b"Content-Type: text/html", b"X-Request-ID: 1", b"X-Request-ID: 2"), 200, ""),
    "bytes that are no text": (whole(b"\xff\xfe\x00" * 99, b"X-Bytes: \xff\xfe"), 200, ""),
    "no JSON, deeply": (whole(b"[" * 100_000), 200, ""),
}
