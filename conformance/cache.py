"""Where this program keeps what it can make again."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def cache_directory() -> Path | None:
    """The user's cache (`XDG_CACHE_HOME`, or the one of the home directory); `None` for a user who has no home."""
    with suppress(RuntimeError):  # which is how Python says that nobody knows the home
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hopx-auth"
    return None
