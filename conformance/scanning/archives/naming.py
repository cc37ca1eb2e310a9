"""What is scanned of an archive besides its members, and how that is called."""

from __future__ import annotations

import io
from typing import IO

NAMES, BEFORE, BEHIND = "names of members", "what stands before it", "what stands behind it"


def lines(names: list[str]) -> IO[bytes]:
    """Names as a text to be scanned."""
    return io.BytesIO("\n".join(names).encode("utf-8", "surrogateescape"))
