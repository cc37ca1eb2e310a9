"""Standard output and standard error, where nobody may be reading them."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from typing_extensions import Buffer


def write_to_nobody_if_need_be() -> None:
    """Let the command go on when nobody reads its output to the end, so that its status is the answer."""
    told = sys.stdout
    if type(told) is not io.TextIOWrapper or not isinstance(getattr(told.buffer, "raw", told.buffer), io.FileIO):
        return  # it is closed, or another program's
    told.flush()
    output = _Output(told.fileno(), "wb", closefd=False)
    sys.stdout = io.TextIOWrapper(
        cast("BinaryIO", output) if isinstance(told.buffer, io.FileIO) else io.BufferedWriter(output),
        encoding=told.encoding,
        errors=told.errors,
        line_buffering=told.line_buffering,
        write_through=told.write_through,
    )


def tell_nobody_if_need_be() -> None:
    """Let complaints go nowhere where standard error is closed; `print` would write them into the results."""
    if not sys.stderr:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


class _Output(io.FileIO):
    """Standard output that takes what nobody reads."""

    def write(self, text: Buffer, /) -> int:
        """Write, or do as if."""
        try:
            return super().write(text)
        except BrokenPipeError:
            give_up_output()
            return memoryview(text).nbytes


def give_up_output() -> None:
    """Let what is still to be written go nowhere, where it cannot be written."""
    if sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
