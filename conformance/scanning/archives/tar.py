"""What is in a tar file, and behind it."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, cast

from conformance.scanning.archives.naming import BEHIND, NAMES, lines
from conformance.scanning.archives.unpacking import PIECE, Metered
from conformance.scanning.content import Rejoined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.scanning.archives.budget import Budget
    from conformance.scanning.archives.unpacking import Packed

_HEADER = 1 << 20  # bytes of a tar header's extension, which is read as a whole
_NAMES_AT_ONCE = 1000


def in_tar(stream: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    """The members of a tar file, their names and links, and what stands behind them."""
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
                yield NAMES, lines(names)
                names = []
            member = archive.extractfile(info) if info.isreg() else None
            if member is not None:
                yield info.name, cast("IO[bytes]", Metered(cast("Packed", member), budget))
        yield NAMES, lines(names)
        yield from _behind(cast("IO[bytes]", archive.fileobj))


def _behind(stream: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    """What is in the stream where a tar file ended: another one, or what no tar file is to begin with."""
    while piece := stream.read(PIECE):
        if begun := piece.lstrip(b"\0"):
            yield BEHIND, cast("IO[bytes]", Rejoined(begun, stream, None))
            return
