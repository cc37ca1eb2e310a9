"""The mock as a target: a child process on a free port of loopback, owned by the run."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import conformance
from conformance.mock.directory import Directory, populate
from conformance.targets.http import HttpTarget
from conformance.targets.keyring import Keyring
from conformance.targets.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.spec.model import Spec


def _draw() -> int:
    return secrets.randbits(128)


class MockTarget(HttpTarget):
    """A mock of its own: both processes derive the same keys from one seed, so that none is passed on.

    `draw` gives a number of 128 bits each time, of which one becomes the seed.
    """

    def __init__(
        self, spec: Spec, spec_file: Path, fault: str = "", rate: float = 0.0, draw: Callable[[], int] = _draw
    ) -> None:
        seed = _telling_seed(spec, draw)
        roles = populate(Directory(spec, seed))
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        port = listener.getsockname()[1]
        self._child = _start(listener, {"spec": str(spec_file), "seed": seed, "fault": fault})
        listener.close()
        super().__init__(
            "mock",
            f"http://127.0.0.1:{port}{urlsplit(spec.base_url).path}",
            Keyring(spec, roles.keys, roles.sandboxes["other"]),
            Pace(rate),
            may_write=True,
            limited_roles=limited_roles(spec),
        )

    def close(self) -> None:
        """End the mock; it has nothing to lose, and would end anyway with its standard input."""
        super().close()
        self._child.kill()
        self._child.communicate()


def limited_roles(spec: Spec) -> frozenset[str]:
    """The credentials that are expected to be over their limit."""
    return frozenset(name for name, credential in spec.credentials.items() if credential.key == "rate_limited")


def _telling_seed(spec: Spec, draw: Callable[[], int]) -> int:
    """A seed whose first key looks different in the other alphabet of base64, as one key in four does not."""
    while True:
        seed = draw()
        first = next(iter(populate(Directory(spec, seed)).keys.values()), None)
        secret = first.reveal().rpartition(spec.key.separator)[2] if first else ""
        if spec.key.secret.encoding != "base64url" or not secret or {"-", "_"} & set(secret):
            return seed


def _start(listener: socket.socket, order: dict[str, object]) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-m", "conformance.mock"],
        stdin=subprocess.PIPE,
        pass_fds=[listener.fileno()],
        cwd=Path(conformance.__file__).parent.parent,
        start_new_session=True,  # Ctrl-C is for the run, which then ends the mock
    )
    assert child.stdin is not None  # noqa: S101  for the type checker
    child.stdin.write(json.dumps({**order, "listener": listener.fileno()}).encode() + b"\n")
    child.stdin.flush()
    return child
