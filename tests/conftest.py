"""What every test is given: programs that hear signals, a machine, and a mock, served or not."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from runs import served_mock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from machines import Machine
    from world import World


def pytest_configure() -> None:
    """Undo what nohup, or a shell's background, does to all that is started below it."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    from machines import Machine

    return Machine(tmp_path)


@pytest.fixture(scope="module")
def mock() -> Iterator[dict[str, str]]:
    """The address of a mock that is served meanwhile, and a key of every role, by their variables."""
    with served_mock() as variables:
        yield variables


@pytest.fixture
def world() -> World:
    from world import World

    return World()
