"""What is packed, unpacked piece by piece and counted."""

from __future__ import annotations

import io
import struct
import sys
from typing import IO, TYPE_CHECKING, Protocol, cast

from conformance.scanning.archives.budget import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.scanning.archives.budget import Budget

PIECE = 1 << 16  # bytes that are unpacked at a time
_SPOOLED = 4 << 20  # bytes that are kept in memory
_BROKEN = (EOFError, OSError, struct.error, ValueError, NotImplementedError, IndexError)


class Packed(Protocol):
    """A stream that is unpacked piece by piece, so that what stands before an error is not lost with it."""

    def read1(self, size: int, /) -> bytes:
        """Unpack up to so many bytes."""
        ...


class Metered(io.RawIOBase):
    """A stream of what is unpacked, counted."""

    def __init__(self, stream: Packed, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: object) -> int:
        """Unpack a piece, and count it."""
        view = memoryview(cast("bytearray", buffer))
        try:
            piece = self._stream.read1(min(len(view), PIECE))
        except mistakes() as error:
            raise ArchiveError("it is packed, and broken; the rest was not scanned") from error
        view[: len(piece)] = piece
        self._budget.take_bytes(len(piece))
        return len(piece)


def mistakes() -> tuple[type[Exception], ...]:
    """What the modules that unpack raise where something is broken; those that were imported."""
    known = [("tarfile", "TarError"), ("zlib", "error"), ("zipfile", "BadZipFile"), ("lzma", "LZMAError")]
    loaded = [(sys.modules[module], name) for module, name in known if module in sys.modules]
    return (*_BROKEN, *(getattr(module, name) for module, name in loaded))


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class Unpacked:
    """What was packed with bzip2 or xz, one stream after the other."""

    def __init__(self, stream: IO[bytes], begun: Callable[[], _Decompressor]) -> None:
        self._stream = stream
        self._begun = begun
        self._one = begun()

    def read1(self, size: int, /) -> bytes:
        """Unpack up to so many bytes.

        Raises:
            EOFError: It is cut off.

        """
        while True:
            given = b""
            if self._one.eof:
                given = (self._one.unused_data or self._stream.read(PIECE)).lstrip(b"\0")
                if not given:
                    return b""
                self._one = self._begun()
            elif self._one.needs_input and not (given := self._stream.read(PIECE)):
                raise EOFError
            if piece := self._one.decompress(given, size):
                return piece


def seekable(stream: IO[bytes], budget: Budget) -> IO[bytes]:
    """The stream if one can move in it, or a temporary copy."""
    import tempfile

    if not isinstance(stream, io.FileIO) or not stream.seekable():
        copy = tempfile.SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115  (whoever asked closes it)
        while piece := stream.read(PIECE):
            budget.take_bytes(len(piece))
            copy.write(piece)
        return cast("IO[bytes]", copy)
    return stream
