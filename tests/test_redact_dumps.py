"""Hex dumps that hold a secret are refused, others are let through."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from dumps import DUMPED, dumped
from redacting import minted, redacted
from scripted import scripted

from conformance.redaction.run import NotProvedError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("tool", DUMPED)
def test_a_hex_dump_with_a_secret_in_it_is_refused(tool: str, tmp_path: Path) -> None:
    for before in range(16):
        request = b"GET /v1/sandboxes HTTP/1.1\r\n" + b"a" * before + f": {minted()}\r\nAccept: */*\r\n".encode()
        with pytest.raises(NotProvedError, match="the hex dump that begins in line 2 seems to hold a secret"):
            redacted(b"=> Send header, 99 bytes\n" + dumped(request, tool) + b"\n== Info: sent", tmp_path)


@pytest.mark.parametrize("tool", DUMPED)
def test_a_hex_dump_without_a_secret_is_let_through(tool: str, tmp_path: Path) -> None:
    written = dumped(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 12\r\n\r\n\0\x01\xff unauthorized", tool) + b"\n"
    assert redacted(written, tmp_path) == written


def test_what_only_looks_like_a_dump_is_let_through(tmp_path: Path) -> None:
    written = b"cafe: 12 34 beef\n00000000  ab|\n2026 11 29 12 00 00 ok\ndeadbeef\n0x10: 0\n" * 9
    assert redacted(written, tmp_path) == written


def test_a_trace_of_curl_is_refused(tmp_path: Path) -> None:
    with scripted(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}") as server:
        asked = ["curl", "-s", "--trace", "-", "-H", f"X-API-Key: {minted()}", server.url, "-o", os.devnull]
        written = subprocess.run(asked, cwd=tmp_path, capture_output=True, check=True).stdout
    with pytest.raises(NotProvedError, match="hex dump"):
        redacted(written, tmp_path)


def test_a_dump_of_od_is_refused(tmp_path: Path) -> None:
    (tmp_path / "request").write_text(f"GET / HTTP/1.1\r\nX-API-Key: {minted()}\r\n\r\n")
    asked = ["od", "-A", "x", "-t", "x1z", "request"]
    written = subprocess.run(asked, cwd=tmp_path, capture_output=True, check=True).stdout
    with pytest.raises(NotProvedError, match="hex dump"):
        redacted(written, tmp_path)
