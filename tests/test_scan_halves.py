"""hopx-auth scan: a large file is scanned in two halves side by side, and nothing of what is found is another."""

from __future__ import annotations

import base64
import errno
import io
import os
import signal
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import pytest
from runs import FORMAT, finish, has_ended, start_command
from scans import minted, scanned

from conformance.scanning.find import Find, Judgement, Place
from conformance.scanning.halves import LARGE, scan_file
from conformance.scanning.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.scanning.position import Position

LINE = b'{"path": "/v1/sandboxes/\xe4\xb8\x8a", "status": 200, "agent": "hopx-python/0.5.0"}\n'
_BLOCK = 4096  # less than there is before the middle, as in a large file
FIND = Find(Judgement("key", "", ""), "plain", Place("text", 7))


def broken(key: bytes, at: int) -> bytes:
    return key[:at] + b"\n    " + key[at:]


def around_the_middle() -> dict[str, bytes]:
    """What may stand where a file is parted: its first line break is within the piece or behind it."""
    key = minted().encode()
    coded = base64.b64encode(b"X-API-Key: " + key)
    return {
        "a key": b"X-API-Key: " + key + b"\n",
        "a key behind the line break": b"\n" + key + b"\n",
        "a key in its line alone": b"\n" + key,
        "a key that is torn apart": broken(key, 30) + b"\n",
        "a prefix that is torn apart": broken(key, 7) + b"\n",
        "base64 over two lines": broken(coded, 24) + b"\n",
        "one in each line": b"".join(b"\xc3\xa4 " + minted().encode() + b"\r\n" for _ in range(40)),
        "many": b"".join(minted().encode() + b" " for _ in range(60)) + b"\n",
        "UTF-16": f"\n{minted()}\n".encode("utf-16-le"),
    }


@pytest.mark.parametrize("name", around_the_middle())
def test_what_is_found_in_two_halves_is_what_is_found_in_a_whole(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forks = []
    fork = os.fork
    monkeypatch.setattr(os, "fork", lambda: forks.append(1) or fork())
    piece, before, key = around_the_middle()[name], LINE * 150, minted().encode()
    moved = range(-40, min(len(piece), 400) + 40, 5)
    for by in moved:
        size = 2 * (len(before) + by)
        behind = (LINE * 400)[: size - len(before + piece + key) - 1]
        text = key.join((before + piece + behind, b"\n"))
        whole = list(Scanner(FORMAT, _BLOCK).scan(io.BytesIO(text), "text"))
        assert whole
        (tmp_path / "text").write_bytes(text)
        with (tmp_path / "text").open("rb", buffering=0) as file:
            assert list(scan_file(Scanner(FORMAT, _BLOCK), file, "text", large=size)) == whole
    assert len(forks) == len(moved)


def test_a_file_in_utf_16_is_scanned_in_a_whole(tmp_path: Path) -> None:
    text = "".join(f"上 {minted()}\n" for _ in range(100)).encode("utf-16")
    (tmp_path / "text").write_bytes(text)
    with (tmp_path / "text").open("rb", buffering=0) as file:
        finds = list(scan_file(Scanner(FORMAT, _BLOCK), file, "text", large=1))
    assert [find.place[1:3] for find in finds] == [(line, 3) for line in range(1, 101)]


def test_a_large_file_is_scanned_as_a_stream_is(tmp_path: Path) -> None:
    lines = LINE * (LARGE // 4 // len(LINE))
    pieces = [line for _ in range(5) for line in (lines, f"X-API-Key: {minted()}\n".encode())]
    pieces += [f"{minted()} {minted()}\n".encode() for _ in range(1000)]  # more than fit into a pipe
    (tmp_path / "log").write_bytes(b"".join(pieces))
    found = scanned(tmp_path, "log", status=1)
    stdin = b"".join(pieces).decode("utf-8", "surrogateescape")
    as_stream = scanned(tmp_path, "-", stdin=stdin, status=1)
    assert len(found) == 2005
    assert [one | {"path": "log"} for one in as_stream] == found


class Scripted:
    """A scanner that finds one key in the first half, and then does as it is told."""

    def __init__(self, second: Callable[[], None]) -> None:
        self._second = second

    def scan(self, _stream: IO[bytes], _path: str, position: Position | None = None) -> Iterator[Find]:
        assert position is not None
        if position.offset:
            self._second()
        yield FIND


def parted(tmp_path: Path, second: Callable[[], None]) -> Iterator[Find]:
    (tmp_path / "text").write_bytes(LINE * 4)
    with (tmp_path / "text").open("rb", buffering=0) as file:
        yield from scan_file(cast("Scanner", Scripted(second)), file, "text", large=1)


def fail() -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (fail, os.strerror(errno.EIO)),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "the process that read its second half was ended"),
    ],
    ids=["fails", "is killed"],
)
def test_what_keeps_the_second_half_from_being_scanned_is_said_behind_the_finds_of_the_first(
    second: Callable[[], None], says: str, tmp_path: Path
) -> None:
    finds = parted(tmp_path, second)
    assert next(finds) == FIND
    with pytest.raises(OSError, match=says) as caught:
        next(finds)
    assert caught.value.strerror == says


def test_who_stops_reading_finds_ends_the_second_process(tmp_path: Path) -> None:
    note = tmp_path / "pid"

    def wait() -> None:
        note.write_text(str(os.getpid()))
        signal.pause()

    finds = parted(tmp_path, wait)
    next(finds)
    while not note.exists() or not note.read_text():
        time.sleep(0.01)
    finds.close()  # type: ignore[attr-defined]
    assert has_ended(int(note.read_text()))


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_ctrl_c_ends_both(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as file:
        file.truncate(1 << 40)  # it takes no room, and minutes to be read
        file.seek((1 << 39) + 1)
        file.write(b"\n")
    process = start_command(tmp_path, "scan", "log")
    try:
        while not children(process.pid):
            assert process.poll() is None
            time.sleep(0.01)
        (child,) = children(process.pid)
        process.send_signal(signal.SIGINT)
        ran = finish(process, tmp_path)
    finally:
        process.kill()
        process.wait()
    assert (ran.status, ran.output) == (130, "")
    assert has_ended(child)
