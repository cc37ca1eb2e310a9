"""A check: one thing that was looked at, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warn", "fail", "unknown", "skipped"]


@dataclass(frozen=True)
class Check:
    """A row of the table: `place` is where it was looked at, where that is not said by the name."""

    name: str
    status: Status
    says: str
    place: str = ""
