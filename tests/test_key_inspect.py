"""hopx-auth key inspect and key new: all that the shape of a key shows, and nothing of its secret."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from runs import SPEC, environment, run_command

from conformance.diagnosis.shape.shape import shape_of
from conformance.keys import KeyFormat
from conformance.recognition.vendors import VENDORS
from conformance.scrub import Scrubber

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Nothing that looks like a key may reach the database of examples.
settings.register_profile("inspect", database=None, deadline=None)
settings.load_profile("inspect")

FORMAT = KeyFormat(msgspec.to_builtins(SPEC.key))


def shows(secret: str, output: str) -> bool:
    return any(secret[at : at + 8] in output for at in range(len(secret) - 7))


def inspected(directory: Path, text: str) -> Any:
    ran = run_command(directory, "key", "inspect", "--format", "json", stdin=text)
    assert ran.status in (0, 1)
    assert ran.stderr == ""
    return json.loads(ran.stdout)


def test_a_well_formed_key_is_healthy_and_its_parts_are_named(tmp_path: Path) -> None:
    key = FORMAT.mint().reveal()
    ran = run_command(tmp_path, "key", "inspect", stdin=key + "\n")
    assert (ran.status, ran.stderr) == (0, "")
    first, *rest = ran.stdout.splitlines()
    assert first == f"{FORMAT.redact(key)}: well-formed"
    assert "  its last character is possible for 32 bytes" in rest
    result = inspected(tmp_path, key)
    parts = FORMAT.parse(key)
    assert (result["well_formed"], result["prefix"], result["key_id"]) == (True, parts.prefix, parts.key_id)
    assert (result["length"], result["secret_length"], result["causes"]) == (len(key), 43, [])
    assert not shows(parts.secret, ran.output)


def test_a_well_formed_key_of_another_environment_is_noted_and_healthy(tmp_path: Path) -> None:
    (prefix,) = SPEC.key.other_prefixes
    parts = FORMAT.parts(FORMAT.mint())
    ran = run_command(tmp_path, "key", "inspect", stdin=f"{prefix}{parts.key_id}.{parts.secret}")
    assert ran.status == 0
    assert "[test-key-on-live]" in ran.stdout


def test_nothing_is_said_to_be_nothing_in_a_line(tmp_path: Path) -> None:
    assert run_command(tmp_path, "key", "inspect").stdout == "nothing is there [env-var-unset]\n"


@pytest.mark.parametrize(("encoding", "mark"), [("utf-16-le", "\ufeff"), ("utf-16-be", "\ufeff"), ("utf-16-le", "")])
def test_a_key_that_a_shell_wrote_in_utf_16_is_read_and_its_mark_is_named(
    encoding: str, mark: str, tmp_path: Path
) -> None:
    key = FORMAT.mint().reveal()
    result = inspected(tmp_path, f"{mark}{key}\n".encode(encoding).decode("utf-8", "surrogateescape"))
    assert [fact["fact"] for fact in result["facts"] if fact["cause"]] == (["byte-order-mark"] if mark else [])
    assert (result["key_id"], result["well_formed"]) == (FORMAT.parse(key).key_id, not mark)


def test_a_byte_of_no_text_is_called_a_byte(tmp_path: Path) -> None:
    key = FORMAT.mint().reveal()
    ran = run_command(tmp_path, "key", "inspect", stdin=f"{key[:-1]}\udcff")
    assert ran.status == 1
    assert f"a character outside ASCII stands at position {len(key)} (byte FF)" in ran.stdout


def other_last(key: str) -> str:
    return key[:-1] + next(one for one in FORMAT.secret_alphabet if one not in FORMAT.last_characters)


CASES: list[tuple[Callable[[str], str], list[str]]] = [
    (lambda _key: "", ["env-var-unset"]),
    (lambda _key: "  ", ["env-var-unset"]),
    (lambda key: f'"{key}"', ["key-wrapped-in-quotes"]),
    (lambda key: f"'{key}", ["key-wrapped-in-quotes"]),
    (lambda key: key + "\n\n", ["key-trailing-newline"]),
    (lambda key: key + "\r\n", ["key-trailing-newline-cr"]),
    (lambda key: key + "\\n", ["key-trailing-newline"]),
    (lambda key: key + " ", ["key-surrounding-whitespace"]),
    (lambda key: "\t" + key, ["key-surrounding-whitespace"]),
    (lambda key: "\ufeff" + key, ["unicode-lookalike-zwsp"]),
    (lambda key: f"“{key}”", ["unicode-lookalike-smart-quotes"]),
    (lambda key: key.replace(".", ".\u200b"), ["unicode-lookalike-zwsp", "key-mistyped"]),
    (lambda key: "\u00a0" + key, ["unicode-lookalike-nbsp"]),
    (lambda key: key[:-3] + "\u2013" + key[-2:], ["unicode-lookalike-en-dash", "key-mistyped"]),
    (lambda key: key[:11] + "\u0430" + key[12:], ["unicode-lookalike-cyrillic", "key-mistyped"]),
    (lambda key: f"Bearer {key}", ["bearer-in-env"]),
    (lambda key: f"bearer Bearer {key}", ["bearer-in-env"]),
    (lambda key: f"Bearer{key}", ["bearer-no-space"]),
    (lambda key: f'"Bearer {key}\r"', ["key-wrapped-in-quotes", "key-trailing-newline-cr", "bearer-in-env"]),
    (lambda key: f"A_KEY={key}", ["not-a-key"]),
    (lambda key: f"X-Header: {key}", ["not-a-key"]),
    (lambda _key: "your_api_key_here", ["placeholder-key"]),
    (lambda _key: f"{FORMAT.prefix}YOUR_KEY_HERE", ["placeholder-key"]),
    (lambda _key: f"{FORMAT.prefix}abc123...", ["placeholder-key"]),
    (lambda _key: "<your key>", ["placeholder-key"]),
    (lambda _key: "xxxxxxxxxxxx", ["placeholder-key"]),
    (lambda key: key[:15] + "*" * 20, ["key-masked"]),
    (lambda key: key[:15] + "...", ["key-masked"]),
    (lambda key: key[:20] + "…" + key[-4:], ["key-masked"]),
    (lambda key: key[: key.index(".") + 1], ["key-truncated-at-dot"]),
    (lambda key: key[: key.index(".")], ["key-id-only"]),
    (lambda key: key[: key.index(".") - 3], ["key-truncated"]),
    (lambda key: key[key.index(".") + 1 :], ["secret-only"]),
    (lambda key: key[:-1], ["key-truncated-last-char"]),
    (lambda key: key[:-9], ["key-truncated"]),
    (lambda key: key[3:], ["key-truncated"]),
    (lambda key: key + "A", ["key-mistyped"]),
    (other_last, ["key-mistyped"]),
    (lambda key: key[:-1] + "=", ["key-mistyped"]),
    (lambda key: key.upper(), ["key-mistyped"]),
    (lambda _key: "$API_KEY", ["env-var-not-expanded"]),
    (lambda _key: "${API_KEY}", ["env-var-not-expanded"]),
    (lambda _key: "%API_KEY%", ["env-var-not-expanded"]),
    (lambda _key: "{{api_key}}", ["env-var-not-expanded"]),
    (lambda _key: "${{ secrets.API_KEY }}", ["env-var-not-expanded"]),
    (lambda _key: "undefined", ["literal-null-key"]),
    (lambda _key: "None", ["literal-null-key"]),
    (lambda _key: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", ["jwt-instead-of-key"]),
    (lambda _key: f"{VENDORS[2].begins}{'a1B2' * 8}", ["wrong-vendor-key"]),
    (lambda _key: "https://example.com/keys", ["not-a-key-url"]),
    (lambda _key: "me@example.com", ["not-a-key-email"]),
    (lambda _key: "please use the key of production", ["not-a-key-prose"]),
    (lambda _key: "curl https://x", ["not-a-key-command"]),
    (lambda _key: "hunter2", ["not-a-key"]),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_what_is_wrong_with_a_key_points_to_its_cause(number: int, tmp_path: Path) -> None:
    change, causes = CASES[number]
    key = FORMAT.mint().reveal()
    text = change(key)
    result = inspected(tmp_path, text)
    assert result["causes"] == causes
    assert result["well_formed"] is False
    assert not shows(key.partition(".")[2], json.dumps(result))
    ran = run_command(tmp_path, "key", "inspect", stdin=text)
    assert ran.status == 1
    assert not shows(key.partition(".")[2], ran.output)
    assert all(f"[{cause}]" in ran.stdout for cause in causes)


def test_what_redact_wrote_is_known_and_its_shape_is_kept(tmp_path: Path) -> None:
    key = FORMAT.mint().reveal()
    for broken, causes in ((key, []), (f'"{key}"', ["key-wrapped-in-quotes"])):
        redacted = run_command(tmp_path, "redact", "-", stdin=broken).stdout
        result = inspected(tmp_path, redacted)
        assert result["causes"] == causes
        assert "redacted" in [fact["fact"] for fact in result["facts"]]


ACTIONS = ["inspect", "check", "redact", "fingerprint"]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_key_as_an_argument_is_refused(action: str, tmp_path: Path) -> None:
    key = FORMAT.mint().reveal()
    ran = run_command(tmp_path, "key", action, key)
    assert (ran.status, ran.stdout) == (2, "")
    assert "shell's history" in ran.stderr
    assert not shows(key.partition(".")[2], ran.output)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_key_that_is_pasted_into_a_terminal_is_not_shown(action: str, tmp_path: Path) -> None:
    key = FORMAT.mint().reveal()
    main, other = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance.cli", "key", action],
        cwd=tmp_path,
        env=environment(),
        stdin=other,
        stdout=subprocess.PIPE,
        stderr=other,
        start_new_session=True,
        text=True,
    )
    shown = b""
    while b"shown): " not in shown:
        shown += os.read(main, 1000)
    os.write(main, key.encode() + b"\n")
    stdout, _ = process.communicate(timeout=600)
    shown += os.read(main, 1000)
    os.close(main)
    os.close(other)
    assert process.returncode == 0
    assert (FORMAT.parse(key).key_id in stdout) == (action != "fingerprint")
    assert not shows(key.partition(".")[2], stdout + shown.decode())


def test_a_new_key_is_well_formed_and_another_one_each_time(tmp_path: Path) -> None:
    made = [run_command(tmp_path, "key", "new").stdout.strip() for _ in range(2)]
    assert {FORMAT.parse(key).prefix for key in made} == {FORMAT.prefix}
    assert made[0] != made[1]


PIECES = [
    "Bearer ",
    '"',
    "\n",
    "\r",
    "\ufeff",
    "“",
    "\u200b",
    "hopx_live_",
    ".",
    "NXAXAV4sU3Ii",
    "$X",
    "***",
    "=",
    " ",
    "…",
]


@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=9)), max_size=8).map("".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=9)), max_size=8).map("".join),
    st.booleans(),
)
@example("", "", True)
@example("\udcff", "\ud800", True)
@example("[", "{" * 300, False)
def test_no_text_is_too_strange_and_no_secret_is_shown(before: str, after: str, whole: bool) -> None:
    key = FORMAT.mint()
    secret = FORMAT.parts(key).secret
    shape = shape_of(before + (key.reveal() if whole else secret) + after, FORMAT)
    scrubber = Scrubber(FORMAT)
    scrubber.learn(secret)
    assert not scrubber.knows(repr(shape))
    assert shape.facts


@pytest.mark.parametrize(
    "piece", ["your_", "Bearer ", "a=", "x: ", '"', "eyJ.", "hopx_live_", "a_", "<", "$(", "{{", "\\n"]
)
def test_a_huge_text_is_no_trouble(piece: str) -> None:
    assert shape_of(piece * 200_000, FORMAT).facts
