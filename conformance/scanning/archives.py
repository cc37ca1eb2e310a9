"""What is in archives, within bounds: members, bytes, and archives in archives."""

from __future__ import annotations

import io
import struct
from typing import IO, TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipFile, ZipInfo

DEPTH = 2  # archives in archives that are opened
MEMBERS = 20_000  # of one file, and of all archives in it
BYTES = 1 << 30  # unpacked, of one file, and of all archives in it
_DIRECTORY = 16 << 20  # bytes of a ZIP file's table of contents, which is read as a whole
_HEADER = 1 << 20  # bytes of a tar header's extension, which is read as a whole
_PIECE = 1 << 16  # bytes that are unpacked at a time
_SPOOLED = 4 << 20  # bytes that are kept in memory
_BROKEN = (EOFError, OSError, struct.error, ValueError, NotImplementedError, IndexError)
_CLOSED = {
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"(\xb5/\xfd": "packed with zstd",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
}
ZIP, TAR, GZIP = "zip", "tar", "gzip"


class ArchiveError(Exception):
    """An archive, or a member, that cannot be looked into; the message says why."""


class BudgetError(ArchiveError):
    """Too much would have to be unpacked."""


class Budget:
    """What may still be unpacked of one file."""

    def __init__(self) -> None:
        self._members = MEMBERS
        self._bytes = BYTES

    def take_member(self) -> None:
        """Count a member.

        Raises:
            BudgetError: There are too many.

        """
        self._members -= 1
        if self._members < 0:
            raise BudgetError(f"it has more than {MEMBERS} members; the rest was not scanned")

    def take_bytes(self, count: int) -> None:
        """Count unpacked bytes.

        Raises:
            BudgetError: There are too many.

        """
        self._bytes -= count
        if self._bytes < 0:
            raise BudgetError(f"it unpacks to more than {BYTES >> 30} GiB; the rest was not scanned")


class _Packed(Protocol):
    """A stream that is unpacked piece by piece, so that what stands before an error is not lost with it."""

    def read1(self, size: int, /) -> bytes:
        """Unpack up to so many bytes."""
        ...


class _Metered(io.RawIOBase):
    """A stream of what is unpacked, counted."""

    def __init__(self, stream: _Packed, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        import tarfile
        import zlib
        from zipfile import BadZipFile

        view = memoryview(cast("bytearray", buffer))
        try:
            piece = self._stream.read1(min(len(view), _PIECE))
        except (BadZipFile, tarfile.TarError, zlib.error, *_BROKEN) as error:
            raise ArchiveError("it is packed, and broken; the rest was not scanned") from error
        view[: len(piece)] = piece
        self._budget.take_bytes(len(piece))
        return len(piece)


def kind_of(head: bytes) -> str:
    """The kind of archive that begins like this, or nothing."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ZIP
    if head.startswith(b"\x1f\x8b\x08"):
        return GZIP
    return TAR if head[257:262] == b"ustar" else ""


def closed_kind(head: bytes) -> str:
    """What it is that begins like this and is not opened, or nothing."""
    return next((what for magic, what in _CLOSED.items() if head.startswith(magic)), "")


def around(kinds: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """The archives around what is in another one; a tar file that is packed with gzip is one archive."""
    return (*kinds[:-1], kind) if kind == TAR and kinds[-1:] == (GZIP,) else (*kinds, kind)


def members_of(kind: str, stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    """The members of an archive with their names; what is packed with gzip alone has none.

    Raises:
        ArchiveError: It is broken, or a bound is reached; members before that have been given.

    """
    import tarfile
    import zlib
    from zipfile import BadZipFile

    unpack = {ZIP: _in_zip, TAR: _in_tar, GZIP: _in_gzip}[kind]
    try:
        yield from unpack(stream, budget)
    except (BadZipFile, tarfile.TarError, zlib.error, *_BROKEN) as error:
        raise ArchiveError(f"it is a broken {kind} archive; the rest was not scanned") from error


def _in_gzip(stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    import gzip

    unpacked = gzip.GzipFile(fileobj=stream)
    yield "", cast("IO[bytes]", _Metered(unpacked, budget))


def _in_tar(stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    import tarfile

    class _Modest(tarfile.TarInfo):
        """Refuses extensions of headers that are larger than any that is honest."""

        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Modest:
            info = super().frombuf(buf, encoding, errors)
            if info.type in b"xgLKX" and info.size > _HEADER:
                raise tarfile.ReadError("a header's extension is too large")
            return info

    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Modest) as archive:
        for info in archive:
            budget.take_member()
            member = archive.extractfile(info) if info.isreg() else None
            if member is not None:
                yield info.name, cast("IO[bytes]", _Metered(cast("_Packed", member), budget))


def _in_zip(stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    import zipfile

    with _seekable(stream, budget) as seekable:
        if _directory_size(seekable) > _DIRECTORY:
            raise ArchiveError("its table of contents is too large; it was not scanned")
        with zipfile.ZipFile(seekable) as archive:
            for info in archive.infolist():
                budget.take_member()
                if not info.is_dir():
                    yield info.filename, cast("IO[bytes]", _Metered(_Member(archive, info), budget))


class _Member:
    """A member of a ZIP file, opened when it is read."""

    def __init__(self, archive: ZipFile, info: ZipInfo) -> None:
        self._archive = archive
        self._info = info
        self._stream: _Packed | None = None

    def read1(self, size: int, /) -> bytes:
        """Unpack up to so many bytes.

        Raises:
            ArchiveError: It is packed in a way that cannot be undone here.

        """
        return (self._stream or self._opened()).read1(size)

    def _opened(self) -> _Packed:
        if self._info.flag_bits & 1:
            raise ArchiveError("it is encrypted; unpack it to have it scanned")
        if self._info.compress_type not in (0, 8, 12):
            raise ArchiveError("it is packed with a method that is not known here; unpack it to have it scanned")
        self._stream = cast("_Packed", self._archive.open(self._info))
        return self._stream


def _seekable(stream: IO[bytes], budget: Budget) -> IO[bytes]:
    """The stream if one can move in it, or a temporary copy."""
    import tempfile

    if not isinstance(stream, io.FileIO) or not stream.seekable():
        copy = tempfile.SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115  (whoever asked closes it)
        while piece := stream.read(_PIECE):
            budget.take_bytes(len(piece))
            copy.write(piece)
        return cast("IO[bytes]", copy)
    return stream


def _directory_size(stream: IO[bytes]) -> int:
    """How many bytes a ZIP file says its table of contents has; the larger one where it says so twice."""
    end = stream.seek(0, io.SEEK_END)
    stream.seek(max(end - (1 << 16) - 98, 0))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    size = int(struct.unpack_from("<I", tail, at + 12)[0]) if at >= 0 and at + 16 <= len(tail) else 0
    if at >= 76 and tail[at - 20 : at - 16] == b"PK\x06\x07":
        size = max(size % 0xFFFFFFFF, struct.unpack_from("<Q", tail, at - 76 + 40)[0])
    return size
