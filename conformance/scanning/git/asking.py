"""Questions to git, which changes nothing, runs no program of the repository, and waits for nobody."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTINGS = (
    "core.fsmonitor=false",
    "log.showSignature=false",
    "log.diffMerges=separate",
    "diff.relative=false",
    "diff.orderFile=/dev/null",
)
_SAFE = (*(word for setting in _SETTINGS for word in ("-c", setting)), "--no-replace-objects", "--no-optional-locks")
_PIECE = 1 << 16


class GitError(Exception):
    """git cannot say what was asked; the message says why."""


@contextmanager
def asked(repository: str, command: str, *options: str, given: IO[bytes] | None = None) -> Iterator[IO[bytes]]:
    """What git answers, as a stream.

    Raises:
        GitError: It cannot be started, or ends with a complaint; what it answered before has been given.

    """
    environment = {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    with tempfile.TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(  # noqa: S603  (an argument is never taken for a command)
                ["git", "-C", repository, *_SAFE, command, *options],  # noqa: S607  (the one that the user has)
                stdin=given or subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env=environment,
            )
        except OSError:
            raise GitError("git cannot be started, which knows what a repository holds; install it") from None
        try:
            yield cast("IO[bytes]", process.stdout)
        except BaseException:
            process.kill()
            raise
        finally:
            cast("IO[bytes]", process.stdout).close()
            status = process.wait()
        if status:
            complaints.seek(0)
            why = " ".join(complaints.read(500).decode(errors="replace").split())
            raise GitError(f"{repository}: git {command}: {why or f'ended with {status}'}")


def within(repository: str, path: str) -> str:
    """A path of a repository as it is named to people."""
    return path if repository == "." else os.path.join(repository, path)  # noqa: PTH118


def fields(answer: IO[bytes]) -> Iterator[str]:
    """What git separated by zero bytes."""
    left = b""
    while piece := answer.read(_PIECE):
        *whole, left = (left + piece).split(b"\0")
        yield from (os.fsdecode(field.lstrip(b"\n")) for field in whole)
