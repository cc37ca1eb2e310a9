"""From pytest's options to a run: spec, waivers, Hypothesis profile and target, or a usage error."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from conformance.keys import KeyFormat
from conformance.probes import all_probes
from conformance.scrub import Scrubber
from conformance.session.options import given
from conformance.spec.files import default_spec
from conformance.spec.loader import load
from conformance.spec.mistakes import FileError
from conformance.targets.live import RATE, LiveOptions, SetupError, live_target, read_variables
from conformance.targets.mock import MockTarget
from conformance.waivers import Waiver, check_waivers, load_waivers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.probes import Probe
    from conformance.spec.model import Spec
    from conformance.targets.http import HttpTarget

_TARGETS = ("mock", "live", "sdk")
_EXAMPLES = {"default": 100, "ci": 100, "live": 1, "thorough": 400}


def load_spec(config: pytest.Config) -> tuple[Spec, Path]:
    """The spec of the options, and its file.

    Raises:
        pytest.UsageError: The file has mistakes.

    """
    file = Path(given(config, "--spec") or default_spec())
    try:
        return load(file), file.resolve()
    except FileError as error:
        raise pytest.UsageError(str(error)) from None


def scrubber_of(config: pytest.Config) -> Scrubber:
    """A scrubber for keys of the options' spec, or of the usual one while that has mistakes."""
    try:
        spec, _ = load_spec(config)
    except pytest.UsageError:
        spec = load(default_spec())
    return _scrubber(spec, secrets_around(config, spec))


def usual_scrubber() -> Scrubber:
    """A scrubber for the usual spec's keys, for what happens before there are options."""
    spec = load(default_spec())
    return _scrubber(spec, _keys_in(os.environ, spec))


def _scrubber(spec: Spec, secrets: Iterable[str]) -> Scrubber:
    scrubber = Scrubber(KeyFormat(msgspec.to_builtins(spec.key)))
    scrubber.learn_all(secrets)
    return scrubber


def secrets_around(config: pytest.Config, spec: Spec) -> list[str]:
    """Every key that the environment and the `.env` file hold, whether or not the run uses it."""
    try:
        return _keys_in(read_variables(_env_file(config)), spec)
    except SetupError:
        return _keys_in(os.environ, spec)


def _keys_in(values: Mapping[str, str], spec: Spec) -> list[str]:
    names = [*(credential.variable for credential in spec.credentials.values()), *spec.environments.values()]
    return [values[name] for name in names if values.get(name)]


def kind_of_target(config: pytest.Config) -> str:
    """Who answers: mock, live or sdk."""
    target: str = given(config, "--target")
    return target.partition(":")[0]


def asked_of(spec: Spec, kind: str) -> list[Probe]:
    """The probes that such a target can be asked."""
    targets = ("sdk",) if kind == "sdk" else ("http", kind)
    return [probe for probe in all_probes(spec) if probe.rule.target in targets]


def load_known(name: str, spec: Spec, kind: str) -> list[Waiver]:
    """The waivers of a file, or none.

    Raises:
        pytest.UsageError: The file has mistakes, or a waiver matches no probe.

    """
    if name in ("", "none"):
        return []
    try:
        waivers = load_waivers(Path(name))
        check_waivers(Path(name), waivers, [probe.id for probe in asked_of(spec, kind)])
    except FileError as error:
        raise pytest.UsageError(str(error)) from None
    return waivers


def vocabulary(config: pytest.Config, spec: Spec) -> str:
    """The vocabulary that errors have to use, or `any`.

    Raises:
        pytest.UsageError: The spec has no such vocabulary.

    """
    name: str = given(config, "--vocabulary")
    if name != "any" and name not in spec.vocabularies:
        raise pytest.UsageError(f"--vocabulary {name}: write any or one of {', '.join(spec.vocabularies)}")
    return name


def report_directory(config: pytest.Config) -> Path:
    """The directory of the reports, which exists from now on.

    Raises:
        pytest.UsageError: It cannot be made.

    """
    directory: Path = config.invocation_params.dir / given(config, "--report-dir")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"--report-dir {directory}: cannot be made or written to ({reason}); name another one"
        raise pytest.UsageError(message) from None
    for name in ("results.jsonl", "report.html"):
        if (directory / name).is_dir():
            raise pytest.UsageError(f"--report-dir {directory}: {name} in it is a directory; name another one")
    return directory


