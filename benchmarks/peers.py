"""How many impostors does a peer notice? Schemathesis's command line, with the same OpenAPI document and key.

A peer notices an impostor when it reports a failure that it does not report of the mock without faults; it blames a
conforming server when it does so there.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measure import ROOT

from conformance.mock.faults import FAULTS
from conformance.selftest.impostor import Impostor, other_impostors
from conformance.selftest.serving import served
from conformance.spec.files import default_spec
from conformance.spec.loader import load
from conformance.targets.mock import MockTarget

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEC = load(default_spec())
_ACCESS = "IgnoredAuth"
Failures = frozenset[tuple[str, str]]


@contextmanager
def answering(impostor: Impostor) -> Iterator[tuple[str, str]]:
    """The address of an impostor and a key with full access, while it is served."""
    full = next(name for name, credential in SPEC.credentials.items() if credential.variable)
    if impostor.kind == "variant":
        with served(impostor) as given:
            yield given[SPEC.base_url_variable], given[SPEC.credentials[full].variable]
    else:
        target = MockTarget(SPEC, default_spec(), impostor.name)
        try:
            yield target.base_url, target.keyring.issued[full].reveal()
        finally:
            target.close()


def failures(examples: int, impostor: Impostor) -> Failures:
    """What Schemathesis reports of an impostor: kinds of failure, each with its operation."""
    with answering(impostor) as (address, key), tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(default_spec().parent / SPEC.openapi)),
            *("--url", address, "--header", f"X-API-Key: {key}", "--checks", "all", "--seed", "1"),
            *("--max-examples", str(examples), "--generation-database", "none", "--no-shrink"),
            *("--request-timeout", "10", "--report", "json", "--report-json-path", str(report)),
        ]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if not report.exists():
            sys.exit(f"{impostor}: Schemathesis wrote no report\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        data = json.loads(report.read_text(encoding="utf-8"))
    return frozenset(
        (failure["type"], operation) for failure in data["failures"] for operation in failure["operations"]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="cases for each operation (default: its own, 100)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="impostors with this word in their names")
    options = parser.parse_args()
    faults = [Impostor("fault", fault.name, fault.rule) for fault in FAULTS.values() if options.only in fault.name]
    others = other_impostors(ROOT / "tests" / "impostors.toml", SPEC)
    variants = [one for one in others if one.kind == "variant" and options.only in one.name]
    asked = partial(failures, options.examples)
    usual = asked(Impostor("mock", ""))
    with ThreadPoolExecutor(options.jobs) as pool:
        found = dict(zip([*faults, *variants], pool.map(asked, [*faults, *variants]), strict=True))
    for impostor, reported in found.items():
        if reported - usual:
            kinds = ", ".join(sorted({kind for kind, _ in reported - usual}))
            print(f"{impostor}: {kinds}")
    noticed = sum(bool(found[one] - usual) for one in faults)
    blamed = sum(bool(found[one] - usual) for one in variants)
    for_access = sum(any(kind == _ACCESS for kind, _ in found[one] - usual) for one in variants)
    print(f"without faults: {', '.join(sorted({kind for kind, _ in usual})) or 'nothing'}")
    print(f"Schemathesis notices {noticed} of {len(faults)} faults")
    print(
        f"Schemathesis blames {blamed} of {len(variants)} conforming servers, {for_access} of them for authentication"
    )


if __name__ == "__main__":
    main()
