"""Adapters as folders: `adapter.toml`, a program, and its lock file."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from conformance.spec.entry import Entry, Slug, Text
from conformance.spec.files import directory_beside
from conformance.spec.loader import checked
from conformance.spec.mistakes import FileError, Mistake, suggestion
from conformance.spec.source import Source

if TYPE_CHECKING:
    from pathlib import Path

Argv = Annotated[list[Text], Meta(min_length=1)]
Seconds = Annotated[float, Meta(gt=0)]
_FILE = "adapter.toml"
_KEY = re.compile(r"^\s*\[?([A-Za-z_-]+)\]?\s*(?:=.*)?$", re.MULTILINE)
_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)")


class Install(Entry, frozen=True):
    """How an SDK is installed: argv lists in which `{version}`, `{directory}` and `{python}` are filled in."""

    steps: list[Argv] = []


class AdapterFile(Entry, frozen=True):
    """An `adapter.toml`; `seconds` is the time that a call may take, its start up to the greeting twice as long."""

    name: Slug
    language: Text
    sdk: Text
    command: Argv
    version: str = ""
    seconds: Seconds = 30
    install: Install = Install()
    waivers: str = ""


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter's folder and what its file says."""

    folder: Path
    file: AdapterFile

    @property
    def name(self) -> str:
        """What the adapter is called."""
        return self.file.name

    @property
    def waivers(self) -> Path | None:
        """Its file of known broken promises, if it has one."""
        return self.folder / self.file.waivers if self.file.waivers else None


def adapters_directory() -> Path:
    """The directory of the adapters that come with the package."""
    return directory_beside("adapters")


def find_adapter(name: str, start: Path) -> Adapter:
    """The adapter of this name, or in the folder of this path, which may be relative to `start`.

    Raises:
        FileError: There is none, or its file has mistakes.

    """
    folder = adapters_directory() / name
    if not re.fullmatch(r"[a-z0-9-]+", name) or not folder.is_dir():
        folder = start / name
    if folder.name == _FILE:
        folder = folder.parent
    if not (folder / _FILE).is_file():
        known = sorted(path.parent.name for path in adapters_directory().glob(f"*/{_FILE}"))
        message = (
            f"there is no adapter here: {_FILE} is missing; {suggestion(name, known)}, or give an adapter's folder"
        )
        raise FileError([Mistake(str(folder), 1, 1, message)])
    return Adapter(folder.resolve(), load_adapter(folder / _FILE))


def load_adapter(file: Path) -> AdapterFile:
    """Read an `adapter.toml`.

    Raises:
        FileError: With every mistake of the file.

    """
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line, column = map(int, place.groups()) if place else (text.count("\n") + 1, 1)
        problem = _PLACE.sub("", str(error)).replace(" (at end of document)", "")
        raise FileError([Mistake(str(file), line, column, f"this is not TOML: {problem}; correct the line")]) from None
    except UnicodeDecodeError:
        raise FileError([Mistake(str(file), 1, 1, "cannot be read: it is not UTF-8 text; save it as UTF-8")]) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror}; give an adapter's folder with a file that can be read"
        raise FileError([Mistake(str(file), 1, 1, message)]) from None
    return checked(Source(str(file), data, _places(text)), AdapterFile)


def _places(text: str) -> dict[tuple[str | int, ...], tuple[int, int]]:
    """Where the keys of a TOML file stand, as far as a person would look for them."""
    return {
        (match[1],): (text.count("\n", 0, match.start(1)) + 1, match.start(1) - text.rfind("\n", 0, match.start(1)))
        for match in reversed(list(_KEY.finditer(text)))
    }
