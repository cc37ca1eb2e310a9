"""Standard input, as one of the inputs of a command: how it is called, and its bytes."""

from __future__ import annotations

import errno
import io
import sys
from typing import IO, cast

STDIN = "-"


def shown_name(name: str) -> str:
    """The name of a file as it was given; `-` is standard input."""
    return "standard input" if name == STDIN else name


def standard_input() -> IO[bytes]:
    """The bytes that are piped in; those that are typed or pasted are waited for until they end.

    Raises:
        FileNotFoundError: It is closed.

    """
    if not sys.stdin:
        raise FileNotFoundError(errno.ENOENT, "is closed")
    stream = cast("IO[bytes]", sys.stdin.buffer)
    if stream.isatty():  # whose end is told once for each reading up to it
        return io.BytesIO(stream.read())
    return stream
