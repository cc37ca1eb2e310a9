"""A session: the pytest plugin of one run, from its items to its exit status."""

from __future__ import annotations

import signal
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from conformance.report.summary import LEVELS
from conformance.report.text import printable
from conformance.runs.run import MOST_SILENCES, Run
from conformance.session import sdk_setup, setup
from conformance.session.items import RUN, ProbeItem, items_of
from conformance.session.options import given
from conformance.session.reporting import Reporting
from conformance.session.scrubbing import Scrubbing
from conformance.suites.check import is_check
from conformance.suites.specimens import ENDING_SIGNALS
from conformance.targets.errors import UnansweredError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from conformance.runs.sdk_run import SdkRun
    from conformance.spec.model import Spec
    from conformance.waivers import Waiver


_TELL_EVERY_SECONDS = 10.0


def begin(config: pytest.Config) -> None:
    """Register the plugins of a run.

    Raises:
        pytest.UsageError: The options make no run; the message holds no secret, whatever was given.

    """
    try:
        _begin(config)
    except pytest.UsageError as error:
        raise pytest.UsageError(setup.scrubber_of(config).scrub(str(error))) from None


def _begin(config: pytest.Config) -> None:
    spec, file = setup.load_spec(config)
    setup.check_options(config, spec)
    vocabulary = setup.vocabulary(config, spec)
    adapter = sdk_setup.adapter_of(config)
    run: Run | SdkRun | None = None
    if adapter:
        waivers = sdk_setup.sdk_waivers(config, spec, adapter)
        run = None if config.option.collectonly else sdk_setup.make_sdk_run(config, spec, adapter, waivers)
    else:
        waivers = setup.load_known(given(config, "--waivers"), spec, setup.kind_of_target(config))
        run = _http_run(config, spec, file, waivers, vocabulary) if _asks(config) else None
    _register(config, spec, run, run.waivers if run else waivers)


def _asks(config: pytest.Config) -> bool:
    """Whether this process asks an API; of a live one that workers ask, the one that starts them has a target too."""
    is_distributed = config.getoption("dist", "no") != "no" and not _is_worker(config)
    return not config.option.collectonly and (not is_distributed or given(config, "--target") == "live")


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _http_run(config: pytest.Config, spec: Spec, file: Path, waivers: list[Waiver], vocabulary: str) -> Run:
    target = setup.make_target(config, spec, file)
    config.add_cleanup(target.close)
    profile = setup.load_profiles(config)
    return Run(
        spec,
        target,
        waivers,
        vocabulary,
        _examples(),
        smoke=target.name == "live" and not target.may_write and profile != "thorough",
        fault=given(config, "--fault"),
        documents=file.parent,
    )


def _register(config: pytest.Config, spec: Spec, run: Run | SdkRun | None, waivers: list[Waiver]) -> None:
    """Let pytest know of the plugins; reports are written by the process that was started, and not by its workers."""
    if run:
        config.stash[RUN] = run
        scrubber = run.target.keyring.scrubber
        scrubber.learn_all(setup.secrets_around(config, spec))
    else:
        scrubber = setup.scrubber_of(config)
    config.pluginmanager.register(Session(config, spec, run), "conformance-session")
    config.pluginmanager.register(Scrubbing(scrubber), "conformance-scrubbing")
    if not _is_worker(config) and not config.option.collectonly:
        directory = setup.report_directory(config)
        reporting = Reporting(config, spec, waivers, directory, scrubber)
        config.pluginmanager.register(reporting, "conformance-reporting")


def _examples() -> int:
    from hypothesis import settings

    return settings().max_examples


