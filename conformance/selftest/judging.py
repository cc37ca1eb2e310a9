"""Judges one implementation, as a run does and without pytest: every probe that can be asked of it."""

from __future__ import annotations

import importlib
import pkgutil
import random
import shutil
import tempfile
import time
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import Phase, settings

from conformance import suites
from conformance.judge import Verdict
from conformance.keys import KeyFormat
from conformance.probes import all_probes
from conformance.runs.run import MOST_SILENCES, Run
from conformance.runs.sdk_run import SdkRun
from conformance.scrub import Scrubber
from conformance.sdk.adapter import Adapter, AdapterFile
from conformance.sdk.errors import BrokenAdapterError
from conformance.sdk.target import SdkTarget
from conformance.selftest.judged import judged
from conformance.selftest.misprints import MISPRINTS
from conformance.selftest.serving import served
from conformance.spec.loader import load
from conformance.suites.check import is_check
from conformance.targets.errors import UnansweredError
from conformance.targets.http import HttpTarget
from conformance.targets.keyring import Keyring
from conformance.targets.mock import MockTarget, limited_roles
from conformance.targets.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.probes import Probe
    from conformance.selftest.impostor import Impostor
    from conformance.selftest.judged import Judged
    from conformance.spec.model import Spec

    Verdicts = list[tuple[Probe, Verdict]]

EXAMPLES, _FEW_EXAMPLES = 50, 10
_SECONDS = 20.0  # for one call of a client
_MOST_SECONDS = 1200.0  # for all that is asked of one


class FellSilentError(Exception):
    """Somebody answers no more; `verdicts` are those until then."""

    def __init__(self, verdicts: Verdicts) -> None:
        _, last = verdicts[-1]
        super().__init__(f"it stopped answering: {last.reason or last.observed}")
        self.verdicts = verdicts


def judge(spec_file: Path, impostor: Impostor) -> Judged:
    """What the suite finds in an implementation; whatever keeps it from judging that one is its `problem`."""
    started = time.monotonic()
    _draw_the_same_again()
    try:
        verdicts, problem = _JUDGES[impostor.kind](load(spec_file), spec_file, impostor), ""
    except FellSilentError as error:
        verdicts, problem = error.verdicts, str(error)
    except (BrokenAdapterError, OSError, ValueError) as error:
        verdicts, problem = [], str(error)
    except Exception as error:
        verdicts, problem = [], f"{type(error).__name__}: {error}"
    scrub = Scrubber(KeyFormat(msgspec.to_builtins(load(spec_file).key))).scrub
    said = [(probe, replace(verdict, observed=scrub(verdict.observed))) for probe, verdict in verdicts]
    return judged(impostor, said, scrub(problem), round(time.monotonic() - started, 2))


