"""Secrets of other vendors, tokens and private keys."""

from __future__ import annotations

import base64
import gzip
import json
import re
import secrets
import string
from typing import TYPE_CHECKING, Any

import pytest
from redacting import SHAPES, drawn, minted, redacted, run_on, survives
from runs import run_command

from conformance.recognition.placeholders import is_pseudonym
from conformance.recognition.vendors import VENDORS
from conformance.redaction.candidates import WordFinder, best_finder

if TYPE_CHECKING:
    from pathlib import Path


def example_of(begins: str, rest: str) -> str:
    """A secret that a pattern of the table matches."""
    letters = "0123456789abcdef" if "a-f" in rest else string.digits + string.ascii_uppercase
    body = "".join(secrets.choice(letters) for _ in range(32))
    text = begins + body
    if "[.]" in rest:
        text = f"{begins}{body[:22]}.{body}{body[:11]}"
    match = re.match(re.escape(begins) + rest, text)
    assert match, f"{begins}: write a better example"
    return match[0]


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.begins)
def test_the_secrets_of_other_vendors_are_hidden_wherever_they_stand(vendor: Any, tmp_path: Path) -> None:
    secret = example_of(vendor.begins, vendor.rest)
    for written in (f"{secret} ", f'"{secret}"', f"\\n{secret}\\n", f"say={secret}&b"):
        for finder in (best_finder(SHAPES), WordFinder(SHAPES)):
            result = redacted(written.encode(), tmp_path, finder=finder).decode()
            assert vendor.begins in result
            assert not survives(secret.removeprefix(vendor.begins), result)
    assert vendor.source


def test_a_jwt_keeps_three_parts_and_all_but_its_signature_where_that_is_asked_for(tmp_path: Path) -> None:
    parts = [base64.urlsafe_b64encode(json.dumps({name: drawn()}).encode()).decode().rstrip("=") for name in "ab"]
    jwt = ".".join([*parts, drawn(43)])
    shown = run_on(tmp_path, f"t {jwt} t").stdout.split()[1]
    assert [len(part) for part in shown.split(".")] == [len(part) for part in jwt.split(".")]
    assert shown.startswith("eyJxxx")
    assert not any(survives(part, shown) for part in jwt.split("."))
    kept = run_on(tmp_path, f"t {jwt} t", "--jwt", "signature").stdout.split()[1]
    assert kept.split(".")[:2] == parts
    assert is_pseudonym(kept.split(".")[2])


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\\n"])
def test_a_private_key_is_hidden_between_its_lines(line_break: str, tmp_path: Path) -> None:
    body = [drawn(64), drawn(64), drawn(20) + "=="]
    lines = ["-----BEGIN EC PRIVATE KEY-----", *body, "-----END EC PRIVATE KEY-----", "after"]
    for count in (5, 3):
        result = redacted(line_break.join([*lines[:count], *lines[5:]]).encode(), tmp_path).decode()
        assert not any(survives(line, result) for line in body)
        assert result.startswith(lines[0] + line_break + "x")
        assert len(result) == len(line_break.join([*lines[:count], *lines[5:]]))


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\\n", "%0A", "<br>", '" +\n  "', "\n\n", "\\u000a"])
@pytest.mark.parametrize(
    "headers", [[""], ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-256-CBC,0123", ""], ["Version: GnuPG v2", ""], []]
)
def test_a_private_key_with_headers_and_blank_lines_is_hidden(
    line_break: str, headers: list[str], tmp_path: Path
) -> None:
    body = [drawn(64), drawn(64), drawn(20) + "=="]
    begin, end = "-----BEGIN PGP PRIVATE KEY BLOCK-----", "-----END PGP PRIVATE KEY BLOCK-----"
    result = redacted(line_break.join([begin, *headers, *body, end, "after"]).encode(), tmp_path).decode()
    assert not any(survives(line, result) for line in body)
    assert result.startswith(begin + line_break)
    assert result.endswith(line_break.join([end, "after"]))
    assert all(header in result for header in headers)


def test_a_private_key_without_an_end_is_hidden_and_what_follows_is_not(tmp_path: Path) -> None:
    body = [drawn(64), drawn(64)]
    written = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", "", *body, "and so on, said the log: nothing"])
    result = redacted(written.encode(), tmp_path).decode()
    assert not any(survives(line, result) for line in body)
    assert "and so on, said the log: nothing" in result


@pytest.mark.parametrize("before", ["\x1b[32m", "\\u001b[31m", "\\x0a", "\\033[1;32m", "a."])
def test_colours_hide_no_secret_of_another_vendor(before: str, tmp_path: Path) -> None:
    for secret in (
        f"ghp_{drawn(36)}",
        f"eyJ{drawn(20)}.eyJ{drawn(20)}.{drawn(43)}",
        f"eyJ{drawn(9)}%2EeyJ{drawn(9)}%2E{drawn(43)}",
    ):
        if before == "a." and secret[0] == "e":
            continue
        result = redacted(f"say {before}{secret}\x1b[0m".encode(), tmp_path).decode()
        assert result.startswith(f"say {before}{secret[:3]}")
        assert not any(survives(part, result) for part in re.split(r"[.]|%2E|_|eyJ", secret) if part)


def test_a_key_in_utf_16_within_another_text_is_refused(tmp_path: Path) -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        (tmp_path / "in.log").write_bytes(b"log line\n" * 30 + minted().encode(encoding) + b"\n")
        ran = run_command(tmp_path, "redact", "in.log", "-o", "out")
        assert (ran.status, (tmp_path / "out").exists()) == (5, False)
        assert "in.log: line 31" in ran.stderr
        assert "UTF-16" in ran.stderr


def test_what_is_packed_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.gz").write_bytes(gzip.compress(gzip.compress(minted().encode())))
    ran = run_command(tmp_path, "redact", "in.gz", "-o", "out")
    assert (ran.status, (tmp_path / "out").exists()) == (5, False)
    assert "in.gz: is packed with gzip twice" in ran.stderr
