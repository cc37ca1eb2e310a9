"""Serves a variant while it is judged."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.selftest.impostor import Impostor

_ENDING_SECONDS = 5.0


@contextmanager
def served(impostor: Impostor) -> Iterator[dict[str, str]]:
    """A variant that is served meanwhile; its first line holds its address and keys as JSON."""
    child = subprocess.Popen(  # noqa: S603  the file of variants says what to run
        [word.replace("{python}", sys.executable) for word in impostor.command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert child.stdin is not None  # noqa: S101  they were asked for
    assert child.stdout is not None  # noqa: S101
    try:
        line = child.stdout.readline()
        if not line:
            raise ValueError("it ended before it told its address and keys")
        yield json.loads(line)
    finally:
        child.stdin.close()
        try:
            child.wait(_ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()
