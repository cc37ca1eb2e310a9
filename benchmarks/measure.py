"""Measuring side by side: interleaved rounds and their medians, so that a noisy machine is noisy for everybody."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or every start compiles all that pip has compiled once


def interleaved(rounds: int, **measures: Callable[[], float]) -> dict[str, float]:
    """The median of each measure over so many rounds, each round asking all of them in turn."""
    seen: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            seen[name].append(measure())
    return {name: statistics.median(values) for name, values in seen.items()}


def wall_seconds(command: list[str], *, given: str = "", **environment: str) -> float:
    """How long a command takes from start to end, given its standard input; its exit status has to be 0 or 1."""
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, input=given, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_for(port: int) -> None:
    """Return once something answers on a port of loopback."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                if connection.recv(1):
                    return
        except OSError:
            time.sleep(0.002)
    sys.exit(f"nothing answered on port {port}")


@contextmanager
def running(command: list[str], port: int | None = None) -> Iterator[subprocess.Popen[str]]:
    """A server for as long as the block lasts."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        if port is not None:
            wait_for(port)
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def mock_server(*prefix: str) -> Iterator[dict[str, str]]:
    """`hopx-auth mock` and its variables; `prefix` are words before its command."""
    with running([*prefix, sys.executable, "-m", "conformance.cli", "mock", "--print-env"]) as process:
        assert process.stdout is not None
        variables: dict[str, str] = {}
        while "HOPX_API_KEY_RATE_LIMITED" not in variables:
            name, _, value = process.stdout.readline().removeprefix("export ").strip().partition("=")
            variables[name] = value.strip("'")
        yield variables
