"""How soon explain answers, next to a Python that does nothing: the same machine, one after the other, many rounds.

Both have their bytecode, as whatever pip installs has it; a tree whose modules are compiled anew at each start takes a
third longer.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
ROUNDS = 31
GOAL = 8.0
_SAMPLES = {
    "a key": "K/key-quoted-single",
    "a curl transcript": "C/curl-bearer-doubled",
    "a traceback": "T/hopx-python-newline",
    "an environment": "E/env-quoted",
    "a HAR": "H/har-quotes",
    "a log": "L/log-no-key",
}
_SIZE = 1024  # bytes, at most, of what is text


def main() -> int:
    """Print the ratio for each kind of input; 1 where the goal is missed."""
    from tests.corpus.case import cases

    known = {f"{case.family}/{case.id}": case for case in cases()}
    command = [str(Path(sys.executable).with_name("hopx-auth")), "explain"]
    missed = False
    with tempfile.TemporaryDirectory() as directory:
        for what, name in _SAMPLES.items():
            files, _ = known[name].filled()
            data = next(iter(files.values()))
            data = data if data.lstrip()[:1] == b"{" else data[-_SIZE:]
            file = Path(directory) / "evidence"
            file.write_bytes(data)
            ratio = _ratio([*command, str(file)], [sys.executable, "-c", "pass"])
            missed |= ratio > GOAL
            print(f"{what:20} {len(data):6} bytes  {ratio:4.1f} times `python -c pass`")
    return int(missed)


def _ratio(command: list[str], other: list[str]) -> float:
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    times: dict[bool, list[float]] = {True: [], False: []}
    subprocess.run(command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    for _ in range(ROUNDS):
        for is_own, words in ((True, command), (False, other)):
            start = time.perf_counter()
            subprocess.run(words, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            times[is_own].append(time.perf_counter() - start)
    return statistics.median(times[True]) / statistics.median(times[False])


if __name__ == "__main__":
    sys.exit(main())