class Session:
    """Makes items of the suites' checks, asks them, and shows their verdicts."""

    def __init__(self, config: pytest.Config, spec: Spec, run: Run | SdkRun | None) -> None:
        self._config = config
        self._run = run
        self._probes = setup.asked_of(spec, setup.kind_of_target(config))
        self._told = time.monotonic()
        for level in LEVELS:
            config.addinivalue_line("markers", f"{level}: the rule's level")
        for name in sorted({probe.operation for probe in self._probes} - {""}):
            config.addinivalue_line("markers", f"{name}: the probe's operation")

    @property
    def _is_sdk(self) -> bool:
        return self._run is not None and self._run.target.name == "sdk"

    def pytest_pycollect_makeitem(self, collector: Any, obj: Any) -> list[ProbeItem] | None:
        """Make items of check functions."""
        if not is_check(obj) or obj.__module__ != collector.obj.__name__:
            return None
        return list(items_of(collector, obj, self._probes))

    def pytest_sessionstart(self) -> None:
        """Let a run that creates sandboxes or starts SDKs end as with Ctrl-C, whatever signal ends it."""
        if self._run is None or not ((self._run.target.name == "live" and self._run.target.may_write) or self._is_sdk):
            return
        for number in ENDING_SIGNALS:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, signal.default_int_handler)
                self._config.add_cleanup(partial(_let_end, number))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Choose what is asked, once it is known what was selected."""
        if self._run is None:
            return
        items = [item for item in session.items if isinstance(item, ProbeItem)]
        self._run.plan((item.probe, item.cost) for item in items)

    def pytest_report_header(self) -> list[str]:
        """Say who is asked about what."""
        if self._run is None:
            return []
        return [f"target: {self._run.header}; promises: {self._run.spec.title} {self._run.spec.version}"]

    def pytest_report_collectionfinish(self) -> list[str]:
        """Say how many requests there will be at most, and how long they take at the run's pace."""
        if self._run is None or self._run.target.limit is None:
            return []
        target = self._run.target
        kind = "smoke test, read-only" if self._run.smoke else "with writes" if target.may_write else "read-only"
        seconds = (target.limit or 0) / target.pace.rate
        return [f"budget: at most {target.limit} requests ({kind}), {seconds:.0f} s at {target.pace.rate:g} a second"]

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
        """Give the report its verdict, as a line of the results file, and no traceback of a target that is silent."""
        outcome = yield
        report = outcome.get_result()
        if call.excinfo and call.excinfo.errisinstance(UnansweredError):
            report.longrepr = item.repr_failure(call.excinfo)
        if isinstance(item, ProbeItem) and item.verdict and _decides(report):
            report.verdict_line = item.line()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        """Say now and then how far a paced run has come."""
        if report.when != "teardown" or self._run is None or self._run.target.limit is None:
            return
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if terminal and time.monotonic() > self._told + _TELL_EVERY_SECONDS:
            self._told = time.monotonic()
            terminal.ensure_newline()
            terminal.write_line(f"{self._run.target.sent} of at most {self._run.target.limit} requests sent")

    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        """Stop a run whose target has stopped answering."""
        if self._run is not None and self._run.silences >= MOST_SILENCES:
            verdict = item.verdict if isinstance(item, ProbeItem) else None
            reason = (verdict.reason or verdict.observed) if verdict else "no answer"
            item.session.shouldfail = f"the target has stopped answering: {reason}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Keep what has no line out of the traceback, as where a signal comes at the end of a with block.

        pytest would fail at it, and the run would end as one that found a broken promise.
        """
        excinfo.traceback = excinfo.traceback.filter(_has_line)

    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, Any] | None:
        """Show advisory and observed verdicts as such."""
        kind = getattr(report, "verdict_line", {}).get("verdict")
        if not report.passed or kind not in ("advisory", "observed"):
            return None
        letter, colour = {"advisory": ("A", {"yellow": True}), "observed": ("o", {"cyan": True})}[kind]
        return kind, letter, (kind.upper(), colour)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Clean up what was created, and say what could not be."""
        if not isinstance(self._run, Run) or not self._run.target.may_write:
            return
        self._run.target.limit = None
        left = self._run.specimens.clean_up() if self._run.target.name == "live" else []
        unread = self._run.specimens.unread
        if left:
            self._say(f"LEFT BEHIND: delete these sandboxes yourself: {', '.join(left)}")
        if unread:
            self._say(f"LEFT BEHIND: {unread} sandboxes were created whose ids the answers did not tell")

    def _say(self, text: str) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if terminal:
            terminal.ensure_newline()
            terminal.write_line(printable(text), red=True)
        else:
            sys.stderr.write(printable(text) + "\n")


def _has_line(entry: Any) -> bool:
    try:
        return entry.lineno is not None
    except TypeError:  # pytest counts from 0, and takes 1 from what is no number
        return False


def _let_end(number: int) -> None:
    signal.signal(number, signal.SIG_DFL)


def _decides(report: pytest.TestReport) -> bool:
    return report.when == "call" or (report.when == "setup" and not report.passed)
