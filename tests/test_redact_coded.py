"""Texts in base64 and hexadecimal: they stay such, without the secrets in them."""

from __future__ import annotations

import base64
import gzip
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest
from redacting import SHAPES, drawn, minted, redacted, survives

from conformance.redaction.candidates import WordFinder, best_finder
from conformance.redaction.coded import coded_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.redaction.coded import Coded

URL_SAFE = bytes.maketrans(b"+/", b"-_")


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
    text: str, around: str, width: int, finder: Callable[..., Any], tmp_path: Path
) -> None:
    secret = drawn(32)
    coded = base64.b64encode(text.format(secret).encode()).decode()
    line_break = "\\n" if '"' in around else "\n  "
    lines = line_break.join(coded[at : at + width] for at in range(0, len(coded), width)) if width else coded
    written = around.format(quote(lines, safe="\n ") if "%" in around else lines)
    result = redacted(written.encode(), tmp_path, chunk=100, finder=finder(SHAPES)).decode()
    assert len(result) == len(written)
    before, _, after = around.format("|").partition("|")
    inner = re.sub(r"\\n|\s", "", unquote(result.removeprefix(before).removesuffix(after)))
    shown = base64.b64decode(inner).decode()
    assert not survives(secret, shown)
    kept = re.escape(text.format("|")).replace("\\|" * text.count("{0}") or "\\|", "(REDACTED[a-z2-9]{5})?x+")
    assert re.fullmatch(kept, shown)


@pytest.mark.parametrize("name", ["HOPX_API_KEY", "api-key", "password", "token"])
@pytest.mark.parametrize("text", ["{}\n", '"{}"', " {}", "{}"])
@pytest.mark.parametrize("finder", [best_finder, WordFinder])
def test_a_key_in_base64_that_is_named_keeps_what_is_wrong_with_it(
    name: str, text: str, finder: Callable[..., Any], tmp_path: Path
) -> None:
    key = minted()
    written = f"kind: Secret\ndata:\n  {name}: {base64.b64encode(text.format(key).encode()).decode()}\n"
    result = redacted(written.encode(), tmp_path, chunk=100, finder=finder(SHAPES)).decode()
    assert len(result) == len(written)
    shown = base64.b64decode(result.rpartition(": ")[2]).decode()
    assert not survives(key.partition(".")[2], shown)
    before, _, after = text.partition("{}")
    begins = re.escape(before + key.partition(".")[0])
    assert re.fullmatch(rf"{begins}\.REDACTED[a-z2-9]{{5}}x+A{re.escape(after)}", shown)


def test_of_a_named_text_in_base64_with_a_key_nothing_else_is_left_either(tmp_path: Path) -> None:
    key, other = minted(), drawn(32)
    written = f"A_SECRET: {base64.b64encode(f'{key} {other}'.encode()).decode()}\n"
    result = redacted(written.encode(), tmp_path).decode()
    shown = base64.b64decode(result.removeprefix("A_SECRET: ")).decode()
    assert not survives(key.partition(".")[2], shown)
    assert not survives(other, shown)


@pytest.mark.parametrize("coder", [base64.b64encode, base64.urlsafe_b64encode, base64.encodebytes])
@pytest.mark.parametrize("finder", [best_finder, WordFinder])
def test_a_text_in_base64_may_have_a_slash_among_its_first_signs(
    coder: Callable[[bytes], bytes], finder: Callable[..., Any], tmp_path: Path
) -> None:
    for text in ("GET /v1/sandboxes?limit=1&token={}", "a??b?c??d? password={}\n"):
        secret = drawn(32)
        coded = coder(text.format(secret).encode())
        assert {47, 95} & set(coded[:32])
        shown = base64.urlsafe_b64decode(redacted(coded, tmp_path, finder=finder(SHAPES)).translate(URL_SAFE))
        assert not survives(secret, shown.decode())


@pytest.mark.parametrize("around", ["x: {}\n", '{{"a": "\\\\x{}"}}', "0x{}", "a={}&b"])
@pytest.mark.parametrize("spell", [str, str.upper])
def test_texts_in_hexadecimal_stay_such_without_their_secrets(
    around: str, spell: Callable[[str], str], tmp_path: Path
) -> None:
    key = minted()
    written = around.format(spell(f"X-API-Key: {key}\r\n".encode().hex()))
    result = redacted(written.encode(), tmp_path).decode()
    assert len(result) == len(written)
    before, _, after = around.format("|").partition("|")
    digits = result.removeprefix(before).removesuffix(after)
    assert digits == spell(digits)
    shown = bytes.fromhex(digits).decode()
    assert re.fullmatch(rf"X-API-Key: {re.escape(key.partition('.')[0])}\.REDACTED\w{{5}}x*A\r\n", shown)


