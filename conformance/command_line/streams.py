"""Standard output and standard error, where nobody may be reading them."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, BinaryIO, TextIO, cast

if TYPE_CHECKING:
    from typing_extensions import Buffer


def write_to_nobody_if_need_be() -> None:
    """Let the command go on when nobody reads its output to the end, so that its status is the answer."""
    sys.stdout = _heedless(sys.stdout, BrokenPipeError)


def tell_nobody_if_need_be() -> None:
    """Let complaints go nowhere where standard error is closed or full; the first would put them into the results."""
    if not sys.stderr:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    sys.stderr = _heedless(sys.stderr, OSError)


def _heedless(told: TextIO, what: type[OSError]) -> TextIO:
    """The same stream, except that once writing to it fails with an error of this kind everything goes nowhere."""
    if type(told) is not io.TextIOWrapper or not isinstance(getattr(told.buffer, "raw", told.buffer), io.FileIO):
        return told  # it is closed, or another program's
    told.flush()
    output = _Output(told.fileno(), what)
    return io.TextIOWrapper(
        cast("BinaryIO", output) if isinstance(told.buffer, io.FileIO) else io.BufferedWriter(output),
        encoding=told.encoding,
        errors=told.errors,
        line_buffering=told.line_buffering,
        write_through=told.write_through,
    )


class _Output(io.FileIO):
    """A stream that takes what cannot be written, where that fails with one kind of error."""

    def __init__(self, number: int, what: type[OSError]) -> None:
        super().__init__(number, "wb", closefd=False)
        self._what = what

    def write(self, text: Buffer, /) -> int:
        """Write, or do as if."""
        try:
            return super().write(text)
        except self._what:
            _give_up(self.fileno())
            return memoryview(text).nbytes


def give_up_output() -> None:
    """Let what is still to be written go nowhere, where it cannot be written."""
    if sys.stdout:
        _give_up(sys.stdout.fileno())


def _give_up(number: int) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), number)
