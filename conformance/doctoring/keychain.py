"""The system's keyring, read in a process of its own with a time limit."""

from __future__ import annotations

import importlib.util
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PROGRAM = """\
import json, sys
try:
    import keyring
    found = {"value": keyring.get_password(*sys.argv[1:3])}
except BaseException as error:
    found = {"error": type(error).__name__}
sys.stdout.write(json.dumps(found))
"""
_FIRST_LINE = 400  # bytes
_ENDING = 1.0  # seconds for a process to end that has nothing more to say
_MOST = 1 << 16  # bytes; no key is as long
_NOT_FOUND = 44  # of macOS's security; secret-tool ends with 1, and says nothing


@dataclass(frozen=True)
class KeyringAnswer:
    """What the keyring said: a value, nothing, or why it said nothing at all."""

    value: str | None
    problem: str = ""


@dataclass(frozen=True)
class _Said:
    """What a reader wrote, its exit status (`None` where it did not end), and whether it complained of something."""

    text: str
    status: int | None
    has_complained: bool


def kept(service: str, user: str, program: str, environment: Mapping[str, str], seconds: float) -> KeyringAnswer:
    """What the keyring keeps for a user of a service; `program` is the command whose keyring it is."""
    argv = _reader(service, user, program, environment)
    if not argv:
        return KeyringAnswer(None, "nothing on this machine can read one")
    try:
        said = _said(argv, environment, seconds)
    except subprocess.TimeoutExpired:
        return KeyringAnswer(None, f"it gave no answer within {seconds:g} s; it may be locked, and wait for a password")
    except OSError as error:
        return KeyringAnswer(None, f"it cannot be read: {error.strerror}")
    return _of_python(said.text) if argv[1] == "-c" else _of_tool(said)


def _said(argv: Sequence[str], environment: Mapping[str, str], seconds: float) -> _Said:
    """What a process says, which is ended after a time with all that it started."""
    process = subprocess.Popen(  # noqa: S603  an interpreter of this machine, or the system's own tool
        argv,
        cwd=os.sep,  # where nobody has put a module of the name
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        text = _read(process, seconds).decode("utf-8", "replace")
        with suppress(subprocess.TimeoutExpired):
            process.wait(_ENDING)
        return _Said(text, process.returncode, _has_complained(process))
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


def _has_complained(process: subprocess.Popen[bytes]) -> bool:
    stream = process.stderr
    return bool(stream and select.select([stream], [], [], 0)[0] and os.read(stream.fileno(), 1))


def _read(process: subprocess.Popen[bytes], seconds: float) -> bytes:
    """What a process writes until it closes its output; nothing where it writes more than any key has."""
    output = process.stdout
    until, data = time.monotonic() + seconds, b""
    while output and len(data) <= _MOST:
        left = until - time.monotonic()
        if left <= 0 or not select.select([output], [], [], left)[0]:
            raise subprocess.TimeoutExpired(process.args, seconds)
        more = os.read(output.fileno(), _MOST)
        if not more:
            return data
        data += more
    return b""


def _of_tool(said: _Said) -> KeyringAnswer:
    if said.status == 0:
        return KeyringAnswer(said.text.removesuffix("\n") or None)
    if said.status == _NOT_FOUND or (said.status == 1 and not said.has_complained):
        return KeyringAnswer(None)
    return KeyringAnswer(None, f"the program that reads it ended with status {said.status}")


def _of_python(text: str) -> KeyringAnswer:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    value, error = (found.get("value"), found.get("error")) if isinstance(found, dict) else (0, None)
    if not isinstance(value, str | None) or not isinstance(error, str | None):
        return KeyringAnswer(None, "the program that reads it ended without an answer")
    if error:
        known = {
            "NoKeyringError": "there is no keyring on this machine",
            "ModuleNotFoundError": "the Python module that reads it is not installed",
            "KeyringLocked": "it is locked",
        }
        return KeyringAnswer(None, known.get(error, f"it refused ({error})"))
    return KeyringAnswer(value)


def _reader(service: str, user: str, program: str, environment: Mapping[str, str]) -> Sequence[str]:
    """Who reads it: Python as the client itself has it, this one, or a tool of the system."""
    path = environment.get("PATH", os.defpath)
    python = _interpreter(shutil.which(program, path=path) if program else None)
    if not python and importlib.util.find_spec("keyring"):
        python = sys.executable
    if python:
        return [python, "-c", _PROGRAM, service, user]
    if tool := shutil.which("secret-tool", path=path):
        return [tool, "lookup", "service", service, "username", user]
    if tool := shutil.which("security", path=path):
        return [tool, "find-generic-password", "-s", service, "-a", user, "-w"]
    return []


def _interpreter(script: str | None) -> str:
    """The Python that a script is run by, from its first line."""
    if script is None:
        return ""
    try:
        with Path(script).open("rb") as file:
            first = file.readline(_FIRST_LINE)
    except OSError:
        return ""
    words = first[2:].decode("utf-8", "replace").split() if first.startswith(b"#!") else []
    is_python = len(words) == 1 and "python" in Path(words[0]).name and os.access(words[0], os.X_OK)
    return words[0] if is_python else ""
