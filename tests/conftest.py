"""What holds for every test: the programs that they start hear signals."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Undo what nohup, or a shell's background, does to all that is started below it."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
