"""What a scan calls a key, a near key, an example or a placeholder, and what it does not speak of."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from runs import run_command
from scans import EXAMPLE, FORMAT, found_in, minted, near_misses, parts, says_nothing_of, scanned

if TYPE_CHECKING:
    from pathlib import Path


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
