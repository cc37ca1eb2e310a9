"""A scan finds keys in every form that they are written in, whatever stands around them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import ROOT, run_command
from scans import FORMAT, OTHER, finds_within, found_in, minted, parts, says_nothing_of, scanned

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
    "html": lambda key: "".join(c if c.isalnum() else f"&#{ord(c)};" for c in key),
    "html, hexadecimal": lambda key: "".join(c if c.isalnum() else f"&#x{ord(c):X};" for c in key),
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
