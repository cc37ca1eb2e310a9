"""Installing an SDK's release into a directory of its own, in a cache: nothing goes into the project's environment."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.cache import cache_directory
from conformance.sdk.errors import InstallError, ReleaseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.sdk.adapter import Adapter

_RELEASE = re.compile(r"[0-9][0-9A-Za-z.+!_-]*")
_DONE = ".installed"
_LAST_LINES = 12
_PATIENCE = 900.0


def release_directory() -> Path:
    """Where releases are kept: in the user's cache.

    Raises:
        InstallError: There is none.

    """
    cache = cache_directory()
    if cache is None:
        raise InstallError("there is no home directory to keep releases in; name a directory by XDG_CACHE_HOME")
    return cache / "adapters"


def release(adapter: Adapter, wanted: str) -> str:
    """The release that is judged: the wanted one, or the one that the adapter names.

    Raises:
        ReleaseError: There can be no such release of it.

    """
    if wanted and not adapter.file.install.steps:
        raise ReleaseError(
            f"{adapter.name} installs nothing, so it cannot take release {wanted}; leave the release out"
        )
    if wanted and not _RELEASE.fullmatch(wanted):
        raise ReleaseError(f"{wanted!r} is no release of {adapter.file.sdk}; write one in full, such as 0.5.0")
    return wanted or adapter.file.version


def filled(argv: Sequence[str], version: str, directory: Path) -> list[str]:
    """An argv with its placeholders filled in."""
    values = {"{version}": version, "{directory}": str(directory), "{python}": sys.executable}
    for placeholder, value in values.items():
        argv = [word.replace(placeholder, value) for word in argv]
    return list(argv)


def install(adapter: Adapter, version: str, cache: Path) -> Path:
    """The directory of an SDK's release, which is installed there unless it already is.

    Raises:
        InstallError: With the installer's last lines.

    """
    if not adapter.file.install.steps:
        return adapter.folder
    directory = cache / adapter.name / f"{version}-{_digest(adapter)}"
    directory.parent.mkdir(parents=True, exist_ok=True)
    with _locked(directory.with_name(directory.name + ".lock")):
        if not (directory / _DONE).is_file():
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir()
            try:
                for step in adapter.file.install.steps:
                    _run(adapter, filled(step, version, directory), version)
            except InstallError:
                shutil.rmtree(directory, ignore_errors=True)
                raise
            (directory / _DONE).touch()
    return directory


def _run(adapter: Adapter, argv: list[str], version: str) -> None:
    what = f"{adapter.file.sdk} {version} cannot be installed"
    try:
        done = subprocess.run(  # noqa: S603  the adapter's file says what to run
            argv,
            cwd=adapter.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE,
            check=False,
        )
    except OSError as error:
        raise InstallError(f"{what}: {argv[0]}: {error.strerror}; install this program first") from None
    except subprocess.TimeoutExpired:
        raise InstallError(f"{what}: {argv[0]} did not end within {_PATIENCE:.0f} s") from None
    if done.returncode:
        lines = done.stdout.decode("utf-8", "replace").strip().splitlines()[-_LAST_LINES:]
        told = "\n".join(f"  {line}" for line in lines)
        raise InstallError(f"{what}: {Path(argv[0]).name} ended with status {done.returncode}:\n{told}")


def _digest(adapter: Adapter) -> str:
    """Changes with anything in the adapter's folder that installing may read; its waivers are not part of it."""
    whole = hashlib.sha256()
    for path in sorted(path for path in adapter.folder.iterdir() if path.is_file() and path != adapter.waivers):
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()[:12]


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Keep other runs from installing into the same place at the same time."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
