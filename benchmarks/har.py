"""How long HTTP archives of 100 MB take to be read as evidence, and how much memory, next to `json.loads`."""

from __future__ import annotations

import base64
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import ROOT

from conformance.keys import KeyFormat
from conformance.spec.files import default_spec
from conformance.spec.key_section import key_section

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 3
SIZE = 100_000_000
SMALL = 200_000
LARGE = 60_000_000
FORMAT = KeyFormat(key_section(default_spec()) or {})
MEASURED = """
import contextlib, io, re, sys, time
from pathlib import Path
how, name = sys.argv[1:]
started = time.perf_counter()
if how == "json":
    import json
    json.loads(Path(name).read_bytes())
else:
    from conformance.cli import main
    with contextlib.redirect_stdout(io.StringIO()):
        status = main(["explain", name])
    assert status in (0, 1, 3), status
seconds = time.perf_counter() - started
# of this program alone; what getrusage says goes back to the process that started it
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(seconds, int(peak) / 1024)
"""


def entry(host: str, status: int, content: dict[str, Any], key: str) -> dict[str, Any]:
    headers = {"Host": host, "User-Agent": "Mozilla/5.0 Chrome/120.0.0.0", "X-API-Key": key}
    request = {
        "method": "GET",
        "url": f"https://{host}/v1/sandboxes",
        "headers": [{"name": name, "value": value} for name, value in headers.items()],
    }
    response = {"status": status, "statusText": "", "headers": [], "content": content, "redirectURL": ""}
    return {"startedDateTime": "2026-11-01T10:00:00.000Z", "time": 1, "request": request, "response": response}


def bodies() -> Iterator[dict[str, Any]]:
    """Large bodies in base64."""
    chance, key, size = random.Random(1), FORMAT.mint().reveal(), 0
    while size < SIZE:
        text = base64.b64encode(chance.randbytes(chance.randrange(100_000, 3_000_000))).decode()
        size += len(text)
        yield entry("api.example.com", 401, {"text": text, "encoding": "base64", "mimeType": "application/json"}, key)


def one_text() -> Iterator[dict[str, Any]]:
    """One body of 60 MB, with escapes and a character that Python keeps in four bytes."""
    key = FORMAT.mint().reveal()
    for text in ("{}", 'some "text"\n' * (LARGE // 15) + "🎉", "{}"):
        yield entry("api.example.com", 401, {"text": text}, key)


def many() -> Iterator[dict[str, Any]]:
    """Many small entries, a few of which are about the API."""
    key = FORMAT.mint().reveal()
    for number in range(SMALL):
        yield entry("api.example.com", 401 if number % 9 else 200, {"text": '{"error": "Unauthorized"}'}, key)


def write(path: Path, entries: Iterator[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(
            '{"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "entries": [\n'
        )
        for number, one in enumerate(entries):
            file.write(",\n" * bool(number) + json.dumps(one, ensure_ascii=False))
        file.write("]}}\n")


def measured(how: str, path: Path) -> tuple[float, float]:
    """Seconds, and the megabytes of memory that the whole process had at most."""
    command = [sys.executable, "-c", MEASURED, how, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    seconds, memory = map(float, done.stdout.split())
    return seconds, memory


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        for what, entries in (
            ("large bodies", bodies()),
            ("one body of 60 MB", one_text()),
            ("200,000 entries", many()),
        ):
            path = Path(name) / "big.har"
            write(path, entries)
            seen: dict[str, list[tuple[float, float]]] = {"json": [], "explain": []}
            for _ in range(ROUNDS):
                for how, results in seen.items():
                    results.append(measured(how, path))
            seconds = {how: statistics.median(one for one, _ in results) for how, results in seen.items()}
            memory = {how: max(one for _, one in results) for how, results in seen.items()}
            size = path.stat().st_size / 1e6
            print(
                f"| {what}, {size:.0f} MB | {seconds['explain']:.2f} s, **{memory['explain']:.0f} MB** (goal: 300) "
                f"| {seconds['json']:.2f} s, {memory['json']:.0f} MB |"
            )


if __name__ == "__main__":
    main()
