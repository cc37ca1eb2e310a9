"""hopx-auth redact: no secret comes through, everything else does, byte for byte and place by place."""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import re
import secrets
import string
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import msgspec
import pytest
from breaks import BREAKS
from dumps import DUMPED, dumped
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st
from mutations import mutated
from runs import SPEC, run_command
from scripted import scripted

from conformance.keys import KeyFormat
from conformance.recognition.placeholders import is_pseudonym
from conformance.recognition.shapes import Shapes
from conformance.recognition.vendors import VENDORS
from conformance.redaction.candidates import PatternFinder, WordFinder, best_finder
from conformance.redaction.input import ClosedError, UnreadableError
from conformance.redaction.proof import best_search, hits, windows_of
from conformance.redaction.run import NotProvedError, Redaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from runs import Ran

# Nothing that looks like a key may reach the database of examples.
settings.register_profile("redact", database=None, deadline=None, max_examples=60)
settings.load_profile("redact")

FORMAT = KeyFormat(msgspec.to_builtins(SPEC.key))
SHAPES = Shapes(FORMAT)
ALPHABET = string.ascii_letters + string.digits


def minted() -> str:
    return FORMAT.mint().reveal()


def drawn(length: int = 24) -> str:
    """A secret that is no word, with letters and digits."""
    return "a1" + "".join(secrets.choice(ALPHABET) for _ in range(length - 2))


FINDER, WORDS = best_finder(SHAPES), WordFinder(SHAPES)


def redacted(written: bytes, directory: Path, chunk: int = 1 << 20, finder: Any = FINDER) -> bytes:
    """Within this process."""
    source = directory / "in"
    source.write_bytes(written)
    redaction = Redaction(FORMAT, chunk=chunk, finder=finder)
    try:
        redaction.add(str(source))
        to = io.BytesIO()
        redaction.prove()[0].publish(to)
    finally:
        redaction.close()
    return to.getvalue()


BESIDE = (  # what stands around secrets, and what is none
    b"POST /v1 HTTP/1.1\r\nAuthorization: Bearer KEY\r\nCookie: a=b; sid=KEY\r\n\r\n"
    + b'{"api_key": "KEY", "token_id": 7}',
    b'{"cookies": [{"name": "sid", "value": "KEY"}], "url": "https://me:KEY@example.com/?token=KEY"}',
    b"$ curl -u me:KEY -b sid=KEY --proxy-user a:KEY https://KEYKEYKEY@example.com -H 'X-Auth: KEY'\n",
    b"docker login -u me --password KEY\nsetx HOPX_API_KEY KEY\nexport PASSWORD='KEY'\nlogin me password KEY\n",
    b"say KEY hopx%5flive_KEY hopx-python/0.5 ghp_KEYKEY eyJKEY.KEY \\nKEY sk-KEY\n-----BEGIN PRIVATE KEY-----\nKEY\n",
)


def samples() -> list[bytes]:
    key = minted()
    coded = base64.b64encode(key.encode()).decode()
    return [
        one.replace(b"KEY", piece.encode()) for one in BESIDE for piece in (key, key[23:], key[10:], key[:40], coded)
    ]


@settings(max_examples=400)
@given(mutated(*samples()))
def test_both_finders_see_the_same(text: bytes) -> None:
    assert isinstance(FINDER, PatternFinder)
    assert FINDER.candidates(text + b"\0") == WORDS.candidates(text + b"\0")


def test_both_finders_see_the_secret_of_a_short_key_that_stands_alone() -> None:
    short = KeyFormat(
        {
            "prefix": "key_",
            "id": {"alphabet": "base62", "length": 6},
            "separator": ".",
            "secret": {"encoding": "base64url", "bytes": 15},
        }
    )
    shapes = Shapes(short)
    text = f"it is {short.parts(short.mint()).secret}\n".encode()
    found = PatternFinder(shapes).candidates(text)
    assert [one.kind for one in found] == ["half"]
    assert found == WordFinder(shapes).candidates(text)


def forms_of(secret: str) -> list[str]:
    raw = secret.encode()
    coded = [base64.b64encode(b"\0" * before + raw).decode()[before and before + 1 : -4] for before in range(3)]
    return [secret, quote(secret, safe=""), json.dumps(secret)[1:-1], *coded]


def survives(secret: str, output: bytes | str) -> bool:
    text = output if isinstance(output, bytes) else output.encode("utf-8", "surrogateescape")
    forms = [form.encode() for form in forms_of(secret)]
    return any(form[at : at + 8] in text for form in forms for at in range(len(form) - 7))


def run_on(directory: Path, written: str, *options: str) -> Ran:
    return run_command(directory, "redact", "-", *options, stdin=written)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return tmp_path


# Keys


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
def test_a_key_keeps_its_head_its_length_and_what_surrounds_it(around: str, here: Path) -> None:
    key = minted()
    head, _, secret = key.partition(".")
    ran = run_on(here, around.format(key))
    assert ran.status == 0
    before, _, after = around.format("|").partition("|")
    assert ran.stdout.startswith(f"{before}{head}.REDACTED")
    assert ran.stdout.endswith(f"xA{after}")
    assert len(ran.stdout) == len(around.format(key))
    assert not survives(secret, ran.output)
    assert "1 secret replaced" in ran.stderr


def test_the_same_key_becomes_the_same_pseudonym_in_every_file_and_another_one_in_another_run(here: Path) -> None:
    one, other = minted(), minted()
    (here / "a.har").write_text(f'{{"k": "{one}", "l": "{other}"}}')
    (here / "b.log").write_text(f"{one}\n{base64.b64encode(one.encode()).decode()}\n{one.partition('.')[2]}")
    (here / "out").mkdir()
    runs = []
    for _ in range(2):
        ran = run_command(here, "redact", "a.har", "b.log", "-o", "out")
        assert (ran.status, ran.stdout) == (0, "")
        values = json.loads((here / "out" / "a.har").read_text())
        plain, coded, half = (here / "out" / "b.log").read_text().splitlines()
        assert values["k"] == plain == base64.b64decode(coded).decode()
        assert values["k"].endswith(half)
        assert values["l"].partition(".")[2] != half
        runs.append(half)
    assert runs[0] != runs[1]


