"""What tests of several files are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from machines import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    from machines import Machine

    return Machine(tmp_path)
