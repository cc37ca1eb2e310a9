"""Loaded into every Python process of an adapter: Python's clients do not all ask the environment for a proxy.

So a look-up of a host other than this machine leads to the proxy here, or is told to it where TLS would follow.
"""

from __future__ import annotations

import os
import socket
from typing import Any
from urllib.parse import urlsplit

_HERE = {"127.0.0.1", "::1", "localhost", "0.0.0.0"}  # noqa: S104  nothing is bound to it
_TLS = (443, "443", "https")
_proxy = urlsplit(os.environ.get("http_proxy", ""))
_look_up = socket.getaddrinfo


def _outside(host: Any, port: Any, *given: Any, **named: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if not name or not _proxy.port or name in _HERE or name == socket.gethostname():
        return _look_up(host, port, *given, **named)
    if port in _TLS:
        with socket.socket() as told:
            told.connect((_proxy.hostname, _proxy.port))
            told.sendall(f"CONNECT {name}:{port} HTTP/1.1\r\n\r\n".encode())
            told.recv(64)
        raise socket.gaierror(socket.EAI_FAIL, f"{name} is outside of what an SDK may ask here")
    return _look_up(_proxy.hostname, _proxy.port, *given, **named)


socket.getaddrinfo = _outside
