"""Keys of the API in what is redacted: whole, broken, wrapped, in base64."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from breaks import BREAKS
from redacting import SHAPES, minted, redacted, run_on, survives
from runs import FORMAT, run_command

from conformance.redaction.candidates import WordFinder, best_finder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "X-API-Key: {}\r\n",
        'curl -H "X-API-Key: {}" https://x',
        "KEY='{}'\n",
        "httpx.LocalProtocolError: Illegal header value b'{}\\n'",
        '{{"a": "Bearer {}\\r\\n"}}',
        "https://x/?k={}&page=2",
        "x\N{KEY}{}\N{KEY}",
    ],
)
def test_a_key_keeps_its_head_its_length_and_what_surrounds_it(around: str, tmp_path: Path) -> None:
    key = minted()
    head, _, secret = key.partition(".")
    ran = run_on(tmp_path, around.format(key))
    assert ran.status == 0
    before, _, after = around.format("|").partition("|")
    assert ran.stdout.startswith(f"{before}{head}.REDACTED")
    assert ran.stdout.endswith(f"xA{after}")
    assert len(ran.stdout) == len(around.format(key))
    assert not survives(secret, ran.output)
    assert "1 secret replaced" in ran.stderr


def test_the_same_key_becomes_the_same_pseudonym_in_every_file_and_another_one_in_another_run(tmp_path: Path) -> None:
    one, other = minted(), minted()
    (tmp_path / "a.har").write_text(f'{{"k": "{one}", "l": "{other}"}}')
    (tmp_path / "b.log").write_text(f"{one}\n{base64.b64encode(one.encode()).decode()}\n{one.partition('.')[2]}")
    (tmp_path / "out").mkdir()
    runs = []
    for _ in range(2):
        ran = run_command(tmp_path, "redact", "a.har", "b.log", "-o", "out")
        assert (ran.status, ran.stdout) == (0, "")
        values = json.loads((tmp_path / "out" / "a.har").read_text())
        plain, coded, half = (tmp_path / "out" / "b.log").read_text().splitlines()
        assert values["k"] == plain == base64.b64decode(coded).decode()
        assert values["k"].endswith(half)
        assert values["l"].partition(".")[2] != half
        runs.append(half)
    assert runs[0] != runs[1]


def test_what_was_wrong_with_a_key_can_still_be_seen(tmp_path: Path) -> None:
    key = minted()
    head, _, secret = key.partition(".")
    impossible = next(one for one in FORMAT.secret_alphabet if one not in FORMAT.last_characters)
    for broken in (key[:-1], key[:30], key[:-1] + impossible, key + "=", key.replace(".", ".."), head + secret):
        for written in (f"a {broken} b", f'"{broken}"', f"{broken}\u201d", f"k={broken}\n"):
            ran = run_on(tmp_path, written)
            assert ran.status == 0
            assert len(ran.stdout) == len(written)
            assert not survives(secret, ran.output)
    assert "xB b" in run_on(tmp_path, f"a {key[:-1]}{impossible} b").stdout
    assert "x= b" in run_on(tmp_path, f"a {key}= b").stdout or "A= b" in run_on(tmp_path, f"a {key}= b").stdout
    inner = run_on(tmp_path, f"{key[:40]}\u200b{key[40:]}").stdout
    assert inner[40] == "\u200b"
    assert not survives(secret, inner)


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\\n", "\\\n  ", "\n> "])
@pytest.mark.parametrize("place", [4, 12, 23, 30, 60])
def test_a_key_that_goes_on_in_another_line_is_found(line_break: str, place: int, tmp_path: Path) -> None:
    key = minted()
    written = f"say {key[:place]}{line_break}{key[place:]} again"
    result = redacted(written.encode(), tmp_path).decode()
    assert len(result) == len(written)
    assert not survives(key.partition(".")[2], result.replace(line_break, ""))
    assert redacted(result.encode(), tmp_path).decode() == result


@pytest.mark.parametrize("gap", BREAKS.values(), ids=BREAKS)
@pytest.mark.parametrize("tail", [10, 15, 20, 30])
def test_no_part_of_a_broken_key_is_left(gap: str, tail: int, tmp_path: Path) -> None:
    for _ in range(12):
        key = minted()
        written = f"say {key[:-tail]}{gap}{key[-tail:]} again, it failed because"
        result = redacted(written.encode(), tmp_path).decode()
        assert len(result) == len(written)
        assert not survives(key.partition(".")[2], result.replace(gap, ""))
        assert result.endswith(" again, it failed because")
        assert result.startswith(f"say {key[:23]}REDACTED")
        assert gap in result
        assert redacted(result.encode(), tmp_path).decode() == result


@pytest.mark.parametrize("tail", ["abcdefghig", "ABCDEFGHIQ", "Abcdefghig"])
def test_the_end_of_a_broken_key_may_look_like_a_word(tail: str, tmp_path: Path) -> None:
    result = redacted(f"say {minted()[:-10]}\n; {tail} again".encode(), tmp_path).decode()
    assert tail not in result
    assert result.endswith(" again")


def test_a_key_that_goes_on_behind_what_a_log_writes_before_a_line_is_hidden(tmp_path: Path) -> None:
    gap = "\n2026-11-23T14:00:01Z INFO app: "
    for tail in (15, 20, 30) * 4:
        key = minted()
        result = redacted(f"say {key[:-tail]}{gap}{key[-tail:]} again".encode(), tmp_path).decode()
        assert not survives(key.partition(".")[2], result.replace(gap, ""))
        assert gap in result


@pytest.mark.parametrize(
    "dot",
    ["\u200b.", ".\u200b", "…", "\\u002e", "&#46;", "%252E", "\\.", " .", "\u00b7", ",", ":", " ", "\n", ".\n\n", ". "],
)
def test_a_key_with_another_sign_than_its_dot_is_found(dot: str, tmp_path: Path) -> None:
    head, _, secret = minted().partition(".")
    written = f"say {head}{dot}{secret} again"
    result = redacted(written.encode(), tmp_path).decode()
    assert result.startswith(f"say {head}{dot}REDACTED")
    assert not survives(secret, result)


@pytest.mark.parametrize("before", ["", "ive_", "HOPX_LIVE_", "hopx-live-", "key=", '"', "\\n"])
@pytest.mark.parametrize("finder", [best_finder, WordFinder])
def test_a_key_without_its_beginning_and_a_secret_alone_are_found(before: str, finder: Any, tmp_path: Path) -> None:
    head, _, secret = minted().partition(".")
    for alone in [f"{head[-12:]}.{secret}"] + [secret] * (before[-1:] not in ("_", "-", " ")):
        result = redacted(f"say {before}{alone} again".encode(), tmp_path, finder=finder(SHAPES)).decode()
        assert re.fullmatch(f"say {re.escape(before)}{re.escape(alone[:-43])}REDACTED\\w{{5}}x*A again", result)


def test_what_follows_a_truncated_key_is_left(tmp_path: Path) -> None:
    key = minted()
    for after in (
        " was rejected because the server said so, see req_8f3kd",
        "\n2026-11-23T14:00:01Z INFO ok",
        "\x1b[0m GET /v1",
    ):
        written = f"say {key[:40]}{after}"
        assert redacted(written.encode(), tmp_path).decode().endswith(f"x{after}")
        written = f"say {key[:22]}{after}"
        assert redacted(written.encode(), tmp_path).decode() == written


@pytest.mark.parametrize("spelled", ["&#{};", "&#x{:x};", "\\u{:04x}", "\\\\u{:04x}", "%{:02X}"])
def test_a_key_whose_signs_are_escaped_keeps_its_escapes(spelled: str, tmp_path: Path) -> None:
    shown, secret = minted().split(".")
    key = f"{shown}.{secret[:20]}-_{secret[22:]}"
    written = "".join(sign if sign.isalnum() else spelled.format(ord(sign)) for sign in key)
    for around in ("say {}\n", '{{"a": "{}"}}', "api_key={}&b\n"):
        result = redacted(around.format(written).encode(), tmp_path).decode()
        assert not survives(secret, result)
        escapes = re.compile("&#[^;]+;|\\\\+u....|%..")
        assert escapes.findall(result) == escapes.findall(around.format(written))


@pytest.mark.parametrize("user", ["", "a:", "me:", "you:", "someone:"])
def test_keys_in_base64_stay_base64_of_a_redacted_key(user: str, tmp_path: Path) -> None:
    key = minted()
    for before in ("Authorization: Basic ", "x="):
        written = before + base64.b64encode(f"{user}{key}:".encode()).decode() + "\n"
        result = redacted(written.encode(), tmp_path).decode()
        decoded = base64.b64decode(result.removeprefix(before)).decode()
        assert re.fullmatch(re.escape(key.partition(".")[0]) + r"\.REDACTED\w{5}x*A", decoded.split(":")[-2])
        assert redacted(result.encode(), tmp_path).decode() == result
