"""A whole run of an adapter, next to its own calls in a plain loop, start-up of both included.

`sdk.py NAME…` compares; `sdk.py --loop NAME` is the loop.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from conformance.probes import all_probes
from conformance.sdk.adapter import find_adapter
from conformance.sdk.install import cache_directory, install
from conformance.sdk.process import AdapterProcess
from conformance.sdk.stage import Stage
from conformance.sdk.target import surroundings
from conformance.spec.files import default_spec
from conformance.spec.loader import load
from conformance.suites.sdk_trial import call_of

ROUNDS = 3
NAMES = ["hopx-python", "hopx-python-async", "hopx-node", "hopx-cli", "computesdk-node", "curl", "requests", "fetch"]


def make_calls(name: str) -> None:
    """Make every call of a run, one after the other: a process for each environment, and one for each fresh start."""
    spec, adapter = load(default_spec()), find_adapter(name, Path())
    version = adapter.file.version
    directory = install(adapter, version, cache_directory())
    stage = Stage(spec)
    processes: dict[str, AdapterProcess] = {}
    probes = [probe for probe in all_probes(spec) if probe.rule.target == "sdk"]
    known: tuple[set[str], set[str]] | None = None
    for probe in {call_of(probe): probe for probe in probes}.values():
        call = call_of(probe)
        process = processes.get(call.in_environment)
        if process is None or call.needs_fresh_process:
            surrounding = surroundings(stage.home) | stage.proxy().environment
            process = AdapterProcess(adapter, version, directory, surrounding | stage.environment(call))
            greeting = process.greet()
            known = known or (set(greeting.operations), set(greeting.features))
            if not call.needs_fresh_process:
                processes[call.in_environment] = process
        if known and (call.operation not in known[0] or not set(call.features) <= known[1]):
            if call.needs_fresh_process:
                process.close()
            continue
        staged = stage.begin(call)
        stage.end(staged, process.call(120, **staged.fields))
        if call.needs_fresh_process:
            process.close()
    for process in processes.values():
        process.close()
    stage.close()


def seconds(*argv: str) -> float:
    """What a Python program takes."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *argv], capture_output=True, check=False)
    return time.perf_counter() - started


def whole_run(name: str) -> float:
    """Seconds that a run takes as a user starts it."""
    with tempfile.TemporaryDirectory() as directory:
        words = ("-q", f"--target=sdk:{name}", "--waivers=none", f"--report-dir={directory}")
        return seconds("-m", "pytest", *words)


def main() -> None:
    if sys.argv[1:2] == ["--loop"]:
        make_calls(sys.argv[2])
        return
    for name in sys.argv[1:] or NAMES:
        pairs = [(seconds(__file__, "--loop", name), whole_run(name)) for _ in range(ROUNDS)]
        loop, run = (statistics.median(times) for times in zip(*pairs, strict=True))
        print(f"{name}: run {run:.1f} s, its calls in a loop {loop:.1f} s, ratio {run / loop:.2f} (goal 1.5)")


if __name__ == "__main__":
    main()