def load_profiles(config: pytest.Config) -> str:
    """Make the Hypothesis profiles known and load the one that fits; returns its name.

    Raises:
        pytest.UsageError: There is no such profile.

    """
    from hypothesis import errors, settings

    for name, examples in _EXAMPLES.items():
        settings.register_profile(
            name, max_examples=examples, deadline=None, print_blob=False, derandomize=name == "ci"
        )
    chosen: str | None = config.getoption("--hypothesis-profile", None)
    fitting = "live" if given(config, "--target") == "live" else "ci" if os.environ.get("CI") else "default"
    try:
        settings.load_profile(chosen or fitting)
    except errors.InvalidArgument:
        raise pytest.UsageError(f"--hypothesis-profile {chosen}: write one of {', '.join(_EXAMPLES)}") from None
    return chosen or fitting


def make_target(config: pytest.Config, spec: Spec, file: Path) -> HttpTarget:
    """The target of the options.

    Raises:
        pytest.UsageError: It is unknown, or cannot be asked safely.

    """
    rate = _rate(config)
    if given(config, "--target") == "mock":
        return MockTarget(spec, file, given(config, "--fault"), rate or 0.0)
    options = LiveOptions(
        base_url=given(config, "--base-url"),
        environment=given(config, "--env"),
        env_file=_env_file(config),
        may_write=given(config, "--allow-writes"),
        rate=(RATE if rate is None else rate) / int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")),
    )
    try:
        return live_target(spec, options)
    except SetupError as error:
        raise pytest.UsageError(str(error)) from None


def check_options(config: pytest.Config, spec: Spec) -> None:
    """Refuse options that make no sense, before any worker or mock is started.

    Raises:
        pytest.UsageError: With what to write instead.

    """
    name = kind_of_target(config)
    if name not in _TARGETS or (name == "sdk") != (":" in given(config, "--target")):
        written = given(config, "--target")
        raise pytest.UsageError(f"unknown target {written!r}; write --target=mock, --target=live or --target=sdk:NAME")
    live_only = ("--base-url", "--env", "--env-file", "--allow-writes")
    if name != "live":
        misplaced = [flag for flag in live_only if config.getoption(f"conformance_{flag[2:].replace('-', '_')}")]
        if misplaced:
            what = "mock has its own address and keys" if name == "mock" else "SDK is given an address and keys"
            raise pytest.UsageError(f"{misplaced[0]} goes with --target=live; the {what}")
    if name != "mock" and given(config, "--fault"):
        raise pytest.UsageError(f"--fault goes with --target=mock; {name} has its own")
    if name != "sdk" and given(config, "--sdk-version"):
        raise pytest.UsageError("--sdk-version goes with --target=sdk:NAME")
    if name == "sdk" and _is_distributed(config):
        raise pytest.UsageError("--target=sdk goes without -n: the run makes its calls side by side by itself")
    if name == "live" and given(config, "--allow-writes") and _is_distributed(config):
        raise pytest.UsageError("--allow-writes goes without -n: one process has to know what it created, to delete it")
    environment = given(config, "--env")
    if environment and environment not in spec.environments:
        raise pytest.UsageError(f"--env {environment}: write one of {', '.join(spec.environments)}")
    _check_fault(config)
    _rate(config)


def _env_file(config: pytest.Config) -> Path | None:
    """The file of `--env-file`, else the `.env` where pytest was started."""
    named = given(config, "--env-file")
    usual = config.invocation_params.dir / ".env"
    return Path(named) if named else usual if usual.is_file() else None


def _is_distributed(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput") or config.getoption("dist", "no") != "no"


def _check_fault(config: pytest.Config) -> None:
    from conformance.mock.faults import unknown_fault

    unknown = unknown_fault(given(config, "--fault"))
    if unknown:
        raise pytest.UsageError(unknown)


def _rate(config: pytest.Config) -> float | None:
    text = given(config, "--rate")
    if not text:
        return None
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0 < rate < 1e6:
        raise pytest.UsageError(f"--rate {text}: write a number of requests a second, more than 0")
    return rate
