"""Which release of a client or gateway a case was recorded with."""

from __future__ import annotations

import re
import subprocess
from functools import cache

from tests.corpus.install import SCRATCH

_COMMANDS = {
    "curl": ["curl", "--version"],
    "node": ["node", "--version"],
    "nginx": ["nginx", "-v"],
    "openssl": ["openssl", "version"],
    "Chromium": ["chromium", "--version"],
    "Caddy": [str(SCRATCH / "root/usr/bin/caddy"), "version"],
    "Go net/http": [str(SCRATCH / "root/usr/lib/go-1.19/bin/go"), "version"],
    "bash": ["bash", "--version"],
}
_PYTHON = {"hopx-cli": "cli", "mitmproxy": "mitm"} | dict.fromkeys(
    ("hopx-ai", "requests", "httpx", "aiohttp", "urllib3", "gunicorn", "uvicorn", "python-dotenv"), "clients"
)
_NODE = {"@hopx-ai/sdk", "axios", "pino-http"}
_NUMBER = re.compile(r"\d+(?:\.\d+)+")


def versions(clients: str) -> dict[str, str]:
    """The release of each of these, which are separated by commas; nothing for the tools of every system."""
    return {name: _version(name) for name in clients.split(", ")}


@cache
def _version(name: str) -> str:
    command = _COMMANDS.get(name)
    if name in _PYTHON:
        program = f"import importlib.metadata; print(importlib.metadata.version({name!r}))"
        command = [str(SCRATCH / _PYTHON[name] / "bin/python"), "-c", program]
    if name in _NODE:
        command = [
            "node",
            "-p",
            f"JSON.parse(fs.readFileSync('{SCRATCH}/node/node_modules/{name}/package.json')).version",
        ]
    if command is None:
        return ""
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    found = _NUMBER.search(ran.stdout + ran.stderr)
    return found[0] if found else ""
