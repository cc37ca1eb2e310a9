"""What explain prints of keys that were damaged at several places: nothing of the secret, and everything else."""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from pathlib import Path

import pytest
from breaks import BREAKS
from damage import Damaged, damaged, restless
from dumps import DUMPED, dumped
from evidence import FORMAT, minted
from explained import URL, causes, explained, printed
from hypothesis import HealthCheck, given, settings
from runs import run_command

from conformance import cli

EXAMPLES = int(os.environ.get("EXPLAIN_EXAMPLES", "40"))  # inputs for each property


@pytest.mark.parametrize("form", ["text", "json", "html"])
@settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(one=damaged())
def test_no_damage_brings_a_piece_of_a_secret_to_light(form: str, one: Damaged) -> None:
    with tempfile.TemporaryDirectory() as directory, contextlib.redirect_stdout(io.StringIO()) as output:
        file = Path(directory) / "evidence"
        file.write_bytes(one.text.encode())
        status = cli.main(["explain", str(file), "--format", form])
    assert status in (0, 1, 3)
    assert not any(one.secret[at : at + 8] in output.getvalue() for at in range(len(one.secret) - 7))


@pytest.mark.parametrize("form", ["text", "json", "html"])
@pytest.mark.parametrize("tool", DUMPED)
def test_a_hex_dump_brings_no_piece_of_a_secret_to_light(tool: str, form: str, tmp_path: Path) -> None:
    for before in range(0, 16, 3):
        key = minted()
        request = f"GET /{'a' * before} HTTP/1.1\r\nX-API-Key: {key}\r\n\r\nHTTP/1.1 401 Unauthorized\r\n\r\n"
        (tmp_path / "evidence").write_bytes(b"=> Send header\n" + dumped(request.encode(), tool) + b"\n")
        ran, secret = run_command(tmp_path, "explain", "evidence", "--format", form), key.rpartition(".")[2]
        assert ran.status in (0, 1, 3), ran.output
        assert not any(secret[at : at + 8] in ran.output for at in range(len(secret) - 7))


def test_the_second_of_two_keys_is_seen_whatever_the_secret_of_the_first_is() -> None:
    first = next(key for key in iter(minted, "") if re.match(r"[^-_]{12}-", key.rpartition(".")[2]))
    second = minted()
    told = (
        f'$ curl -sv -H "X-API-Key: {first}" -H "Authorization: Bearer {second}" {URL}\n'
        f"> GET /v1/sandboxes HTTP/1.1\n> Host: api.hopx.dev\n> X-API-Key: {first}\n> Authorization: Bearer {second}\n"
        ">\n< HTTP/1.1 401 Unauthorized\n<\n"
    )
    assert causes(explained(told)) == ["conflicting-credentials"]


ORDINARY = (
    "req_aB3dEfG9hJ2k",
    "3f2a9bc1-d0e4-4a3b-8c1d-5e6f7a8b9c0d",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "/usr/lib/python3.11/site-packages/httpx/_transports/default.py",
    "httpx.RemoteProtocolError",
    "SandboxClient.createV2",
    "InvalidHeaderValue",
    "X-RateLimit-Limit",
    "hopx-python/0.1.0",
    "HOPX_API_KEY_STAGING",
    "2026-11-20T10:00:00.123456Z",
    "index-B3x9kQz.js:12:3456",
    "api.hopx.dev/v1/sandboxes?limit=20",
)
BESIDE = (
    "Request ID: req_aB3dEfG9hJ2k at 2026-11-20T10:00:00.123456Z, trace 3f2a9bc1-d0e4-4a3b-8c1d-5e6f7a8b9c0d\n"
    "    at SandboxClient.createV2 (index-B3x9kQz.js:12:3456) InvalidHeaderValue, HOPX_API_KEY_STAGING\n"
    "X-RateLimit-Limit: 5, User-Agent: hopx-python/0.1.0, GET https://api.hopx.dev/v1/sandboxes?limit=20\n"
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"
    'File "/usr/lib/python3.11/site-packages/httpx/_transports/default.py", line 3\n'
    "httpx.RemoteProtocolError: 401 Unauthorized: "
)


def test_what_is_no_key_stays_readable() -> None:
    page = printed(f"{BESIDE}bad key\n", form="html")
    assert [one for one in ORDINARY if one not in page] == []


def test_what_is_no_key_stays_readable_beside_a_damaged_one() -> None:
    key = f"opx_live_{restless(FORMAT.id_length)}.{restless(20)}\n# {restless(FORMAT.secret_length - 20)}"
    for text in (BESIDE + key, key + "\n" + BESIDE):
        page = printed(text, form="html")
        assert [one for one in ORDINARY if one not in page] == []


@pytest.mark.parametrize("sign", BREAKS.values(), ids=BREAKS)
def test_a_text_without_its_keys_is_one_without_broken_ones(sign: str, tmp_path: Path) -> None:
    key = minted()
    for at in (len(key) - 9, len(key) - 15, len(key) - 20):
        ran = run_command(tmp_path, "key", "redact", stdin=f"the key is {key[:at]}{sign}{key[at:]} and more\n")
        secret = FORMAT.parse(key).secret
        assert not any(secret[one : one + 8] in ran.output for one in range(len(secret) - 7))
        assert ran.stdout.startswith(f"the key is {key[:22]}.")
        assert ran.stdout.endswith(" and more\n")
