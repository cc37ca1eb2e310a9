"""The scrubber: secrets do not survive it in any form, and everything else does."""

from __future__ import annotations

import base64
import json
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import msgspec
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from conformance.keys import KeyFormat, fingerprint
from conformance.scrub import WINDOW, Scrubber
from conformance.spec.files import default_spec
from conformance.spec.loader import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.keys import ApiKey

# Nothing that looks like a key may reach the database of examples.
settings.register_profile("scrub", database=None, deadline=None)
settings.load_profile("scrub")

HOPX = KeyFormat(msgspec.to_builtins(load(default_spec()).key))
COLONS = KeyFormat(
    {
        "prefix": "key:",
        "id": {"alphabet": "base64url", "length": 8},
        "separator": ":",
        "secret": {"encoding": "hex", "bytes": 20},
    }
)
text = st.text(max_size=60)
_NOISE = 1.0  # seconds of computing


@st.composite
def minted(draw: st.DrawFn, key_format: KeyFormat = HOPX) -> ApiKey:
    key = key_format.mint(lambda count: draw(st.binary(min_size=count, max_size=count)))
    parts = key_format.parts(key)
    # a secret of zeros is no secret, and might stand in the text around it or in the key id
    assume(len(set(parts.secret)) > 6)
    assume(runs(parts.secret, 4).isdisjoint(runs(parts.key_id, 4)))
    return key


def runs(form: str, length: int = WINDOW) -> set[str]:
    return {form[at : at + length] for at in range(len(form) - length + 1)}


def survives(form: str, scrubbed: str) -> bool:
    return any(run in scrubbed for run in runs(form))


def scrubber_that_knows(key_format: KeyFormat, *texts: str) -> Scrubber:
    scrubber = Scrubber(key_format)
    scrubber.learn_all(texts)
    return scrubber


