"""Watching clients on the wire: mitmproxy and Chromium write what they see as HAR files."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tests.corpus.install import SCRATCH
from tests.corpus.servers import wait_for
from tests.corpus.world import ROOT_CA

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.stage import Stage

_PROXY = "127.0.0.8"
_CONF = Path("/srv/mitm")
THROUGH = {
    "HTTPS_PROXY": f"http://{_PROXY}:8080",
    "HTTP_PROXY": f"http://{_PROXY}:8080",
    "https_proxy": f"http://{_PROXY}:8080",
    "SSL_CERT_FILE": str(_CONF / "mitmproxy-ca-cert.pem"),
    "REQUESTS_CA_BUNDLE": str(_CONF / "mitmproxy-ca-cert.pem"),
    "CURL_CA_BUNDLE": str(_CONF / "mitmproxy-ca-cert.pem"),
    "NODE_EXTRA_CA_CERTS": str(_CONF / "mitmproxy-ca-cert.pem"),
}
_BROWSE = Path(__file__).with_name("browse.py")


def watched(stage: Stage, act: Callable[[], object], *options: str) -> bytes:
    """What mitmproxy writes of what happens meanwhile; the clients go through it by `THROUGH`."""
    har = Path("/srv/flow.har")
    har.unlink(missing_ok=True)
    settings = {"confdir": _CONF, "hardump": har, "ssl_verify_upstream_trusted_ca": ROOT_CA}
    command = [str(SCRATCH / "mitm/bin/mitmdump"), "-q", "--listen-host", _PROXY, "--listen-port", "8080", *options]
    for name, value in settings.items():
        command += ["--set", f"{name}={value}"]
    process = subprocess.Popen(command, env=os.environ | {"HOME": "/home/dev"})
    try:
        wait_for(_PROXY, 8080)
        act()
    finally:
        process.terminate()
        process.wait()
    return har.read_bytes()


def browsed(url: str, **options: object) -> bytes:
    """What Chromium writes of opening a page."""
    har = Path("/srv/browser.har")
    har.unlink(missing_ok=True)
    command = [str(SCRATCH / "mitm/bin/python"), str(_BROWSE), str(har), url, json.dumps(options)]
    subprocess.run(command, check=True, env=os.environ | {"HOME": "/home/dev"}, timeout=90)
    return har.read_bytes()
