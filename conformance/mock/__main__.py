"""The mock as a child of a run: `python -m conformance.mock`, told what to be by one line of JSON on standard input.

The line has `spec` (a path), `seed`, `fault` and `listener` (the number of an inherited listening socket). The mock
lives until standard input ends, so it cannot outlive the run that owns it.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

from conformance.mock.directory import Directory, populate
from conformance.mock.faults import with_faults
from conformance.mock.respond import Mock
from conformance.mock.server import serve
from conformance.spec.loader import load


def main() -> None:
    """Serve until standard input ends."""
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(sys.stdin.fileno(), 1)
    order = json.loads(line)
    directory = Directory(load(Path(order["spec"])), order["seed"])
    roles = populate(directory)
    mock = Mock(directory, roles.keys.values())
    serve(with_faults(mock, order["fault"]), socket.socket(fileno=order["listener"]), until_stdin_closes=True)


if __name__ == "__main__":
    main()
