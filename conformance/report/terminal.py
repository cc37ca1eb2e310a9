"""The terminal that something is printed on."""

from __future__ import annotations

import os
from typing import TextIO


def columns(stream: TextIO | None, otherwise: int) -> int:
    """How wide a text may be: as `COLUMNS` says, or as the stream's terminal is; `otherwise` where it has none."""
    given = os.environ.get("COLUMNS", "")
    if given.isdigit() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns or otherwise  # type: ignore[union-attr]
    except (AttributeError, OSError, ValueError):  # it is no terminal, or closed
        return otherwise
