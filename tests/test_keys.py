"""The key format, the types that hide keys, and near misses."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import re
import traceback
from typing import TYPE_CHECKING, get_args

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from conformance.keys import ApiKey, KeyFormat, MalformedKeyError, fingerprint
from conformance.spec.files import default_spec
from conformance.spec.loader import load
from conformance.spec.model import NearMiss
from conformance.targets.near_misses import near_miss

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.keys import ParsedKey

# Nothing that looks like a key may reach the database of examples.
settings.register_profile("keys", database=None, deadline=None)
settings.load_profile("keys")

HOPX = KeyFormat(msgspec.to_builtins(load(default_spec()).key))
HEX = KeyFormat(
    {
        "prefix": "0-",
        "id": {"alphabet": "hex", "length": 8},
        "separator": ":",
        "secret": {"encoding": "hex", "bytes": 20},
    }
)
# Its separator occurs in secrets, one prefix begins with the other, and every last character is possible.
UNDERSCORES = KeyFormat(
    {
        "prefix": "AK_",
        "other_prefixes": {"AK_TEST_": "X1"},
        "id": {"alphabet": "base62", "length": 10},
        "separator": "_",
        "secret": {"encoding": "base64url", "bytes": 24},
    }
)
FORMATS = {"hopx": HOPX, "hex": HEX, "underscores": UNDERSCORES}
formats = st.sampled_from(list(FORMATS.values()))
draws = st.integers(min_value=0, max_value=10_000)


@st.composite
def minted(draw: st.DrawFn, key_format: KeyFormat = HOPX) -> ApiKey:
    key = key_format.mint(lambda count: draw(st.binary(min_size=count, max_size=count)))
    parts = key_format.parts(key)
    assume(not holds_run(parts.key_id, parts.secret, 4))  # such as zeros in both
    return key


@st.composite
def formats_and_keys(draw: st.DrawFn) -> tuple[KeyFormat, ApiKey]:
    key_format = draw(formats)
    return key_format, draw(minted(key_format))


def holds_run(text: str, secret: str, length: int = 8) -> bool:
    return any(secret[at : at + length] in text for at in range(len(secret) - length + 1))


# Parsing


def test_the_documented_example_parses() -> None:
    example = load(default_spec()).key.example
    key = HOPX.parse(example)
    assert (key.prefix, len(key.key_id), len(key.secret), key.note) == ("hopx_live_", 12, 43, "")
    assert key.prefix + key.key_id + "." + key.secret == example
    assert HOPX.reason(example) == "it is well-formed"


def test_a_key_with_the_other_prefix_parses_and_is_marked_with_the_disagreement() -> None:
    key = HOPX.parts(HOPX.mint())
    other = HOPX.parts(HOPX.compose("hopx_test_", key.key_id, key.secret))
    assert (other.prefix, other.note, other.secret) == ("hopx_test_", "D2", key.secret)


MALFORMED: dict[str, tuple[Callable[[ParsedKey], str], str]] = {
    "42-characters": (
        lambda k: f"{k.prefix}{k.key_id}.{k.secret[:-1]}",
        "its secret has 42 characters, where there are 43",
    ),
    "44-characters": (
        lambda k: f"{k.prefix}{k.key_id}.{k.secret}A",
        "its secret has 44 characters, where there are 43",
    ),
    "no-secret": (lambda k: f"{k.prefix}{k.key_id}.", "its secret has 0 characters, where there are 43"),
    "padding": (lambda k: f"{k.prefix}{k.key_id}.{k.secret}=", "its secret is padded with '='"),
    "last-character": (
        lambda k: f"{k.prefix}{k.key_id}.{k.secret[:-1]}B",
        "its last character is impossible: 32 bytes leave unused bits there, which are zero",
    ),
    "plus": (
        lambda k: f"{k.prefix}{k.key_id}.+{k.secret[1:]}",
        "its secret is in standard base64 ('+', '/'), where base64url has '-' and '_'",
    ),
    "slash": (
        lambda k: f"{k.prefix}{k.key_id}./{k.secret[1:]}",
        "its secret is in standard base64 ('+', '/'), where base64url has '-' and '_'",
    ),
    "strange-character": (
        lambda k: f"{k.prefix}{k.key_id}.{k.secret[:7]}!{k.secret[8:]}",
        "its secret has a character at position 8 that does not belong there",
    ),
    "null-byte": (
        lambda k: f"{k.prefix}{k.key_id}.{k.secret}\0",
        "its secret has a character at position 44 that does not belong there",
    ),
    "arabic-digit-in-id": (
        lambda k: f"{k.prefix}{k.key_id[1:]}٣.{k.secret}",
        "it has a character outside ASCII",
    ),
    "wide-letter-in-secret": (
        lambda k: f"{k.prefix}{k.key_id}.{k.secret[1:]}Ａ",  # noqa: RUF001
        "it has a character outside ASCII",
    ),
    "superscript-in-id": (
        lambda k: f"{k.prefix}²{k.key_id[1:]}.{k.secret}",
        "it has a character outside ASCII",
    ),
    "dash-in-id": (
        lambda k: f"{k.prefix}{k.key_id[:-1]}-.{k.secret}",
        "its key id has a character at position 12 that does not belong there",
    ),
    "short-id": (
        lambda k: f"{k.prefix}{k.key_id[1:]}.{k.secret}",
        "its key id has 11 characters, where there are 12",
    ),
    "long-id": (
        lambda k: f"{k.prefix}{k.key_id}A.{k.secret}",
        "its key id has 13 characters, where there are 12",
    ),
    "no-dot": (
        lambda k: f"{k.prefix}{k.key_id}{k.secret}",
        "it has 0 of '.', where exactly one stands between key id and secret",
    ),
    "two-dots": (
        lambda k: f"{k.prefix}{k.key_id}..{k.secret}",
        "it has 2 of '.', where exactly one stands between key id and secret",
    ),
    "trailing-newline": (lambda k: f"{k.prefix}{k.key_id}.{k.secret}\n", "it has a trailing newline"),
    "trailing-cr-lf": (lambda k: f"{k.prefix}{k.key_id}.{k.secret}\r\n", "it has a trailing CR LF"),
    "trailing-cr": (lambda k: f"{k.prefix}{k.key_id}.{k.secret}\r", "it has a trailing carriage return"),
    "trailing-space": (lambda k: f"{k.prefix}{k.key_id}.{k.secret} ", "it has a trailing space"),
    "leading-space": (lambda k: f" {k.prefix}{k.key_id}.{k.secret}", "it has a leading space"),
    "quotes": (lambda k: f"'{k.prefix}{k.key_id}.{k.secret}'", "it has a pair of quotes around it"),
    "scheme": (
        lambda k: f"Bearer {k.prefix}{k.key_id}.{k.secret}",
        "it does not begin with hopx_live_ or hopx_test_",
    ),
    "no-prefix": (
        lambda k: f"{k.key_id}.{k.secret}",
        "it does not begin with hopx_live_ or hopx_test_",
    ),
    "upper-case-prefix": (
        lambda k: f"{k.prefix.upper()}{k.key_id}.{k.secret}",
        "it does not begin with hopx_live_ or hopx_test_",
    ),
    "prefix-only": (
        lambda k: k.prefix,
        "it has 0 of '.', where exactly one stands between key id and secret",
    ),
    "empty": (lambda _: "", "it is empty"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_text_that_is_no_key_is_rejected_with_its_reason(name: str) -> None:
    spoil, reason = MALFORMED[name]
    with pytest.raises(MalformedKeyError, match=f"^{re.escape(reason)}$"):
        HOPX.parse(spoil(HOPX.parts(HOPX.mint())))


def test_a_trailing_newline_is_rejected_with_its_reason() -> None:
    with pytest.raises(MalformedKeyError, match=r"^it has a trailing newline$"):
        HOPX.parse(HOPX.mint().reveal() + "\n")


def test_a_secret_may_hold_the_separator_where_the_format_says_so() -> None:
    secret = UNDERSCORES.mint_secret(lambda count: b"\x03\xff\xff" * (count // 3))
    assert UNDERSCORES.parts(UNDERSCORES.compose("AK_TEST_", "A" * 10, secret)).note == "X1"
    assert UNDERSCORES.reason(f"AK_TEST_{'A' * 10}_{secret[1:]}") == (
        "its secret has 31 characters, where there are 32"
    )
    assert UNDERSCORES.reason(f"AK_{'A' * 9}_{secret}") == "its key id has 9 characters, where there are 10"


def test_upper_case_hexadecimal_digits_are_no_key() -> None:
    key = HEX.parts(HEX.mint(lambda count: b"\xab" * count))
    assert HEX.reason(f"{key.prefix}{key.key_id}:{key.secret.upper()}") == (
        "its secret has a character at position 1 that does not belong there"
    )


@given(formats_and_keys())
def test_what_is_minted_parses_and_its_parts_make_the_same_key(case: tuple[KeyFormat, ApiKey]) -> None:
    key_format, key = case
    parts = key_format.parts(key)
    assert (parts.prefix, parts.note) == (key_format.prefix, "")
    assert len(parts.key_id) == key_format.id_length
    assert len(parts.secret) == key_format.secret_length
    assert key_format.compose(parts.prefix, parts.key_id, parts.secret) == key


def test_two_minted_keys_differ() -> None:
    assert HOPX.mint() != HOPX.mint()


@given(formats, st.text(alphabet="AKhopx_livetes.01:-é\n\"' +/=", max_size=90), draws)
def test_text_is_well_formed_exactly_when_it_parses(key_format: KeyFormat, text: str, draw: int) -> None:
    candidates = [text, key_format.prefix + text, key_format.mint().reveal()[: draw % 90] + text]
    for candidate in candidates:
        try:
            key_format.parse(candidate)
        except MalformedKeyError as error:
            assert str(error) == key_format.reason(candidate) != "it is well-formed"  # noqa: PT017
        else:
            assert key_format.reason(candidate) == "it is well-formed"


# Redaction

WRAPS: list[Callable[[str], str]] = [
    str,
    lambda text: f'"{text}"',
    lambda text: f"Bearer {text}",
    lambda text: f" {text}\r\n",
    lambda text: f"{text},{text}",
    lambda text: f"{text} {text[::-1]}",
    lambda text: text[::-1],
    str.upper,
    lambda text: base64.b64encode(text.encode()).decode(),
]


@st.composite
def mutilations(draw: st.DrawFn) -> Callable[[ParsedKey], str]:
    """Slices of a key, with or without its parts, wrapped and joined."""
    kept = draw(st.tuples(*[st.booleans()] * 4))
    start, stop = draw(st.integers(0, 70)), draw(st.integers(0, 70))
    wrap, wrap_again = draw(st.sampled_from(WRAPS)), draw(st.sampled_from(WRAPS))

    def mutilate(key: ParsedKey) -> str:
        parts = (key.prefix, key.key_id, ".", key.secret)
        text = "".join(part for part, keep in zip(parts, kept, strict=True) if keep)
        return wrap_again(wrap(text[start:][: stop or None]))

    return mutilate


@given(mutilations(), minted(), st.data())
def test_nothing_shown_or_said_depends_on_the_secret(
    mutilate: Callable[[ParsedKey], str], key: ApiKey, data: st.DataObject
) -> None:
    parts = HOPX.parts(key)
    # secrets of letters only, so that no encoding of theirs is longer and none holds '-'
    letters = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", min_size=42, max_size=42)
    one, other = (HOPX.parts(HOPX.compose(parts.prefix, parts.key_id, data.draw(letters) + "A")) for _ in range(2))
    assert HOPX.redact(mutilate(one)) == HOPX.redact(mutilate(other))
    assert HOPX.reason(mutilate(one)) == HOPX.reason(mutilate(other))


@given(mutilations(), minted())
def test_no_run_of_the_secret_is_shown_or_said(mutilate: Callable[[ParsedKey], str], key: ApiKey) -> None:
    parts = HOPX.parts(key)
    text = mutilate(parts)
    shown = HOPX.hide(text)
    for form in (HOPX.redact(text), str(shown), repr(shown), f"{shown:>99}", HOPX.reason(text)):
        assert not holds_run(form, parts.secret)


@given(formats_and_keys(), st.sampled_from(get_args(NearMiss)), draws)
def test_of_a_near_miss_nothing_but_prefix_and_key_id_is_shown(
    case: tuple[KeyFormat, ApiKey], how: str, draw: int
) -> None:
    key_format, key = case
    parts = key_format.parts(key)
    shown = key_format.redact(near_miss(key_format, key.reveal(), how, draw))
    prefixes, separator = "|".join(map(re.escape, key_format.prefixes)), re.escape(key_format.separator)
    said = r"… \([a-z0-9, ]+\)"
    match = re.fullmatch(rf"(?:{said} ?)?(?:(?:{prefixes})(?:(\w+){separator})?)?(?:{said})?", shown)
    assert match
    assert match[1] is None or sorted(match[1].lower()) == sorted(parts.key_id.lower())
    assert not holds_run(shown, parts.secret)


def test_the_redacted_form_tells_prefix_key_id_and_shape() -> None:
    key = HOPX.mint()
    parts = HOPX.parts(key)
    head = f"hopx_live_{parts.key_id}."
    assert HOPX.redact(key.reveal()) == f"{head}… (43 characters)"
    assert HOPX.redact(key.reveal() + "\n") == f"{head}… (44 characters, trailing newline)"
    assert HOPX.redact(f" {key.reveal()}") == f"… (1 character, trailing space, leading space) {head}… (43 characters)"
    assert HOPX.redact(f'"{key.reveal()}"') == f'"{head}… (44 characters)'
    assert HOPX.redact(head) == head
    assert HOPX.redact("hopx_test_") == "hopx_test_"
    assert HOPX.redact("") == ""


def test_without_prefix_or_separator_no_key_id_is_shown() -> None:
    parts = HOPX.parts(HOPX.mint())
    assert HOPX.redact(parts.prefix + parts.secret[:12]) == "hopx_live_… (12 characters)"
    assert HOPX.redact(parts.prefix + parts.secret) == "hopx_live_… (43 characters)"
    assert HOPX.redact(f"{parts.key_id}.{parts.secret}") == "… (56 characters)"


def test_a_piece_of_a_secret_that_holds_the_separator_is_not_taken_for_a_key_id() -> None:
    secret = "".join(UNDERSCORES.mint_secret()[:10]) + "_" + UNDERSCORES.mint_secret()[:21]
    secret = secret.replace("-", "A")
    assert UNDERSCORES.redact(f"AK_{secret}") == "AK_… (32 characters)"
    assert UNDERSCORES.redact(f"AK_TEST_{'A' * 10}_{secret}") == f"AK_TEST_{'A' * 10}_… (32 characters)"


def test_what_is_hidden_are_the_pieces_beside_prefixes_and_key_ids() -> None:
    parts = HOPX.parts(HOPX.mint())
    head = f"{parts.prefix}{parts.key_id}."
    assert HOPX.hidden_parts(head + parts.secret) == [parts.secret]
    assert HOPX.hidden_parts(f'"{head}{parts.secret},{head}') == ['"', f"{parts.secret},"]
    assert HOPX.hidden_parts(parts.secret) == [parts.secret]
    assert HOPX.hidden_parts(head) == []


# The types


@given(formats_and_keys())
def test_no_printed_form_of_a_key_or_of_its_parts_shows_the_secret(case: tuple[KeyFormat, ApiKey]) -> None:
    key_format, key = case
    parts = key_format.parts(key)
    for hidden in (key, parts, [key, parts], {"key": key}):
        for form in (str(hidden), repr(hidden), f"{hidden}", f"{hidden!r}", "%s %r" % (hidden, hidden)):  # noqa: UP031
            assert not holds_run(form, parts.secret)
            assert parts.key_id in form


def test_a_key_fits_into_a_column() -> None:
    key = HOPX.mint()
    assert f"{key:>99}" == str(key).rjust(99)


@pytest.mark.parametrize(
    "leave", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps], ids=lambda leave: leave.__qualname__
)
@pytest.mark.parametrize("kind", ["key", "parts"])
def test_a_key_and_its_parts_are_neither_copied_nor_serialized(leave: Callable[[object], object], kind: str) -> None:
    key = HOPX.mint()
    parts = HOPX.parts(key)
    with pytest.raises(TypeError) as caught:
        leave(key if kind == "key" else parts)
    if leave is not json.dumps:
        name = {"key": "an ApiKey", "parts": "a ParsedKey"}[kind]
        assert str(caught.value) == f"{name} is never pickled or copied to another process"
    assert not holds_run("".join(traceback.format_exception(caught.value)), parts.secret)


def test_a_key_is_no_value_that_msgspec_encodes() -> None:
    with pytest.raises(TypeError, match="ApiKey is unsupported"):
        msgspec.json.encode({"key": HOPX.mint()})


def test_an_exception_that_holds_a_key_does_not_show_it() -> None:
    key = HOPX.mint()
    error = ValueError("refused", key)
    assert not holds_run("".join(traceback.format_exception(error)), HOPX.parts(key).secret)


def test_a_malformed_key_is_not_quoted_by_its_error() -> None:
    key = HOPX.mint()
    with pytest.raises(MalformedKeyError) as caught:
        HOPX.parts(HOPX.hide(key.reveal() + "!"))
    said = "".join(traceback.format_exception(caught.value)) + repr(caught.value.args)
    assert not holds_run(said, HOPX.parts(key).secret)


def test_a_separator_that_a_key_id_may_hold_is_looked_for_behind_it() -> None:
    other = {"id": {"alphabet": "base64url", "length": 4}, "separator": "-"}
    key_format = KeyFormat(msgspec.to_builtins(load(default_spec()).key) | other)
    whole = key_format.compose(key_format.prefix, "-a-b", key_format.mint_secret()).reveal()
    assert key_format.reason(whole) == "it is well-formed"
    assert "its secret" in key_format.reason(whole + "A")
    assert "its key id" in key_format.reason(whole.replace("-a-b-", "-a-bcd-"))


def test_keys_are_equal_when_their_texts_are() -> None:
    key = HOPX.mint()
    same = HOPX.hide(key.reveal())
    assert key == same
    assert hash(key) == hash(same)
    assert len({hash(HOPX.mint()) for _ in range(9)}) > 1
    assert len({key, same, HOPX.mint()}) == 2
    assert key != HOPX.mint()
    assert key != key.reveal()


def test_text_that_was_no_utf_8_makes_a_key_like_any_other() -> None:
    key = HOPX.hide("\udcff" * 9)
    assert key == HOPX.hide("\udcff" * 9)
    assert str(key) == "… (9 characters, character outside ASCII)"
    assert fingerprint(key, b"salt") == fingerprint(key, b"salt")


def test_a_fingerprint_tells_keys_apart_under_one_salt_only() -> None:
    key, other = HOPX.mint(), HOPX.mint()
    assert re.fullmatch("[0-9a-f]{16}", fingerprint(key, b"salt"))
    assert fingerprint(key, b"salt") == fingerprint(HOPX.hide(key.reveal()), b"salt")
    assert fingerprint(key, b"salt") != fingerprint(other, b"salt")
    assert fingerprint(key, b"salt") != fingerprint(key, b"pepper")


# Near misses


@pytest.mark.parametrize("how", get_args(NearMiss))
@given(case=formats_and_keys(), draw=draws)
def test_a_near_miss_is_no_spelling_of_the_key(case: tuple[KeyFormat, ApiKey], how: str, draw: int) -> None:
    key_format, key = case
    miss = near_miss(key_format, key.reveal(), how, draw)
    assert miss != key.reveal()
    assert miss.isascii()
    assert miss.isprintable()
    assert miss == miss.strip(' "')
    try:
        read = key_format.parse(miss)
    except MalformedKeyError:
        return
    assert read != key_format.parts(key)


@pytest.mark.parametrize("how", get_args(NearMiss))
def test_many_draws_give_many_near_misses(how: str) -> None:
    key = HOPX.mint(lambda count: b"k" * count).reveal()
    assert len({near_miss(HOPX, key, how, draw) for draw in range(64)}) >= 3


@given(minted(), draws)
def test_near_misses_keep_what_their_names_say(key: ApiKey, draw: int) -> None:
    text = key.reveal()
    assert len(near_miss(HOPX, text, "drop", draw)) == len(text) - 1
    assert len(near_miss(HOPX, text, "add", draw)) == len(text) + 1
    assert sorted(near_miss(HOPX, text, "swap", draw)) == sorted(text)
    assert near_miss(HOPX, text, "flip-case", draw).lower() == text.lower()
    assert text.startswith(near_miss(HOPX, text, "prefix", draw))
    assert near_miss(HOPX, text, "trailing", draw).startswith(text)
    assert near_miss(HOPX, text, "pad", draw).rstrip("=") == text
    assert near_miss(HOPX, text, "other-prefix", draw).endswith(text.removeprefix("hopx_live_"))


@given(minted(), draws)
def test_other_last_bits_decode_to_the_same_bytes(key: ApiKey, draw: int) -> None:
    miss = near_miss(HOPX, key.reveal(), "last-bits", draw)
    lax = [base64.urlsafe_b64decode(text.partition(".")[2] + "=") for text in (miss, key.reveal())]
    assert lax[0] == lax[1]


def test_another_alphabet_spells_the_same_bytes_where_it_can() -> None:
    secret = HOPX.mint_secret(lambda count: b"\xfb\xff" * (count // 2))
    miss = near_miss(HOPX, HOPX.compose("hopx_live_", "A" * 12, secret).reveal(), "alphabet", 0)
    assert base64.b64decode(miss.partition(".")[2] + "=") == base64.urlsafe_b64decode(secret + "=")


@given(draws)
def test_a_key_without_any_letter_has_near_misses_too(draw: int) -> None:
    key = HEX.mint(bytes).reveal()
    assert not any(map(str.isalpha, key))
    for how in get_args(NearMiss):
        assert near_miss(HEX, key, how, draw) != key


def test_only_a_well_formed_key_has_near_misses() -> None:
    with pytest.raises(MalformedKeyError, match="does not begin with"):
        near_miss(HOPX, "invalid-key", "drop", 0)
