"""Probes as pytest items: a suite's check functions become one item for every probe that names them."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.judge import Verdict
from conformance.report.results import verdict_line
from conformance.report.text import explanation
from conformance.targets.errors import UnansweredError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.probes import Probe
    from conformance.runs.run import Run
    from conformance.runs.sdk_run import SdkRun
    from conformance.suites.check import Check, Cost

RUN: pytest.StashKey[Run | SdkRun] = pytest.StashKey()


class BrokenPromiseError(Exception):
    """A probe found a broken promise; the message is the explanation for people."""


class ProbeItem(pytest.Item):
    """One probe: asked while it is set up, judged when it is called.

    So a target that does not answer is an error, as pytest has it, and never a failure.
    """

    def __init__(self, *, probe: Probe, check: Check, cost: Cost, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.probe = probe
        self.check = check
        self.cost = cost
        self.verdict: Verdict | None = None
        self.duration_ms = 0.0
        for marker in (probe.rule.level, probe.operation):
            if marker:
                self.add_marker(marker)

    def setup(self) -> None:
        """Ask the probe."""
        run = self.config.stash[RUN]
        started = time.perf_counter()
        try:
            self.verdict = run.ask(self.probe, self.check, self.cost)
        except UnansweredError as error:
            self.verdict = Verdict("error", run.expected_text(self.probe), str(error))
            raise
        finally:
            self.duration_ms = (time.perf_counter() - started) * 1000
        if self.verdict.kind == "blocked":
            pytest.skip(f"blocked: needs {self.verdict.reason}")

    def runtest(self) -> None:
        """Judge what was asked."""
        assert self.verdict is not None  # noqa: S101  setup ran
        if self.verdict.kind == "waived":
            pytest.xfail(self.verdict.reason)
        strict = self.config.getoption("conformance_fail_on_advisory") or self.config.getini(
            "conformance_fail_on_advisory"
        )
        if self.verdict.kind == "fail" or (self.verdict.kind == "advisory" and strict):
            raise BrokenPromiseError(explanation(self.config.stash[RUN].spec, self.line()))

    def teardown(self) -> None:
        """Let go of the exchanges, which may be large: the probe's line has what is shown of them."""
        if self.verdict:
            self.verdict = replace(self.verdict, exchanges=())

    def line(self) -> dict[str, Any]:
        """The probe's line of the results file."""
        run = self.config.stash[RUN]
        assert self.verdict is not None  # noqa: S101  setup ran
        return verdict_line(run.spec, self.probe, self.verdict, self.duration_ms)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is shown of a failure: an explanation for people, and a traceback only for a mistake of ours."""
        if isinstance(excinfo.value, pytest.xfail.Exception):
            return excinfo.value.msg
        if isinstance(excinfo.value, BrokenPromiseError):
            return str(excinfo.value)
        if isinstance(excinfo.value, UnansweredError):
            return f"{self.probe.id}: the target did not answer: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Where the item comes from and what it is called."""
        return self.path, None, self.probe.id


def items_of(collector: pytest.Module, check: Check, probes: list[Probe]) -> Iterator[ProbeItem]:
    """An item for every probe whose rule names the check."""
    cost: Cost = check.cost  # type: ignore[attr-defined]
    for probe in probes:
        if probe.rule.check == check.__name__:
            yield ProbeItem.from_parent(collector, name=probe.id, probe=probe, check=check, cost=cost)