def base64_of(before: str, secret: str, after: str, encode: Callable[[bytes], bytes]) -> tuple[str, str]:
    """Everything in base64, and the characters of it that the secret alone decides."""
    ahead, within = len(before.encode()), len(secret.encode())
    whole = encode((before + secret + after).encode()).decode()
    return whole, whole[-(-ahead * 8 // 6) : (ahead + within) * 8 // 6]


# What is known


@given(minted(), text, text)
def test_a_known_secret_does_not_survive_raw(key: ApiKey, before: str, after: str) -> None:
    secret = HOPX.parts(key).secret
    scrubber = scrubber_that_knows(HOPX, key.reveal())
    for written in (before + secret + after, before + key.reveal() + after, before + secret[3:20] + after):
        assert not survives(secret, scrubber.scrub(written))
        assert scrubber.knows(written)
        assert scrubber.holds_secret(written)


@given(st.text(min_size=WINDOW, max_size=60), text, text, st.data())
@example('p@ss/word "x" é\n', "", "", None)
def test_no_known_text_survives_in_any_escaped_form(
    secret: str, before: str, after: str, data: st.DataObject | None
) -> None:
    scrubber = scrubber_that_knows(HOPX, secret)
    forms: list[Callable[[str], str]] = [
        str,
        quote,
        quote_plus,
        lambda value: quote(value, safe=""),
        lambda value: json.dumps(value)[1:-1],
        lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    ]
    for form in forms:
        written = form(before) + form(secret) + form(after)
        assert not survives(form(secret), scrubber.scrub(written))


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@given(key=minted(), before=text, after=text, whole=st.booleans())
def test_a_known_secret_does_not_survive_in_base64(
    encode: Callable[[bytes], bytes], key: ApiKey, before: str, after: str, whole: bool
) -> None:
    secret = HOPX.parts(key).secret
    scrubber = scrubber_that_knows(HOPX, key.reveal())
    head = key.reveal().removesuffix(secret) if whole else ""
    written, decided = base64_of(before + head, secret, after, encode)
    assert not survives(decided, scrubber.scrub(written))


@given(st.text(min_size=WINDOW, max_size=40), text, text)
def test_no_known_text_survives_in_base64(secret: str, before: str, after: str) -> None:
    scrubber = scrubber_that_knows(HOPX, secret)
    written, decided = base64_of(before, secret, after, base64.b64encode)
    assert not survives(decided, scrubber.scrub(written))


@given(minted(), minted(), text)
def test_several_secrets_in_one_text_are_all_removed(one: ApiKey, other: ApiKey, between: str) -> None:
    scrubber = scrubber_that_knows(HOPX, one.reveal(), other.reveal(), one.reveal())
    secrets = [HOPX.parts(key).secret for key in (one, other, one)]
    scrubbed = scrubber.scrub(between.join(secrets))
    assert not any(survives(secret, scrubbed) for secret in secrets)


def test_two_secrets_leave_two_marks_and_the_text_between_them() -> None:
    one, other = HOPX.mint(), HOPX.mint()
    scrubber = scrubber_that_knows(HOPX, one.reveal(), other.reveal())
    written = f"<{HOPX.parts(one).secret}> and <{HOPX.parts(other).secret}>"
    assert scrubber.scrub(written) == "<…> and <…>"


def test_prefix_and_key_id_of_a_known_key_go_on_being_shown() -> None:
    key = HOPX.mint()
    head = key.reveal().partition(".")[0]
    for learned in (key.reveal(), f'"{key.reveal()}"', f" {key.reveal()}\n", f"Bearer {key.reveal()}"):
        scrubber = scrubber_that_knows(HOPX, learned)
        assert scrubber.scrub(f"{head} is revoked") == f"{head} is revoked"
        assert scrubber.scrub(f"say {key.reveal()} again") == f"say {head}.… again"
        assert scrubber.scrub("keys begin with hopx_live_") == "keys begin with hopx_live_"


def test_fewer_than_8_characters_are_no_secret() -> None:
    scrubber = scrubber_that_knows(HOPX, "hunter2", "")
    assert scrubber.scrub("my hunter2") == "my hunter2"
    assert not scrubber.knows("my hunter2")


@pytest.mark.parametrize("spelled", [str, str.upper])
@pytest.mark.parametrize("separator", ["", " ", "%"])
@given(key=minted(), at=st.integers(0, 35), count=st.integers(4, WINDOW))
def test_a_known_secret_does_not_survive_in_hexadecimal(
    separator: str, spelled: Callable[[str], str], key: ApiKey, at: int, count: int
) -> None:
    scrubber = scrubber_that_knows(HOPX, key.reveal())
    piece = HOPX.parts(key).secret[at : at + count].encode()
    written = spelled(piece.hex(separator) if separator else piece.hex())
    assert scrubber.scrub(f"<{written}>") == "<…>"
    assert scrubber.knows(f"<{written}>") == (separator != "" or count >= 6)


@pytest.mark.parametrize("around", ["{}", "sb_{}", "sb_{}0f", "sb_0f{}", '"{}"'])
def test_some_digits_that_spell_a_secret_are_in_an_id_by_chance_and_yet_not_written(around: str) -> None:
    digits = "0" * 12
    while digits[11] == "0":  # which the 0 behind 11 of them would be, so that there were 12
        key = HOPX.mint()
        digits = HOPX.parts(key).secret.encode().hex()
    scrubber = scrubber_that_knows(HOPX, key.reveal())
    for count in (8, 11, 12, 40):
        text = around.format(digits[:count])
        assert digits[:count] not in scrubber.scrub(text)
        assert scrubber.knows(text) == (count >= 12)
        assert (scrubber.redact(text) == text) == (count < 12)


def test_of_a_secret_in_hexadecimal_some_digits_are_known_where_they_stand_alone() -> None:
    key = COLONS.mint()
    scrubber = scrubber_that_knows(COLONS, key.reveal())
    digits = COLONS.parts(key).secret
    for text, is_known in (
        (f"…{digits[-8:]}", True),
        (f"key:{digits[:8]}", True),
        (f"sb_f{digits[:8]}", False),
        (f"{digits[3:14]}-", True),
        (f"{digits[:12]}f", True),
        (f"{digits[-8:]}x", False),
    ):
        assert scrubber.knows(text) == is_known, text
        assert digits not in scrubber.scrub(text)


def test_text_that_was_no_utf_8_is_learned_like_any_other() -> None:
    secret = "\udcff\udcfe" + HOPX.mint_secret()
    assert scrubber_that_knows(HOPX, secret).scrub(f"a {secret} b") == "a … b"


# What is key-shaped


@pytest.mark.parametrize("key_format", [HOPX, COLONS], ids=["hopx", "colons"])
@given(data=st.data(), before=text, after=text)
def test_an_unknown_key_is_scrubbed_but_for_prefix_and_key_id(
    key_format: KeyFormat, data: st.DataObject, before: str, after: str
) -> None:
    key = data.draw(minted(key_format))
    secret = key_format.parts(key).secret
    scrubber = Scrubber(key_format)
    scrubbed = scrubber.scrub(f"{before}{key.reveal()}{after}")
    assert not survives(secret, scrubbed)
    assert key.reveal().removesuffix(secret) + "…" in scrubbed
    assert not scrubber.knows(key.reveal())
    assert scrubber.holds_secret(key.reveal())


def percent_encoded(value: str, style: str) -> str:
    """All but letters and digits percent-encoded, as some clients do."""
    return "".join(one if one.isalnum() else f"%{ord(one):{style}}" for one in value)


@pytest.mark.parametrize("key_format", [HOPX, COLONS], ids=["hopx", "colons"])
@pytest.mark.parametrize("style", ["02X", "02x"])
@given(data=st.data())
def test_an_unknown_key_is_scrubbed_when_it_is_url_encoded(
    key_format: KeyFormat, style: str, data: st.DataObject
) -> None:
    key = data.draw(minted(key_format))
    secret = percent_encoded(key_format.parts(key).secret, style)
    whole = percent_encoded(key.reveal(), style)
    for written in (whole, quote(key.reveal(), safe="")):
        scrubbed = Scrubber(key_format).scrub(f"https://example.com/?api_key={written}&page=2")
        assert not survives(secret, scrubbed)
        assert scrubbed.endswith("…&page=2")


@pytest.mark.parametrize(
    "broken",
    [
        "{prefix}{id}{secret}",
        "{prefix}{id}..{secret}",
        "{prefix}{id}.{secret}.{secret}",
        "{prefix}{id}.{id}.{secret}",
        "{prefix}{short}.{secret}",
        "{prefix}{id}x.{secret}",
        "{prefix}{secret}",
        "{prefix}{id}.{secret}==",
        "{prefix}{id}.AAAA+BBBB/{secret}",
        "{prefix}.{secret}",
        "{prefix}{prefix}{id}.{secret}",
    ],
)
def test_an_unknown_key_is_scrubbed_although_it_is_broken(broken: str) -> None:
    key = HOPX.parts(HOPX.mint())
    written = broken.format(prefix=key.prefix, id=key.key_id, short=key.key_id[1:], secret=key.secret)
    scrubbed = Scrubber(HOPX).scrub(f"say {written} again")
    assert not survives(key.secret, scrubbed)
    assert scrubbed.startswith("say hopx_live_")
    assert scrubbed.endswith("… again")


# What is key-shaped, in base64 or over several lines

BREAKS = [
    "\n",
    "\r\n",
    " \n",
    "\n    ",
    "\\\n",
    "\\\n  ",
    "`\r\n",
    "\n> ",
    "\\\n>   ",
    "\n> > ",
    "\\n",
    "\\\\\\n  ",
    "\\r\\n",
]


def wrapped(value: str, places: set[int], line_break: str) -> str:
    """The value with line breaks before the characters at some places."""
    return "".join(line_break * (at in places) + one for at, one in enumerate(value))


places = st.sets(st.integers(1, 52), min_size=1, max_size=3)


@pytest.mark.parametrize("line_break", BREAKS)
@pytest.mark.parametrize("key_format", [HOPX, COLONS], ids=["hopx", "colons"])
@given(data=st.data(), places=places, before=text)
def test_an_unknown_key_is_scrubbed_when_it_is_wrapped(
    key_format: KeyFormat, line_break: str, data: st.DataObject, places: set[int], before: str
) -> None:
    key = data.draw(minted(key_format))
    written = wrapped(key.reveal(), places, line_break)
    shown = wrapped(key.reveal().removesuffix(key_format.parts(key).secret), places, line_break)
    for after in ("", " again", '"}', "\nagain", "\r\n"):
        assert Scrubber(key_format).scrub(f"{before} {written}{after}") == f"{before} {shown}…{after}"


@given(minted(), places, st.sampled_from(BREAKS))
def test_a_known_key_is_scrubbed_to_its_last_character_when_it_is_wrapped(
    key: ApiKey, places: set[int], line_break: str
) -> None:
    written = wrapped(key.reveal(), places, line_break)
    shown = wrapped(key.reveal().removesuffix(HOPX.parts(key).secret), places, line_break)
    assert scrubber_that_knows(HOPX, key.reveal()).scrub(f"say {written} again") == f"say {shown}… again"


def base64_wrapped(value: str, width: int, line_break: str) -> str:
    return line_break.join(value[at : at + width] for at in range(0, len(value), width))


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("key_format", [HOPX, COLONS], ids=["hopx", "colons"])
@given(data=st.data(), user=st.text(max_size=9), password=st.sampled_from(["", ":", ":x", "\n", ' "}']))
def test_an_unknown_key_is_scrubbed_in_base64(
    key_format: KeyFormat, encode: Callable[[bytes], bytes], data: st.DataObject, user: str, password: str
) -> None:
    key = data.draw(minted(key_format))
    secret = key_format.parts(key).secret
    ahead = user + key.reveal().removesuffix(secret)
    written, decided = base64_of(ahead, secret, password, encode)
    for before, after in (("Authorization: Basic ", "\r\n"), ('"Basic ', '"'), ("https://x/?auth=", "&page=2")):
        scrubbed = Scrubber(key_format).scrub(before + written + after)
        assert scrubbed.startswith(before + written[: len(ahead.encode()) * 8 // 6] + "…")
        assert scrubbed.endswith(after)
        assert not survives(decided, scrubbed.removeprefix(before))


@given(minted(), st.sampled_from(["", "user:", "me:", "a:"]), st.integers(40, 76), st.sampled_from(BREAKS))
def test_an_unknown_key_is_scrubbed_in_base64_that_is_wrapped(
    key: ApiKey, user: str, width: int, line_break: str
) -> None:
    secret = HOPX.parts(key).secret
    written, decided = base64_of(user + key.reveal().removesuffix(secret), secret, ":", base64.b64encode)
    scrubbed = Scrubber(HOPX).scrub(f"Basic {base64_wrapped(written, width, line_break)}\nand this")
    assert scrubbed.endswith("\nand this")
    assert not survives(decided, scrubbed)


def test_two_keys_in_one_piece_of_base64_are_both_scrubbed() -> None:
    one, other = HOPX.mint().reveal(), HOPX.mint().reveal()
    for between in (":", ": ", ":xy "):
        written = base64.b64encode(f"{one}{between}{other}".encode()).decode()
        scrubbed = Scrubber(HOPX).scrub(f"Basic {written}.")
        for key in (one, other):
            secret = key.partition(".")[2]
            decided = base64_of(f"{one}{between}{other}".partition(secret)[0], secret, "", base64.b64encode)[1]
            assert not survives(decided, scrubbed)


@pytest.mark.parametrize("key_format", [HOPX, COLONS], ids=["hopx", "colons"])
def test_what_stands_on_the_lines_around_a_key_is_left(key_format: KeyFormat) -> None:
    key = key_format.mint().reveal()
    head = key[: -len(key_format.parse(key).secret)]
    for around in ("{}\nnext\n", "{}\n> next", "{} \\\n  -H abcdef", "before\n{}\r\n\r\nabcdef0123", '["{}\\nabc"]'):
        assert Scrubber(key_format).scrub(around.format(key)) == around.format(f"{head}…")
        coded = base64.b64encode(key.encode()).decode().rstrip("=")
        kept = base64.b64encode(head.encode()).decode()[: len(head) * 8 // 6]
        assert Scrubber(key_format).scrub(around.format(coded)) == around.format(f"{kept}…")
    short = key[:-9]
    assert Scrubber(key_format).scrub(f"{short}\nnext line\n") == f"{head}…\nnext line\n"


PIECES = [
    "hopx_live_",
    "hopx_live_YOUR_KEY",
    "aG9weF9saXZlX",
    "aG9weF9saXZlXw==",
    "hvcHhfbGl2ZV",
    "ob3B4X2xpdmVf",
    "word",
]
PIECES += ["\n", "\n> ", "\\\n  ", "\\n", " ", "Basic ", "…", "=", "."]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=9)), max_size=20).map("".join))
@example(base64.b64encode(b"the prefix is hopx_live_ and a key is hopx_live_<keyId>.<secret>").decode())
@example(base64.b64encode(b"hopx_live_YOUR_KEY_HERE").decode())
def test_text_that_only_resembles_a_key_is_unchanged(written: str) -> None:
    assume(not re.search(r"hopx_live_[\w.+/=-]{20}", written))
    assert Scrubber(HOPX).scrub(written) == written


@pytest.mark.parametrize("piece", ["hopx_live_", "h\n", "hopx_live_NXAXAV4sU3Ii.\n", " ", "\\", "A", *PIECES])
def test_ten_times_the_text_takes_some_ten_times_as_long_whatever_it_holds(piece: str) -> None:
    for begin in ("", "hopx_live_", "aG9weF9saXZlX", "h\n"):
        tenth, whole = (seconds_to_scrub(begin + piece * (size // len(piece))) for size in (100_000, 1_000_000))
        assert whole < 40 * tenth + _NOISE


def seconds_to_scrub(written: str) -> float:
    """Of computing, which other processes hardly change."""
    started = time.process_time()
    Scrubber(HOPX).scrub(written)
    return time.process_time() - started


# What is neither


@given(minted(), st.text())
def test_text_without_a_secret_is_unchanged(key: ApiKey, written: str) -> None:
    scrubber = scrubber_that_knows(HOPX, key.reveal())
    assert scrubber.scrub(written) == written
    assert not scrubber.knows(written)
    assert not scrubber.holds_secret(written)


@given(minted(), st.integers(0, 42), text)
def test_seven_characters_of_a_secret_are_not_enough_to_be_scrubbed(key: ApiKey, at: int, before: str) -> None:
    written = f"{before} {HOPX.parts(key).secret[at:][:7]} "
    assert scrubber_that_knows(HOPX, key.reveal()).scrub(written) == written


@given(minted())
def test_redacted_forms_and_fingerprints_are_unchanged(key: ApiKey) -> None:
    scrubber = scrubber_that_knows(HOPX, key.reveal())
    for shown in (str(key), repr(key), repr(HOPX.parts(key)), fingerprint(key, b"salt")):
        assert scrubber.scrub(shown) == shown


def test_a_placeholder_is_unchanged() -> None:
    for written in ("hopx_live_YOUR_KEY_HERE", "hopx_live_... or hopx_test_...", "hopx_live_<keyId>.<secret>"):
        assert Scrubber(HOPX).scrub(written) == written


def test_of_the_spec_file_nothing_but_the_example_is_scrubbed() -> None:
    written = default_spec().read_text(encoding="utf-8")
    example = HOPX.parse(load(default_spec()).key.example)
    scrubber = scrubber_that_knows(HOPX, HOPX.mint().reveal())
    assert scrubber.scrub(written) == written.replace(example.secret, "…")


@given(minted(), st.lists(st.sampled_from(["key", "secret", "head", "…", ".", " ", "x"]), max_size=8))
def test_scrubbing_twice_is_scrubbing_once(key: ApiKey, pieces: list[str]) -> None:
    secret = HOPX.parts(key).secret
    words = {"key": key.reveal(), "secret": secret, "head": key.reveal().removesuffix(secret)}
    scrubbed = Scrubber(HOPX).scrub("".join(words.get(piece, piece) for piece in pieces))
    assert Scrubber(HOPX).scrub(scrubbed) == scrubbed
    known = scrubber_that_knows(HOPX, key.reveal())
    scrubbed = known.scrub("".join(words.get(piece, piece) for piece in pieces))
    assert known.scrub(scrubbed) == scrubbed
    assert not survives(secret, scrubbed)
