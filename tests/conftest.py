"""What every test is given: programs that hear signals, and a machine."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from machines import Machine


def pytest_configure() -> None:
    """Undo what nohup, or a shell's background, does to all that is started below it."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    from machines import Machine

    return Machine(tmp_path)
