"""Scrubbing what pytest shows and writes: reports, test ids, warnings, logs, internal errors and the terminal."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from conformance.scrub import Scrubber

    Scrub = Callable[[str], str]


_WRITTEN_ELSEWHERE = ("verdict_line", "keywords")  # the writers of the first scrub it, nobody writes the second


class Scrubbing:
    """Passes everything through the scrubber, before anybody else sees it."""

    def __init__(self, scrubber: Scrubber) -> None:
        self._scrub = scrubber.scrub

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Stand before the terminal, which also shows live logs and interruptions, and before the log file."""
        plugins = session.config.pluginmanager
        if plugins.has_plugin("terminalreporter"):
            _clean_writer(session.config.get_terminal_writer(), self._scrub)
        logs: Any = plugins.get_plugin("logging-plugin")
        if logs:
            handler = logs.log_file_handler
            handler.setFormatter(_CleanFormatter(handler.formatter, self._scrub))

    def pytest_make_parametrize_id(self, val: object, argname: str) -> str | None:
        """Name a parameter that holds a secret by its argument."""
        text = val.decode("latin-1") if isinstance(val, bytes) else str(val) if isinstance(val, str) else ""
        return argname if self._scrub(text) != text else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Refuse ids with a secret: they would be written to every report and to pytest's cache."""
        for item in items:
            clean = self._scrub(item.nodeid)
            if clean != item.nodeid:
                raise pytest.UsageError(f"the id of {clean} holds a secret; give its parameter another id")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        """Setup, call and teardown."""
        self._clean_report(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report: Any) -> None:
        """Collection and its errors."""
        self._clean_report(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: Any) -> None:
        """Warnings; a clean one keeps its category, though not its class, whose constructor is unknown."""
        text = str(warning_message.message)
        clean = self._scrub(text)
        if clean != text:
            warning_message.message = UserWarning(clean)

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: Any) -> None:
        """Mistakes of the suite itself."""
        text = str(excrepr)
        clean = self._scrub(text)
        if clean != text:
            excrepr.toterminal = lambda writer: writer.line(clean)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, object, object]:
        """Mistakes at the very end, which pytest lets Python print."""
        try:
            return (yield)
        except Exception as error:
            clean = self._scrub(str(error))
            if clean != str(error):
                raise RuntimeError(clean) from None
            raise

    def _clean_report(self, report: Any) -> None:
        for name, value in vars(report).items():
            clean = value if name in _WRITTEN_ELSEWHERE else self._cleaned(value)
            if clean != value:
                setattr(report, name, clean)
        # what is left is pytest's own representation of an exception, which has more than one way to be printed
        shown = report.longrepr
        if not isinstance(shown, str | tuple | None):
            message = getattr(getattr(shown, "reprcrash", None), "message", "")
            clean = self._scrub(str(shown))
            if clean != str(shown) or self._scrub(message) != message:
                report.longrepr = clean

    def _cleaned(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._scrub(value)
        if isinstance(value, list | tuple):
            parts = [self._cleaned(part) for part in value]
            return parts if isinstance(value, list) else tuple(parts)
        if isinstance(value, dict):
            return {self._cleaned(name): self._cleaned(part) for name, part in value.items()}
        return value


class _CleanFormatter(logging.Formatter):
    """Formats as another formatter does, without the secrets."""

    def __init__(self, formatter: logging.Formatter, scrub: Scrub) -> None:
        super().__init__()
        self._formatter = formatter
        self._scrub = scrub

    def format(self, record: logging.LogRecord) -> str:
        """A record with its traceback."""
        return self._scrub(self._formatter.format(record))


def _clean_writer(writer: Any, scrub: Scrub) -> None:
    def cleaning(write: Callable[..., None]) -> Callable[..., None]:
        return lambda text, **keywords: write(scrub(text), **keywords)

    for name in ("write", "write_raw"):
        setattr(writer, name, cleaning(getattr(writer, name)))
