"""The command line in a shell, and what may not be read in what it says."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from runs import FORMAT, environment, finish

from conformance.scrub import Scrubber

if TYPE_CHECKING:
    from pathlib import Path

    from runs import Ran

    from conformance.keys import ApiKey


COMMAND = [sys.executable, "-m", "conformance.cli"]
MISTAKEN = "spec: x\nkey:\n  prefix: [\n"


def says_nothing_of(ran: Ran, *keys: ApiKey) -> bool:
    scrubber = Scrubber(FORMAT)
    scrubber.learn_all(key.reveal() for key in keys)
    return not scrubber.knows(ran.output)


def shell(script: str, directory: Path, stdin: str = "") -> Ran:
    """A line of sh, in which "$@" is hopx-auth."""
    process = subprocess.Popen(
        ["sh", "-c", script, "sh", *COMMAND],
        cwd=directory,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(stdin)
    process.stdin.flush()
    return finish(process, directory)
