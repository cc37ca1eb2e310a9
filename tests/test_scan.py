"""hopx-auth scan: every key is found and placed, nothing else is called one, and no secret is printed."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import random
import subprocess
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import msgspec
import pytest
from breaks import BREAKS
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import ROOT, SPEC, environment, run_command

from conformance.keys import KeyFormat
from conformance.scanning import archives
from conformance.scanning.blocks import Scanner
from conformance.scanning.content import Content
from conformance.scanning.find import Place
from conformance.scanning.run import Scan
from conformance.scrub import Scrubber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from runs import Ran

    from conformance.scanning.find import Find

# Nothing that looks like a key may reach the database of examples.
settings.register_profile("scan", database=None, deadline=None, max_examples=80)
settings.load_profile("scan")

FORMAT = KeyFormat(msgspec.to_builtins(SPEC.key))
EXAMPLE = SPEC.key.example
OTHER = KeyFormat(
    {
        "prefix": "acme-",
        "other_prefixes": {"acme-try-": "X1"},
        "id": {"alphabet": "hex", "length": 16},
        "separator": ":",
        "secret": {"encoding": "hex", "bytes": 20},
        "example": "acme-0011223344556677:00112233445566778899aabbccddeeff00112233",
    }
)


def minted() -> str:
    return FORMAT.mint().reveal()


def parts(key: str) -> tuple[str, str]:
    """The key up to its secret, and the secret."""
    shown, secret = key.rsplit(FORMAT.separator, 1)
    return shown + FORMAT.separator, secret


def scanned(directory: Path, *words: str, stdin: str = "", status: int | None = None) -> list[dict[str, Any]]:
    """The finds of the command, as its JSON has them."""
    ran = run_command(directory, "scan", "--format", "json", *words, stdin=stdin)
    result = json.loads(ran.stdout)
    assert status is None or ran.status == status, ran.stderr
    return result["finds"]


def places(finds: list[dict[str, Any]]) -> list[tuple[str, int, int, int]]:
    return [(find["path"], find["line"], find["column"], find["offset"]) for find in finds]


def says_nothing_of(ran: Ran, *keys: str) -> bool:
    scrubber = Scrubber(FORMAT)
    scrubber.learn_all(keys)
    return not scrubber.knows(ran.output)


def found_in(text: bytes, key_format: KeyFormat = FORMAT, block: int = 1 << 18) -> list[Find]:
    """Within this process, without a file."""
    scanner = Scanner(key_format, block)
    return list(scanner.scan(io.BytesIO(text), "text"))


def finds_within(text: bytes) -> tuple[list[Find], list[str]]:
    """Within this process, archives opened; the finds and the complaints."""
    complaints: list[str] = []
    scan = Scan(Scanner(FORMAT), complaints.append)
    return list(scan.finds([Content("text", io.BytesIO(text))])), complaints


def git(directory: Path, *words: str) -> str:
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *who, *words],
        cwd=directory,
        env=environment(own),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


# Places


def test_a_key_is_found_with_its_file_line_column_and_byte(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / "app.log").write_text(f"first\nkäse X-API-Key: {key}\nlast\n", encoding="utf-8")
    ran = run_command(tmp_path, "scan", "app.log")
    assert (ran.status, ran.stdout) == (1, f"app.log:2:17: key {parts(key)[0]}… (43 characters), byte 23\n")
    assert says_nothing_of(ran, key)
    assert places(scanned(tmp_path, "app.log")) == [("app.log", 2, 17, 23)]


def test_no_key_is_missed_wherever_a_block_ends() -> None:
    key = minted().encode()
    texts = (key, base64.b64encode(b"x" + key), key.decode().encode("utf-16-le"))
    for at in (at for end in (4096, 6144, 8192) for at in range(end - 2 * len(key) - 2, end + 3)):  # reads end there
        for text in texts:
            before = b"a\n" * 1000 + b" " * (at - 2000)
            (find,) = found_in(before + text + b"\n" + b"b" * 5000, block=4096)
            found = find.place.offset - len(before)
            assert (find.judged.kind, find.place.line, 0 <= found <= 2) == ("key", 1001, True), at


def test_no_key_is_missed_wherever_a_read_of_the_command_ends(tmp_path: Path) -> None:
    keys = [minted() for _ in range(70)]
    text = b""
    for number, key in enumerate(keys, start=1):
        text = text.ljust(number * (1 << 18) - number, b"-") + key.encode()
    (tmp_path / "big").write_bytes(text)
    finds = scanned(tmp_path, "big", status=1)
    assert [find["offset"] for find in finds] == [text.index(key.encode()) for key in keys]
    assert [find["key_id"] for find in finds] == [FORMAT.parse(key).key_id for key in keys]


class Dripping(io.RawIOBase):
    """A stream of which 7 bytes can be had at a time."""

    def __init__(self, text: bytes) -> None:
        self._text = io.BytesIO(text)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._text.readinto(memoryview(buffer)[:7])


def test_a_stream_that_comes_in_drops_is_searched_as_a_whole() -> None:
    key = minted()
    text = b"-" * 5000 + key.encode() + b"\r\n" * 3000 + key.encode()
    finds = list(Scanner(FORMAT).scan(Dripping(text), "-"))
    assert [find.place[:4] for find in finds] == [("-", 1, 5001, 5000), ("-", 3001, 1, 5000 + len(key) + 6000)]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_lines_of_utf_16_are_counted_though_reads_end_within_characters(encoding: str) -> None:
    text = "ab\n" * 3000 + "上" + minted()
    (find,) = Scanner(FORMAT).scan(Dripping(text.encode(encoding)), "-")
    assert find.place == Place("-", 3001, 2, 2 * 9001)


def test_lines_that_end_in_cr_lf_and_a_byte_order_mark_are_counted_as_editors_do(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / "a.env").write_bytes(b"\xef\xbb\xbf" + f"{key}\r\nA=1\r\n  K={key}\r\n".encode())
    assert [place[1:3] for place in places(scanned(tmp_path, "a.env"))] == [(1, 1), (3, 5)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_keys_in_utf_16_are_found_plain_and_in_base64(encoding: str, tmp_path: Path) -> None:
    key = minted()
    encoded = base64.b64encode(key.encode()).decode()
    text = f"上面 上\r\nSchlüssel={key}\r\n\U0001f511 token: {encoded}\r\n"
    (tmp_path / "a.reg").write_bytes(text.encode(encoding))
    finds = scanned(tmp_path, "a.reg")
    assert [(find["kind"], find["form"], find["line"], find["column"]) for find in finds] == [
        ("key", "plain, UTF-16", 2, 11),
        ("key", "base64, UTF-16", 3, 10),
    ]
    mark = 2 if encoding == "utf-16" else 0
    assert finds[0]["offset"] == mark + 2 * text.index(key)


# Forms


def in_json_in_json(key: str) -> str:
    return json.dumps(json.dumps({"a": f"\n{key}\n"}))


FORMS: dict[str, Callable[[str], str]] = {
    "quoted": lambda key: f"'{key}'",
    "after an escaped newline": in_json_in_json,
    "url-encoded": lambda key: f"?a={quote(key, safe='')}&b",
    "url-encoded, every sign": lambda key: "".join(c if c.isalnum() else f"%{ord(c):02X}" for c in key),
    "url-encoded, small letters": lambda key: "".join(c if c.isalnum() else f"%{ord(c):02x}" for c in key),
    "json, every sign": lambda key: "".join(c if c.isalnum() else f"\\u{ord(c):04x}" for c in key),
    "json in json": lambda key: "".join(c if c.isalnum() else f"\\\\u{ord(c):04x}" for c in key),
    "string": lambda key: "".join(c if c.isalnum() else f"\\x{ord(c):02x}" for c in key),
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "base64, behind one byte": lambda key: base64.b64encode(b":" + key.encode()).decode(),
    "base64, behind two bytes": lambda key: base64.b64encode(b"u:" + key.encode()).decode(),
    "base64, behind much": lambda key: base64.urlsafe_b64encode(f'{{"auth": "ä{key}"}}'.encode()).decode(),
    "base64, wrapped": lambda key: base64.encodebytes(b"user: " + key.encode() + b"\n" + key.encode()).decode(),
    "base64, wrapped in YAML": lambda key: base64.encodebytes(key.encode()).decode().replace("\n", "\r\n      ") + "\n",
    "base64, wrapped in JSON": lambda key: json.dumps(base64.encodebytes(key.encode()).decode()),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_key_is_found_in_every_form(form: Callable[[str], str], tmp_path: Path) -> None:
    for prefix in FORMAT.prefixes:
        key = prefix + minted().removeprefix(FORMAT.prefix)
        (tmp_path / "a").write_text(f"x: {form(key)}\n", encoding="utf-8")
        ran = run_command(tmp_path, "scan", "a", "--format", "json")
        finds = json.loads(ran.stdout)["finds"]
        assert {(find["kind"], find["key_id"]) for find in finds} == {("key", FORMAT.parse(key).key_id)}
        assert says_nothing_of(ran, key)


def test_a_secret_of_kubernetes_is_found(tmp_path: Path) -> None:
    key = minted()
    encoded = base64.b64encode(key.encode()).decode()
    (tmp_path / "s.yaml").write_text(f"kind: Secret\ndata:\n  key: {encoded}\n", encoding="utf-8")
    ran = run_command(tmp_path, "scan", "s.yaml")
    assert (ran.status, ran.stdout) == (1, f"s.yaml:3:8: key {parts(key)[0]}… (43 characters), base64, byte 26\n")


def test_the_keys_of_another_api_are_found(tmp_path: Path) -> None:
    spec = ROOT / "tests" / "other-api.yaml"
    key = OTHER.mint().reveal()
    (tmp_path / "a").write_text(f"{key}\n{base64.b64encode(key.encode()).decode()}\n{quote(key)}\n", encoding="utf-8")
    finds = scanned(tmp_path, "a", "--spec", str(spec), status=1)
    assert [(find["kind"], find["form"], find["line"]) for find in finds] == [
        ("key", "plain", 1),
        ("key", "base64", 2),
        ("key", "plain", 3),
    ]


@given(st.binary(max_size=300), st.binary(max_size=300), st.sampled_from(sorted(FORMS)), st.integers(0, 3))
def test_no_surroundings_hide_a_key(before: bytes, after: bytes, name: str, wide: int) -> None:
    key = minted()
    text = FORMS[name](key).encode()
    if name.startswith("base64"):  # which stands alone
        before, after = before + b"\0 ", b" " + after
    if wide == 0:
        text = text.decode().encode("utf-16-le")
    finds = found_in(before + text + after, block=512)
    key_id = FORMAT.parse(key).key_id
    assert key_id in [find.judged.key_id for find in finds if find.judged.kind in ("key", "near-key")]


@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\3\4", b"PK\5\6", b"\x1f\x8b\x08", b"\xff\xfe"]))
def test_no_bytes_raise(text: bytes, head: bytes) -> None:
    beginnings = (b"hopx_", b"hopx_live_", b"h\0o\0p\0x\0_\0", b"aG9weF9saXZl")
    finds_within(head + text + text.join(beginnings))


@given(st.integers(0, 2**32), st.sampled_from(["zip", "gzip", "tar", "tar.gz"]))
def test_no_broken_archive_raises(seed: int, kind: str) -> None:
    chance = random.Random(seed)
    text = bytearray(packed(kind, {"a": minted().encode(), "b": chance.randbytes(500)}))
    for _ in range(chance.randrange(1, 8)):
        text[chance.randrange(len(text))] = chance.randrange(256)
    finds_within(bytes(text[: chance.randrange(len(text) // 2, len(text) + 1)]))


# Kinds


def near_misses() -> Iterator[str]:
    shown, secret = parts(minted())
    yield shown + secret[:-1]
    yield shown + secret[:30]
    yield shown + secret + "A"
    yield shown + secret[:-1] + next(sign for sign in FORMAT.secret_alphabet if sign not in FORMAT.last_characters)


def test_a_key_with_a_broken_secret_is_a_near_key(tmp_path: Path) -> None:
    texts = list(near_misses())
    (tmp_path / "a").write_text("\n".join(texts), encoding="utf-8")
    ran = run_command(tmp_path, "scan", "a", "--format", "json")
    assert [find["kind"] for find in json.loads(ran.stdout)["finds"]] == ["near-key"] * len(texts)
    assert ran.status == 1
    assert says_nothing_of(ran, *texts)


NO_KEYS = [
    "{prefix}{key_id}.abcd1234...",
    "{prefix}YOUR_KEY_HERE",
    "{prefix}xxxxxxxxxxxx",
    "{prefix}<your key>",
    "{prefix}${{SECRET}}",
    "{prefix}...",
    "{prefix}{key_id}.REDACTEDabc12xxxxxxxxxxxxxxxxxxxxxxxxxxxxA",
    "{prefix}{key_id}.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "{prefix}{key_id}.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
]
NOTHING = [
    "{prefix}",
    "{prefix}{key_id}",
    "{prefix}{key_id}.…",
    "{prefix}{key_id}.abc",
    "x{key_id}.",
    "{prefix}[A-Z]",
]


def filled(text: str) -> str:
    return text.format(prefix=FORMAT.prefix, key_id=FORMAT.parse(minted()).key_id)


@pytest.mark.parametrize("text", NO_KEYS)
def test_a_placeholder_is_no_key(text: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text(f"key = {filled(text)}\n", encoding="utf-8")
    assert scanned(tmp_path, "a", status=0) == []
    assert [find["kind"] for find in scanned(tmp_path, "a", "--all", status=0)] == ["placeholder"]


@pytest.mark.parametrize("text", NOTHING)
def test_what_holds_no_secret_is_not_spoken_of(text: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text(f"key = {filled(text)}\n", encoding="utf-8")
    assert scanned(tmp_path, "a", "--all", status=0) == []


def test_the_documented_example_is_counted_and_shown_when_all_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(f"{EXAMPLE}\n{base64.b64encode(EXAMPLE.encode()).decode()}\n", encoding="utf-8")
    ran = run_command(tmp_path, "scan", "a")
    assert (ran.status, ran.stdout) == (0, "")
    assert "also 2 documented examples, which --all shows" in ran.stderr
    assert [find["kind"] for find in scanned(tmp_path, "a", "--all", status=0)] == ["documented-example"] * 2


def test_this_checkout_holds_no_key_but_the_documented_example() -> None:
    names = (
        ".venv",
        ".tox",
        ".cache",
        "reports",
        "__pycache__",
        ".coverage*",
    )  # the last has the words of tests' commands
    own = [word for name in names for word in ("--exclude", name)]
    finds = scanned(ROOT, ".", "--all", *own, status=0)
    assert {find["kind"] for find in finds} == {"documented-example", "placeholder"}


# Files and directories


def test_directories_are_scanned_in_order_without_what_is_packed_by_git_or_excluded(tmp_path: Path) -> None:
    key = minted()
    for name in ("b/c/d.txt", "a.txt", "b/.git/objects/x", "b/node_modules/x.js", "b/e.png", "b/c/.env"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(key, encoding="utf-8")
    (tmp_path / "b" / "loop").symlink_to(tmp_path / "b")
    (tmp_path / "b" / "link.txt").symlink_to(tmp_path / "a.txt")
    os.mkfifo(tmp_path / "b" / "pipe")
    finds = scanned(tmp_path, "b", "a.txt", "--exclude", "*.png", "--exclude", "b/node_modules")
    assert [find["path"] for find in finds] == ["b/c/.env", "b/c/d.txt", "a.txt"]
    assert [find["path"] for find in scanned(tmp_path, "b/link.txt", "b/loop/c")] == [
        "b/link.txt",
        "b/loop/c/.env",
        "b/loop/c/d.txt",
    ]


@pytest.mark.skipif(not os.access("/proc/kmsg", os.R_OK), reason="only root reads what the kernel says")
def test_a_file_of_proc_that_never_ends_is_not_waited_for(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "conformance.cli", "scan", "/proc/kmsg"]
    ran = subprocess.run(words, cwd=tmp_path, env=environment(), capture_output=True, timeout=30, check=False)
    assert b"1 file scanned" in ran.stderr


def test_what_cannot_be_read_is_complained_about_and_the_rest_is_scanned(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / "clean").write_text("nothing", encoding="utf-8")
    (tmp_path / "leak").write_text(key, encoding="utf-8")
    ran = run_command(tmp_path, "scan", "missing", "clean")
    assert (ran.status, ran.stdout) == (2, "")
    assert "missing: No such file or directory; it was not scanned" in ran.stderr
    assert "1 file scanned: 0 keys, 0 near keys; 1 complaint above" in ran.stderr
    ran = run_command(tmp_path, "scan", "missing", "leak", "--format", "json")
    assert (ran.status, len(json.loads(ran.stdout)["finds"]), len(json.loads(ran.stdout)["complaints"])) == (1, 1, 1)


def test_standard_input_is_scanned(tmp_path: Path) -> None:
    key = minted()
    ran = run_command(tmp_path, "scan", "-", stdin=f"a\n {key}\n")
    assert (ran.status, ran.stdout.partition(": key")[0]) == (1, "standard input:2:2")
    assert run_command(tmp_path, "scan", "-", stdin="").status == 0


@pytest.mark.parametrize(
    "words", [[], ["-", "-"], ["--staged", "--history"], ["--history", "-"], ["--staged", "-"]], ids=" ".join
)
def test_what_cannot_be_meant_is_a_usage_error(words: list[str], tmp_path: Path) -> None:
    ran = run_command(tmp_path, "scan", *words)
    assert (ran.status, ran.stdout) == (2, "")


def test_names_of_files_bring_neither_keys_nor_escapes_to_the_terminal(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / f"\x1b[31m{key}\n").write_text(key, encoding="utf-8")
    encoded = base64.b64encode(key.encode()).decode().replace("/", "_")
    (tmp_path / "a.zip").write_bytes(packed("zip", {encoded: key.encode()}))
    for form in ("text", "json", "sarif"):
        ran = run_command(tmp_path, "scan", ".", "missing\x1b[31m", "--format", form)
        assert ran.status == 1
        assert "\x1b" not in ran.output
        assert says_nothing_of(ran, key)


def test_keys_in_binary_files_are_found(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / "program").write_bytes(b"\x7fELF" + bytes(range(256)) * 40 + key.encode() + b"\0" * 3000)
    assert places(scanned(tmp_path, "program")) == [("program", 41, places(scanned(tmp_path, "program"))[0][2], 10244)]


# Archives


def packed(kind: str, members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in members.items():
                archive.writestr(name, text)
    elif kind == "gzip":
        return gzip.compress(b"".join(members.values()))
    else:
        with tarfile.open(fileobj=file, mode="w:gz" if kind == "tar.gz" else "w") as archive:
            for name, text in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(text)
                archive.addfile(info, io.BytesIO(text))
    return file.getvalue()


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
    monkeypatch.setattr(archives, "BYTES", 1 << 20)
    monkeypatch.setattr(archives, "MEMBERS", 10)
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


# git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "readme").write_text("nothing\n", encoding="utf-8")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "First")
    return tmp_path


def committed(repository: Path, message: str) -> str:
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "--allow-empty", "-m", message)
    return git(repository, "rev-parse", "HEAD")


def test_history_shows_the_commit_path_and_line_of_what_was_deleted(repository: Path) -> None:
    key = minted()
    (repository / "conf").mkdir()
    (repository / "conf" / "ä b.env").write_text(f"\n\n K={key}\n", encoding="utf-8")
    commit = committed(repository, "Add")
    (repository / "conf" / "ä b.env").rename(repository / "moved")
    committed(repository, "Move")
    (repository / "moved").unlink()
    committed(repository, "Take out")
    git(repository, "gc", "-q")
    assert scanned(repository, ".", status=0) == []
    (find,) = scanned(repository, "--history", status=1)
    assert (find["commit"], find["path"], find["line"], find["column"]) == (commit, "conf/ä b.env", 3, 4)
    ran = run_command(repository, "scan", "--history", ".")
    assert ran.stdout.startswith(f"commit {commit[:12]}, conf/ä b.env:3:4: key {parts(key)[0]}…")
    assert says_nothing_of(ran, key)
    assert scanned(repository, "--history", "--exclude", "conf", status=0) == []


def test_history_shows_messages_tags_stashes_other_branches_and_what_was_amended(repository: Path) -> None:
    keys = {name: minted() for name in ("message", "tag", "stash", "branch", "amended", "dangling")}
    message = committed(repository, f"Fix\n\nwith {keys['message']}")
    git(repository, "tag", "-a", "v1", "-m", keys["tag"])
    git(repository, "checkout", "-q", "-b", "other")
    (repository / "b").write_text(keys["branch"], encoding="utf-8")
    committed(repository, "Branch")
    git(repository, "checkout", "-q", "main")
    (repository / "readme").write_text(keys["stash"], encoding="utf-8")
    git(repository, "stash", "-q")
    (repository / "am").write_text(keys["amended"], encoding="utf-8")
    committed(repository, "Oops")
    (repository / "am").write_text("clean", encoding="utf-8")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "--amend", "-m", "Better")
    (repository / "d").write_text(keys["dangling"], encoding="utf-8")
    dangling = git(repository, "hash-object", "-w", "d")
    (repository / "d").unlink()
    finds = scanned(repository, "--history", status=1)
    ids = {FORMAT.parse(key).key_id: name for name, key in keys.items()}
    found = {ids[find["key_id"]]: (find["path"], bool(find["commit"])) for find in finds}
    tag = git(repository, "rev-parse", "v1")
    assert found == {
        "message": ("", True),
        "tag": (f"object {tag} of no commit", False),
        "stash": ("readme", True),
        "branch": ("b", True),
        "amended": ("am", True),
        "dangling": (f"object {dangling} of no commit", False),
    }
    assert [find["commit"] for find in finds if not find["path"]] == [message]
    assert f"commit {message[:12]}, message:" in run_command(repository, "scan", "--history").stdout


def ids_of(finds: list[dict[str, Any]]) -> list[str]:
    return sorted(find["key_id"] for find in finds)


def test_keys_in_what_git_keeps_besides_objects_are_found_by_history_and_in_directories(repository: Path) -> None:
    config, message, branch, tag = (minted() for _ in range(4))
    git(repository, "remote", "add", "origin", f"https://x:{config}@example.com/r.git")
    (repository / ".git" / "COMMIT_EDITMSG").write_text(message, encoding="utf-8")
    expected = sorted(FORMAT.parse(key).key_id for key in (config, message))
    finds = scanned(repository, ".", status=1)
    assert (ids_of(finds), finds[0]["path"]) == (expected, "./.git/COMMIT_EDITMSG")
    assert scanned(repository, ".", "--exclude", ".git", status=0) == []
    git(repository, "branch", f"b-{branch}")
    git(repository, "tag", tag)
    git(repository, "pack-refs", "--all")
    found = set(ids_of(scanned(repository, "--history", status=1)))
    assert found == {FORMAT.parse(key).key_id for key in (config, message, branch, tag)}


def test_keys_in_names_of_files_and_directories_are_found_once_in_history(repository: Path) -> None:
    file, directory = minted(), minted()
    (repository / "a" / directory).mkdir(parents=True)
    (repository / file).write_text("", encoding="utf-8")
    (repository / "a" / directory / "x").write_text("", encoding="utf-8")
    commit = committed(repository, "Add")
    (repository / "a" / "more").write_text("x", encoding="utf-8")
    committed(repository, "More")
    finds = [find for find in scanned(repository, "--history", status=1) if "logs" not in find["path"]]
    assert sorted((find["key_id"], find["path"], find["commit"]) for find in finds) == sorted(
        [(FORMAT.parse(file).key_id, "./", commit), (FORMAT.parse(directory).key_id, "a/", commit)]
    )


def test_where_links_in_directories_lead_to_is_scanned(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / "link").symlink_to(f"https://x/?key={key}")
    assert places(scanned(tmp_path, ".", status=1)) == [("./link", 1, 16, 15)]


def test_a_broken_object_does_not_hide_the_others(repository: Path) -> None:
    keys = [minted() for _ in range(6)]
    for number, key in enumerate(keys):
        (repository / f"f{number}").write_text(key, encoding="utf-8")
    committed(repository, "Add")
    broken = git(repository, "rev-parse", "HEAD:f0")
    file = repository / ".git" / "objects" / broken[:2] / broken[2:]
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:12] + b"broken")
    ran = run_command(repository, "scan", "--history", "--format", "json")
    result = json.loads(ran.stdout)
    assert ids_of(result["finds"]) == sorted(FORMAT.parse(key).key_id for key in keys[1:])
    (complaint,) = result["complaints"]
    assert complaint.startswith(f".: object {broken} cannot be read")


def test_a_broken_index_does_not_hide_what_was_committed(repository: Path) -> None:
    (repository / "a").write_text(minted(), encoding="utf-8")
    committed(repository, "Add")
    (repository / ".git" / "index").write_bytes(b"broken")
    ran = run_command(repository, "scan", "--history")
    assert (ran.status, "git ls-files" in ran.stderr, ": key " in ran.stdout) == (1, True, True)


def test_a_broken_commit_does_not_hide_what_is_in_the_others(repository: Path) -> None:
    (repository / "a").write_text(minted(), encoding="utf-8")
    committed(repository, "Add")
    broken = committed(repository, "Second")
    file = repository / ".git" / "objects" / broken[:2] / broken[2:]
    file.chmod(0o600)
    file.write_bytes(b"broken")
    ran = run_command(repository, "scan", "--history")
    assert ran.status == 1
    assert "some finds have no commit and path" in ran.stderr


def test_what_a_clone_does_not_have_is_complained_about(repository: Path, tmp_path: Path) -> None:
    committed(repository, "Second")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "shallow")
    ran = run_command(tmp_path, "scan", "--history", "shallow")
    assert (ran.status, "this clone is shallow" in ran.stderr) == (2, True)
    (repository / "shallow").rename(repository / "below")
    git(repository, "add", "below")
    committed(repository, "Submodule")
    ran = run_command(repository, "scan", "--history", ".")
    assert (ran.status, "below: it is a submodule, which was not scanned" in ran.stderr) == (2, True)


def test_a_key_that_is_staged_at_two_paths_is_shown_at_both(repository: Path) -> None:
    for name in ("a", "b"):
        (repository / name).write_text(EXAMPLE, encoding="utf-8")
    git(repository, "add", "-A")
    assert [find["path"] for find in scanned(repository, "--staged", "--all", status=0)] == ["a", "b"]


def test_archives_in_history_are_opened(repository: Path) -> None:
    (repository / "a.zip").write_bytes(packed("zip", {"in": minted().encode()}))
    commit = committed(repository, "Add")
    (find,) = scanned(repository.parent, "--history", repository.name, status=1)
    assert (find["commit"], find["path"], find["member"]) == (commit, f"{repository.name}/a.zip", "in")


def test_only_what_the_next_commit_changes_is_scanned_as_staged(repository: Path) -> None:
    old, new, later = minted(), minted(), minted()
    (repository / "old").write_text(old, encoding="utf-8")
    committed(repository, "Old")
    (repository / "new").write_text(f"\n{new}", encoding="utf-8")
    git(repository, "add", "new")
    (repository / "new").write_text(later, encoding="utf-8")
    git(repository, "rm", "-q", "--cached", "old")
    (find,) = scanned(repository, "--staged", status=1)
    assert (find["path"], find["line"], find["key_id"]) == ("new", 2, FORMAT.parse(new).key_id)
    assert scanned(repository, "--staged", "--exclude", "new", status=0) == []


def test_the_first_commit_of_a_repository_is_scanned_as_staged(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert scanned(tmp_path, "--staged", status=0) == []
    (tmp_path / "a b\n").write_text(minted(), encoding="utf-8")
    git(tmp_path, "add", "-A")
    assert [find["path"] for find in scanned(tmp_path, "--staged", status=1)] == ["a b\n"]


def test_what_is_still_to_be_merged_does_not_hide_what_is_staged(repository: Path) -> None:
    for branch in ("one", "other"):
        git(repository, "checkout", "-q", "-b", branch, "main")
        (repository / "readme").write_text(branch, encoding="utf-8")
        committed(repository, branch)
    with pytest.raises(subprocess.CalledProcessError):
        git(repository, "merge", "one")
    (repository / "z").write_text(minted(), encoding="utf-8")
    git(repository, "add", "z")
    assert [find["path"] for find in scanned(repository, "--staged", status=1)] == ["z"]


def test_settings_of_git_do_not_change_where_finds_are(repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "other")
    committed(repository, "Other")
    git(repository, "checkout", "-q", "main")
    committed(repository, "Main")
    git(repository, "merge", "-q", "--no-commit", "--no-ff", "other")
    (repository / "below").mkdir()
    for name in ("a", "below/b"):
        (repository / name).write_text(minted(), encoding="utf-8")
    commit = committed(repository, "Merge")
    for setting in ("color.ui=always", "diff.relative=true", "log.diffMerges=off", "diff.orderFile=none"):
        git(repository, "config", *setting.split("="))
    finds = scanned(repository / "below", "--history", status=1)
    assert sorted((find["path"], find["commit"]) for find in finds) == [("a", commit), ("below/b", commit)]


@pytest.mark.parametrize("option", ["--staged", "--history"])
def test_a_directory_that_is_no_repository_is_complained_about(option: str, tmp_path: Path) -> None:
    ran = run_command(tmp_path, "scan", option, given={"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})
    assert (ran.status, ran.stdout) == (2, "")
    assert "ot a git repository" in ran.stderr
    ran = run_command(tmp_path, "scan", option, given={"PATH": str(tmp_path)})
    assert (ran.status, "git cannot be started" in ran.stderr) == (2, True)


# SARIF


def test_sarif_names_rules_places_and_fingerprints(tmp_path: Path) -> None:
    key = minted()
    (tmp_path / "a b%.txt").write_text(f"\n  {key}\n{next(near_misses())}\n{EXAMPLE}\n", encoding="utf-8")
    (tmp_path / "a.zip").write_bytes(packed("zip", {"in/x": f"\n{key}".encode()}))
    ran = run_command(tmp_path, "scan", ".", "missing", "--format", "sarif", "--all")
    assert ran.status == 1
    assert says_nothing_of(ran, key)
    log = json.loads(ran.stdout)
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    run = log["runs"][0]
    driver = run["tool"]["driver"]
    assert set(driver) == {"name", "rules"}
    assert all({"id", "shortDescription", "help", "defaultConfiguration"} == set(rule) for rule in driver["rules"])
    results = run["results"]
    assert [(one["ruleId"], one["level"]) for one in results] == [
        ("key", "error"),
        ("near-key", "warning"),
        ("documented-example", "note"),
        ("key", "error"),
    ]
    for one in results:
        assert driver["rules"][one["ruleIndex"]]["id"] == one["ruleId"]
        assert one["message"]["text"]
        assert {len(value) for value in one["partialFingerprints"].values()} == {32}
    places = [one["locations"][0]["physicalLocation"] for one in results]
    assert places[0]["artifactLocation"] == {"uri": "a%20b%25.txt", "uriBaseId": "%SRCROOT%"}
    assert unquote(places[0]["artifactLocation"]["uri"]) == "a b%.txt"
    assert places[0]["region"] == {"startLine": 2, "startColumn": 3}
    assert results[3]["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "in/x", "kind": "member"}]
    assert "in in/x, line 2" in results[3]["message"]["text"]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "missing" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_the_fingerprint_of_a_find_stays_when_lines_are_added(tmp_path: Path) -> None:
    key = minted()
    prints = []
    for before, name in (("", "a"), ("\n\n", "./a"), ("\n", str(tmp_path / "a"))):
        (tmp_path / "a").write_text(before + key, encoding="utf-8")
        log = json.loads(run_command(tmp_path, "scan", name, "--format", "sarif").stdout)
        prints.append(log["runs"][0]["results"][0]["partialFingerprints"])
    assert prints[0] == prints[1] == prints[2]


def test_the_sarif_of_history_names_the_commit_and_that_of_elsewhere_whole_addresses(repository: Path) -> None:
    (repository / "a").write_text(minted(), encoding="utf-8")
    commit = committed(repository, "Add")
    log = json.loads(run_command(repository, "scan", "--history", "--format", "sarif").stdout)
    (result,) = log["runs"][0]["results"]
    assert result["properties"] == {"commit": commit}
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a"
    (repository / "below").mkdir()
    log = json.loads(run_command(repository / "below", "scan", "../a", "--format", "sarif").stdout)
    (result,) = log["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("file:///")


# The hook


def test_the_hook_is_a_command_that_exists() -> None:
    import yaml

    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert (hook["id"], hook["entry"], hook["language"]) == ("hopx-auth-scan", "hopx-auth scan", "python")


def test_a_place_holds_no_text_of_what_was_found() -> None:
    assert Place._fields == ("path", "line", "column", "offset", "member", "commit")


@pytest.mark.parametrize("shown", [5, 17, 22, 24, 40, 50])
@pytest.mark.parametrize("line_break", BREAKS.values(), ids=BREAKS)
def test_a_key_that_is_broken_is_found_as_a_whole(shown: int, line_break: str) -> None:
    for text, key_format in ((minted(), FORMAT), (OTHER.mint().reveal(), OTHER)):
        (find,) = found_in(f'x = "{text[:shown]}{line_break}{text[shown:]}"\n'.encode(), key_format)
        expected = key_format.parse(text).key_id
        assert (find.judged.kind, find.judged.key_id, find.place.offset) == ("key", expected, 5)


@pytest.mark.parametrize("width", [8, 20, 64])
@pytest.mark.parametrize(
    "line_break",
    ["\n", "\r\n        ", "\\\n", '" +\n  "', "\n# ", "\n// ", "\n-- "],
    ids=repr,
)
def test_base64_that_is_broken_is_found_as_a_whole(width: int, line_break: str) -> None:
    key = minted()
    encoded = base64.b64encode(b"a" * 60 + key.encode() + b"b" * 60).decode()
    before, rest = encoded[:80], encoded[80:]  # the word that is searched for is in one piece
    pieces = [before + rest[:8], *(rest[at : at + width] for at in range(8, len(rest), width))]
    (find,) = found_in(f'"{line_break.join(pieces)}"'.encode())
    assert (find.judged.kind, find.judged.key_id) == ("near-key", FORMAT.parse(key).key_id)


@pytest.mark.parametrize("width", range(5, 12))
def test_a_key_that_is_wrapped_into_short_lines_is_found_though_some_look_like_words(width: int) -> None:
    chance = random.Random(width)
    for _ in range(60):
        key = FORMAT.mint(chance.randbytes).reveal()
        first = chance.choice([width, *range(5, width)])
        lines = [key[:first], *(key[at : at + width] for at in range(first, len(key), width))]
        (find,) = found_in("\n".join(lines).encode())
        assert (find.judged.kind, find.judged.key_id) == ("key", FORMAT.parse(key).key_id)


@pytest.mark.parametrize("sign", BREAKS.values(), ids=BREAKS)
def test_a_key_whose_first_letters_were_torn_off_is_found(sign: str) -> None:
    for at in range(1, len(FORMAT.prefix)):
        key = minted()
        (find,) = found_in(f"a line\nthe key: {key[:at]}{sign}{key[at:]}\n".encode())
        assert (find.judged.kind, find.judged.key_id) == ("key", FORMAT.parse(key).key_id)
        assert (find.place.line, find.place.column, find.place.offset) == (2, 10, 16)


@pytest.mark.parametrize("width", [64, 76])
@pytest.mark.parametrize("line_break", ["\n", "\r\n    "], ids=repr)
def test_base64_of_which_a_line_ends_within_the_beginning_of_a_key_is_found(width: int, line_break: str) -> None:
    key = minted()
    for before in range(width):
        encoded = base64.b64encode(b"a" * before + key.encode() + b"b" * 60).decode()
        text = line_break.join(encoded[at : at + width] for at in range(0, len(encoded), width))
        for written in (text.encode(), text.encode("utf-16-le")):
            assert [find.judged.key_id for find in found_in(written)] == [FORMAT.parse(key).key_id], before


@pytest.mark.parametrize("signs", [4, 8, 12, 21])
@pytest.mark.parametrize("behind", ["", "\n2026-11-23 12:00:00 the next line", "."], ids=repr)
def test_the_beginning_of_a_key_is_a_near_key_whatever_follows(signs: int, behind: str, tmp_path: Path) -> None:
    shown, secret = parts(minted())
    (tmp_path / "note").write_text(f"{shown}{secret[: signs - 1]}8{behind}")  # of letters alone it may be a name
    assert [find["kind"] for find in scanned(tmp_path, "note", status=1)] == ["near-key"]


def test_a_broken_secret_without_a_digit_is_found_too() -> None:
    shown, secret = parts(minted())
    letters = secret.translate(str.maketrans("0123456789", "aBcDeFgHiJ"))[:-1] + "A"
    (find,) = found_in(f"{shown}{letters[:20]}\n{letters[20:]}\n".encode())
    assert find.judged.kind == "key"


def test_words_behind_a_key_id_are_no_key() -> None:
    shown, _ = parts(minted())
    text = f"{shown}\nThis sentence is as long as the secret of a key is, more or less."
    assert found_in(text.encode()) == []


@pytest.mark.parametrize("mask", ["...", "***", "\N{HORIZONTAL ELLIPSIS}"])
def test_a_key_of_which_only_the_beginning_is_shown_is_none(mask: str, tmp_path: Path) -> None:
    (tmp_path / "note").write_text(f"{minted()[:37]}{mask}\n")
    assert scanned(tmp_path, "note", status=0) == []


@pytest.mark.parametrize("head", [b"(\xb5/\xfd", b"7z\xbc\xaf", b"Rar!\x1a", b"\x1f\x9d\x90", b"MSCF\0"])
def test_what_is_packed_and_not_opened_is_complained_about(head: bytes, tmp_path: Path) -> None:
    (tmp_path / "packed").write_bytes(head + bytes(99))
    ran = run_command(tmp_path, "scan", ".")
    assert ran.status == 2
    assert "packed" in ran.stderr
    assert "unpack it to have it scanned" in ran.stderr


@pytest.mark.parametrize("behind", ["</apiKey>", "<br>", "</b>"])
def test_markup_behind_the_beginning_of_a_key_is_no_mask(behind: str) -> None:
    shown, secret = parts(minted())
    assert [find.judged.kind for find in found_in(f"<apiKey>{shown}{secret[:19]}8{behind}".encode())] == ["near-key"]
    assert not list(found_in(f"{shown}{secret[:9]}<hidden>".encode()))


@pytest.mark.parametrize(
    "name", ["integrations.test_create_sandbox", "environments.addEventListener", "Environments.__init__"]
)
def test_a_word_that_is_as_long_as_an_id_is_none(name: str) -> None:
    assert not list(found_in(f"{FORMAT.prefix}{name}(".encode()))


@pytest.mark.parametrize(
    "name",
    [
        "json",
        "yaml",
        "lastUsed",
        "Then",
        "redacted",
        "last_used_at",
        "docker-compose",
        "2026-11-23",
        "SECRET_GOES_HERE",
    ],
)
def test_the_id_of_a_key_in_a_name_is_no_key(name: str) -> None:
    shown, _ = parts(minted())
    assert not list(found_in(f"keys/{shown}{name}".encode()))


@pytest.mark.parametrize("between", [",", "\t", "\n", '": "'])
def test_an_id_beside_a_hash_is_no_key(between: str) -> None:
    shown, secret = parts(minted())
    assert not list(found_in(f"{shown.rstrip('.')}{between}{secret}".encode()))


def test_a_text_that_begins_like_a_packed_one_is_scanned(tmp_path: Path) -> None:
    (tmp_path / "note").write_text(f"BZh is a name; {minted()}")
    assert [find["kind"] for find in scanned(tmp_path, "note", status=1)] == ["key"]


def test_what_was_unpacked_before_an_archive_breaks_is_scanned(tmp_path: Path) -> None:
    (tmp_path / "log.bz2").write_bytes(bz2.compress(minted().encode()) + b"junk" * 9)
    assert [find["kind"] for find in scanned(tmp_path, "log.bz2", status=1)] == ["key"]


@pytest.mark.parametrize(
    "broken",
    [
        lambda key: f"{key[:-6]} {key[-6:]}",
        lambda key: f"{key[:14]} {key[14:]}",
        lambda key: f"{key[:-6]}:{key[-6:]}",
        lambda key: f"{key[:-6]}!{key[-6:]}",
        lambda key: key.replace(".", "\n"),
        lambda key: key.replace(".", "!"),
        lambda key: key.replace(".", "\\x2e").replace("_", "\\u005f"),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_a_broken_key_in_the_name_of_a_file_is_not_shown(
    form: str, broken: Callable[[str], str], tmp_path: Path
) -> None:
    key = minted()
    (tmp_path / broken(key)).write_text(minted())
    ran = run_command(tmp_path, "scan", ".", "--format", form)
    secret = key.partition(".")[2]
    assert ran.status == 1
    assert not [at for at in range(len(secret) - 7) if secret[at : at + 8] in ran.stdout + ran.stderr]
