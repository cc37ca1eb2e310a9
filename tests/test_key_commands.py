"""hopx-auth key: what is a key and what is none, and no secret in any answer."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from commands import says_nothing_of, shell
from runs import FORMAT, SPEC, run_command

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.keys import ApiKey


@pytest.fixture
def key() -> ApiKey:
    return FORMAT.mint()


@pytest.mark.parametrize("ending", ["", "\n"])
@pytest.mark.parametrize("where", ["input", "dash"])
def test_a_well_formed_key_is_said_to_be_one(key: ApiKey, ending: str, where: str, tmp_path: Path) -> None:
    ran = run_command(tmp_path, "key", "check", *(["-"] if where == "dash" else []), stdin=key.reveal() + ending)
    assert (ran.status, ran.stdout, ran.stderr) == (0, f"{key}: well-formed\n", "")
    assert says_nothing_of(ran, key)


def test_a_salt_that_holds_a_key_is_refused(key: ApiKey, tmp_path: Path) -> None:
    other = FORMAT.mint()
    secret = FORMAT.parts(key).secret
    for salt in (key.reveal(), secret, f"a-{other.reveal()}", f"a-{FORMAT.parts(other).secret}"):
        ran = run_command(tmp_path, "key", "fingerprint", f"--salt={salt}", stdin=key.reveal())
        assert (ran.status, ran.stdout) == (2, "")
        assert "this one holds a key" in ran.stderr
        assert says_nothing_of(ran, key)


def test_a_variant_of_the_prefix_is_noted(tmp_path: Path) -> None:
    (prefix,) = SPEC.key.other_prefixes
    parts = FORMAT.parts(FORMAT.mint())
    ran = run_command(tmp_path, "key", "check", stdin=f"{prefix}{parts.key_id}.{parts.secret}")
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout.endswith("well-formed; the prefix is a variant, see D2\n")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda key: key + "\n\n", "it has a trailing newline"),
        (lambda key: key + "\r\n", "it has a trailing carriage return"),
        (lambda key: key + " ", "it has a trailing space"),
        (lambda key: f'"{key}"', "it has a pair of quotes around it"),
        (lambda key: key[:-1], "its secret has 42 characters, where there are 43"),
        (lambda key: key + "\udcff", "it has a character outside ASCII"),
        (lambda key: key + "\N{KEY}", "it has a character outside ASCII"),
        (lambda key: key.replace("_live_", "_LIVE_"), "it does not begin with hopx_live_ or hopx_test_"),
        (lambda key: key[key.index(".") + 1 :], "it does not begin with hopx_live_ or hopx_test_"),
        (lambda key: key + "\0", "its secret has a character at position 44 that does not belong there"),
        (lambda _key: "", "it is empty"),
        (lambda _key: "\n", "it is empty"),
    ],
)
def test_what_is_no_key_is_said_not_to_be_one_and_why(change: Any, reason: str, key: ApiKey, tmp_path: Path) -> None:
    ran = run_command(tmp_path, "key", "check", stdin=change(key.reveal()))
    assert (ran.status, ran.stderr) == (1, "")
    assert ran.stdout.endswith(f": no key: {reason}\n")
    assert ran.stdout.count("\n") == 1
    assert says_nothing_of(ran, key)
    ran = run_command(tmp_path, "key", "check", "--format", "json", stdin=change(key.reveal()))
    assert (ran.status, ran.stderr) == (1, "")
    result = json.loads(ran.stdout)
    assert (result["well_formed"], result["reason"]) == (False, reason)
    assert says_nothing_of(ran, key)


def test_texts_are_redacted_and_the_rest_of_them_is_left(key: ApiKey, tmp_path: Path) -> None:
    text = f"curl -H 'X-API-Key: {key.reveal()}' \N{KEY} https://x/?k={key.reveal()}&a=b\n\nDone.\n"
    ran = run_command(tmp_path, "key", "redact", stdin=text)
    head = key.reveal()[: key.reveal().index(".") + 1]
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout == f"curl -H 'X-API-Key: {head}…' \N{KEY} https://x/?k={head}…&a=b\n\nDone.\n"
    ran = run_command(tmp_path, "key", "redact", stdin=key.reveal())
    assert ran.stdout == f"{key}\n"
    assert json.loads(run_command(tmp_path, "key", "redact", "--format=json", stdin=key.reveal()).stdout) == {
        "redacted": str(key)
    }


def test_keys_are_redacted_in_basic_credentials_and_over_several_lines(key: ApiKey, tmp_path: Path) -> None:
    head = key.reveal()[: key.reveal().index(".") + 1]
    for user in ("user:{}", "{}:"):
        coded = base64.b64encode(user.format(key.reveal()).encode()).decode()
        shown = user.partition("{}")[0] + head
        kept = coded[: len(shown) * 8 // 6]
        ran = run_command(tmp_path, "key", "redact", stdin=f"> Authorization: Basic {coded}\n> Accept: */*\n")
        assert ran.stdout.startswith(f"> Authorization: Basic {kept}…")
        assert ran.stdout.endswith("\n> Accept: */*\n")
        assert coded[-60:-20] not in ran.stdout
    for line_break in ("\n", "\n    ", "\\\n", "\n> "):
        text = f"curl -H 'X-API-Key: {key.reveal()[:40]}{line_break}{key.reveal()[40:]}' https://x\nDone.\n"
        ran = run_command(tmp_path, "key", "redact", stdin=text)
        assert ran.stdout == f"curl -H 'X-API-Key: {head}…' https://x\nDone.\n"


def test_a_fingerprint_is_the_same_for_the_same_key_and_salt_only(key: ApiKey, tmp_path: Path) -> None:
    def found(text: str, *options: str) -> Any:
        ran = run_command(tmp_path, "key", "fingerprint", "--format", "json", *options, stdin=text)
        assert (ran.status, ran.stderr) == (0, "")
        assert says_nothing_of(ran, key)
        return json.loads(ran.stdout)

    one, other = found(key.reveal(), "--salt", "s"), found(key.reveal() + "\n", "--salt=s")
    assert one == other == {"fingerprint": one["fingerprint"], "salt": "s"}
    assert len(one["fingerprint"]) == 16
    assert found(FORMAT.mint().reveal(), "--salt=s")["fingerprint"] != one["fingerprint"]
    salts = [found(key.reveal()), found(key.reveal())]
    assert salts[0]["salt"] != salts[1]["salt"]
    assert salts[0]["fingerprint"] != salts[1]["fingerprint"]
    assert found(key.reveal(), "--salt", salts[0]["salt"]) == salts[0]
    assert found(key.reveal(), "--salt", "\udcff")["fingerprint"]


def test_a_fingerprint_of_what_is_no_key_is_made_with_a_note_and_of_nothing_is_not(key: ApiKey, tmp_path: Path) -> None:
    ran = run_command(tmp_path, "key", "fingerprint", "--salt=s", stdin=key.reveal() + " ")
    assert ran.status == 0
    assert ran.stderr == "hopx-auth: note: this is no key: it has a trailing space\n"
    for nothing in ("", "\n"):
        ran = run_command(tmp_path, "key", "fingerprint", stdin=nothing)
        assert (ran.status, ran.stdout) == (1, "")
        assert "there is no text" in ran.stderr


def test_a_minted_key_is_printed_whole_and_another_one_each_time(tmp_path: Path) -> None:
    minted = [run_command(tmp_path, "key", "mint", *more) for more in ((), (), ("--format", "json"))]
    assert {ran.status for ran in minted} == {0}
    texts = [minted[0].stdout[:-1], minted[1].stdout[:-1], json.loads(minted[2].stdout)["key"]]
    assert {FORMAT.parse(text).prefix for text in texts} == {SPEC.key.prefix}
    assert len(set(texts)) == 3


@pytest.mark.parametrize("action", ["check", "redact", "fingerprint"])
def test_a_huge_text_is_no_trouble(action: str, key: ApiKey, tmp_path: Path) -> None:
    text = key.reveal() + "A" * 5_000_000
    for given in (text, f"{'word ' * 500_000}{text}"):
        ran = run_command(tmp_path, "key", action, stdin=given)
        assert ran.status in (0, 1)
        assert "Traceback" not in ran.stderr
        assert says_nothing_of(ran, key)


@pytest.mark.parametrize("action", ["check", "redact", "fingerprint"])
def test_bytes_that_are_no_text_are_no_trouble(action: str, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 20)
    for script in (f'"$@" key {action} < binary', f'PYTHONIOENCODING=ascii "$@" key {action} --format json < binary'):
        ran = shell(script, tmp_path)
        assert ran.status in (0, 1)
        assert "Traceback" not in ran.stderr
        assert "internal" not in ran.stderr
    json.loads(ran.stdout)


@pytest.mark.parametrize("action", ["check", "redact", "fingerprint"])
def test_a_closed_standard_input_is_said(action: str, tmp_path: Path) -> None:
    ran = shell(f'"$@" key {action} <&-', tmp_path)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == "hopx-auth: standard input cannot be read; pipe the text in\n"
