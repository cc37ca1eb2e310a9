"""Scans of the command and of its parts, for the tests of hopx-auth scan."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from runs import FORMAT, SPEC, environment, run_command

from conformance.keys import KeyFormat
from conformance.scanning.content import Content
from conformance.scanning.scan import Scan
from conformance.scanning.scanner import Scanner
from conformance.scrub import Scrubber

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runs import Ran

    from conformance.scanning.find import Find

# Nothing that looks like a key may reach the database of examples.
settings.register_profile("scan", database=None, deadline=None, max_examples=80)
settings.load_profile("scan")


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


def near_misses() -> Iterator[str]:
    shown, secret = parts(minted())
    yield shown + secret[:-1]
    yield shown + secret[:30]
    yield shown + secret + "A"
    yield shown + secret[:-1] + next(sign for sign in FORMAT.secret_alphabet if sign not in FORMAT.last_characters)


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