def test_what_was_wrong_with_a_key_can_still_be_seen(here: Path) -> None:
    key = minted()
    head, _, secret = key.partition(".")
    impossible = next(one for one in FORMAT.secret_alphabet if one not in FORMAT.last_characters)
    for broken in (key[:-1], key[:30], key[:-1] + impossible, key + "=", key.replace(".", ".."), head + secret):
        for written in (f"a {broken} b", f'"{broken}"', f"{broken}\u201d", f"k={broken}\n"):
            ran = run_on(here, written)
            assert ran.status == 0
            assert len(ran.stdout) == len(written)
            assert not survives(secret, ran.output)
    assert "xB b" in run_on(here, f"a {key[:-1]}{impossible} b").stdout
    assert "x= b" in run_on(here, f"a {key}= b").stdout or "A= b" in run_on(here, f"a {key}= b").stdout
    inner = run_on(here, f"{key[:40]}\u200b{key[40:]}").stdout
    assert inner[40] == "\u200b"
    assert not survives(secret, inner)


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\\n", "\\\n  ", "\n> "])
@pytest.mark.parametrize("place", [4, 12, 23, 30, 60])
def test_a_key_that_goes_on_in_another_line_is_found(line_break: str, place: int, here: Path) -> None:
    key = minted()
    written = f"say {key[:place]}{line_break}{key[place:]} again"
    result = redacted(written.encode(), here).decode()
    assert len(result) == len(written)
    assert not survives(key.partition(".")[2], result.replace(line_break, ""))
    assert redacted(result.encode(), here).decode() == result


@pytest.mark.parametrize("gap", BREAKS.values(), ids=BREAKS)
@pytest.mark.parametrize("tail", [10, 15, 20, 30])
def test_no_part_of_a_broken_key_is_left(gap: str, tail: int, here: Path) -> None:
    for _ in range(12):
        key = minted()
        written = f"say {key[:-tail]}{gap}{key[-tail:]} again, it failed because"
        result = redacted(written.encode(), here).decode()
        assert len(result) == len(written)
        assert not survives(key.partition(".")[2], result.replace(gap, ""))
        assert result.endswith(" again, it failed because")
        assert result.startswith(f"say {key[:23]}REDACTED")
        assert gap in result
        assert redacted(result.encode(), here).decode() == result


@pytest.mark.parametrize("tail", ["abcdefghig", "ABCDEFGHIQ", "Abcdefghig"])
def test_the_end_of_a_broken_key_may_look_like_a_word(tail: str, here: Path) -> None:
    result = redacted(f"say {minted()[:-10]}\n; {tail} again".encode(), here).decode()
    assert tail not in result
    assert result.endswith(" again")


def test_a_key_that_goes_on_behind_what_a_log_writes_before_a_line_is_hidden(here: Path) -> None:
    gap = "\n2026-11-23T14:00:01Z INFO app: "
    for tail in (15, 20, 30) * 4:
        key = minted()
        result = redacted(f"say {key[:-tail]}{gap}{key[-tail:]} again".encode(), here).decode()
        assert not survives(key.partition(".")[2], result.replace(gap, ""))
        assert gap in result


@pytest.mark.parametrize(
    "dot",
    ["\u200b.", ".\u200b", "…", "\\u002e", "&#46;", "%252E", "\\.", " .", "\u00b7", ",", ":", " ", "\n", ".\n\n", ". "],
)
def test_a_key_with_another_sign_than_its_dot_is_found(dot: str, here: Path) -> None:
    head, _, secret = minted().partition(".")
    written = f"say {head}{dot}{secret} again"
    result = redacted(written.encode(), here).decode()
    assert result.startswith(f"say {head}{dot}REDACTED")
    assert not survives(secret, result)


@pytest.mark.parametrize("before", ["", "ive_", "HOPX_LIVE_", "hopx-live-", "key=", '"', "\\n"])
@pytest.mark.parametrize("finder", [best_finder, WordFinder])
def test_a_key_without_its_beginning_and_a_secret_alone_are_found(before: str, finder: Any, here: Path) -> None:
    head, _, secret = minted().partition(".")
    for alone in [f"{head[-12:]}.{secret}"] + [secret] * (before[-1:] not in ("_", "-", " ")):
        result = redacted(f"say {before}{alone} again".encode(), here, finder=finder(SHAPES)).decode()
        assert re.fullmatch(f"say {re.escape(before)}{re.escape(alone[:-43])}REDACTED\\w{{5}}x*A again", result)


def test_what_follows_a_truncated_key_is_left(here: Path) -> None:
    key = minted()
    for after in (
        " was rejected because the server said so, see req_8f3kd",
        "\n2026-11-23T14:00:01Z INFO ok",
        "\x1b[0m GET /v1",
    ):
        written = f"say {key[:40]}{after}"
        assert redacted(written.encode(), here).decode().endswith(f"x{after}")
        written = f"say {key[:22]}{after}"
        assert redacted(written.encode(), here).decode() == written


@pytest.mark.parametrize("spelled", ["&#{};", "&#x{:x};", "\\u{:04x}", "\\\\u{:04x}", "%{:02X}"])
def test_a_key_whose_signs_are_escaped_keeps_its_escapes(spelled: str, here: Path) -> None:
    shown, secret = minted().split(".")
    key = f"{shown}.{secret[:20]}-_{secret[22:]}"
    written = "".join(sign if sign.isalnum() else spelled.format(ord(sign)) for sign in key)
    for around in ("say {}\n", '{{"a": "{}"}}', "api_key={}&b\n"):
        result = redacted(around.format(written).encode(), here).decode()
        assert not survives(secret, result)
        escapes = re.compile("&#[^;]+;|\\\\+u....|%..")
        assert escapes.findall(result) == escapes.findall(around.format(written))


@pytest.mark.parametrize("user", ["", "a:", "me:", "you:", "someone:"])
def test_keys_in_base64_stay_base64_of_a_redacted_key(user: str, here: Path) -> None:
    key = minted()
    for before in ("Authorization: Basic ", "x="):
        written = before + base64.b64encode(f"{user}{key}:".encode()).decode() + "\n"
        result = redacted(written.encode(), here).decode()
        decoded = base64.b64decode(result.removeprefix(before)).decode()
        assert re.fullmatch(re.escape(key.partition(".")[0]) + r"\.REDACTED\w{5}x*A", decoded.split(":")[-2])
        assert redacted(result.encode(), here).decode() == result


@pytest.mark.parametrize(
    "text",
    [
        "postgres://app:{}@db:5432/x",
        "MODE=x\nA_PASSWORD={}\n",
        '{{"user": "me", "access_token": "{}"}}',
        "-----BEGIN PRIVATE KEY-----\n{0}{0}{0}\n-----END PRIVATE KEY-----\n",
        "<a href='/?token={}&page=2'>more</a>",
    ],
)
@pytest.mark.parametrize(
    "around", ["x: {}\n", '{{"encoding": "base64", "text": "{}"}}', "a\\n{}\\n", "a=%22{}%22", "{}"]
)
@pytest.mark.parametrize("width", [0, 64])
@pytest.mark.parametrize("finder", [best_finder, WordFinder])
def test_texts_in_base64_stay_such_without_their_secrets(
    text: str, around: str, width: int, finder: Callable[..., Any], here: Path
) -> None:
    secret = drawn(32)
    coded = base64.b64encode(text.format(secret).encode()).decode()
    line_break = "\\n" if '"' in around else "\n  "
    lines = line_break.join(coded[at : at + width] for at in range(0, len(coded), width)) if width else coded
    written = around.format(quote(lines, safe="\n ") if "%" in around else lines)
    result = redacted(written.encode(), here, chunk=100, finder=finder(SHAPES)).decode()
    assert len(result) == len(written)
    before, _, after = around.format("|").partition("|")
    inner = re.sub(r"\\n|\s", "", unquote(result.removeprefix(before).removesuffix(after)))
    shown = base64.b64decode(inner).decode()
    assert not survives(secret, shown)
    kept = re.escape(text.format("|")).replace("\\|" * text.count("{0}") or "\\|", "(REDACTED[a-z2-9]{5})?x+")
    assert re.fullmatch(kept, shown)


