"""How quickly evidence is redacted and proved, next to a plain Python copy of the same file."""

from __future__ import annotations

import base64
import importlib.util
import json
import random
import shutil
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from measure import interleaved, wall_seconds

from conformance.keys import KeyFormat
from conformance.redaction.candidates import WordFinder
from conformance.redaction.run import Redaction
from conformance.shapes import Shapes
from conformance.spec.excerpt import key_section
from conformance.spec.files import default_spec

ROUNDS = 5
_LIBRARY = Path(sysconfig.get_path("stdlib"))
MEGABYTES = 100
FORMAT = KeyFormat(key_section(default_spec()) or {})


def bodies(chance: random.Random) -> list[str]:
    """What answers hold: programs, pages, pictures, lists."""
    programs = [path for name in ("asyncio", "email", "json") for path in sorted((_LIBRARY / name).glob("*.py"))]
    texts = [path.read_text(encoding="utf-8") for path in programs]
    pictures = [base64.b64encode(chance.randbytes(chance.randrange(1000, 60000))).decode() for _ in range(20)]
    lists = [json.dumps([{"id": chance.randrange(10**9), "name": f"box{n}"} for n in range(400)]) for _ in range(60)]
    return [text for text in texts if len(text) > 2000] + pictures + lists


def write_har(path: Path) -> None:
    """A HAR file with a few keys and cookies in thousands of requests."""
    chance = random.Random(1)
    texts, keys = bodies(chance), [FORMAT.mint().reveal() for _ in range(8)]
    sessions = [base64.b64encode(chance.randbytes(24)).decode() for _ in range(5)]
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": {"version": "1.2", "entries": [\n')
        number = 0
        while file.tell() < MEGABYTES * 1_000_000:
            session, text = chance.choice(sessions), chance.choice(texts)
            headers = [("Host", "api.example.com"), ("X-API-Key", chance.choice(keys)), ("Cookie", f"sid={session}")]
            request = {
                "method": "GET",
                "url": f"https://api.example.com/v1/things?page={number}",
                "headers": [{"name": name, "value": value} for name, value in headers],
                "cookies": [{"name": "sid", "value": session}],
            }
            entry = {"request": request, "response": {"status": 200, "content": {"size": len(text), "text": text}}}
            file.write("," * bool(number) + json.dumps(entry, indent=2 if number % 2 else None) + "\n")
            number += 1
        file.write("]}}\n")


def seconds_to_copy(source: Path, to: Path) -> float:
    started = time.perf_counter()
    with source.open("rb") as reading, to.open("wb") as writing:
        shutil.copyfileobj(reading, writing)
    return time.perf_counter() - started


def seconds_to_redact(source: Path, to: Path, *, slowly: bool = False) -> float:
    """Within this process, proof and writing included."""
    started = time.perf_counter()
    redaction = Redaction(FORMAT, finder=WordFinder(Shapes(FORMAT)) if slowly else None)
    redaction.add(str(source))
    with to.open("wb") as writing:
        redaction.prove()[0].publish(writing)
    redaction.close()
    return time.perf_counter() - started


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        source, to = Path(name) / "big.har", Path(name) / "out.har"
        write_har(source)
        program = [sys.executable, "-m", "conformance.cli", "redact", str(source), "-o", str(to)]
        seconds = interleaved(
            ROUNDS,
            copy=lambda: seconds_to_copy(source, to),
            redact=lambda: seconds_to_redact(source, to),
            command=lambda: wall_seconds(program),
        )
        seconds |= interleaved(1, words=lambda: seconds_to_redact(source, to, slowly=True))
        size = source.stat().st_size / 1e6
    has_hyperscan = "with" if importlib.util.find_spec("hyperscan") else "without"
    print(f"| `shutil.copyfileobj`, {size:.0f} MB | {seconds['copy'] * 1000:.0f} ms |")
    for name, what in (
        ("redact", f"redacted and proved, {has_hyperscan} hyperscan"),
        ("command", f"the whole command, {has_hyperscan} hyperscan"),
        ("words", "redacted with nothing but Python's own search, proved as above"),
    ):
        ratio = seconds["copy"] / seconds[name]
        print(f"| {what} | {seconds[name] * 1000:.0f} ms, **{ratio:.2f} of the copy's speed** (goal: 0.4) |")


if __name__ == "__main__":
    main()
