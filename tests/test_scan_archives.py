"""A scan opens archives, within bounds, and looks at all that is around their members."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import run_command
from scans import FORMAT, finds_within, minted, packed, scanned

from conformance.scanning.archives import budget

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@given(st.integers(0, 2**32), st.sampled_from(["zip", "gzip", "tar", "tar.gz"]))
def test_no_broken_archive_raises(seed: int, kind: str) -> None:
    chance = random.Random(seed)
    text = bytearray(packed(kind, {"a": minted().encode(), "b": chance.randbytes(500)}))
    for _ in range(chance.randrange(1, 8)):
        text[chance.randrange(len(text))] = chance.randrange(256)
    finds_within(bytes(text[: chance.randrange(len(text) // 2, len(text) + 1)]))


def packed_with_lzma(text: bytes) -> bytes:
    return lzma.compress(text, lzma.FORMAT_ALONE)


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress, packed_with_lzma], ids=["bzip2", "xz", "lzma"])
def test_what_is_packed_with_bzip2_xz_and_lzma_is_opened(pack: Callable[[bytes], bytes]) -> None:
    key = minted().encode()
    finds, complaints = finds_within(pack(b"line\n" * 50_000 + key) + pack(b"\n" + key))
    assert ([find.place.line for find in finds], complaints) == ([50_001, 50_002], [])
    finds, complaints = finds_within(pack(packed("tar", {"a.zip": packed("zip", {"b": key})})))
    assert ([find.place.member for find in finds], complaints) == (["a.zip!b"], [])
    text = pack(random.Random(1).randbytes(100_000))
    assert finds_within(text[:50_000])[1] == ["text: it is packed, and broken; the rest was not scanned"]


def test_a_zip_file_behind_a_program_is_opened_and_all_that_is_around_its_members_is_scanned(tmp_path: Path) -> None:
    keys = [minted() for _ in range(6)]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__main__.py", f"{keys[0]}\n" * 3)
        archive.writestr(f"a/{keys[1]}", b"")
        info = zipfile.ZipInfo("b")
        info.comment = keys[2].encode()
        archive.writestr(info, b"")
        archive.comment = keys[3].encode()
    text = f"#!/usr/bin/env python3\n# {keys[4]}\n".encode() + file.getvalue() + b"\n" + keys[5].encode()
    (tmp_path / "app").write_bytes(text)
    expected = {FORMAT.parse(key).key_id for key in keys}
    assert {find["key_id"] for find in scanned(tmp_path, "app", status=1)} == expected
    assert {find.judged.key_id for find in finds_within(text)[0]} == expected
    assert {find.judged.key_id for find in finds_within(packed("tar", {"app": text}))[0]} == expected


def test_a_zip_file_behind_anything_at_all_and_with_a_comment_is_opened(tmp_path: Path) -> None:
    key = minted()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", f"{key}\n" * 3)
        archive.comment = b"built today " * 5000
    (tmp_path / "app").write_bytes(b"nothing\n" * 9 + file.getvalue())
    assert {find["key_id"] for find in scanned(tmp_path, "app", status=1)} == {FORMAT.parse(key).key_id}


def test_a_key_that_ends_a_field_of_a_zip_file_is_a_key() -> None:
    keys = [minted() for _ in range(4)]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"a/{keys[0]}", b"")
        info = zipfile.ZipInfo("b")
        info.comment, info.extra = keys[1].encode(), b"\xfe\xff" + len(keys[2]).to_bytes(2, "little") + keys[2].encode()
        archive.writestr(info, b"")
        archive.comment = keys[3].encode()
    finds, complaints = finds_within(file.getvalue())
    assert [find.judged.kind for find in finds] == ["key"] * 4
    assert ({find.judged.key_id for find in finds}, complaints) == ({FORMAT.parse(key).key_id for key in keys}, [])


def test_the_comment_of_an_empty_zip_file_is_scanned() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.comment = minted().encode()
    finds, complaints = finds_within(file.getvalue())
    assert ([find.judged.kind for find in finds], complaints) == (["key"], [])


@pytest.mark.parametrize("kind", ["tar", "tar.gz"])
def test_what_stands_behind_a_tar_file_is_scanned_and_opened(kind: str) -> None:
    pack = gzip.compress if kind == "tar.gz" else bytes
    keys = [minted().encode() for _ in range(3)]
    tars = [packed("tar", members) for members in ({"a": keys[0]}, {"b": keys[1]})]
    finds, complaints = finds_within(pack(b"".join(tars)))
    assert [find.place.member for find in finds] == ["a", "what stands behind it!b"]
    finds, complaints = finds_within(pack(tars[0] + b"junk\n" + keys[2]))
    assert ([find.place.member for find in finds], complaints) == (["a", "what stands behind it"], [])


def test_a_member_of_a_tar_file_with_a_broken_head_is_scanned() -> None:
    text = bytearray(packed("tar", {"a": b"", "b": minted().encode()}))
    text[512 + 150] ^= 1  # of the sum that tells whether the head is whole
    assert [find.judged.kind for find in finds_within(bytes(text))[0]] == ["key"]


def test_a_zip_file_behind_something_in_a_stream_is_complained_about_and_that_of_a_browser_is_opened() -> None:
    key = minted().encode()
    text = packed("zip", {"a": (key + b"\n") * 3})
    complaint = "it ends as a ZIP file does; unpack it to have its members scanned"
    assert finds_within(b"nothing\n" * 9 + text) == ([], [f"text: {complaint}"])
    assert finds_within(packed("tar", {"b": bytes(1 << 20) + text})) == ([], [f"text!b: {complaint}"])
    finds, complaints = finds_within(b"Cr24\3\0\0\0" + text)
    assert (len(finds), complaints) == (3, [])


@pytest.mark.parametrize("behind", [b"", bytes(30), bytes(70_000)], ids=len)
def test_a_text_with_the_mark_of_a_zip_file_is_none(behind: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.pyc").write_bytes(minted().encode() + b"\nPK\5\6" + behind)
    ran = run_command(tmp_path, "scan", "a.pyc")
    assert (ran.status, "complaint" in ran.stderr) == (1, False)


def test_the_names_and_links_in_a_tar_file_are_scanned() -> None:
    keys = [minted() for _ in range(3)]
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo(keys[0]))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, f"https://{keys[1]}/"
        link.pax_headers = {"comment": keys[2]}
        archive.addfile(link)
    finds, complaints = finds_within(file.getvalue())
    assert [find.judged.key_id for find in finds] == [FORMAT.parse(key).key_id for key in keys]
    assert complaints == []


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
@pytest.mark.parametrize("way", ["file", "stdin"])
def test_members_of_archives_are_scanned(kind: str, way: str, tmp_path: Path) -> None:
    key = minted()
    text = packed(kind, {"app/readme": b"nothing\n" * 9000, "app/.env": f"A=1\nK={key}\n".encode(), "z": b""})
    (tmp_path / "a").write_bytes(text)
    if way == "file":
        finds = scanned(tmp_path, "a", status=1)
    else:
        stdin = text.decode("utf-8", "surrogateescape")
        finds = scanned(tmp_path, "-", stdin=stdin, status=1)
    assert [(find["member"], find["line"], find["column"]) for find in finds] == [("app/.env", 2, 3)]
    ran = run_command(tmp_path, "scan", "a")
    assert ran.stdout.startswith("a!app/.env:2:3: key ")


def test_a_packed_log_is_scanned_in_all_its_pieces(tmp_path: Path) -> None:
    keys = [minted(), minted()]
    pieces = [gzip.compress(b"line\n" * 100_000 + key.encode() + b"\n") for key in keys]
    (tmp_path / "a.log.gz").write_bytes(b"".join(pieces))
    finds = scanned(tmp_path, "a.log.gz")
    assert [(find["line"], find["member"]) for find in finds] == [(100_001, ""), (200_002, "")]


def test_archives_in_archives_are_opened_twice_and_no_more(tmp_path: Path) -> None:
    key = minted().encode()
    inner = packed("tar.gz", {"in": key})
    twice = packed("zip", {"m.tgz": inner})
    (tmp_path / "twice.zip").write_bytes(twice)
    (find,) = scanned(tmp_path, "twice.zip", status=1)
    assert find["member"] == "m.tgz!in"
    (tmp_path / "thrice.zip").write_bytes(packed("zip", {"l.zip": twice}))
    ran = run_command(tmp_path, "scan", "thrice.zip")
    assert (ran.status, ran.stdout) == (2, "")
    assert "thrice.zip!l.zip!m.tgz: it is an archive in 2 others; unpack it to have it scanned" in ran.stderr


def test_bombs_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "BYTES", 1 << 20)
    monkeypatch.setattr(budget, "MEMBERS", 10)
    bombs = {
        "unpacks to more than": [
            gzip.compress(bytes(3 << 20)),
            gzip.compress(gzip.compress(bytes(3 << 20))),
            packed("zip", {"a": bytes(3 << 20)}),
            packed("zip", {"a": packed("zip", {"b": bytes(3 << 20)})}),
            packed("tar.gz", {"a": bytes(3 << 20)}),
        ],
        "has more than": [packed(kind, {str(n): b"" for n in range(11)}) for kind in ("zip", "tar", "tar.gz")],
    }
    for what, texts in bombs.items():
        for text in texts:
            finds, complaints = finds_within(text)
            assert (finds, len(complaints)) == ([], 1)
            assert what in complaints[0]


def test_a_tar_file_that_announces_huge_names_is_given_up() -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 33
    finds, complaints = finds_within(info.tobuf() + bytes(4096))
    assert (finds, complaints) == ([], ["text: it is a broken tar archive; the rest was not scanned"])


def test_a_zip_file_that_announces_a_huge_table_is_given_up() -> None:
    text = bytearray(packed("zip", {"a": minted().encode()}))
    text[-10:-6] = (1 << 30).to_bytes(4, "little")
    finds, complaints = finds_within(bytes(text))
    assert (finds, complaints) == ([], ["text: its table of contents is too large; it was not scanned"])


def test_a_member_that_cannot_be_unpacked_does_not_hide_the_others() -> None:
    key = minted()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", b"secret")
        archive.writestr("b", b"x" * 100, zipfile.ZIP_LZMA)
        archive.writestr("c", key)
    text = bytearray(file.getvalue())
    for head, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        text[text.index(head) + at] |= 1  # says that it is encrypted
    finds, complaints = finds_within(bytes(text))
    assert [(find.judged.kind, find.place.member) for find in finds] == [("key", "c")]
    assert [complaint.partition(";")[0] for complaint in complaints] == [
        "text!a: it is encrypted",
        "text!b: it is packed with a method that is not known here",
    ]


def test_what_was_cut_off_is_scanned_up_to_there() -> None:
    key = minted()
    text = random.Random(1).randbytes(200_000)
    whole = gzip.compress(key.encode() + text)
    finds, complaints = finds_within(whole[:150_000])
    assert [find.judged.kind for find in finds] == ["key"]
    assert complaints == ["text: it is packed, and broken; the rest was not scanned"]


@pytest.mark.parametrize("head", [b"(\xb5/\xfd", b"7z\xbc\xaf", b"Rar!\x1a", b"\x1f\x9d\x90", b"MSCF\0"])
def test_what_is_packed_and_not_opened_is_complained_about(head: bytes, tmp_path: Path) -> None:
    (tmp_path / "packed").write_bytes(head + bytes(99))
    ran = run_command(tmp_path, "scan", ".")
    assert ran.status == 2
    assert "packed" in ran.stderr
    assert "unpack it to have it scanned" in ran.stderr


def test_a_text_that_begins_like_a_packed_one_is_scanned(tmp_path: Path) -> None:
    (tmp_path / "note").write_text(f"BZh is a name; {minted()}")
    assert [find["kind"] for find in scanned(tmp_path, "note", status=1)] == ["key"]


def test_what_was_unpacked_before_an_archive_breaks_is_scanned(tmp_path: Path) -> None:
    (tmp_path / "log.bz2").write_bytes(bz2.compress(minted().encode()) + b"junk" * 9)
    assert [find["kind"] for find in scanned(tmp_path, "log.bz2", status=1)] == ["key"]