@pytest.mark.parametrize("around", ["x: {}\n", '{{"a": "\\\\x{}"}}', "0x{}", "a={}&b"])
@pytest.mark.parametrize("spell", [str, str.upper])
def test_texts_in_hexadecimal_stay_such_without_their_secrets(
    around: str, spell: Callable[[str], str], here: Path
) -> None:
    key = minted()
    written = around.format(spell(f"X-API-Key: {key}\r\n".encode().hex()))
    result = redacted(written.encode(), here).decode()
    assert len(result) == len(written)
    before, _, after = around.format("|").partition("|")
    digits = result.removeprefix(before).removesuffix(after)
    assert digits == spell(digits)
    shown = bytes.fromhex(digits).decode()
    assert re.fullmatch(rf"X-API-Key: {re.escape(key.partition('.')[0])}\.REDACTED\w{{5}}x*A\r\n", shown)


def test_what_is_packed_in_base64_is_hidden_whole_where_it_holds_a_secret(here: Path) -> None:
    secret = drawn()
    for text, is_hidden in ((f"password: {secret}", True), ("the answer to everything", False)):
        coded = base64.b64encode(gzip.compress(text.encode())).decode()
        for written in (f'{{"data": "{coded}"}}', f"release: {base64.b64encode(coded.encode()).decode()}\n"):
            result = redacted(written.encode(), here).decode()
            assert len(result) == len(written)
            assert (result != written) == is_hidden
            assert not is_hidden or coded[:16] not in result


def test_a_secret_in_the_line_below_a_text_in_base64_is_none_of_it(here: Path) -> None:
    for _ in range(30):
        key = minted()
        coded = base64.b64encode(key.encode()).decode()
        result = redacted(f"{key}\n{coded}\n{key.partition('.')[2]}\n".encode(), here).decode()
        plain, inner, half = result.splitlines()
        assert base64.b64decode(inner).decode() == plain
        assert plain.endswith(half)


def test_a_word_in_base64_is_left(here: Path) -> None:
    for text in ("the password is wrong, try again", "<svg viewBox='0 0 24 24'><path d='M1 2'/></svg>"):
        written = f"data:text/plain;base64,{base64.b64encode(text.encode()).decode()}\nANOTHER_VARIABLE_OF_THE_FILE=1\n"
        assert redacted(written.encode(), here).decode() == written


# Other vendors


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
def test_the_secrets_of_other_vendors_are_hidden_wherever_they_stand(vendor: Any, here: Path) -> None:
    secret = example_of(vendor.begins, vendor.rest)
    for written in (f"{secret} ", f'"{secret}"', f"\\n{secret}\\n", f"say={secret}&b"):
        for finder in (best_finder(SHAPES), WordFinder(SHAPES)):
            result = redacted(written.encode(), here, finder=finder).decode()
            assert vendor.begins in result
            assert not survives(secret.removeprefix(vendor.begins), result)
    assert vendor.source


