"""A full run against the mock, next to a bare httpx loop of as many requests, and next to the Schemathesis CLI."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import ROOT, interleaved, mock_server, wall_seconds

ROUNDS = 5
LOOP = """
import os, sys, httpx
url, key = os.environ["HOPX_BASE_URL"] + "/sandboxes", os.environ["HOPX_API_KEY"]
with httpx.Client() as client:
    for _ in range(int(sys.argv[1])):
        client.get(url, headers={"X-API-Key": key})
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name, mock_server() as variables:
        directory = Path(name)
        (directory / "loop.py").write_text(LOOP)
        options = ["-q", "--rate=999999", f"--report-dir={directory}"]
        live = [
            sys.executable,
            "-m",
            "pytest",
            "--target=live",
            "--allow-writes",
            "--hypothesis-profile=default",
            *options,
        ]
        without_surface = ["-k", "not whole-surface"]
        suite = [sys.executable, "-m", "pytest", "--target=mock", "-q", f"--report-dir={directory}", *without_surface]
        subprocess.run([*suite], cwd=ROOT, capture_output=True, check=True)
        footer = json.loads((directory / "results.jsonl").read_text().splitlines()[-1])
        requests, probes = footer["requests"], footer["asked"]
        loop = [sys.executable, str(directory / "loop.py"), str(requests)]
        schemathesis = [
            str(Path(sys.executable).parent / "schemathesis"), "run", "specs/hopx-openapi.yaml",
            "--url", variables["HOPX_BASE_URL"], "-H", f"X-API-Key: {variables['HOPX_API_KEY']}",
            "--max-examples=50", "--suppress-health-check=all", "--checks=ignored_auth", "--no-color",
            "--generation-deterministic",
        ]  # fmt: skip
        surface = [
            sys.executable,
            "-m",
            "pytest",
            "--target=mock",
            "-q",
            f"--report-dir={directory}",
            "-k",
            "whole-surface",
        ]
        done = subprocess.run(schemathesis, cwd=ROOT, capture_output=True, text=True, check=False)
        cases = int(re.search(r"Test cases:\s*(\d+)", done.stdout)[1] or 0)  # type: ignore[index]
        seconds = interleaved(
            ROUNDS,
            suite=lambda: wall_seconds(suite),
            loop=lambda: wall_seconds(loop, **variables),
            surface=lambda: wall_seconds(surface),
            schemathesis=lambda: wall_seconds(schemathesis),
            live=lambda: wall_seconds(live, **variables),
        )
    ours, theirs = requests / seconds["suite"], cases / seconds["schemathesis"]
    print(f"| full run, reports included: {probes} probes, {requests} requests | {seconds['suite']:.2f} s |")
    print(f"| bare `httpx.Client` loop of {requests} requests | {seconds['loop']:.2f} s |")
    print(f"| **ratio to the bare loop** (goal: at most 2.5) | **{seconds['suite'] / seconds['loop']:.2f}** |")
    print(f"| Schemathesis CLI, {cases} cases on the same server | {seconds['schemathesis']:.2f} s |")
    print(f"| cases a second: this suite, Schemathesis CLI | {ours:.0f}, {theirs:.0f} |")
    print(f"| **ratio to the Schemathesis CLI** (goal: at least 12) | **{ours / theirs:.1f}** |")
    print(f"| probes a second to Schemathesis cases a second | {probes / seconds['suite'] / theirs:.1f} |")
    print(f"| the Schemathesis part of the suite, on its own | {seconds['surface']:.2f} s |")
    print(f"| the same full run as `--target=live`, unpaced | {seconds['live']:.2f} s |")


if __name__ == "__main__":
    main()