def _draw_the_same_again() -> None:
    """Generated cases are the same in every self-test, so that its verdicts are."""
    # to shrink what is found takes longer than to find it, and says no more about who found it
    settings.register_profile("selftest", derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    settings.load_profile("selftest")


def _draws(impostor: Impostor) -> Callable[[], int]:
    return partial(random.Random(impostor.name).getrandbits, 128)  # noqa: S311  keys of a mock, for the same reason


def _judge_mock(spec: Spec, spec_file: Path, impostor: Impostor) -> Verdicts:
    target = MockTarget(spec, spec_file, impostor.name, draw=_draws(impostor))
    try:
        examples = _examples(spec, impostor)
        run = Run(spec, target, [], examples=examples, fault=impostor.name, documents=spec_file.parent)
        return _asked(run, _probes(spec_file, "http", "mock"))
    finally:
        target.close()


def _examples(spec: Spec, impostor: Impostor) -> int:
    """How many cases a check draws: fewer where its own rule draws none and they only show what else a fault breaks."""
    own = [_checks()[rule.check].cost for rule in spec.rules if rule.id == impostor.rule]
    return _FEW_EXAMPLES if own and not any(cost.per_example for cost in own) else EXAMPLES


def _judge_misprint(spec: Spec, spec_file: Path, impostor: Impostor) -> Verdicts:
    misprint = MISPRINTS[impostor.name]
    with tempfile.TemporaryDirectory() as folder:
        issuing = Path(folder) / spec_file.name
        issuing.write_text(misprint.issues(spec_file.read_text(encoding="utf-8"), spec.key), encoding="utf-8")
        shutil.copy(spec_file.parent / spec.openapi, folder)
        target = MockTarget(load(issuing), issuing, draw=_draws(impostor))
        try:
            target.keyring = Keyring(spec, target.keyring.issued, target.keyring.foreign_sandbox)
            key = msgspec.structs.replace(spec.key, example=misprint.shows(spec.key.example, spec.key))
            run = Run(msgspec.structs.replace(spec, key=key), target, [], examples=EXAMPLES)
            return _asked(run, [probe for probe in _probes(spec_file, "http") if probe.rule.id == impostor.rule])
        finally:
            target.close()


def _judge_variant(spec: Spec, spec_file: Path, impostor: Impostor) -> Verdicts:
    with served(impostor) as given:
        target = _live_target(spec, given)
        try:
            run = Run(spec, target, [], examples=EXAMPLES, documents=spec_file.parent)
            return _asked(run, _probes(spec_file, "http", "live"))
        finally:
            target.close()


def _live_target(spec: Spec, given: dict[str, str]) -> HttpTarget:
    roles = {name: one.variable for name, one in spec.credentials.items() if one.variable}
    for variable in (spec.base_url_variable, *list(roles.values())[:1]):  # the first key is the one with full access
        if variable not in given:
            raise ValueError(f"its first line lacks {variable}")
    key_format = KeyFormat(msgspec.to_builtins(spec.key))
    keys = {name: key_format.hide(given[variable]) for name, variable in roles.items() if variable in given}
    sandboxes = [one.sandbox_variable for one in spec.credentials.values() if one.sandbox_variable in given]
    keyring = Keyring(spec, keys, given[sandboxes[0]] if sandboxes else "")
    address = given[spec.base_url_variable]
    return HttpTarget("live", address, keyring, Pace(0.0), may_write=True, limited_roles=limited_roles(spec))


def _judge_client(spec: Spec, spec_file: Path, impostor: Impostor) -> Verdicts:
    file = AdapterFile(
        name="client", language="some", sdk=impostor.name, command=list(impostor.command), seconds=_SECONDS
    )
    with tempfile.TemporaryDirectory() as folder:
        target = SdkTarget(spec, Adapter(Path(folder), file), "", Path(folder))
        try:
            return _asked(SdkRun(spec, target, []), _probes(spec_file, "sdk"))
        finally:
            target.close()


_JUDGES: dict[str, Callable[[Spec, Path, Impostor], Verdicts]] = {
    "mock": _judge_mock,
    "fault": _judge_mock,
    "misprint": _judge_misprint,
    "variant": _judge_variant,
    "client": _judge_client,
}


def _asked(run: Run | SdkRun, probes: list[Probe]) -> Verdicts:
    """Every probe's verdict.

    Raises:
        FellSilentError: The target has stopped answering.
        TimeoutError: It took too long.

    """
    checks, end = _checks(), time.monotonic() + _MOST_SECONDS
    run.plan((probe, checks[probe.rule.check].cost) for probe in probes)
    verdicts: Verdicts = []
    for probe in probes:
        if time.monotonic() > end:
            raise TimeoutError(f"only {len(verdicts)} of {len(probes)} probes were asked within {_MOST_SECONDS:g} s")
        check = checks[probe.rule.check]
        try:
            verdict = run.ask(probe, check, check.cost)
        except UnansweredError as error:
            verdict = Verdict("error", "", str(error))
        verdicts.append((probe, verdict))
        if run.silences >= MOST_SILENCES:
            raise FellSilentError(verdicts)
    return verdicts


def _probes(spec_file: Path, *targets: str) -> list[Probe]:
    return [probe for probe in _every_probe(spec_file) if probe.rule.target in targets]


@cache
def _every_probe(spec_file: Path) -> tuple[Probe, ...]:
    return tuple(all_probes(load(spec_file)))


def _checks() -> dict[str, Any]:
    """Every check of the suites by its name."""
    names = [module.name for module in pkgutil.iter_modules(suites.__path__) if module.name.startswith("test_")]
    modules = [importlib.import_module(f"{suites.__name__}.{name}") for name in names]
    return {name: thing for module in modules for name, thing in vars(module).items() if is_check(thing)}