def test_a_jwt_keeps_three_parts_and_all_but_its_signature_where_that_is_asked_for(here: Path) -> None:
    parts = [base64.urlsafe_b64encode(json.dumps({name: drawn()}).encode()).decode().rstrip("=") for name in "ab"]
    jwt = ".".join([*parts, drawn(43)])
    shown = run_on(here, f"t {jwt} t").stdout.split()[1]
    assert [len(part) for part in shown.split(".")] == [len(part) for part in jwt.split(".")]
    assert shown.startswith("eyJxxx")
    assert not any(survives(part, shown) for part in jwt.split("."))
    kept = run_on(here, f"t {jwt} t", "--jwt", "signature").stdout.split()[1]
    assert kept.split(".")[:2] == parts
    assert is_pseudonym(kept.split(".")[2])


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\\n"])
def test_a_private_key_is_hidden_between_its_lines(line_break: str, here: Path) -> None:
    body = [drawn(64), drawn(64), drawn(20) + "=="]
    lines = ["-----BEGIN EC PRIVATE KEY-----", *body, "-----END EC PRIVATE KEY-----", "after"]
    for count in (5, 3):
        result = redacted(line_break.join([*lines[:count], *lines[5:]]).encode(), here).decode()
        assert not any(survives(line, result) for line in body)
        assert result.startswith(lines[0] + line_break + "x")
        assert len(result) == len(line_break.join([*lines[:count], *lines[5:]]))


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\\n", "%0A", "<br>", '" +\n  "', "\n\n", "\\u000a"])
@pytest.mark.parametrize(
    "headers", [[""], ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-256-CBC,0123", ""], ["Version: GnuPG v2", ""], []]
)
def test_a_private_key_with_headers_and_blank_lines_is_hidden(line_break: str, headers: list[str], here: Path) -> None:
    body = [drawn(64), drawn(64), drawn(20) + "=="]
    begin, end = "-----BEGIN PGP PRIVATE KEY BLOCK-----", "-----END PGP PRIVATE KEY BLOCK-----"
    result = redacted(line_break.join([begin, *headers, *body, end, "after"]).encode(), here).decode()
    assert not any(survives(line, result) for line in body)
    assert result.startswith(begin + line_break)
    assert result.endswith(line_break.join([end, "after"]))
    assert all(header in result for header in headers)


def test_a_private_key_without_an_end_is_hidden_and_what_follows_is_not(here: Path) -> None:
    body = [drawn(64), drawn(64)]
    written = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", "", *body, "and so on, said the log: nothing"])
    result = redacted(written.encode(), here).decode()
    assert not any(survives(line, result) for line in body)
    assert "and so on, said the log: nothing" in result


@pytest.mark.parametrize("before", ["\x1b[32m", "\\u001b[31m", "\\x0a", "\\033[1;32m", "a."])
def test_colours_hide_no_secret_of_another_vendor(before: str, here: Path) -> None:
    for secret in (
        f"ghp_{drawn(36)}",
        f"eyJ{drawn(20)}.eyJ{drawn(20)}.{drawn(43)}",
        f"eyJ{drawn(9)}%2EeyJ{drawn(9)}%2E{drawn(43)}",
    ):
        if before == "a." and secret[0] == "e":
            continue
        result = redacted(f"say {before}{secret}\x1b[0m".encode(), here).decode()
        assert result.startswith(f"say {before}{secret[:3]}")
        assert not any(survives(part, result) for part in re.split(r"[.]|%2E|_|eyJ", secret) if part)


def test_a_key_in_utf_16_within_another_text_is_refused(here: Path) -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        (here / "in.log").write_bytes(b"log line\n" * 30 + minted().encode(encoding) + b"\n")
        ran = run_command(here, "redact", "in.log", "-o", "out")
        assert (ran.status, (here / "out").exists()) == (5, False)
        assert "in.log: line 31" in ran.stderr
        assert "UTF-16" in ran.stderr


def test_what_is_packed_twice_is_refused(here: Path) -> None:
    (here / "in.gz").write_bytes(gzip.compress(gzip.compress(minted().encode())))
    ran = run_command(here, "redact", "in.gz", "-o", "out")
    assert (ran.status, (here / "out").exists()) == (5, False)
    assert "in.gz: is packed with gzip twice" in ran.stderr


# Names that say: this is a secret


@pytest.mark.parametrize(
    "written",
    [
        "Authorization: Bearer {}\r\n",
        "authorization: {}\n",
        "Authorization: Token {}\n",
        'Authorization: Bearer "{}"\n',
        "Proxy-Authorization: Basic {}\n",
        "Cookie: a={}; b=\n",
        "cookie: x=; a={}",
        'Cookie: a="{}"; b=\n',
        "Set-Cookie: a={}; Path=/; HttpOnly\n",
        "X-Auth-Token: {}\n",
        "x-api-key: {}\n",
        '-H "Authorization: {}"',
        "-H 'X-Secret: {}' https://x",
        "curl -u me:{} https://x",
        "curl -b 'a={}' https://x",
        "tool --api-key {} --x",
        "tool --password={} --x",
        "https://me:{}@example.com/",
        "https://x/?api_key={}&page=2",
        "https://x/?page=2&access_token={}",
        "https://x/?next=%2F%3Ftoken%3D{}%26a%3Db",
        "user=me&password={}",
        "password={}&user=me",
        "A_PASSWORD={}\n",
        "export A_SECRET='{}'\n",
        'API_KEY_PROD="{}"\r\n',
        "password: {}\n",
        '{{"password": "{}"}}',
        '{{"clientSecret":"{}"}}',
        '{{"text": "{{\\"token\\": \\"{}\\"}}"}}',
        '{{"text": "{{\\\\\\"token\\\\\\":\\\\\\"{}\\\\\\"}}"}}',
        '{{"name": "Authorization", "value": "Bearer {}"}}',
        '{{"name": "cookie",\n   "value": "a={}; b="}}',
        '{{"name": "password", "value": "{}"}}',
        '{{"cookies": [{{"name": "a", "path": "/", "value": "{}"}}]}}',
        "[('x-token', '{}'), ('a', 'b')]",
        "{{'Authorization': 'Bearer {}'}}",
        "<password>{}</password>",
        "machine api.example.com login me password {}\n",
        "machine api.example.com\n  login me\n  password {}\n",
        "env:\n  - name: A_TOKEN\n    value: {}\n",
        'env:\n  - name: "A_TOKEN"\n    value: "{}"\n',
        "ENV A_TOKEN {}\n",
        "set -gx A_TOKEN {}\n",
        "setx A_TOKEN {}\r\n",
        "api_key:\n  {}\n",
        "api_key: |-\n  {}\n",
        "os.environ['A_TOKEN'] = '{}'\n",
        'Content-Disposition: form-data; name="password"\r\n\r\n{}\r\n',
        '<add key="ApiKey" value="{}"/>',
        "map[X-Api-Key:[{}]]",
        "curl -su me:{} https://x",
        "curl -U me:{} https://x",
        "curl --proxy-user me:{} https://x",
        "curl --user='me:{}' https://x",
        "curl -b sid={} https://x",
        "Bearer\t{}\n",
        "AccountKey={};EndpointSuffix=x\n",
        "https://{}@example.com/",
        "Bearer {}",
        "GET /callback?code={}&state=1 HTTP/1.1\n",
        "grant_type=authorization_code&code={}&code_verifier=",
        '{{"name": "code", "value": "{}"}}',
        "https://x.blob.core.windows.net/c?sv=2&sig={}&se=1\n",
        "SAMLResponse={}&RelayState=x",
        "Ocp-Apim-Subscription-Key: {}\r\n",
        "x-functions-key: {}\r\n",
        "Set-Cookie: a=; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/, b={}; Path=/\r\n",
        ".example.com\tTRUE\t/\tFALSE\t1799999999\tsid\t{}\n",
        'Content-Disposition: form-data; name="token"\r\nContent-Type: text/plain\r\n\r\n{}\r\n',
        '{{"text": "name=\\"token\\"\\r\\nContent-Type: text/plain\\r\\n\\r\\n{}\\r\\n"}}',
        "rawHeaders: ['Host', 'x', 'X-API-Key', '{}', 'Accept', '*/*']",
        "[ 'X-API-Key', '{}' ]",
        'setenv("A_TOKEN", "{}", 1);',
        "DRIVER={{x}};UID=me;PWD={};\n",
        "https://{}:x@example.com/",
        "data=%7B%22password%22%3A%22{}%22%7D",
        "data=%257B%2522password%2522%253A%2522{}%2522%257D",
        '<div data-x="{{&quot;password&quot;:&quot;{}&quot;}}">',
        "?next=https%253A%252F%252Fx%253Ftoken%253D{}%2526a",
        "[password] => {}\n",
        '{{"db_password": {{"sensitive": true, "type": "string", "value": "{}"}}}}',
        "setx /M A_TOKEN {}\r\n",
        "<wsse:SessionToken>{}</wsse:SessionToken>",
    ],
)
@pytest.mark.parametrize("finder", [best_finder, WordFinder])
def test_what_a_name_says_is_a_secret_is_hidden(written: str, finder: Callable[..., Any], here: Path) -> None:
    secret = drawn()
    before = written.format(secret)
    result = redacted(before.encode(), here, finder=finder(SHAPES)).decode()
    assert not survives(secret, result)
    assert result == before.replace(secret, result[before.index(secret) :][: len(secret)])
    assert is_pseudonym(result[before.index(secret) :][: len(secret)])


@pytest.mark.parametrize(
    "written",
    [
        "Authorization: Bearer \r\n",
        "Authorization: Bearer undefined\n",
        "X-API-Key: $API_KEY\n",
        "X-API-Key: your_api_key_here\n",
        '{"token": null, "password": ""}',
        "X-API-Key: hopx_live_YOUR_KEY_HERE\n",
        "token = get_token(a, b)\n",
        "var token=e.next(),n=1;",
        '{"total_tokens": 12345678, "token_type": "bearer_token"}',
        "the password is wrong, and so is the secret: try again\n",
        "Set-Cookie: a=; Path=/; Max-Age=0\n",
        '["token", "password", "secret"]',
        "id hopx_live_NXAXAV4sU3Ii is revoked\n",
        "<div class=token>hello</div>",
        "https://example.com:8080/a@b",
        '{"code": "auth_invalid_key", "error_code": "E1002-ABCDEF-123456", "auth": "basic", "auth_type": "api_key_2"}',
        '{"code": "auth_invalid_key_2024_01", "exit_code": 1234567, "sig_alg": "ES256abcdefgh"}',
        "code: 0A1B2C3D4E5F60718293\nerror_code=0A1B2C3D4E5F60718293\n?code=invalid_key_2&x",
        "Vary: authorization, cookie\nPWD=/home/a1b2c3d4\n",
        "var a=1;token=next;password=b;",
    ],
)
def test_what_is_no_secret_is_left(written: str, here: Path) -> None:
    ran = run_on(here, written)
    assert (ran.status, ran.stdout) == (0, written)
    assert "no secrets were found" in ran.stderr


def test_a_secret_that_nothing_announces_is_hidden_where_something_announced_it_elsewhere(here: Path) -> None:
    secret = drawn()
    coded = base64.b64encode(f"x{secret}".encode()).decode()
    written = f"first {secret}\n{secret[5:17]}\n{coded}\npassword={secret}\n"
    result = redacted(written.encode(), here).decode()
    assert result.count("\n") == 4
    assert not survives(secret, result)
    assert len(set(re.findall(r"REDACTED\w+", result))) == 1


def test_a_password_that_is_a_word_is_hidden_in_the_address_of_a_database(here: Path) -> None:
    for written in ("Server=a;User Id=b;Password={};Database=c\n", '"DRIVER={{x}};UID=b;PWD={}"'):
        result = redacted(written.format("correcthorse").encode(), here).decode()
        assert result == written.format("x" * len("correcthorse"))


@pytest.mark.parametrize("written", ['{{"auths": {{"x.io": {{"auth": "{}"}}}}}}', "//npm.example.com/:_auth={}\n"])
def test_what_docker_and_npm_keep_stays_base64_of_a_redacted_user_and_password(written: str, here: Path) -> None:
    password = drawn(8)
    result = redacted(written.format(base64.b64encode(f"me:{password}".encode()).decode()).encode(), here).decode()
    assert result == written.format(base64.b64encode(b"xx:xxxxxxxx").decode())


def test_directories_are_no_passwords(here: Path) -> None:
    (here / "env.txt").write_text("PWD=/srv/app\nOLDPWD=/home/dev\nCONFIG_SECRET=/srv/app/config\n")
    (here / "err.txt").write_text('File "/srv/app/main.py" /srv/application /srv/app/config/a\n')
    (here / "out").mkdir()
    assert run_command(here, "redact", "env.txt", "err.txt", "-o", "out").status == 0
    assert (here / "out" / "env.txt").read_text().startswith("PWD=/srv/app\nOLDPWD=/home/dev\nCONFIG_SECRET=")
    assert (here / "out" / "err.txt").read_text() == (here / "err.txt").read_text()
    result = redacted(b"Server=x;Pwd=hunter2hunter;\n", here)
    assert b"hunter2" not in result


def test_words_that_somebody_took_for_a_secret_stay_where_they_are_words(here: Path) -> None:
    for word in ("production", "description", "response_code", "internal_server_error"):
        other = json.dumps({word: 1, f"in_{word}": word})
        result = redacted(f"COOKIE_SECRET={word}\n{other}\n".encode(), here).decode()
        assert word not in result.splitlines()[0]
        assert result.splitlines()[1] == other


def test_places_that_nothing_announced_are_counted(here: Path) -> None:
    secret = drawn()
    assert "covered in 2 other places" in run_on(here, f"password={secret}\n{secret} {secret}\n").stderr


def test_the_documented_example_stays(here: Path) -> None:
    for written in (f"X-API-Key: {FORMAT.example}\r\n", f'{{"api_key": "{FORMAT.example}"}}', f"say {FORMAT.example}"):
        assert redacted(written.encode(), here).decode() == written


@pytest.mark.parametrize("before", ["HOPX_API_KEY=", "X-API-Key: ", "Authorization: Bearer "])
def test_a_value_that_is_no_whole_key_keeps_what_may_be_shown(before: str, here: Path) -> None:
    key = minted()
    for shown, hidden in (
        (key[:22], ""),
        (key[:22] + ".****", ""),
        (key[:23], "abc"),
        (key[:15], ""),
        ("hopx_test_" + key[10:23], key[23:]),
    ):
        result = redacted(f"{before}{shown}{hidden}\n".encode(), here).decode()
        assert result.startswith(before + shown)
        assert re.fullmatch(r"(?:x*|REDACTED\w{5}x*A)\n", result.removeprefix(before + shown))
        assert len(result) == len(f"{before}{shown}{hidden}\n")
    for shown, hidden in (("https://", "api.example.com/v1"), ("", "You are a helpful assistant")):
        result = redacted(f"HOPX_API_KEY={shown}{hidden}\n".encode(), here).decode()
        assert result.startswith(f"HOPX_API_KEY={shown}")
        assert [len(word) for word in result.split()] == [len(word) for word in f"HOPX_API_KEY={shown}{hidden}".split()]
        assert hidden[:7] not in result


# The proof


@pytest.mark.parametrize(
    "around", ["HOPX_API_KEY='Bearer {}'\n", "declare -x HOPX_API_KEY=$'{}\\r'\n", "X-API-Key: Bearer {}\n"]
)
def test_what_was_wrong_around_a_key_stays(around: str, here: Path) -> None:
    head, tail = around.split("{}")
    result = redacted(around.format(minted()).encode(), here).decode()
    assert result.startswith(f"{head}{FORMAT.prefix}")
    assert result.endswith(tail)


def test_programs_that_write_about_keys_in_every_way_can_be_shared(here: Path) -> None:
    for program in sorted(Path(__file__).parent.rglob("*.py")):
        archived = json.dumps({"key": minted(), "content": {"text": program.read_text(encoding="utf-8")}})
        json.loads(redacted(archived.encode(), here))


def test_a_line_break_within_what_seems_a_cookie_stays_one(here: Path) -> None:
    archived = json.dumps({"text": '"Cookie: ",\n  \'"\',\n'}).encode()
    assert json.loads(redacted(archived, here))["text"].count("\n") == 2


def test_what_cannot_be_hidden_is_refused_and_nothing_is_written(here: Path) -> None:
    secret = "%D0%BF%D0%B0"
    written = f'{{"password": "xxx{secret}", "x":\n "{secret}"}}'
    (here / "in.json").write_text(written)
    ran = run_command(here, "redact", "in.json", "-o", "out.json")
    assert (ran.status, ran.stdout) == (5, "")
    assert "in.json: line 2, byte 39" in ran.stderr
    assert "%D0" not in ran.stderr
    assert [path.name for path in here.iterdir()] == ["in.json"]


@given(st.lists(st.binary(min_size=8, max_size=40), min_size=1, max_size=4), st.data())
def test_every_window_of_a_secret_is_found_wherever_it_stands(found: list[bytes], data: st.DataObject) -> None:
    windows = windows_of(found)
    before, after = data.draw(st.binary(max_size=30)), data.draw(st.binary(max_size=30))
    for window in sorted(windows)[:5]:
        places = list(hits(io.BytesIO(before + window + after), best_search(windows)))
        assert any(start <= len(before) and end >= len(before) + 8 for start, end in places)


def test_a_secret_with_zeros_is_searched_whole() -> None:
    search = best_search(windows_of([b"\0\0a\0b\0c\0d\0e"]))
    assert list(hits(io.BytesIO(b"\0\0a....."), search)) == []
    assert list(hits(io.BytesIO(b"\0\0a\0b\0c\0"), search)) == [(0, 8)]


def test_thousands_of_secrets_are_searched_as_well(here: Path) -> None:
    found = [drawn(43).encode() for _ in range(600)]
    search = best_search(windows_of(found))
    text = b"-" * 1001 + found[77][20:28] + b"-" * 99
    assert list(hits(io.BytesIO(text), search)) == [(1001, 1009)]
    assert list(hits(io.BytesIO(b"- " * 5000), search)) == []


@pytest.mark.parametrize("tool", DUMPED)
def test_a_hex_dump_with_a_secret_in_it_is_refused(tool: str, here: Path) -> None:
    for before in range(16):
        request = b"GET /v1/sandboxes HTTP/1.1\r\n" + b"a" * before + f": {minted()}\r\nAccept: */*\r\n".encode()
        with pytest.raises(NotProvedError, match="the hex dump that begins in line 2 seems to hold a secret"):
            redacted(b"=> Send header, 99 bytes\n" + dumped(request, tool) + b"\n== Info: sent", here)


@pytest.mark.parametrize("tool", DUMPED)
def test_a_hex_dump_without_a_secret_is_let_through(tool: str, here: Path) -> None:
    written = dumped(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 12\r\n\r\n\0\x01\xff unauthorized", tool) + b"\n"
    assert redacted(written, here) == written


def test_what_only_looks_like_a_dump_is_let_through(here: Path) -> None:
    written = b"cafe: 12 34 beef\n00000000  ab|\n2026 11 29 12 00 00 ok\ndeadbeef\n0x10: 0\n" * 9
    assert redacted(written, here) == written


def test_a_trace_of_curl_is_refused(here: Path) -> None:
    with scripted(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}") as server:
        asked = ["curl", "-s", "--trace", "-", "-H", f"X-API-Key: {minted()}", server.url, "-o", os.devnull]
        written = subprocess.run(asked, cwd=here, capture_output=True, check=True).stdout
    with pytest.raises(NotProvedError, match="hex dump"):
        redacted(written, here)


def test_a_dump_of_od_is_refused(here: Path) -> None:
    (here / "request").write_text(f"GET / HTTP/1.1\r\nX-API-Key: {minted()}\r\n\r\n")
    asked = ["od", "-A", "x", "-t", "x1z", "request"]
    written = subprocess.run(asked, cwd=here, capture_output=True, check=True).stdout
    with pytest.raises(NotProvedError, match="hex dump"):
        redacted(written, here)


# Everything else survives


@pytest.mark.parametrize("chunk", [1, 7, 64, 4096])
def test_no_border_between_chunks_lets_a_secret_through(chunk: int, here: Path) -> None:
    key, cookie = minted(), drawn()
    coded = base64.b64encode(f"user:{key}".encode()).decode()
    entry = f'{{"name": "Cookie",\n "value": "sid={cookie}"}}, Basic {coded}, ghp_{drawn(36)}, {key}\r\n'
    written = ("\N{KEY}" * (4096 // chunk % 5) + "x" * (4050 if chunk > 7 else 20) + entry).encode() * (
        3 if chunk > 7 else 1
    )
    written += b"-" * 4096 * (chunk <= 7)  # so that every border within the entry is one between chunks
    result = redacted(written, here, chunk)
    assert len(result) == len(written)
    assert not survives(key.partition(".")[2], result)
    assert not survives(cookie, result)


def test_where_secrets_stand_between_long_pieces_makes_no_difference(here: Path) -> None:
    cookie, token, key, password = hidden = (drawn(), drawn(36), minted(), drawn(300))
    entry = f'{{"name": "Cookie", "value": "sid={cookie}"}}, ghp_{token}, {key} password="{password}"\n'
    line = b"200 GET /v1/sandboxes of nobody\n"
    around = line * 200
    for shift in range(0, 5000, 97):
        written = (entry.encode() + around + b"-" * shift + b"\n") * 3
        first, *others = redacted(written, here, chunk=5000).split(around)
        last = [first] + [one.partition(b"\n")[2] for one in others]
        assert last == [first] * 3 + [b""]
        assert not any(survives(secret.rpartition(".")[2], first) for secret in hidden)
        assert [len(one) for one in others] == [shift + 1 + len(entry)] * 2 + [shift + 1]


text = st.text(max_size=30)
names = st.sampled_from(["password", "token", "Cookie", "x", "api_key", "value", "cookies", "name", "Authorization"])
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), text, st.builds(minted)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(names, text), inner, max_size=4),
        st.builds(lambda name, value: {"name": name, "value": value}, names, inner),
        st.builds(json.dumps, inner),
    ),
    max_leaves=12,
)


