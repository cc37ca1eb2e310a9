"""Inputs of diagnosis: opened by name as often as it takes, packed ones as well, and refused with advice."""

from __future__ import annotations

import gzip
import io
import os
import sys
import threading
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.diagnosis import inputs

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = b"some evidence\n" * 500


def written(directory: Path, content: bytes, name: str = "given.txt") -> str:
    path = directory / name
    path.write_bytes(content)
    return str(path)


@contextmanager
def opened(*names: str, most: int = inputs.MOST_UNPACKED) -> Iterator[tuple[list[bytes], list[str], list[str]]]:
    """What the inputs hold when each is opened twice, and what is said of them."""
    with inputs.sources(names, most) as given:
        held = []
        for source in given.sources:
            with source.open() as one, source.open() as other:
                assert one.read(7) == other.read(7)
                held.append(inputs.head(source)[:7] + one.read())
        yield held, [note.says for note in given.notes], [str(error) for error in given.refused]


def standard_input(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_a_file_is_opened_where_it_lies(tmp_path: Path) -> None:
    name = written(tmp_path, TEXT)
    with inputs.sources([name]) as given:
        assert [source.name for source in given.sources] == [name]
    with opened(name) as (held, notes, refused):
        assert (held, notes, refused) == ([TEXT], [], [])


def test_standard_input_is_spooled_and_the_spool_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    standard_input(monkeypatch, TEXT)
    with inputs.sources(["-"]) as given:
        [source] = given.sources
        assert source.name == "standard input"
        [directory] = tmp_path.iterdir()
        assert directory.stat().st_mode & 0o077 == 0
        with source.open() as one:
            assert one.read() == TEXT
        assert inputs.head(source) == TEXT
    assert list(tmp_path.iterdir()) == []


def test_the_spool_is_removed_when_reading_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    standard_input(monkeypatch, TEXT)
    with pytest.raises(KeyError), inputs.sources(["-"]):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("level", [0, 9])
def test_what_is_packed_with_gzip_is_unpacked_whatever_its_name(tmp_path: Path, level: int) -> None:
    packed = gzip.compress(TEXT, level)
    with opened(written(tmp_path, packed), written(tmp_path, packed + packed, "two.har")) as (held, notes, _):
        assert held == [TEXT, TEXT * 2]
        assert notes == []


def test_packed_standard_input_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    standard_input(monkeypatch, gzip.compress(TEXT))
    with opened("-") as (held, _, _):
        assert held == [TEXT]


@pytest.mark.parametrize("how", ["cut", "flipped", "garbage"])
def test_of_broken_gzip_what_can_be_read_is_read(tmp_path: Path, how: str) -> None:
    content = os.urandom(400_000)
    packed = bytearray(gzip.compress(content))
    if how == "cut":
        packed = packed[: len(packed) // 2]
    elif how == "flipped":
        packed[-6] ^= 1
    else:
        packed += b"garbage"
    with opened(written(tmp_path, bytes(packed))) as (held, notes, refused):
        assert len(held[0]) > 100_000
        assert content.startswith(held[0])
        assert "packed with gzip and broken; its first" in notes[0]
        assert refused == []


def test_a_bomb_is_unpacked_only_so_far(tmp_path: Path) -> None:
    with opened(written(tmp_path, gzip.compress(bytes(5_000_000))), most=1_000_000) as (held, notes, _):
        assert len(held[0]) == 1_000_000
        assert notes == ["unpacked it has more than 1000000 bytes; what follows them was not read"]


def test_an_endless_input_is_read_only_so_far() -> None:
    with opened("/dev/zero", most=1_000_000) as (held, notes, _):
        assert len(held[0]) == 1_000_000
        assert "it goes on behind its first 1000000 bytes" in notes[0]


def test_a_pipe_with_a_name_can_be_opened_twice(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(TEXT,))
    writer.start()
    with opened(str(pipe)) as (held, _, _):
        assert held == [TEXT]
    writer.join()


def test_an_empty_file_is_a_source_without_a_head(tmp_path: Path) -> None:
    with inputs.sources([written(tmp_path, b"")]) as given:
        assert inputs.head(given.sources[0]) == b""
        assert given.notes == given.refused == ()


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.har", "{}")
    return packed.getvalue()


TAR = bytes(257) + b"ustar" + bytes(300)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (zipped(), "is a ZIP archive; unpack it, and give the files in it"),
        (TAR, "is a tar archive; unpack it"),
        (gzip.compress(TAR, mtime=0), "is a tar archive; unpack it"),
        (b"BZh91AY&SY", "is packed with bzip2; unpack it, and give what comes out"),
        (b"\xfd7zXZ\0\0", "is packed with xz; unpack it"),
        (b"\x89PNG\r\n\x1a\n", "is a picture, in which no text can be read; give the text that it shows"),
        (b"%PDF-1.7", "is a PDF document"),
        (b"PK\x05\x06" + bytes(18), "is a ZIP archive; unpack it"),
        (b"!<arch>\ndebian-binary", "is a Debian package"),
    ],
)
def test_what_cannot_be_looked_into_is_refused_with_advice(tmp_path: Path, content: bytes, what: str) -> None:
    with opened(written(tmp_path, content)) as (held, _, refused):
        assert held == []
        assert what in refused[0]


def test_each_file_that_cannot_be_read_says_so_and_the_others_are_read(tmp_path: Path) -> None:
    good = written(tmp_path, TEXT)
    with opened(str(tmp_path), good, str(tmp_path / "missing"), "a\0b", str(tmp_path / ("x" * 300))) as (
        held,
        _,
        refused,
    ):
        assert held == [TEXT]
        assert f"{tmp_path}: is a directory; give the files in it" in refused[0]
        assert "missing: No such file or directory; give a file that can be read" in refused[1]
        assert len(refused) == 4


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    name = written(tmp_path, TEXT)
    monkeypatch.setattr(Path, "open", forbidden)
    with inputs.sources([name]) as given:
        assert str(given.refused[0]) == f"{name}: Permission denied; give a file that can be read, or - and its text"


def test_a_closed_standard_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with inputs.sources(["-"]) as given:
        assert str(given.refused[0]) == "standard input: is closed; give a file that can be read"
