"""Properties of explain: no input makes a traceback or shows a secret, and what says nothing changes no verdict."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from breaks import BREAKS
from evidence import holds_secret, minted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import mutated

from conformance import cli
from conformance.diagnosis.detection import READERS
from tests.corpus.case import cases

EXAMPLES = int(os.environ.get("EXPLAIN_EXAMPLES", "40"))  # inputs for each property
SAMPLES = [(case.given_as, data) for case in cases() for data in case.stored().values()]


def in_process(data: bytes, *words: str) -> tuple[int, str]:
    """An explanation within this process, which many examples need."""
    out, err = io.StringIO(), io.StringIO()
    with tempfile.TemporaryDirectory() as directory, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        file = Path(directory) / "evidence"
        file.write_bytes(data)
        status = cli.main(["explain", str(file), *words])
    return status, out.getvalue() + err.getvalue()


PROPERTY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("kind", ["", *READERS])
@PROPERTY
@given(data=st.one_of(st.binary(max_size=2000), mutated(*(data for _, data in SAMPLES))))
def test_no_input_makes_a_traceback(kind: str, data: bytes) -> None:
    status, printed = in_process(data, *(["--as", kind] if kind else []))
    assert status in (0, 1, 2, 3)  # 2 for what begins as an archive or a picture does
    assert "internal error" not in printed


KEYS = [minted() for _ in range(3)]
FILLED = [
    data.replace(b"{%A[0:66]%}", KEYS[0].encode()).replace(b"{%B[0:66]%}", KEYS[1].encode())
    for _, data in SAMPLES
    if b"{%A[0:66]%}" in data and len(data) < 50_000
]


@PROPERTY
@given(data=mutated(*FILLED), form=st.sampled_from(["text", "json", "html"]))
def test_no_output_holds_a_piece_of_a_secret(data: bytes, form: str) -> None:
    _, printed = in_process(data, "--format", form)
    assert not any(holds_secret(printed, key) for key in KEYS)


SIGNS = ["\t", "\x0b", "\x0c", "\x1d", "\x1e", "\x85", "\x02\x03\x04\x05\x06\x1d", "\x0c\x03]r\x03%"]


@pytest.mark.parametrize("form", ["text", "json", "html"])
@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", "HOPX_API_KEY="])
def test_no_sign_within_a_key_brings_a_piece_of_it_to_light(before: str, sign: str, form: str) -> None:
    mixed = "aB3d"  # so that the last piece has letters of both kinds and a digit, as nearly every one has
    begin, secret = KEYS[0][:23], KEYS[0][-28:] + mixed + KEYS[1][-11:]
    _, printed = in_process(f"{before}{begin}{secret[:28]}{sign}{secret[28:-2]}\n".encode(), "--format", form)
    assert not any(secret[at : at + 8] in printed for at in range(len(secret) - 7))


@pytest.mark.parametrize("form", ["text", "json", "html"])
@pytest.mark.parametrize("sign", BREAKS.values(), ids=BREAKS)
def test_nothing_that_breaks_a_key_brings_a_piece_of_it_to_light(sign: str, form: str) -> None:
    for tail in (9, 12, 15, 20):
        for before in ("httpx.LocalProtocolError: Illegal header value b'", '< HTTP/1.1 401\n<\n{"message": "'):
            key = minted()
            data = f"{before}{key[:-tail]}{sign}{key[-tail:]}' again\n".encode()
            _, printed = in_process(data, "--format", form)
            assert not holds_secret(printed, key)


@pytest.mark.parametrize("kind", ["", "error", "curl", "http", "env", "log", "key"])
@pytest.mark.parametrize("lost", [0, 1, 3])
@pytest.mark.parametrize(
    "begin", ["0096: ", "2026-11-28T09:00:00Z stdout F ", "    12 | ", "<= Recv header, 20 bytes\n0000: "]
)
def test_the_rest_of_a_key_is_hidden_behind_what_begins_a_line(begin: str, lost: int, kind: str) -> None:
    pieces = [KEYS[0][-43:-24], f"{KEYS[1][-5:-2]}aB3d{KEYS[1][-16:-13]}", f"{KEYS[2][-20:-10]}Zq9x"]  # all look random
    secret = "".join(pieces)
    first = f"{secret[:19]} {secret[19 + lost // 2 : 29 - lost // 2]}"
    text = f"X-API-Key: {KEYS[0][:23]}{first}\n{begin}{secret[29:]}\n401 Unauthorized\n"
    _, printed = in_process(text.encode(), "--format", "html", *(["--as", kind] if kind else []))
    assert not any(secret[at : at + 8] in printed for at in range(len(secret) - 7))


def verdict(data: bytes) -> tuple[str, list[str]]:
    _, printed = in_process(data, "--format", "json")
    found = json.loads(printed)
    return found["verdict"], sorted(one["cause"] for one in found["findings"])


HARS = [data for _, data in SAMPLES if data.lstrip().startswith(b"{") and b'"entries"' in data and len(data) < 300_000]


@PROPERTY
@given(data=st.sampled_from(HARS), seed=st.randoms(use_true_random=False))
def test_the_order_and_case_of_headers_and_entries_of_others_change_no_verdict(data: bytes, seed: Any) -> None:
    har = json.loads(data)
    for entry in har["log"]["entries"]:
        headers = entry["request"]["headers"]
        seed.shuffle(headers)
        for header in headers:
            header["name"] = seed.choice([str.lower, str.upper, str.title])(header["name"])
    other = {
        "startedDateTime": "2026-01-01T00:00:00.000Z",
        "request": {"method": "GET", "url": "https://cdn.example.net/app.js", "headers": [], "httpVersion": "HTTP/1.1"},
        "response": {"status": 404, "headers": [], "content": {"size": 0, "mimeType": "text/html", "text": "<html>"}},
    }
    har["log"]["entries"].insert(seed.randint(0, len(har["log"]["entries"])), other)
    assert verdict(json.dumps(har).encode()) == verdict(data)


TEXTS = [
    data for _, data in SAMPLES if b"\r" not in data and b"\0" not in data and data.isascii() and b"HTTP/1" in data
]


@PROPERTY
@given(data=st.sampled_from(TEXTS))
def test_the_line_ends_of_a_transcript_change_no_verdict(data: bytes) -> None:
    assert verdict(data.replace(b"\n", b"\r\n")) == verdict(data)


def test_the_order_of_files_changes_no_verdict(tmp_path: Path) -> None:
    for case in cases():
        if len(case.files) < 2:
            continue
        files, _ = case.filled()
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        told = []
        for names in (list(files), list(files)[::-1]):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                cli.main(["explain", *(str(tmp_path / name) for name in names), "--format", "json"])
            found = json.loads(out.getvalue())
            told.append((found["verdict"], sorted(one["cause"] for one in found["findings"])))
        assert told[0] == told[1], case.id
