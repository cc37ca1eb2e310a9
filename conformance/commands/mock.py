"""hopx-auth mock: the stand-in as a server for other programs."""

from __future__ import annotations

import os
import secrets
import shlex
import socket
from typing import TYPE_CHECKING

from conformance.commands import status
from conformance.commands.given import spec_file
from conformance.commands.output import complain
from conformance.mock.directory import Directory, populate
from conformance.mock.faults import FAULTS, unknown_fault, with_faults
from conformance.mock.respond import Mock
from conformance.mock.server import serve
from conformance.spec.loader import load
from conformance.spec.mistakes import FileError

if TYPE_CHECKING:
    import argparse

    from conformance.mock.directory import Roles
    from conformance.spec.model import Spec


def serve_mock(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    if options.list_faults:
        for name, fault in FAULTS.items():
            print(f"{name}: {fault.says} ({fault.rule})")
        return status.OK
    faults = ",".join(options.fault)
    unknown = unknown_fault(faults)
    if unknown:
        complain(unknown)
        return status.USAGE
    try:
        spec = load(spec_file(options))
    except FileError as error:
        complain(str(error))
        return status.USAGE
    try:
        listener = socket.create_server(("127.0.0.1", options.port), backlog=128)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        complain(f"port {options.port} of loopback cannot be used ({reason}); choose another with --port")
        return status.USAGE
    directory = Directory(spec, secrets.randbits(128) if options.seed is None else options.seed)
    roles = populate(directory)
    mock = Mock(directory, roles.keys.values())
    url = f"http://127.0.0.1:{listener.getsockname()[1]}{mock.base_path}"
    serve(with_faults(mock, faults), listener, lambda: _announce(options, spec, url, roles))
    return status.OK


def _announce(options: argparse.Namespace, spec: Spec, url: str, roles: Roles) -> None:
    variables = {spec.base_url_variable: url} if spec.base_url_variable else {}
    for name, credential in spec.credentials.items():
        if name in roles.keys:
            variables[credential.variable] = roles.keys[name].reveal()
        if credential.sandbox_variable:
            variables[credential.sandbox_variable] = roles.sandboxes["other"]
    if options.print_env:
        text = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())
    else:
        widest = max(map(len, variables), default=0)
        text = "\n".join(
            [
                f"{spec.title}, served at {url}",
                "",
                *(f"{name:{widest}}  {value}" for name, value in variables.items()),
                "",
                "Ctrl-C ends it.",
            ]
        )
    print(text, flush=True)
