"""hopx-auth report matrix: runs every release that was not run yet, and prints rules by releases."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import conformance
from conformance.commands import status
from conformance.commands.given import spec_file
from conformance.commands.output import complain, print_result
from conformance.report.matrix import Release, matrix, matrix_text
from conformance.report.results import NotResultsError, Results, read_results
from conformance.sdk.adapter import find_adapter
from conformance.sdk.errors import ReleaseError
from conformance.sdk.install import release
from conformance.spec.loader import load
from conformance.spec.mistakes import FileError

if TYPE_CHECKING:
    import argparse

    from conformance.sdk.adapter import Adapter
    from conformance.spec.model import Spec

_COMPLETE = (0, 1)
_RUNNING: set[subprocess.Popen[str]] = set()
_LAST_LINES = 4


def matrix_report(options: argparse.Namespace) -> int:
    """Print the matrix; exit status 1 when a promise was broken or a release could not be run."""
    try:
        spec = load(spec_file(options))
        named = [
            (adapter, release(adapter, version))
            for name, versions in options.adapters
            for adapter in [find_adapter(name, Path.cwd())]
            for version in versions or [""]
        ]
    except (FileError, ReleaseError) as error:
        complain(str(error))
        return status.USAGE
    wanted = list({(adapter.folder, version): (adapter, version) for adapter, version in named}.values())
    if not wanted:
        complain("name at least one --adapter, and after it its --versions, joined by commas")
        return status.USAGE
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ThreadPoolExecutor(options.jobs) as pool:
        try:
            releases = list(pool.map(lambda one: _release(options, spec, *one), wanted))
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in list(_RUNNING):
                child.terminate()  # a run ends what it started
            raise
    data = matrix(spec, releases)
    print_result(options, data, matrix_text(data), foreign=True)
    worst = {kind for rule in data["rules"] for kind in rule["verdicts"].values()}
    is_complete = all(release.results for release in releases)
    return status.OK if is_complete and not worst & {"fail", "error"} else status.PROBLEM


def _release(options: argparse.Namespace, spec: Spec, adapter: Adapter, version: str) -> Release:
    directory = Path(options.directory).resolve() / f"{adapter.name}@{version or 'any'}"
    results = None if options.again else _finished(spec, directory)
    if results is None:
        print(f"running {adapter.name} {version}", file=sys.stderr)
        problem = _run(options, adapter, version, directory)
        results = _finished(spec, directory)
        if results is None:
            return Release(adapter.name, version, problem=problem)
    return Release(adapter.name, results.header["sdk"]["version"], results)


def _finished(spec: Spec, directory: Path) -> Results | None:
    """The results of an earlier run, if it came to its end and asked the same rules."""
    try:
        results = read_results(directory / "results.jsonl")
    except NotResultsError:
        return None
    header = results.header
    same = (header.get("spec_version"), header.get("version")) == (spec.version, conformance.__version__)
    rules = {rule.id for rule in spec.rules if rule.target == "sdk"}
    complete = not results.truncated and {line["rule"] for line in results.verdicts} == rules
    return results if same and complete and header.get("sdk") else None


def _run(options: argparse.Namespace, adapter: Adapter, version: str, directory: Path) -> str:
    """Run a release; returns what went wrong, if something did."""
    argv = [sys.executable, "-m", "pytest", "--pyargs", "conformance.suites", "-q", "--waivers=none"]
    argv += [f"--target=sdk:{adapter.folder}", f"--report-dir={directory}", "-p", "no:cacheprovider"]
    argv += [f"--sdk-version={version}"] if version and adapter.file.install.steps else []
    argv += [f"--spec={Path(options.spec).resolve()}"] if options.spec else []
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "results.jsonl").unlink(missing_ok=True)
    child = subprocess.Popen(  # noqa: S603  our own suite
        argv,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    _RUNNING.add(child)
    output, _ = child.communicate()
    _RUNNING.discard(child)
    if child.returncode in _COMPLETE:
        return "the run did not come to its end"
    said = [line.strip() for line in output.splitlines() if line.strip()]
    return " / ".join(said[:_LAST_LINES]) or f"the run ended with status {child.returncode}"
