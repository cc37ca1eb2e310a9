"""Scrubbing what pytest shows and writes: reports, sections, warnings, logs and internal errors."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from conformance.scrub import Scrubber


class Scrubbing:
    """Passes everything that a report holds through the scrubber, before anybody else sees it."""

    def __init__(self, scrubber: Scrubber) -> None:
        self._scrub = scrubber.scrub
        self._make_record = logging.getLogRecordFactory()
        logging.setLogRecordFactory(self._clean_record)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, Any, None]:
        """Setup, call and teardown."""
        outcome = yield
        self._clean(outcome.get_result())

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_make_collect_report(self) -> Generator[None, Any, None]:
        """Errors of collection."""
        outcome = yield
        self._clean(outcome.get_result())

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: Any) -> None:
        """Warnings."""
        text = str(warning_message.message)
        if self._scrub(text) != text:
            warning_message.message = type(warning_message.message)(self._scrub(text))

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: Any) -> bool | None:
        """Mistakes of the suite itself."""
        text = str(excrepr)
        if self._scrub(text) == text:
            return None
        for line in self._scrub(text).splitlines():
            print(f"INTERNALERROR> {line}")  # noqa: T201  the terminal reporter would print the secret
        return True

    def pytest_unconfigure(self) -> None:
        """Let go of the logs."""
        logging.setLogRecordFactory(self._make_record)

    def _clean(self, report: Any) -> None:
        if report.longrepr is not None and not isinstance(report.longrepr, tuple):
            text = str(report.longrepr)
            if self._scrub(text) != text:
                report.longrepr = self._scrub(text)
        report.sections = [(self._scrub(name), self._scrub(content)) for name, content in report.sections]

    def _clean_record(self, *args: Any, **keywords: Any) -> logging.LogRecord:
        record = self._make_record(*args, **keywords)
        text = record.getMessage()
        clean = self._scrub(text)
        if clean != text:
            record.msg, record.args = clean, ()
        if record.exc_info:
            record.exc_text = self._scrub(logging.Formatter().formatException(record.exc_info))
        return record
