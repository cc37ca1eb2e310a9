"""The mock next to nginx and Prism: requests a second with wrk at 16 connections on one core, and cold starts."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import ROOT, free_port, interleaved, mock_server, running, wait_for

ROUNDS = 5
SECONDS = 4
PRISM = ROOT / ".cache" / "prism" / "node_modules" / ".bin" / "prism"
NGINX = """
daemon off; worker_processes 1; pid {directory}/pid; error_log {directory}/error.log;
events {{ worker_connections 256; }}
http {{ access_log off; client_body_temp_path {directory}/b; proxy_temp_path {directory}/p;
 fastcgi_temp_path {directory}/f; uwsgi_temp_path {directory}/u; scgi_temp_path {directory}/s;
 keepalive_requests 100000000;
 server {{ listen 127.0.0.1:{port}; location / {{ default_type application/json; return 200 '{{"data": []}}'; }} }} }}
"""


def wrk(url: str, *headers: str) -> float:
    """Requests a second; anything but 2xx ends the measurement."""
    command = ["taskset", "-c", "1", "wrk", "-t1", "-c16", f"-d{SECONDS}s", url]
    for header in headers:
        command += ["-H", header]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text:
        sys.exit(f"{url} refused requests:\n{text}")
    return float(re.search(r"Requests/sec:\s*([\d.]+)", text)[1])  # type: ignore[index]


def start(command: list[str], port: int) -> float:
    """Seconds from the start of a server to its first answer."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        return time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(30)


def pinned(*command: str) -> list[str]:
    return ["taskset", "-c", "0", *command]


def main() -> None:
    if not PRISM.exists():
        PRISM.parent.parent.parent.mkdir(parents=True, exist_ok=True)
        install = [
            "npm",
            "install",
            "--no-fund",
            "--no-audit",
            "--prefix",
            str(PRISM.parents[2]),
            "@stoplight/prism-cli",
        ]
        subprocess.run(install, check=True, capture_output=True)
    document = str(ROOT / "specs" / "hopx-openapi.yaml")
    with tempfile.TemporaryDirectory() as directory, mock_server(*pinned()) as variables:
        nginx_port, prism_port = free_port(), free_port()
        config = Path(directory) / "nginx.conf"
        config.write_text(NGINX.format(directory=directory, port=nginx_port))
        nginx = pinned("nginx", "-c", str(config), "-e", f"{directory}/error.log")
        prism = pinned(str(PRISM), "mock", document, "--port", str(prism_port), "--host", "127.0.0.1", "-v", "silent")
        url = variables["HOPX_BASE_URL"]
        key = f"X-API-Key: {variables['HOPX_API_KEY']}"
        with running(nginx, nginx_port), running(prism, prism_port):
            rates = interleaved(
                ROUNDS,
                nginx=lambda: wrk(f"http://127.0.0.1:{nginx_port}/"),
                mock=lambda: wrk(f"{url}/sandboxes", key),
                prism=lambda: wrk(f"http://127.0.0.1:{prism_port}/sandboxes", key),
            )
    ports = [free_port(), free_port()]
    ours = [sys.executable, "-m", "conformance.cli", "mock", "--port", str(ports[0])]
    theirs = [str(PRISM), "mock", document, "--port", str(ports[1]), "--host", "127.0.0.1"]
    starts = interleaved(ROUNDS, mock=lambda: start(ours, ports[0]), prism=lambda: start(theirs, ports[1]))
    print(f"| nginx `return 200` | {rates['nginx']:.0f} requests/s |")
    print(f"| mock: authenticated `GET`, every decision taken | {rates['mock']:.0f} requests/s |")
    print(f"| Prism mock | {rates['prism']:.0f} requests/s |")
    print(f"| **mock to nginx** (goal: at least 0.25) | **{rates['mock'] / rates['nginx']:.2f}** |")
    print(f"| **mock to Prism** (goal: at least 8) | **{rates['mock'] / rates['prism']:.1f}** |")
    print(f"| cold start: mock, Prism | {starts['mock']:.2f} s, {starts['prism']:.2f} s |")
    print(f"| **mock's start to Prism's** (goal: under 0.2) | **{starts['mock'] / starts['prism']:.2f}** |")


if __name__ == "__main__":
    main()
