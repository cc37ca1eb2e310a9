"""All but the secrets survives: structure, lengths, lines, whatever the borders between chunks."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st
from redacting import drawn, minted, redacted, run_on, survives

from conformance.redaction.input import ClosedError, UnreadableError
from conformance.redaction.run import NotProvedError

settings.load_profile("redact")


@pytest.mark.parametrize("chunk", [1, 7, 64, 4096])
def test_no_border_between_chunks_lets_a_secret_through(chunk: int, tmp_path: Path) -> None:
    key, cookie = minted(), drawn()
    coded = base64.b64encode(f"user:{key}".encode()).decode()
    entry = f'{{"name": "Cookie",\n "value": "sid={cookie}"}}, Basic {coded}, ghp_{drawn(36)}, {key}\r\n'
    written = ("\N{KEY}" * (4096 // chunk % 5) + "x" * (4050 if chunk > 7 else 20) + entry).encode() * (
        3 if chunk > 7 else 1
    )
    written += b"-" * 4096 * (chunk <= 7)  # so that every border within the entry is one between chunks
    result = redacted(written, tmp_path, chunk)
    assert len(result) == len(written)
    assert not survives(key.partition(".")[2], result)
    assert not survives(cookie, result)


def test_where_secrets_stand_between_long_pieces_makes_no_difference(tmp_path: Path) -> None:
    cookie, token, key, password = hidden = (drawn(), drawn(36), minted(), drawn(300))
    entry = f'{{"name": "Cookie", "value": "sid={cookie}"}}, ghp_{token}, {key} password="{password}"\n'
    line = b"200 GET /v1/sandboxes of nobody\n"
    around = line * 200
    for shift in range(0, 5000, 97):
        written = (entry.encode() + around + b"-" * shift + b"\n") * 3
        first, *others = redacted(written, tmp_path, chunk=5000).split(around)
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
def test_what_surrounds_a_key_in_json_is_still_an_escape(value: str, tmp_path: Path) -> None:
    for name in ("api_key", "Set-Cookie", "x"):
        written = json.dumps({name: value.format(minted(), minted())})
        ran = run_on(tmp_path, written)
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


def test_what_follows_the_first_line_of_a_private_key_at_once_is_no_header_of_it(tmp_path: Path) -> None:
    written = b"-----BEGIN RSA PRIVATE KEY-----Authorization: Bearer </"
    result = redacted(written, tmp_path)
    assert result.startswith(written[:-2])
    assert redacted(result, tmp_path) == result


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
