"""Serves a variant while it is judged."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from conformance.selftest.impostor import Impostor

STARTING_SECONDS = 20.0
_ENDING_SECONDS = 5.0


@contextmanager
def served(impostor: Impostor, seconds: float = STARTING_SECONDS) -> Iterator[dict[str, str]]:
    """A variant that is served meanwhile; its first line, within so many seconds, holds its address and keys as JSON.

    Raises:
        ValueError: It does not tell them.

    """
    child = subprocess.Popen(  # noqa: S603  the file of variants says what to run
        [word.replace("{python}", sys.executable) for word in impostor.command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert child.stdin is not None  # noqa: S101  they were asked for
    assert child.stdout is not None  # noqa: S101
    try:
        yield _told(_first_line(child.stdout, seconds))
    finally:
        with suppress(BrokenPipeError):
            child.stdin.close()
        _end(child)
        child.stdout.close()


def _first_line(stdout: IO[bytes], seconds: float) -> bytes:
    line, end = b"", time.monotonic() + seconds
    while b"\n" not in line:
        if not select.select([stdout], [], [], max(end - time.monotonic(), 0.0))[0]:
            raise ValueError(f"it did not tell its address and keys within {seconds:g} s")
        more = os.read(stdout.fileno(), 65536)
        if not more:
            raise ValueError("it ended before it told its address and keys")
        line += more
    return line.partition(b"\n")[0]


def _told(line: bytes) -> dict[str, str]:
    try:
        return msgspec.json.decode(line, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ValueError("its first line is not its address and keys as one object of JSON") from None


def _end(child: subprocess.Popen[bytes]) -> None:
    """Let it end by itself; then nothing that it has started may live on."""
    with suppress(subprocess.TimeoutExpired):
        child.wait(_ENDING_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
