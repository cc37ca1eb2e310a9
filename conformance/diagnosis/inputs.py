"""Inputs by name: files, packed ones and standard input, to be opened as often as it takes; and why one cannot be."""

from __future__ import annotations

import stat
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, NamedTuple, cast

from conformance.diagnosis.evidence import Note, Place
from conformance.diagnosis.reading import Input
from conformance.recognition import magic
from conformance.standard_input import STDIN, shown_name, standard_input

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HEAD = 1 << 16  # bytes that a kind is recognised by
MOST_UNPACKED = 1 << 30  # bytes
_PIECE = 1 << 18
_GZIP = b"\x1f\x8b"


class UnusableInputError(Exception):
    """An input cannot be read; the message says which, why, and what to give instead."""


class Inputs(NamedTuple):
    """What was named: what can be read, what has to be said of it, and what cannot be read at all."""

    sources: tuple[Input, ...]
    notes: tuple[Note, ...]
    refused: tuple[UnusableInputError, ...]


@contextmanager
def sources(names: Sequence[str], most: int = MOST_UNPACKED) -> Iterator[Inputs]:
    """Inputs by name, `-` is standard input; they can be opened until the context ends.

    What can be read only once, and what is packed with gzip, goes into a directory that nobody else can look into and
    that is removed in the end; of more than `most` bytes only the beginning.
    """
    with ExitStack() as owner:
        opening = _Opening(owner, most)
        for name in names:
            opening.add(name)
        yield Inputs(tuple(opening.sources), tuple(opening.notes), tuple(opening.refused))


def head(source: Input) -> bytes:
    """The beginning of a source, of 64 KB at most; nothing where it is empty."""
    with source.open() as stream:
        return stream.read(HEAD)


class _Opening:
    def __init__(self, owner: ExitStack, most: int) -> None:
        self._owner = owner
        self._most = most
        self._directory: Path | None = None
        self.sources: list[Input] = []
        self.notes: list[Note] = []
        self.refused: list[UnusableInputError] = []

    def add(self, name: str) -> None:
        shown = shown_name(name)
        try:
            path = self._spooled(standard_input(), shown) if name == STDIN else self._path(name)
            if _head_of(path).startswith(_GZIP):
                path = self._unpacked(path, shown)
            _refuse_closed(_head_of(path), shown)
        except UnusableInputError as error:
            self.refused.append(error)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", "") or "no file can have this name"
            instead = "" if name == STDIN else ", or - and its text"
            self.refused.append(UnusableInputError(f"{shown}: {why}; give a file that can be read{instead}"))
        else:
            self.sources.append(Input(shown, partial(_opened, path)))

    def _path(self, name: str) -> Path:
        path = Path(name)
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise UnusableInputError(f"{name}: is a directory; give the files in it that tell of the failure, by name")
        if stat.S_ISREG(mode):
            return path
        with path.open("rb") as stream:
            return self._spooled(stream, name)

    def _spooled(self, stream: IO[bytes], shown: str) -> Path:
        """A copy of what can be read only once."""
        path, left = self._new_path(), self._most
        with path.open("wb") as spool:
            while left > 0 and (piece := stream.read(min(left, _PIECE))):
                spool.write(piece)
                left -= len(piece)
        if left <= 0 and stream.read(1):
            self._note(shown, f"it goes on behind its first {self._most} bytes; what follows was not read")
        return path

    def _unpacked(self, packed: Path, shown: str) -> Path:
        import gzip
        import zlib

        path, left = self._new_path(), self._most
        with path.open("w+b") as spool, gzip.open(packed) as stream:
            try:
                while left > 0 and (piece := stream.read1(min(left, _PIECE))):
                    spool.write(piece)
                    left -= len(piece)
                if left <= 0 and stream.read1(1):
                    self._note(shown, f"unpacked it has more than {self._most} bytes; what follows them was not read")
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                count = spool.tell()
                self._note(shown, f"it is packed with gzip and broken; its first {count} bytes could be unpacked")
                if isinstance(error, EOFError):
                    _leave_out_broken_line(spool)
        return path

    def _note(self, shown: str, says: str) -> None:
        self.notes.append(Note(Place(shown), says))

    def _new_path(self) -> Path:
        if self._directory is None:
            import tempfile  # slow to import, and seldom needed

            self._directory = Path(self._owner.enter_context(tempfile.TemporaryDirectory(prefix="hopx-auth-")))
        return self._directory / str(len(list(self._directory.iterdir())))


def _leave_out_broken_line(spool: BinaryIO) -> None:
    """Of a text that breaks off, take away the piece of a line at its end: a key in it only seems to be cut."""
    start = max(spool.tell() - _PIECE, 0)
    spool.seek(start)
    if (end := spool.read().rfind(b"\n")) >= 0:
        spool.truncate(start + end + 1)


def _head_of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(magic.HEAD)


def _opened(path: Path) -> BinaryIO:
    return cast("BinaryIO", path.open("rb"))


def _refuse_closed(beginning: bytes, shown: str) -> None:
    kind = magic.opaque(beginning)
    if kind.endswith("archive"):
        raise UnusableInputError(f"{shown}: is {kind}; unpack it, and give the files in it that tell of the failure")
    if kind.startswith("packed"):
        raise UnusableInputError(f"{shown}: is {kind}; unpack it, and give what comes out")
    if kind:
        raise UnusableInputError(f"{shown}: is {kind}, in which no text can be read; give the text that it shows")
