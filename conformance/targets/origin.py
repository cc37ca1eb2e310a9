"""Where a target listens."""

from __future__ import annotations

from typing import NamedTuple


class Origin(NamedTuple):
    """Where a target listens."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"
