"""A large file scanned in two halves, side by side: the second one by a process of its own."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, cast

from conformance.recognition.encodings import wide_encoding
from conformance.scanning.position import Position
from conformance.scanning.scanner import AHEAD, HEAD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.scanning.find import Find
    from conformance.scanning.scanner import Scanner

LARGE = 64 * 1024 * 1024  # bytes; of less than that, another process takes as long as it saves
_LONGEST_LINE = 64 * 1024  # bytes that are looked through for its end


def scan_file(scanner: Scanner, stream: IO[bytes], path: str, large: int = LARGE) -> Iterator[Find]:
    """The finds in a stream, in order, in two halves where it is a large file.

    Raises:
        OSError: The stream cannot be read on; what was found until then has been given.

    """
    middle = _middle(stream, large)
    if not middle:
        yield from scanner.scan(stream, path)
        return
    file = stream.fileno()
    position = Position(os.pread(file, HEAD, 0))
    with _meanwhile(
        lambda: scanner.scan(cast("IO[bytes]", _Part(file, middle)), path, Position(b"", middle))
    ) as behind:
        for find in scanner.scan(cast("IO[bytes]", _Part(file, 0, middle + AHEAD)), path, position):
            if find.place.offset < middle:
                yield find
        lines = position.line - 1 - os.pread(file, AHEAD, middle).count(b"\n")
        for find in behind:
            yield find._replace(place=find.place._replace(line=find.place.line + lines))


def _middle(stream: IO[bytes], large: int) -> int:
    """Where the line behind the middle of a large file begins; 0 where it is not to be parted."""
    if not isinstance(stream, io.FileIO) or not hasattr(os, "fork") or (os.cpu_count() or 1) < 2:
        return 0
    file = stream.fileno()
    half = os.fstat(file).st_size // 2
    if 2 * half < large or not stream.seekable() or stream.tell() or wide_encoding(os.pread(file, HEAD, 0)):
        return 0
    behind = os.pread(file, _LONGEST_LINE, half).find(b"\n") + 1
    return half + behind if behind else 0


class _Part(io.RawIOBase):
    """A part of a file, which others read elsewhere at the same time; without `end`, all that follows."""

    def __init__(self, file: int, start: int, end: int = sys.maxsize) -> None:
        self._file = file
        self._at = start
        self._end = end

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill as much of the buffer as can be had at once."""
        view = memoryview(cast("bytearray", buffer))
        read = os.preadv(self._file, [view[: self._end - self._at]], self._at)
        self._at += read
        return read


@contextmanager
def _meanwhile(finds: Callable[[], Iterator[Find]]) -> Iterator[Iterator[Find]]:
    """What a process of its own finds, which ends with the block at the latest."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            _hand_over(finds(), writing)
        finally:
            os._exit(0)  # nothing of what the parent has begun is ended or written here
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as handed:
            yield _taken_over(handed)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _hand_over(finds: Iterator[Find], writing: int) -> None:
    """Write the finds, and what ended them: `None` where it was the end."""
    import pickle

    with os.fdopen(writing, "wb") as handed:
        try:
            for find in finds:
                pickle.dump(find, handed)
            pickle.dump(None, handed)
        except OSError as error:
            pickle.dump(error, handed)


def _taken_over(handed: IO[bytes]) -> Iterator[Find]:
    import pickle

    while True:
        try:
            one: Find | OSError | None = pickle.load(handed)  # noqa: S301  of our own child
        except (EOFError, pickle.UnpicklingError):
            raise OSError(errno.EIO, "the process that read its second half was ended") from None
        if one is None:
            return
        if isinstance(one, OSError):
            raise one
        yield one
