"""What decides the verdicts on an implementation, as a digest: while it stays the same, so do they."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from functools import cache, partial
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

import conformance

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from conformance.selftest.impostor import Impostor

_CACHES = {"__pycache__", "node_modules"}


def suite_digest(spec_file: Path) -> str:
    """Changes with the suite, the spec, Python, and whatever is installed: it decides which cases are generated."""
    installed = sorted(f"{one.name} {one.version}" for one in distributions())
    folders = [Path(conformance.__file__).parent, spec_file.parent]
    return _digest([sys.version, *installed, *(_folder_digest((), folder) for folder in folders)])


def own_digests(impostors: Iterable[Impostor], written: Collection[Path]) -> dict[Impostor, str]:
    """Each changes with all that is said of an implementation, and with every file beside its programs.

    What the self-test itself has `written` is left out, and folders of commands for everybody are not looked through.
    """
    folder = cache(partial(_folder_digest, tuple(file.resolve() for file in written)))
    return {one: _digest([msgspec.json.encode(one).decode(), *_programs(one.command, folder)]) for one in impostors}


def _programs(command: Iterable[str], folder: Callable[[Path], str]) -> Iterator[str]:
    for word in command:
        file = Path(word.rpartition("=")[2])
        installed = shutil.which(file)
        if installed and str(Path(installed).parent) in os.get_exec_path():
            yield _look(Path(installed))
        elif file.is_file():
            yield folder(file.resolve().parent)


def _look(program: Path) -> str:
    status = program.stat()
    return f"{program} {status.st_size} {status.st_mtime_ns}"


def _folder_digest(written: Collection[Path], folder: Path) -> str:
    files = [file for file in _files(folder) if file not in written]
    return _digest(part for file in files for part in (str(file), _content(file)))


def _files(folder: Path) -> Iterator[Path]:
    for name, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if one not in _CACHES and not one.startswith("."))
        inside = [Path(name, one) for one in sorted(files)]
        yield from (file for file in inside if file.is_file() and file.suffix != ".pyc")


def _content(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        return str(error)


def _digest(parts: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.encode("utf-8", "surrogateescape") + b"\0")
    return whole.hexdigest()[:16]
