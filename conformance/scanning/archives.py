"""What is in archives, within bounds: members, bytes, and archives in archives."""

from __future__ import annotations

import io
import struct
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Protocol, cast

from conformance.magic import BZIP2, GZIP, LZMA, TAR, XZ, ZIP
from conformance.scanning.content import Limited, Rejoined
from conformance.scanning.zip_end import directory_of, shows_zip, tail_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from zipfile import ZipFile, ZipInfo

DEPTH = 2  # archives in archives that are opened
MEMBERS = 20_000  # of one file, and of all archives in it
BYTES = 1 << 30  # unpacked, of one file, and of all archives in it
_DIRECTORY = 16 << 20  # bytes of a ZIP file's table of contents, which is read as a whole
_HEADER = 1 << 20  # bytes of a tar header's extension, which is read as a whole
_PIECE = 1 << 16  # bytes that are unpacked at a time
_SPOOLED = 4 << 20  # bytes that are kept in memory
_BROKEN = (EOFError, OSError, struct.error, ValueError, NotImplementedError, IndexError)
_STREAMS = (GZIP, BZIP2, XZ, LZMA)
_PROGRAMS = (b"#!", b"MZ", b"\x7fELF", b"Cr24")  # which may have a ZIP file behind them, and unpack it
_NAMES, _BEFORE, _BEHIND = "names of members", "what stands before it", "what stands behind it"
_NAMES_AT_ONCE = 1000
_DICTIONARY = 80 << 20  # bytes of memory that unpacking xz may take


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
        view = memoryview(cast("bytearray", buffer))
        try:
            piece = self._stream.read1(min(len(view), _PIECE))
        except _mistakes() as error:
            raise ArchiveError("it is packed, and broken; the rest was not scanned") from error
        view[: len(piece)] = piece
        self._budget.take_bytes(len(piece))
        return len(piece)


def _mistakes() -> tuple[type[Exception], ...]:
    """What the modules that unpack raise where something is broken; those that were imported."""
    known = [("tarfile", "TarError"), ("zlib", "error"), ("zipfile", "BadZipFile"), ("lzma", "LZMAError")]
    loaded = [(sys.modules[module], name) for module, name in known if module in sys.modules]
    return (*_BROKEN, *(getattr(module, name) for module, name in loaded))


@contextmanager
def from_its_end(head: bytes, stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    """The kind of archive that a file's last bytes show ("" for none), and the stream, copied if it cannot seek.

    Raises:
        ArchiveError: It ended as an archive does, which could not be known before it was read.

    """
    if isinstance(stream, io.FileIO) and stream.seekable():
        yield _kind_by_end(stream), stream
    elif head.startswith(_PROGRAMS):
        with _seekable(stream, budget) as copy:
            yield _kind_by_end(copy), copy
    else:
        yield "", stream
        if isinstance(stream, Rejoined) and shows_zip(stream.tail, stream.size):
            raise ArchiveError("it ends as a ZIP file does; unpack it to have its members scanned")


def _kind_by_end(stream: IO[bytes]) -> str:
    is_zip = shows_zip(*tail_of(stream))
    stream.seek(0)
    return ZIP if is_zip else ""


def around(kinds: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """The archives that a member is nested in; a compressed tar file counts as one."""
    return (*kinds[:-1], kind) if kind == TAR and kinds[-1:] and kinds[-1] in _STREAMS else (*kinds, kind)


def members_of(kind: str, stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    """The members of an archive with their names; what is packed alone has none.

    Raises:
        ArchiveError: It is broken, or a bound is reached; members before that have been given.

    """
    unpack = {ZIP: _in_zip, TAR: _in_tar, GZIP: _in_gzip, BZIP2: _in_bzip2, XZ: _in_xz, LZMA: _in_xz}[kind]
    try:
        yield from unpack(stream, budget)
    except _mistakes() as error:
        raise ArchiveError(f"it is a broken {kind} archive; the rest was not scanned") from error


def _in_gzip(stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    import gzip

    unpacked = gzip.GzipFile(fileobj=stream)
    yield "", cast("IO[bytes]", _Metered(unpacked, budget))


def _in_bzip2(stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    import bz2

    yield "", cast("IO[bytes]", _Metered(_Unpacked(stream, bz2.BZ2Decompressor), budget))


def _in_xz(stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    import lzma

    def begun() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(memlimit=_DICTIONARY)

    yield "", cast("IO[bytes]", _Metered(_Unpacked(stream, begun), budget))


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Unpacked:
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
                given = (self._one.unused_data or self._stream.read(_PIECE)).lstrip(b"\0")
                if not given:
                    return b""
                self._one = self._begun()
            elif self._one.needs_input and not (given := self._stream.read(_PIECE)):
                raise EOFError
            if piece := self._one.decompress(given, size):
                return piece


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
        names: list[str] = []
        for info in archive:
            budget.take_member()
            names += [info.name, info.linkname, info.uname, info.gname, *info.pax_headers.values()]
            if len(names) > _NAMES_AT_ONCE:
                yield _NAMES, _lines(names)
                names = []
            member = archive.extractfile(info) if info.isreg() else None
            if member is not None:
                yield info.name, cast("IO[bytes]", _Metered(cast("_Packed", member), budget))
        yield _NAMES, _lines(names)
        yield from _behind(cast("IO[bytes]", archive.fileobj))


def _behind(stream: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    """What is in the stream where a tar file ended: another one, or what no tar file is to begin with."""
    while piece := stream.read(_PIECE):
        if begun := piece.lstrip(b"\0"):
            yield _BEHIND, cast("IO[bytes]", Rejoined(begun, stream, None))
            return


def _text(field: bytes) -> str:
    return field.decode("utf-8", "surrogateescape")


def _lines(names: list[str]) -> IO[bytes]:
    return io.BytesIO("\n".join(names).encode("utf-8", "surrogateescape"))


def _in_zip(stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    import zipfile

    with _seekable(stream, budget) as seekable:
        size, behind = directory_of(seekable)
        if size > _DIRECTORY:
            raise ArchiveError("its table of contents is too large; it was not scanned")
        with zipfile.ZipFile(seekable) as archive:
            members = archive.infolist()
            if first := min((info.header_offset for info in members), default=0):
                seekable.seek(0)
                yield _BEFORE, cast("IO[bytes]", Limited(seekable, first))
            names = [(info.orig_filename, *map(_text, (info.comment, info.extra))) for info in members]
            yield _NAMES, _lines([name for texts in names for name in texts])
            yield _BEHIND, io.BytesIO(behind)
            for info in members:
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
