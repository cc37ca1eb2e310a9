"""The machine that is examined: its variables, the home and the working directory."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_FILES = 50  # of a pattern
_MOST = 1 << 20  # bytes of a file; nobody writes more by hand


@dataclass(frozen=True)
class Machine:
    """What a process on it sees."""

    environment: Mapping[str, str]
    home: Path
    directory: Path

    def path(self, name: str) -> Path:
        """A path of a clients file: below the home directory after `~`, else below the working directory."""
        return self.home / name[2:] if name.startswith("~/") else self.directory / name

    def shown(self, path: Path) -> str:
        """A path as people write it, below the working directory or below `~`."""
        if path.parent == self.directory:
            return f"./{path.name}"
        if path.is_relative_to(self.home) and self.home != Path(self.home.anchor):
            return f"~/{path.relative_to(self.home)}"
        return str(path)

    @property
    def shell(self) -> str:
        """The name of the login shell, from SHELL; "" where that is not set."""
        return Path(self.environment.get("SHELL", "")).name

    @property
    def has_terminal(self) -> bool:
        """Whether this process was started from a terminal, as far as its variables tell."""
        return self.environment.get("TERM", "dumb") not in ("", "dumb")

    def has_program(self, name: str) -> bool:
        """Whether a program is where this process finds programs."""
        return bool(name) and shutil.which(name, path=self.environment.get("PATH", "")) is not None

    def matching(self, name: str) -> list[Path]:
        """The files that a path stands for, whose last part may be a glob."""
        path = self.path(name)
        if "*" not in path.name:
            return [path]
        try:
            return sorted(one for one in path.parent.glob(path.name) if one.is_file())[:_MOST_FILES]
        except OSError:
            return []

    def above(self) -> tuple[Path, ...]:
        """The working directory and those above it, the nearest first."""
        return (self.directory, *self.directory.parents)


def this_machine() -> Machine:
    """The one that this process runs on."""
    try:
        directory = Path.cwd()
    except FileNotFoundError:  # somebody removed it
        directory = _home()
    return Machine(dict(os.environ), _home(), directory)


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # nobody knows
        return Path(os.sep)


def contents(path: Path) -> bytes | None:
    """All that a plain file holds; `None` where there is nothing of that name.

    Raises:
        OSError: It is there and cannot be read, or it is no plain file, or one of more than 1 MiB.

    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        if path.is_symlink():
            raise OSError(errno.ENOENT, "it is a link to nothing") from None
        return None
    if not stat.S_ISREG(mode):  # a directory says nothing, and a pipe would wait for somebody
        raise OSError(errno.EINVAL, "it is a directory" if stat.S_ISDIR(mode) else "it is no plain file")
    with path.open("rb") as file:
        data = file.read(_MOST + 1)
    if len(data) > _MOST:
        raise OSError(errno.EFBIG, "it is larger than 1 MiB, and was not read")
    return data
