"""What was judged, on disk: a run that is stopped goes on from there."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from conformance.selftest.judged import Judged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Kept(msgspec.Struct, frozen=True):
    """A judged implementation as it is kept on disk, with the digests of all that decides its verdicts."""

    name: str
    suite: str
    own: str
    judged: Judged


def kept_in(file: Path) -> list[Kept]:
    """What earlier runs have kept; a line that was cut off is left out."""
    found = []
    with suppress(FileNotFoundError):
        for line in file.read_bytes().splitlines():
            with suppress(msgspec.DecodeError, UnicodeDecodeError):
                found.append(msgspec.json.decode(line, type=Kept))
    return found


@contextmanager
def keeping(file: Path) -> Iterator[Callable[[Kept], None]]:
    """Adds to what is kept, each whole and at once, and below a line that was cut off."""
    with file.open("ab+") as written:
        if written.seek(0, os.SEEK_END):
            written.seek(-1, os.SEEK_END)
            if written.read(1) != b"\n":
                written.write(b"\n")

        def keep(one: Kept) -> None:
            written.write(msgspec.json.encode(one) + b"\n")
            written.flush()

        yield keep


def forget(file: Path, is_old: Callable[[Kept], bool]) -> None:
    """Leave out what is old; the file is written whole, or not at all."""
    lines = {one.own: msgspec.json.encode(one) + b"\n" for one in kept_in(file) if not is_old(one)}
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as new:
        new.write(b"".join(lines.values()))
    Path(new.name).replace(file)