def structure(value: Any) -> Any:
    if isinstance(value, dict):
        return [(name, structure(inner)) for name, inner in value.items()]
    return [structure(inner) for inner in value] if isinstance(value, list) else type(value)


@given(values, st.sampled_from([None, 1]), st.booleans())
@example({"password": "a\"b\\c'd1234\u1234\n"}, None, True)
@example({"name": "Cookie", "value": 'a="b1234567890123456"; c=\\'}, 1, True)
def test_json_stays_json_of_the_same_structure(value: Any, indent: int | None, ascii_only: bool) -> None:
    written = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    result = redacted(written, SCRATCH)
    assert structure(json.loads(result)) == structure(value)
    assert len(result) == len(written)
    assert redacted(result, SCRATCH) == result


any_text = st.text(st.characters(exclude_categories=()), max_size=12)
signs = st.sampled_from(
    ['"', "'", "\\", "\n", "\t", "=", "; ", ", ", ": ", "\\n", "\\u00e9", "token=", "token='", "Cookie: a=", " "]
)
around = st.lists(st.one_of(any_text, signs), max_size=5).map("".join)
secret_texts = st.one_of(
    st.builds(minted),
    st.builds(drawn),
    st.builds(lambda: f"ghp_{drawn(36)}"),
    st.builds(lambda: f"Bearer {minted()}"),
    st.builds(lambda: f"password='{drawn()}'"),
    st.builds(lambda: f"https://me:{drawn()}@x/"),
)
mixed = st.lists(st.one_of(around, secret_texts), min_size=1, max_size=4).map("".join)
documents: st.SearchStrategy[Any] = st.lists(
    st.one_of(
        st.dictionaries(names, mixed, min_size=1, max_size=3),
        st.builds(lambda name, value: {"name": name, "value": value}, names, mixed),
        st.builds(lambda name, value: {"value": value, "name": name}, names, mixed),
        st.dictionaries(names, mixed, max_size=2).map(lambda inner: {"text": json.dumps(inner)}),
        mixed,
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=100)
@given(documents, st.sampled_from([None, 1]), st.booleans())
@example([{"api_key": "line1\nline2 KEY"}], None, True)
@example([{"api_key": "\u00e9KEY\ud83d\ude00"}], None, True)
@example([{"name": "Set-Cookie", "value": "=\nKEY"}], None, True)
@example([{"a": "token='", "b": [1, True], "c": "'"}], None, True)
@example([{"a": "token=", "b": "c"}], None, True)
@example([{"a": '{"token": "\\"', "b": "c"}], None, True)
@example([{"text": json.dumps({"password": "\x1fx\u00b9"})}], None, True)
def test_json_with_anything_around_its_secrets_stays_json(value: Any, indent: int | None, ascii_only: bool) -> None:
    plain = json.dumps(value, indent=indent, ensure_ascii=ascii_only).replace("KEY", minted())
    try:
        result = redacted(plain.encode("utf-8", "surrogatepass"), SCRATCH)
    except NotProvedError:
        reject()  # which is right as well, as long as it is rare: Hypothesis fails where most examples are rejected
    assert structure(json.loads(result)) == structure(value)
    assert len(result) == len(plain.encode("utf-8", "surrogatepass"))
    assert result.count(b"\\") == plain.count("\\")


@pytest.mark.parametrize("value", ["line1\nline2 {}", "\u00e9{}", "\U0001f600{} and {}", '"{}"\t', "C:\\x\\{}"])
def test_what_surrounds_a_key_in_json_is_still_an_escape(value: str, here: Path) -> None:
    for name in ("api_key", "Set-Cookie", "x"):
        written = json.dumps({name: value.format(minted(), minted())})
        ran = run_on(here, written)
        assert ran.status == 0
        assert json.loads(ran.stdout)[name].endswith(value[-1] if value[-1] != "}" else "A")


PIECES = [
    *(
        "Authorization: Bearer ",
        "Cookie: ",
        "a=b; ",
        "password=",
        "token",
        '"',
        '\\"',
        "'",
        ": ",
        "=",
        "&",
        "\n",
        "\r\n",
    ),
    *("\\n", "eyJhbGciOi", ".", "://a:", "@", "-----BEGIN RSA PRIVATE KEY-----", "cookies", "[", "]", "Basic ", "ghp_"),
    *("hopx_live_", "aG9weF9saXZlX", "%3D", " -u ", "set-cookie", "\\u201c", "\0", "<secret>", "</", ", ", "REDACTED"),
]


def test_what_follows_the_first_line_of_a_private_key_at_once_is_no_header_of_it(here: Path) -> None:
    written = b"-----BEGIN RSA PRIVATE KEY-----Authorization: Bearer </"
    result = redacted(written, here)
    assert result.startswith(written[:-2])
    assert redacted(result, here) == result


@given(st.lists(st.one_of(st.sampled_from(PIECES), text, st.builds(drawn)), max_size=25).map("".join), st.data())
def test_lines_and_lengths_stay_and_a_second_time_changes_nothing(written: str, data: st.DataObject) -> None:
    raw = written.encode("utf-8", "surrogatepass") + data.draw(st.binary(max_size=20))
    try:
        result = redacted(raw, SCRATCH, data.draw(st.sampled_from([5, 100, 1 << 20])))
    except (NotProvedError, ClosedError, UnreadableError):
        reject()  # it happens to begin as something compressed, or to look like UTF-16 with an error in it
    assert len(result) == len(raw)
    assert result.count(b"\n") == raw.count(b"\n")
    assert redacted(result, SCRATCH) == result


@given(st.builds(minted), st.binary(max_size=40), st.binary(max_size=40), st.data())
def test_no_encoding_and_no_place_lets_a_key_through(
    key: str, before: bytes, after: bytes, data: st.DataObject
) -> None:
    encode = data.draw(
        st.sampled_from(
            [
                str,
                lambda one: quote(one, safe=""),
                lambda one: json.dumps(json.dumps(one)),
                lambda one: base64.b64encode(one.encode()).decode(),
                lambda one: base64.urlsafe_b64encode(f"ab:{one}".encode()).decode(),
            ]
        )
    )
    raw = b"- " + before + b" " + encode(key).encode() + b" " + after
    result = redacted(raw, SCRATCH, data.draw(st.sampled_from([3, 50, 1 << 20])))
    assert not survives(key.partition(".")[2], result)


SCRATCH = Path("/nowhere")


@pytest.fixture(autouse=True, scope="module")
def _scratch(tmp_path_factory: pytest.TempPathFactory) -> None:
    global SCRATCH
    SCRATCH = tmp_path_factory.mktemp("redact")


# Files


def test_bytes_that_are_no_text_line_ends_and_marks_survive(here: Path) -> None:
    key = minted()
    written = b"\xef\xbb\xbfa\r\nb\rc\n\xff\xfe\x80" + key.encode() + b"\x00\x1b[1m\r\n" + bytes(range(128, 256))
    (here / "in").write_bytes(written)
    ran = run_command(here, "redact", "in", "-o", "out")
    assert ran.status == 0
    secret = key.partition(".")[2].encode()
    at = written.index(secret)
    result = (here / "out").read_bytes()
    assert (result[:at], result[at + 43 :]) == (written[:at], written[at + 43 :])


def test_gzip_stays_gzip_and_utf_16_stays_utf_16(here: Path) -> None:
    key = minted()
    (here / "log.gz").write_bytes(gzip.compress(f"{key}\n".encode()) * 2)
    assert run_command(here, "redact", "log.gz", "-o", "out.gz").status == 0
    result = gzip.decompress((here / "out.gz").read_bytes()).decode()
    assert len(set(result.splitlines())) == 1
    assert not survives(key.partition(".")[2], result)
    for encoding, mark in (("utf-16", ""), ("utf-16-be", "\ufeff"), ("utf-16-le", "")):
        (here / "env").write_bytes(f"{mark}A_KEY={key}\r\nB=1\r\n".encode(encoding))
        assert run_command(here, "redact", "env", "-o", "out").status == 0
        result = (here / "out").read_bytes().decode(encoding)
        assert result.endswith("xA\r\nB=1\r\n")
        assert not survives(key.partition(".")[2], result)


@pytest.mark.parametrize(
    "magic",
    [
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"BZh91AY&SY",
        b"\xfd7zXZ\0",
        b"(\xb5/\xfd",
        b"\x04\x22\x4d\x18",
        b"\x1f\x9d",
        b"!<arch>\ndebian",
    ],
)
def test_what_cannot_be_looked_into_is_refused(magic: bytes, here: Path) -> None:
    (here / "in.har").write_bytes(magic + b"x" * 50)
    ran = run_command(here, "redact", "in.har")
    assert (ran.status, ran.stdout) == (5, "")
    assert "in.har: is " in ran.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["gone"], "gone: No such file"),
        (["."], ".: Is a directory"),
        (["broken.gz"], "broken.gz: is packed with gzip and broken"),
        (["a", "b"], "several inputs need a directory"),
        (["a", "b", "-o", "gone"], "gone: does not exist; several inputs need one to go to: make it first"),
        (["a", "b", "-o", "a"], "a: is no directory"),
        (["a", "-o", "gone/out"], "gone: does not exist; make it first"),
        (["a", "-o", "a"], "is an input"),
        (["a", "-o", "./a"], "is an input"),
        (["a", "sub/a", "-o", "sub"], "same"),
        (["-", "-"], "once"),
        (["-", "--in-place"], "--in-place writes"),
        (["a", "--in-place", "-o", "b"], "--in-place writes"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(words: list[str], says: str, here: Path) -> None:
    (here / "sub").mkdir()
    for name in ("a", "b", "sub/a"):
        (here / name).write_text(f"{name}\n")
    (here / "broken.gz").write_bytes(gzip.compress(b"x" * 1000)[:-9])
    before = sorted(here.rglob("*"))
    ran = run_command(here, "redact", *words)
    assert (ran.status, ran.stdout) == (2, "")
    assert says in ran.stderr
    assert sorted(here.rglob("*")) == before
    assert (here / "a").read_text() == "a\n"


def test_a_file_is_written_over_when_that_is_asked_for_and_keeps_its_mode(here: Path) -> None:
    key = minted()
    file = here / "a.env"
    file.write_text(f"A={key}\n")
    file.chmod(0o640)
    (here / "link").symlink_to("a.env")
    ran = run_command(here, "redact", "link", "--in-place")
    assert (ran.status, ran.stdout) == (0, "")
    assert "REDACTED" in file.read_text()
    assert (file.stat().st_mode & 0o777, (here / "link").is_symlink()) == (0o640, True)


def test_an_empty_file_stays_empty(here: Path) -> None:
    (here / "empty").write_text("")
    ran = run_command(here, "redact", "empty")
    assert (ran.status, ran.stdout) == (0, "")


def test_the_summary_names_kinds_and_places_and_no_secret(here: Path) -> None:
    key, cookie = minted(), drawn()
    (here / "a.log").write_text(f"\n\nk {key}\nCookie: a={cookie}; b={cookie}\n{key}\n")
    ran = run_command(here, "redact", "a.log")
    assert "4 secrets replaced, 2 different" in ran.stderr
    assert "key: 2, 1 different, first in a.log, line 3" in ran.stderr
    assert "cookie: 2, 1 different, first in a.log, line 4" in ran.stderr
    assert not survives(key.partition(".")[2], ran.stderr)
    assert not survives(cookie, ran.stderr)
    (here / "b.log").write_text(f"k {key}\n")
    alone = run_command(here, "redact", "b.log").stderr
    assert "1 secret replaced; searched for again, and none is left" in alone
    assert "key: 1, first in b.log, line 1" in alone


def test_another_api_has_its_own_keys(here: Path) -> None:
    other = str(Path(__file__).resolve().parent / "other-api.yaml")
    key = run_command(here, "key", "mint", "--spec", other).stdout.strip()
    ran = run_on(here, f"say {key} again", "--spec", other)
    assert ran.stdout.startswith(f"say {key[:22]}REDACTED")
    assert not survives(key[22:], ran.output)


# Where results go


def test_what_is_no_file_is_written_to_and_stays_what_it_is(here: Path) -> None:
    key = minted()
    (here / "a").write_text(f"{key}\n")
    os.mkfifo(here / "pipe")
    reading = os.open(here / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        ran = run_command(here, "redact", "a", "-o", "pipe")
        assert ran.status == 0
        assert (here / "pipe").is_fifo()
        assert re.fullmatch(rb"hopx_live_\w{12}\.REDACTED\w{5}x*A\n", os.read(reading, 1000))
    finally:
        os.close(reading)
    ran = run_command(here, "redact", "pipe", "--in-place")
    assert (ran.status, (here / "pipe").is_fifo()) == (2, True)
    assert "pipe: is no file" in ran.stderr


WITHOUT_UNNAMED_FILES = "import os; del os.O_TMPFILE; "
IN_MEMORY = "from conformance.redaction import run; run.spool = lambda _: __import__('io').BytesIO(); "


@pytest.mark.parametrize("system", ["", WITHOUT_UNNAMED_FILES, "import os; del os.sendfile; " + WITHOUT_UNNAMED_FILES])
def test_a_result_takes_its_place_whatever_the_system_can_do(system: str, here: Path) -> None:
    key = minted()
    text = f"k {key}\n{'.' * 2400}\n".encode() * 500
    (here / "a").write_bytes(text)
    (here / "packed").write_bytes(gzip.compress(text))
    (here / "out").mkdir()
    program = f"import sys; {system}from conformance.cli import main; sys.exit(main(sys.argv[1:]))"
    ran = subprocess.run([sys.executable, "-c", program, "redact", "a", "packed", "-o", "out"], cwd=here, timeout=60)
    assert ran.returncode == 0
    assert sorted(path.name for path in (here / "out").iterdir()) == ["a", "packed"]
    result = (here / "out" / "a").read_bytes()
    assert len(result) == len(text)
    assert gzip.decompress((here / "out" / "packed").read_bytes()) == result
    assert (here / "out" / "a").stat().st_mode == (here / "a").stat().st_mode
    assert not survives(key[23:], result)


@pytest.mark.parametrize("system", ["", WITHOUT_UNNAMED_FILES, IN_MEMORY])
def test_results_are_all_written_or_none(system: str, here: Path) -> None:
    texts = {name: f"{minted()}\n" * lines for name, lines in {"a": 1, "b": 4000}.items()}
    for name, text in texts.items():
        (here / name).write_text(text)
    (here / "out").mkdir()
    for words in (["-o", "out"], ["--in-place"]):
        program = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); "
        program += system + "from conformance.cli import main; sys.exit(main(sys.argv[1:]))"
        command = [sys.executable, "-c", program, "redact", "a", "b", *words]
        ran = subprocess.run(command, cwd=here, capture_output=True, text=True, timeout=60)
        assert ran.returncode == 2
        assert "b: File too large" in ran.stderr
        assert "nothing was written" in ran.stderr
        assert sorted(path.name for path in here.rglob("*")) == ["a", "b", "out"]
        assert {name: (here / name).read_text() for name in texts} == texts
