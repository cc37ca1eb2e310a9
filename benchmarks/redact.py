"""How quickly evidence is redacted and proved, next to a plain Python copy of the same file.

Two kinds of it: the log of `scan.py`, in which secrets are rare, and an HTTP archive with several in every entry.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import random
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from measure import interleaved, wall_seconds
from scan import write_log

from conformance.keys import KeyFormat
from conformance.recognition.shapes import Shapes
from conformance.redaction.candidates import WordFinder
from conformance.redaction.publishing import publish_to
from conformance.redaction.run import Redaction
from conformance.spec.files import default_spec
from conformance.spec.key_section import key_section

if TYPE_CHECKING:
    from conformance.redaction.candidates import Finder

ROUNDS = 7
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
    to.unlink(missing_ok=True)
    started = time.perf_counter()
    with source.open("rb") as reading, to.open("wb") as writing:
        shutil.copyfileobj(reading, writing)
    return time.perf_counter() - started


def seconds_to_copy_lines(source: Path, to: Path) -> float:
    to.unlink(missing_ok=True)
    started = time.perf_counter()
    with source.open("rb") as reading, to.open("wb") as writing:
        for line in reading:
            writing.write(line)
    return time.perf_counter() - started


def seconds_of_sed(source: Path, to: Path) -> float:
    """One pattern replaced, which is a small part of what redacting does."""
    key = r"s/hopx_(live|test)_[A-Za-z0-9]+\.[A-Za-z0-9_-]{43}/KEY/g"
    to.unlink(missing_ok=True)
    started = time.perf_counter()
    with to.open("wb") as writing:
        subprocess.run(["sed", "-E", key, source], stdout=writing, check=True)
    return time.perf_counter() - started


def seconds_to_redact(source: Path, to: Path, finder: Finder | None = None) -> float:
    """Within this process, proof and writing included."""
    to.unlink(missing_ok=True)
    started = time.perf_counter()
    redaction = Redaction(FORMAT, finder=finder)
    redaction.add(str(source), to)
    publish_to([(result.source, result.text, to) for result in redaction.prove()])
    redaction.close()
    return time.perf_counter() - started


def seconds_of_command(source: Path, to: Path) -> float:
    to.unlink(missing_ok=True)
    return wall_seconds([sys.executable, "-m", "conformance.cli", "redact", str(source), "-o", str(to)])


def show(what: str, source: Path) -> None:
    """Measure one input, and print its rows."""
    to = source.with_name("redacted")
    seconds = interleaved(
        ROUNDS,
        copy=lambda: seconds_to_copy(source, to),
        lines=lambda: seconds_to_copy_lines(source, to),
        sed=lambda: seconds_of_sed(source, to),
        redact=lambda: seconds_to_redact(source, to),
        command=lambda: seconds_of_command(source, to),
    )
    copy, lines, sed, redact, command = (seconds[name] * 1000 for name in seconds)
    print(f"| {what}, {source.stat().st_size / 1e6:.0f} MB: `shutil.copyfileobj` | {copy:.0f} ms |")
    print(f"| copied line by line | {lines:.0f} ms |")
    for what, one in (("one pattern, by `sed`", sed), ("redacted and proved", redact), ("the whole command", command)):
        ratios = f"**{copy / one:.2f} of the copy's speed**, {lines / one:.2f} of that by lines"
        print(f"| {what} | {one:.0f} ms, {ratios} |")


def main() -> None:
    if importlib.util.find_spec("hyperscan") is None:
        sys.exit("hyperscan is missing; pip install 'hopx-auth[fast]'")
    with tempfile.TemporaryDirectory() as name:
        log, archive = Path(name) / "gateway.log", Path(name) / "big.har"
        write_log(log)
        show("a log with twelve keys", log)
        log.unlink()
        write_har(archive)
        show("an HTTP archive with secrets in every entry", archive)
        words = seconds_to_redact(archive, archive.with_name("redacted"), WordFinder(Shapes(FORMAT)))
        print(f"| the same with nothing but Python's own search, proved as above | {words * 1000:.0f} ms |")


if __name__ == "__main__":
    main()
