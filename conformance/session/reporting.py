"""Reporting: the pytest plugin that counts the verdicts of a run and writes its reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance import __version__
from conformance.report.html import HtmlReport
from conformance.report.results import ResultsWriter
from conformance.report.summary import Tally
from conformance.report.text import one_line
from conformance.runs.sdk_run import SdkRun
from conformance.session.items import RUN
from conformance.session.options import OPTIONS, given

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.scrub import Scrubber
    from conformance.spec.model import Spec
    from conformance.waivers import Waiver


class Reporting:
    """Counts the verdicts of all workers and writes the reports."""

    def __init__(
        self, config: pytest.Config, spec: Spec, waivers: list[Waiver], directory: Path, scrubber: Scrubber
    ) -> None:
        self._config = config
        self._waivers = waivers
        self._spec = spec
        self._tally = Tally()
        self._kept: set[str] = set()
        self._broken: set[str] = set()
        self._problems: list[str] = []
        self._reached = 0
        self._lines = ResultsWriter(directory / "results.jsonl", scrubber.scrub)
        facts = {name: scrubber.scrub(text) for name, text in self._facts().items()}
        self._page = HtmlReport(spec, scrubber.scrub, self._tally, facts)
        if not config.getoption("htmlpath", None):
            config.option.htmlpath = str(directory / "report.html")
        config.option.self_contained_html = True
        self._html = config.option.htmlpath
        config.pluginmanager.register(self._page, "conformance-html")

    def _facts(self) -> dict[str, str]:
        run = self._config.stash.get(RUN, None)
        target = given(self._config, "--target")
        return {
            "Target": run.header if run else target,
            "Promises": f"{self._spec.title} {self._spec.version}",
            "Suite": __version__,
            "Options": " ".join(
                f"{option.flag}={value}"
                for option in OPTIONS
                if (value := given(self._config, option.flag)) and value != option.default
            ),
        }

    def pytest_sessionstart(self) -> None:
        """Begin the results file."""
        run = self._config.stash.get(RUN, None)
        self._lines.begin(
            {
                "target": given(self._config, "--target"),
                "base_url": run.target.base_url if run else None,
                "sdk": run.sdk if isinstance(run, SdkRun) else None,
                "version": __version__,
                "spec": self._spec.spec,
                "spec_version": self._spec.version,
                "options": {option.flag: given(self._config, option.flag) for option in OPTIONS},
                "workers": self._config.getoption("numprocesses", None) or 1,
            }
        )

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Write and count a verdict."""
        self._reached += report.when == "teardown"
        line = getattr(report, "verdict_line", None)
        if line is None:
            return
        self._lines.write(line)
        self._tally.add(line)
        if line["verdict"] in ("fail", "advisory", "waived"):
            self._broken.add(line["probe"])
        elif line["verdict"] not in ("blocked", "error"):
            self._kept.add(line["probe"])

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Fail a run that asked nothing or whose waivers are stale, and end the results file."""
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            self._problems = [
                *self._stale(),
                *self._nothing_asked(),
                *self._not_reached(session.testscollected),
                *self._strays(),
            ]
            if self._problems:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
            self._lines.end(
                self._tally.footer()
                | {"requests": self._requests(), "problems": self._problems, "exit_status": int(session.exitstatus)}
            )
        elif exitstatus == pytest.ExitCode.INTERRUPTED:
            self._problems = self._not_reached(session.testscollected)
        self._tally.problems = self._problems
        self._lines.close()

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the summary with its denominator."""
        if not self._tally.total:
            return
        terminalreporter.section(f"{self._spec.title}: {given(self._config, '--target')}", sep="=")
        for line in self._tally.noted:
            if line["verdict"] in ("advisory", "waived"):
                terminalreporter.write_line(one_line(f"{line['verdict']}: {line['probe']}: {line['observed']}"))
        for sentence in self._tally.sentences():
            terminalreporter.write_line(sentence)
        for problem in self._problems:
            terminalreporter.write_line(problem, red=True)
        terminalreporter.write_line(f"results: {self._lines.path}")

    def _requests(self) -> int | None:
        """How many requests were sent; unknown when workers sent them."""
        run = self._config.stash.get(RUN, None)
        return run.target.sent if run else None

    def _stale(self) -> list[str]:
        stale = [
            waiver
            for waiver in self._waivers
            if any(map(waiver.matches, self._kept)) and not any(map(waiver.matches, self._broken))
        ]
        return [f"stale waiver in line {w.line}: {w.pattern} matches no broken promise; remove it" for w in stale]

    def _nothing_asked(self) -> list[str]:
        if self._tally.total and not self._tally.asked:
            return ["nothing could be asked, so nothing is known: see what is needed above"]
        return []

    def _strays(self) -> list[str]:
        run = self._config.stash.get(RUN, None)
        return run.target.strays if isinstance(run, SdkRun) else []

    def _not_reached(self, collected: int) -> list[str]:
        left = collected - self._reached
        return [f"stopped early: {left} of {collected} tests were not reached"] if left > 0 else []
