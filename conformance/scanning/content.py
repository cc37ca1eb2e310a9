"""What is scanned: a stream of bytes and where it comes from."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from conformance.recognition.magic import HEAD
from conformance.scanning.archives.zip_end import TAIL

if TYPE_CHECKING:
    from collections.abc import Callable


class Content(NamedTuple):
    """A named stream; in a repository's history the name is that of an object until its path is known."""

    path: str
    stream: IO[bytes]
    member: str = ""

    @property
    def name(self) -> str:
        """How it is named to people."""
        return f"{self.path}!{self.member}" if self.member else self.path


def with_head(stream: IO[bytes]) -> tuple[bytes, IO[bytes]]:
    """The first bytes of a stream, and a stream that still has them."""
    if isinstance(stream, io.FileIO) and stream.seekable():
        start = stream.tell()
        head = stream.read(HEAD) or b""
        stream.seek(start)
        return head, stream
    head, failed = b"", None
    try:
        while len(head) < HEAD and (piece := stream.read(HEAD - len(head))):
            head += piece
    except Exception as error:
        if not head:
            raise
        failed = error  # which is raised behind what came before it
    return head, cast("IO[bytes]", Rejoined(head, stream, failed))


class Rejoined(io.RawIOBase):
    """A stream of which the head was read already, and is given again, and the tail is kept."""

    def __init__(self, head: bytes, stream: IO[bytes], failed: Exception | None) -> None:
        self._left = head
        self._stream = stream
        self._failed = failed
        self._tail = bytearray()
        self.size = 0

    @property
    def tail(self) -> bytes:
        """The last bytes that were read."""
        return bytes(self._tail[-TAIL:])

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill as much of the buffer as can be had at once."""
        view = memoryview(cast("bytearray", buffer))
        read = self._read_into(view)
        self._tail += view[max(read - TAIL, 0) : read]
        if len(self._tail) > 2 * TAIL:
            del self._tail[:-TAIL]
        self.size += read
        return read

    def _read_into(self, view: memoryview) -> int:
        given = min(len(self._left), len(view))
        view[:given] = self._left[:given]
        self._left = self._left[given:]
        if self._failed and not given:
            raise self._failed
        if self._failed:
            return given
        return given + (read_into(self._stream, view[given:]) if given < len(view) else 0)


def read_into(stream: IO[bytes], view: memoryview) -> int:
    """Fill as much of `view` as can be had at once; 0 at the end of the stream."""
    into: Callable[[memoryview], int] | None = getattr(stream, "readinto", None)
    if into is not None:
        return into(view) or 0
    piece = stream.read(len(view))
    view[: len(piece)] = piece
    return len(piece)


class Limited(io.RawIOBase):
    """The next so many bytes of a stream, as a stream of its own."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream = stream
        self.left = size

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer, as long as anything is left."""
        view = memoryview(cast("bytearray", buffer))
        read = read_into(self._stream, view[: self.left]) if self.left else 0
        self.left -= read
        return read

    def skip(self) -> None:
        """Pass by what is left."""
        while self.left and self.read(min(self.left, 1 << 16)):
            pass
