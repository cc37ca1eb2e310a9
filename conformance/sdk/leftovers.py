"""What an SDK leaves on the disk: files that were changed while it was watched and hold a part of a secret."""

from __future__ import annotations

import os
import stat
import time
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.sdk.called import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.scrub import Scrubber

_SLACK = 60.0  # seconds that the clock of a file system may be behind
_MOST_FILES = 100_000
_MOST_READ = 16 * 1024 * 1024  # bytes of a file


class Leftovers:
    """Looks at folders from now on; what was in them before counts only when it is changed."""

    def __init__(self, scrubber: Scrubber) -> None:
        self._scrubber = scrubber
        self._since = time.time() - _SLACK
        self._given: dict[Path, bytes] = {}

    def give(self, file: Path, text: str) -> None:
        """Write a file with a key in it, which the SDK is to find and may leave as it is."""
        file.write_text(text, encoding="utf-8")
        self._given[file] = text.encode()

    def files(self, folder: Path) -> list[str]:
        """The names of the files below a folder that hold a part of a secret, or have some in their names."""
        found = []
        for path in islice(_files(folder), _MOST_FILES):
            name = os.fsencode(path.relative_to(folder)).decode("utf-8", "replace")
            if self._scrubber.knows(name) or self._holds_secret(path):
                found.append(self._scrubber.scrub(name))
        return sorted(found)

    def _holds_secret(self, path: Path) -> bool:
        with suppress(OSError):
            known = path.stat(follow_symlinks=False)
            if not stat.S_ISREG(known.st_mode) or known.st_ctime < self._since:
                return False
            with path.open("rb") as file:
                content = file.read(_MOST_READ)
            return content != self._given.get(path) and self._scrubber.knows(
                unpacked(content).decode("utf-8", "replace")
            )
        return False


def _files(folder: Path) -> Iterator[Path]:
    """Everything below a folder but folders; links are not followed."""
    for directory, _, names in os.walk(folder):
        yield from (Path(directory, name) for name in names)
