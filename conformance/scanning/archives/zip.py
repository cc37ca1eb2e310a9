"""What is in a ZIP file, before it and behind it; and by what it is known."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, cast

from conformance.recognition.magic import ZIP
from conformance.scanning.archives.budget import ArchiveError
from conformance.scanning.archives.naming import BEFORE, BEHIND, NAMES, lines
from conformance.scanning.archives.unpacking import Metered, seekable
from conformance.scanning.archives.zip_end import directory_of, shows_zip, tail_of
from conformance.scanning.content import Limited, Rejoined

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipFile, ZipInfo

    from conformance.scanning.archives.budget import Budget
    from conformance.scanning.archives.unpacking import Packed

_DIRECTORY = 16 << 20  # bytes of a ZIP file's table of contents, which is read as a whole
_PROGRAMS = (b"#!", b"MZ", b"\x7fELF", b"Cr24")  # which may have a ZIP file behind them, and unpack it


@contextmanager
def from_its_end(head: bytes, stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    """The kind of archive that a file's last bytes show ("" for none), and the stream, copied if it cannot seek.

    Raises:
        ArchiveError: It ended as an archive does, which could not be known before it was read.

    """
    if isinstance(stream, io.FileIO) and stream.seekable():
        yield _kind_by_end(stream), stream
    elif head.startswith(_PROGRAMS):
        with seekable(stream, budget) as copy:
            yield _kind_by_end(copy), copy
    else:
        yield "", stream
        if isinstance(stream, Rejoined) and shows_zip(stream.tail, stream.size):
            raise ArchiveError("it ends as a ZIP file does; unpack it to have its members scanned")


def _kind_by_end(stream: IO[bytes]) -> str:
    is_zip = shows_zip(*tail_of(stream))
    stream.seek(0)
    return ZIP if is_zip else ""


def in_zip(stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    """The members of a ZIP file, their names and comments, and what stands around them."""
    import zipfile

    with seekable(stream, budget) as copy:
        size, behind = directory_of(copy)
        if size > _DIRECTORY:
            raise ArchiveError("its table of contents is too large; it was not scanned")
        with zipfile.ZipFile(copy) as archive:
            members = archive.infolist()
            if first := min((info.header_offset for info in members), default=0):
                copy.seek(0)
                yield BEFORE, cast("IO[bytes]", Limited(copy, first))
            names = [(info.orig_filename, *map(_text, (info.comment, info.extra))) for info in members]
            yield NAMES, lines([name for texts in names for name in texts])
            yield BEHIND, io.BytesIO(behind)
            for info in members:
                budget.take_member()
                if not info.is_dir():
                    yield info.filename, cast("IO[bytes]", Metered(_Member(archive, info), budget))


class _Member:
    """A member of a ZIP file, opened when it is read."""

    def __init__(self, archive: ZipFile, info: ZipInfo) -> None:
        self._archive = archive
        self._info = info
        self._stream: Packed | None = None

    def read1(self, size: int, /) -> bytes:
        """Unpack up to so many bytes.

        Raises:
            ArchiveError: It is packed in a way that cannot be undone here.

        """
        return (self._stream or self._opened()).read1(size)

    def _opened(self) -> Packed:
        if self._info.flag_bits & 1:
            raise ArchiveError("it is encrypted; unpack it to have it scanned")
        if self._info.compress_type not in (0, 8, 12):
            raise ArchiveError("it is packed with a method that is not known here; unpack it to have it scanned")
        self._stream = cast("Packed", self._archive.open(self._info))
        return self._stream


def _text(field: bytes) -> str:
    return field.decode("utf-8", "surrogateescape")
