"""Files read and written whole: packed or not, in UTF-8 or UTF-16, through a temporary file of nobody else's."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import sys
import tempfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, NamedTuple, cast

from conformance.redaction.closed import closed_kind, shown_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HEAD = 4096
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class UnreadableError(Exception):
    """An input cannot be read; the message says which and why."""


class UnwritableError(Exception):
    """A result cannot be written; the message says where to and why."""


class ClosedError(Exception):
    """What an input holds cannot be seen, and so not be proved to be clean."""


class Source(NamedTuple):
    """An input as a stream of text in something like ASCII, and what has to be done with the result again."""

    name: str
    stream: BinaryIO
    is_packed: bool
    encoding: str


@contextmanager
def opened(name: str) -> Iterator[Source]:
    """An input; `-` is standard input.

    Raises:
        UnreadableError: It is no file, or cannot be read.
        ClosedError: It is packed or written in a way that nobody can look into here.

    """
    try:
        with _raw(name) as raw:
            yield _unpacked(shown_name(name), io.BufferedReader(_Patient(raw), _HEAD * 16))
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise UnreadableError(f"{name}: is packed with gzip and broken; unpack what can be unpacked") from None


@contextmanager
def _raw(name: str) -> Iterator[IO[bytes]]:
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as raw:
            raw.read(0)
            yield raw
    except (IsADirectoryError, FileNotFoundError, PermissionError, AttributeError, ValueError) as error:
        why = getattr(error, "strerror", "") or "cannot be read"
        raise UnreadableError(f"{shown_name(name)}: {why}; give a file that can be read") from None


class _Patient(io.RawIOBase):
    """A stream below a buffer of its own, so that a pipe can be looked at before it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        piece = self._stream.read(len(view))
        view[: len(piece)] = piece
        return len(piece)


def _unpacked(name: str, stream: io.BufferedReader) -> Source:
    head = stream.peek(_HEAD)[:_HEAD]
    is_packed = head[:2] == b"\x1f\x8b"
    if is_packed:
        stream = io.BufferedReader(cast("io.RawIOBase", gzip.GzipFile(fileobj=stream)), _HEAD * 16)
        head = stream.peek(_HEAD)[:_HEAD]
    what = "packed with gzip twice" if is_packed and head[:2] == b"\x1f\x8b" else closed_kind(head)
    if what:
        raise ClosedError(f"{name}: is {what}, in which nothing can be searched; give what it was made from")
    encoding = _UTF_16.get(head[:2]) or _encoding_without_mark(head)
    if not encoding:
        return Source(name, cast("BinaryIO", stream), is_packed, "")
    whole = stream.read()
    try:
        text = whole.decode(encoding, "surrogatepass")
        plain = text.encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise ClosedError(f"{name}: is UTF-16 with an error in it; save it as UTF-8") from None
    return Source(name, io.BytesIO(plain), is_packed, encoding)


def _encoding_without_mark(head: bytes) -> str:
    """UTF-16 where every other byte is mostly zero."""
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        every_other, rest = head[start::2], head[1 - start :: 2]
        if len(head) > 16 and every_other.count(0) > len(every_other) * 0.8 and rest.count(0) < len(rest) * 0.2:
            return encoding
    return ""


def spool(directory: Path | None) -> BinaryIO:
    """A temporary file without a name, which is gone when it is closed."""
    return cast("BinaryIO", tempfile.TemporaryFile(dir=directory, buffering=0))


def publish(source: Source, proved: BinaryIO, to: BinaryIO) -> None:
    """Write a proved result in the form that its input had."""
    proved.seek(0)
    if source.encoding:
        proved = io.BytesIO(proved.read().decode("utf-8", "surrogatepass").encode(source.encoding, "surrogatepass"))
    if source.is_packed:
        with gzip.GzipFile(fileobj=to, mode="wb", filename="", mtime=0) as packed:
            shutil.copyfileobj(proved, packed, 1 << 20)
    else:
        _copy(proved, to)


def _copy(source: BinaryIO, to: BinaryIO) -> None:
    """Copy what is there, within the system where it can do that."""
    to.flush()
    try:
        while os.sendfile(to.fileno(), source.fileno(), None, 1 << 30):
            pass
    except (AttributeError, OSError):  # another system, another kind of file, or a place in the middle of it
        shutil.copyfileobj(source, to, 1 << 20)


def publish_to(places: Sequence[tuple[Source, BinaryIO, Path]]) -> None:
    """Write proved results to where they go: all of them, or none; what is no file is written to as it is.

    Raises:
        UnwritableError: One of them cannot be written.

    """
    complete: list[tuple[Path, Path]] = []
    try:
        for source, proved, place in places:
            with _named(place):
                if _is_file(place):
                    complete.append(_written_beside(source, proved, place.resolve()))
        for source, proved, place in places:
            with _named(place):
                if not _is_file(place):
                    with place.open("wb") as to:
                        publish(source, proved, to)
        for written, place in complete:
            with _named(place):
                written.replace(place)
    finally:
        for written, _ in complete:
            written.unlink(missing_ok=True)


def _is_file(place: Path) -> bool:
    return place.is_file() or not place.exists()


@contextmanager
def _named(place: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        why = error.strerror or str(error)
        raise UnwritableError(f"{place}: {why}; nothing was written. Write to another place, or make room") from None


def _written_beside(source: Source, proved: BinaryIO, place: Path) -> tuple[Path, Path]:
    """A complete file beside the one whose place it takes, and that."""
    mode = place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_mask()
    handle, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            publish(source, proved, file)
        Path(name).chmod(mode)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name), place


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
