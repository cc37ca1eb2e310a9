"""The members of an archive, whatever packed them."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, cast

from conformance.recognition.magic import BZIP2, GZIP, LZMA, TAR, XZ, ZIP
from conformance.scanning.archives.budget import ArchiveError
from conformance.scanning.archives.tar import in_tar
from conformance.scanning.archives.unpacking import Metered, Unpacked, mistakes
from conformance.scanning.archives.zip import in_zip

if TYPE_CHECKING:
    import lzma
    from collections.abc import Iterator

    from conformance.scanning.archives.budget import Budget

_STREAMS = (GZIP, BZIP2, XZ, LZMA)
_DICTIONARY = 80 << 20  # bytes of memory that unpacking xz may take


def nested(kinds: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """The archives that a member is nested in; a compressed tar file counts as one."""
    return (*kinds[:-1], kind) if kind == TAR and kinds[-1:] and kinds[-1] in _STREAMS else (*kinds, kind)


def members_of(kind: str, stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    """The members of an archive with their names; what is packed alone has none.

    Raises:
        ArchiveError: It is broken, or a bound is reached; members before that have been given.

    """
    unpack = {ZIP: in_zip, TAR: in_tar, GZIP: _in_gzip, BZIP2: _in_bzip2, XZ: _in_xz, LZMA: _in_xz}[kind]
    try:
        yield from unpack(stream, budget)
    except mistakes() as error:
        raise ArchiveError(f"it is a broken {kind} archive; the rest was not scanned") from error


def _in_gzip(stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    import gzip

    unpacked = gzip.GzipFile(fileobj=stream)
    yield "", cast("IO[bytes]", Metered(unpacked, budget))


def _in_bzip2(stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    import bz2

    yield "", cast("IO[bytes]", Metered(Unpacked(stream, bz2.BZ2Decompressor), budget))


def _in_xz(stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    import lzma

    def begun() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(memlimit=_DICTIONARY)

    yield "", cast("IO[bytes]", Metered(Unpacked(stream, begun), budget))