def test_what_is_packed_in_base64_is_hidden_whole_where_it_holds_a_secret(tmp_path: Path) -> None:
    texts = (
        (f"password: {drawn()}", True),
        (f"it is {minted().partition('.')[2]} alone", True),
        (base64.b64encode(f"the A_PASSWORD={drawn()} of somebody".encode()).decode(), True),
        ("the answer to everything", False),
        (base64.b64encode(b"the answer to everything, once more").decode(), False),
    )
    for text, is_hidden in texts:
        coded = base64.b64encode(gzip.compress(text.encode())).decode()
        for written in (f'{{"data": "{coded}"}}', f"release: {base64.b64encode(coded.encode()).decode()}\n"):
            result = redacted(written.encode(), tmp_path).decode()
            assert len(result) == len(written)
            assert (result != written) == is_hidden
            assert not is_hidden or coded[:16] not in result


def test_a_secret_in_the_line_below_a_text_in_base64_is_none_of_it(tmp_path: Path) -> None:
    for _ in range(30):
        key = minted()
        coded = base64.b64encode(key.encode()).decode()
        result = redacted(f"{key}\n{coded}\n{key.partition('.')[2]}\n".encode(), tmp_path).decode()
        plain, inner, half = result.splitlines()
        assert base64.b64decode(inner).decode() == plain
        assert plain.endswith(half)


def test_a_word_in_base64_is_left(tmp_path: Path) -> None:
    for text in ("the password is wrong, try again", "<svg viewBox='0 0 24 24'><path d='M1 2'/></svg>"):
        written = f"data:text/plain;base64,{base64.b64encode(text.encode()).decode()}\nANOTHER_VARIABLE_OF_THE_FILE=1\n"
        assert redacted(written.encode(), tmp_path).decode() == written


def _wrapped(text: bytes) -> bytes:
    return base64.encodebytes(text)


def _url_encoded(text: bytes) -> bytes:
    return quote(base64.b64encode(text), safe="").encode()


@pytest.mark.parametrize("spelled", [_wrapped, _url_encoded])
@pytest.mark.parametrize("line", [b"MODE=x\n", b"<p>abcdefghijklmnopqrstuvwxy>\n"])
def test_a_text_is_read_once_not_once_for_every_line_or_escape(
    spelled: Callable[[bytes], bytes], line: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = drawn(32)
    written = spelled(line * 2000 + f"A_PASSWORD={secret}\n".encode() + line * 2000)
    read = _count_signs(monkeypatch)
    result = redacted(written, tmp_path)
    assert not survives(secret, base64.b64decode(unquote(result.decode())).decode())
    assert sum(read) <= 2 * len(written)


@pytest.mark.parametrize("between", [b"", b"a", b"AAAAAAAA/"])
@pytest.mark.parametrize("before", [b"", base64.b64encode(b"content-encoding: gzip\r\n\r\n")])
def test_what_begins_as_something_packed_again_and_again_is_read_a_few_times(
    between: bytes, before: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = before + (b"H4sI" + between) * 2000
    read = _count_signs(monkeypatch)
    assert redacted(written, tmp_path) == written
    assert sum(read) <= 8 * len(written)


def _count_signs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many signs of base64 are read each time that some are."""
    read: list[int] = []

    def counted(text: bytearray, at: int) -> Coded | None:
        coded = coded_text(text, at)
        read.append(len(coded.places) if coded else 0)
        return coded

    monkeypatch.setattr("conformance.redaction.rewriting.coded_text", counted)
    return read


def test_what_is_packed_and_broken_is_hidden_where_it_holds_a_secret(tmp_path: Path) -> None:
    secret = drawn()
    packed = gzip.compress(f"password: {secret}".encode())
    broken = packed[:-8] + bytes(8)  # its checksum
    for text in (broken, gzip.compress(b"a page") + packed, b"content-encoding:  gzip\r\n\r\n" + packed):
        coded = base64.b64encode(text).decode()
        result = redacted(f'{{"data": "{coded}"}}'.encode(), tmp_path).decode()
        assert base64.b64encode(packed).decode()[20:40] not in result
        assert result.count("x") >= len(packed)


def test_the_second_of_two_wrapped_texts_is_read_too(tmp_path: Path) -> None:
    keys = [minted(), minted()]
    texts = [base64.encodebytes(b"MODE=x\n" * 40 + f"KEY={key}\n".encode() + b"MODE=x\n" * 40) for key in keys]
    for between in (b"", b"\n", b"and\n"):
        shown = base64.b64decode(redacted(between.join(texts), tmp_path).replace(b"and", b""))
        for key in keys:
            assert not survives(key.partition(".")[2], shown.decode())
