"""Results written whole: through a temporary file that nobody else can see, and all of them or none."""

from __future__ import annotations

import gzip
import io
import os
import secrets
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.redaction.input import Input


class UnwritableError(Exception):
    """A result cannot be written; the message says where to and why."""


def spool(place: Path | None) -> BinaryIO:
    """A temporary file without a name, on the disk of the file that it is to become; it is gone when it is closed.

    Raises:
        UnwritableError: It cannot be made there.

    """
    if place is None or not _is_file(place):
        return cast("BinaryIO", tempfile.TemporaryFile(buffering=0))
    with _named(place):
        return _without_name(place.resolve().parent)


def _without_name(directory: Path) -> BinaryIO:
    """A temporary file that can be given a name, where the system has such."""
    try:
        handle = os.open(directory, os.O_RDWR | os.O_TMPFILE | os.O_CLOEXEC, 0o600)
    except (AttributeError, OSError):
        return cast("BinaryIO", tempfile.TemporaryFile(dir=directory, buffering=0))
    return cast("BinaryIO", os.fdopen(handle, "w+b", buffering=0))


def write_whole(text: memoryview, spooled: BinaryIO, place: Path | None) -> None:
    """Write all of a text to the temporary file of a place.

    Raises:
        UnwritableError: There is no room for it.

    """
    with _named(place or Path(tempfile.gettempdir())):
        while text:
            text = text[spooled.write(text) :]


def publish(source: Input, proved: BinaryIO, to: BinaryIO) -> None:
    """Write a proved result in the form that its input had."""
    proved.seek(0)
    if source.encoding:
        proved = io.BytesIO(proved.read().decode("utf-8", "surrogatepass").encode(source.encoding, "surrogatepass"))
    if source.is_packed:
        with gzip.GzipFile(fileobj=to, mode="wb", filename="", mtime=0) as packed:
            shutil.copyfileobj(proved, packed, 1 << 20)
    else:
        _copy(proved, to)


def _copy(source: BinaryIO, to: BinaryIO) -> None:
    """Copy what is there, within the system where it can do that."""
    to.flush()
    try:
        while os.sendfile(to.fileno(), source.fileno(), None, 1 << 30):
            pass
    except (AttributeError, OSError):  # another system, another kind of file, or a place in the middle of it
        shutil.copyfileobj(source, to, 1 << 20)


def publish_to(places: Sequence[tuple[Input, BinaryIO, Path]]) -> None:
    """Write proved results to where they go: all of them, or none; what is no file is written to as it is.

    Raises:
        UnwritableError: One of them cannot be written.

    """
    complete: list[tuple[Path, Path]] = []
    try:
        for source, proved, place in places:
            with _named(place):
                if _is_file(place):
                    complete.append(_written_beside(source, proved, place.resolve()))
        for source, proved, place in places:
            with _named(place):
                if not _is_file(place):
                    with place.open("wb") as to:
                        publish(source, proved, to)
        for written, place in complete:
            with _named(place):
                written.replace(place)
    finally:
        for written, _ in complete:
            written.unlink(missing_ok=True)


def _is_file(place: Path) -> bool:
    return place.is_file() or not place.exists()


@contextmanager
def _named(place: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        why = error.strerror or str(error)
        raise UnwritableError(f"{place}: {why}; nothing was written. Write to another place, or make room") from None


def _written_beside(source: Input, proved: BinaryIO, place: Path) -> tuple[Path, Path]:
    """A complete file beside the one whose place it takes, and that."""
    mode = place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_mask()
    written = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        if not (source.is_plain and _give_name(proved, written)):
            handle = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                publish(source, proved, file)
        written.chmod(mode)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
    return written, place


def _give_name(spooled: BinaryIO, name: Path) -> bool:
    """Give a temporary file a name, where the system can do that; says whether it could."""
    try:
        # a directory that is not used: only with one does Python ask the system to follow the link
        os.link(f"/proc/self/fd/{spooled.fileno()}", name, src_dir_fd=0)
    except (OSError, NotImplementedError):
        return False
    return True


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
