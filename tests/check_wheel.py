"""Builds the wheel, installs it into an empty environment, and uses it outside the checkout as its users would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(*command: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HOPX_", "COVERAGE_"))}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(
            f"{' '.join(map(str, command))}: exit status {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
    return done.stdout


def check_mock(program: Path, cwd: Path) -> None:
    """`hopx-auth mock` serves, and ends cleanly on SIGTERM."""
    mock = subprocess.Popen([program, "mock", "--print-env"], cwd=cwd, stdout=subprocess.PIPE, text=True)
    try:
        assert mock.stdout is not None
        line = mock.stdout.readline()
        assert line.startswith("export HOPX_BASE_URL=http://127.0.0.1:"), line
    finally:
        mock.send_signal(signal.SIGTERM)
        status = mock.wait(30)
    assert status == 0, f"hopx-auth mock ended with {status}"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        run(sys.executable, "-m", "build", "--wheel", "--outdir", directory / "dist", ROOT, cwd=ROOT)
        wheel = next((directory / "dist").glob("*.whl"))
        venv.create(directory / "venv", with_pip=True)
        programs = directory / "venv" / "bin"
        pins = ROOT / "requirements.lock"
        run(programs / "pip", "install", "--quiet", "--constraint", pins, wheel, cwd=directory)
        suite = run(programs / "pytest", "--pyargs", "conformance.suites", "--target=mock", cwd=directory)
        summary = next(line for line in suite.splitlines() if line.startswith("must: "))
        assert " 0 fail " in summary, summary
        assert (directory / "reports" / "report.html").is_file()
        run(programs / "hopx-auth", "spec", "lint", cwd=directory)
        run(programs / "hopx-auth", "adapter", "check", "curl", cwd=directory)
        check_mock(programs / "hopx-auth", directory)
        print(f"wheel: {wheel.name} outside the checkout: {summary}")


if __name__ == "__main__":
    main()
