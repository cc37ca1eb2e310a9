"""A check: one thing that was looked at, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warn", "fail", "unknown", "skipped"]


@dataclass(frozen=True)
class Check:
    """A row of the table; `place` says where it was looked at, unless the name does."""

    name: str
    status: Status
    says: str
    place: str = ""
