"""The clients and gateways that cases are recorded with, in a folder of their own: nothing goes into the project."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SCRATCH = Path(os.environ.get("HOPX_CORPUS_SCRATCH") or Path.home() / ".cache" / "hopx-auth" / "corpus")
PYTHON_CLIENTS = ["hopx-ai==0.5.0", "requests==2.34.2", "urllib3==2.8.0", "aiohttp==3.14.5", "httpx==0.28.1",
                  "python-dotenv==1.2.4", "gunicorn==27.0.1", "uvicorn==0.54.0"]  # fmt: skip
WATCHERS = ["mitmproxy==11.0.2", "playwright==1.65.2"]
NODE_CLIENTS = ["@hopx-ai/sdk@0.5.1", "axios", "pino", "pino-http"]
DEBIAN = ["caddy", "golang-1.19-go", "golang-1.19-src", "libfaketime"]  # unpacked, not installed: no service is started
_UNPACK = 'mkdir -p apt root && cd apt && apt-get download -q "$@" && for deb in *.deb; do dpkg -x "$deb" ../root; done'
_STEPS = {
    "clients": [["/usr/bin/python3", "-m", "venv", "clients"], ["clients/bin/pip", "-q", "install", *PYTHON_CLIENTS]],
    "mitm": [["/usr/bin/python3", "-m", "venv", "mitm"], ["mitm/bin/pip", "-q", "install", *WATCHERS]],
    "cli": [["python3.12", "-m", "venv", "cli"], ["cli/bin/pip", "-q", "install", "hopx-cli==0.1.2"]],
    "node": [["npm", "install", "--prefix", "node", "--no-audit", "--no-fund", *NODE_CLIENTS]],
    "root": [["sh", "-c", _UNPACK, "sh", *DEBIAN]],
}  # fmt: skip


# in which of the folders a client is; the others are those of the machine
_FOLDERS = {
    **dict.fromkeys(
        ("hopx-ai", "requests", "urllib3", "aiohttp", "httpx", "gunicorn", "uvicorn", "python-dotenv"), "clients"
    ),
    **dict.fromkeys(("mitmproxy", "Chromium"), "mitm"),
    **dict.fromkeys(("@hopx-ai/sdk", "axios", "pino-http"), "node"),
    **dict.fromkeys(("Caddy", "Go net/http", "libfaketime"), "root"),
    "hopx-cli": "cli",
}


def install(clients: Iterable[str]) -> None:
    """Install those of these that are not there yet; curl, nginx, node and chromium are those of the machine."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    for folder in sorted({_FOLDERS[client] for client in clients if client in _FOLDERS}):
        done = SCRATCH / f".{folder}.installed"
        if not done.exists():
            for step in _STEPS[folder]:
                subprocess.run(step, cwd=SCRATCH, check=True)
            done.touch()
