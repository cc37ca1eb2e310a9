"""Where a scan says that a key stands: file, line, column and byte, wherever a block ends."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import pytest
from runs import run_command
from scans import FORMAT, found_in, minted, parts, places, says_nothing_of, scanned

from conformance.scanning.find import Place
from conformance.scanning.scanner import Scanner

if TYPE_CHECKING:
    from pathlib import Path


def test_a_key_is_found_with_its_file_line_column_and_byte(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / "app.log").write_text(f"first\nkäse X-API-Key: {key}\nlast\n", encoding="utf-8")
    ran = run_command(tmp_path, "scan", "app.log")
    assert (ran.status, ran.stdout) == (1, f"app.log:2:17: key {parts(key)[0]}… (43 characters), byte 23\n")
    assert says_nothing_of(ran, key)
    assert places(scanned(tmp_path, "app.log")) == [("app.log", 2, 17, 23)]


def test_no_key_is_missed_wherever_a_block_ends() -> None:
    key = minted().encode()
    texts = (key, base64.b64encode(b"x" + key), key.decode().encode("utf-16-le"))
    for at in (at for end in (4096, 6144, 8192) for at in range(end - 2 * len(key) - 2, end + 3)):  # reads end there
        for text in texts:
            before = b"a\n" * 1000 + b" " * (at - 2000)
            (find,) = found_in(before + text + b"\n" + b"b" * 5000, block=4096)
            found = find.place.offset - len(before)
            assert (find.judged.kind, find.place.line, 0 <= found <= 2) == ("key", 1001, True), at


def test_no_key_is_missed_wherever_a_read_of_the_command_ends(tmp_path: Path) -> None:
    keys = [minted() for _ in range(70)]
    text = b""
    for number, key in enumerate(keys, start=1):
        text = text.ljust(number * (1 << 18) - number, b"-") + key.encode()
    (tmp_path / "big").write_bytes(text)
    finds = scanned(tmp_path, "big", status=1)
    assert [find["offset"] for find in finds] == [text.index(key.encode()) for key in keys]
    assert [find["key_id"] for find in finds] == [FORMAT.parse(key).key_id for key in keys]


class Dripping(io.RawIOBase):
    """A stream of which 7 bytes can be had at a time."""

    def __init__(self, text: bytes) -> None:
        self._text = io.BytesIO(text)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._text.readinto(memoryview(buffer)[:7])


def test_a_stream_that_comes_in_drops_is_searched_as_a_whole() -> None:
    key = minted()
    text = b"-" * 5000 + key.encode() + b"\r\n" * 3000 + key.encode()
    finds = list(Scanner(FORMAT).scan(Dripping(text), "-"))
    assert [find.place[:4] for find in finds] == [("-", 1, 5001, 5000), ("-", 3001, 1, 5000 + len(key) + 6000)]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_lines_of_utf_16_are_counted_though_reads_end_within_characters(encoding: str) -> None:
    text = "ab\n" * 3000 + "上" + minted()
    (find,) = Scanner(FORMAT).scan(Dripping(text.encode(encoding)), "-")
    assert find.place == Place("-", 3001, 2, 2 * 9001)


def test_lines_that_end_in_cr_lf_and_a_byte_order_mark_are_counted_as_editors_do(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / "a.env").write_bytes(b"\xef\xbb\xbf" + f"{key}\r\nA=1\r\n  K={key}\r\n".encode())
    assert [place[1:3] for place in places(scanned(tmp_path, "a.env"))] == [(1, 1), (3, 5)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_keys_in_utf_16_are_found_plain_and_in_base64(encoding: str, tmp_path: Path) -> None:
    key = minted()
    encoded = base64.b64encode(key.encode()).decode()
    text = f"上面 上\r\nSchlüssel={key}\r\n\U0001f511 token: {encoded}\r\n"
    (tmp_path / "a.reg").write_bytes(text.encode(encoding))
    finds = scanned(tmp_path, "a.reg")
    assert [(find["kind"], find["form"], find["line"], find["column"]) for find in finds] == [
        ("key", "plain, UTF-16", 2, 11),
        ("key", "base64, UTF-16", 3, 10),
    ]
    mark = 2 if encoding == "utf-16" else 0
    assert finds[0]["offset"] == mark + 2 * text.index(key)


def test_a_place_holds_no_text_of_what_was_found() -> None:
    assert Place._fields == ("path", "line", "column", "offset", "member", "commit")
