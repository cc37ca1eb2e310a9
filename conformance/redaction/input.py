"""Inputs: files and standard input, packed or not, in UTF-8 or UTF-16."""

from __future__ import annotations

import gzip
import io
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, NamedTuple, cast

from conformance.recognition.encodings import wide_encoding
from conformance.recognition.magic import opaque
from conformance.standard_input import STDIN, shown_name, standard_input

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = 4096
_GZIP = b"\x1f\x8b"


class UnreadableError(Exception):
    """An input cannot be read; the message says which and why."""


class ClosedError(Exception):
    """What an input holds cannot be seen, and so not be proved to be clean."""


class Input(NamedTuple):
    """An input as an ASCII-compatible stream, and the form that its result gets back: gzip, UTF-16."""

    name: str
    stream: BinaryIO
    is_packed: bool
    encoding: str

    @property
    def is_plain(self) -> bool:
        """Whether the result is written as it stands."""
        return not self.is_packed and not self.encoding


@contextmanager
def opened(name: str) -> Iterator[Input]:
    """An input; `-` is standard input.

    Raises:
        UnreadableError: It is no file, or cannot be read.
        ClosedError: It is packed or written in a way that nobody can look into here.

    """
    try:
        with _raw(name) as raw:
            yield _unpacked(shown_name(name), raw)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise UnreadableError(f"{name}: is packed with gzip and broken; unpack what can be unpacked") from None


@contextmanager
def _raw(name: str) -> Iterator[io.BufferedReader]:
    try:
        with _stream(name) as raw:
            raw.read(0)
            yield io.BufferedReader(_Patient(cast("io.RawIOBase", raw)), _HEAD * 16)
    except (IsADirectoryError, PermissionError, ValueError) as error:
        raise _unreadable(name, error) from None


def _stream(name: str) -> IO[bytes]:
    try:
        return standard_input() if name == STDIN else Path(name).open("rb", buffering=0)
    except OSError as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: Exception) -> UnreadableError:
    why = getattr(error, "strerror", "") or "cannot be read"
    return UnreadableError(f"{shown_name(name)}: {why}; give a file that can be read")


class _Patient(io.RawIOBase):
    """A stream that waits until it can fill what is to be filled, so that a pipe can be looked at before it is read."""

    def __init__(self, stream: io.RawIOBase) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view, filled = memoryview(cast("bytearray", buffer)), 0
        while filled < len(view) and (read := self._stream.readinto(view[filled:])):
            filled += read
        return filled


def _unpacked(name: str, stream: io.BufferedReader) -> Input:
    head = stream.peek(_HEAD)[:_HEAD]
    is_packed = head[:2] == _GZIP
    if is_packed:
        stream = io.BufferedReader(cast("io.RawIOBase", gzip.GzipFile(fileobj=stream)), _HEAD * 16)
        head = stream.peek(_HEAD)[:_HEAD]
    what = "packed with gzip twice" if is_packed and head[:2] == _GZIP else opaque(head)
    if what:
        raise ClosedError(f"{name}: is {what}, in which nothing can be searched; give what it was made from")
    encoding = wide_encoding(head)
    if not encoding:
        return Input(name, cast("BinaryIO", stream), is_packed, "")
    whole = stream.read()
    try:
        text = whole.decode(encoding, "surrogatepass")
        plain = text.encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise ClosedError(f"{name}: is UTF-16 with an error in it; save it as UTF-8") from None
    return Input(name, io.BytesIO(plain), is_packed, encoding)
