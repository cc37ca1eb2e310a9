"""Keys that were damaged at several places at once, and what they stand in when somebody asks for help."""

from __future__ import annotations

import json
import string
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from breaks import BREAKS
from evidence import FORMAT
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX = FORMAT.prefix
# what becomes of the prefix: cut, mistyped, written in another way, or torn from the rest
PREFIXES = [
    *("", PREFIX[1:], PREFIX[3:], PREFIX[5:], PREFIX[:-2] + "_", "hobx_live_", "hopx_test_", "hpx_prod_"),
    *(PREFIX.replace("_", "-"), PREFIX.upper(), "hopxlive_", "hopx live ", f"{PREFIX}'", f"{PREFIX}\n"),
    *(f"{PREFIX[:5]}{sign}{PREFIX[5:]}" for sign in BREAKS.values()),
]
SEPARATORS = ["…", " ", ":", ",", "%2E", "\\u002e", ".."]
SIGNS = [
    *BREAKS.values(),
    *(
        "*",
        "#",
        "?",
        "\0",
        "é",
        "\ufffd",
        "/",
        "+",
        "=",
        ",",
        "~",
        "'",
        '"',
        "\t",
        "{",
        "$",
        "@",
        "!",
        "…",
        "..",
        "</b>",
    ),
    *("%20", "%0A", "&amp;", "\\n", "\\r\\n", "\\", "|", "(", ";", "<", ":"),
]


def _har(text: str) -> str:
    body = json.dumps({"error": f"no such key: {text}"})
    headers = [{"name": "X-API-Key", "value": text}]
    request = {"method": "GET", "url": "https://api.hopx.dev/v1/sandboxes", "headers": headers}
    response = {"status": 401, "headers": [], "content": {"mimeType": "application/json", "text": body}}
    entry = {"startedDateTime": "2026-01-01T00:00:00.000Z", "request": request, "response": response}
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [entry]}})


def _log(text: str) -> str:
    request = {"time": "2026-11-20T10:00:00Z", "method": "GET", "path": "/v1/sandboxes", "headers": {"x-api-key": text}}
    return json.dumps(request | {"status": 401, "error": f"no such key: {text}"}) + "\n"


EVIDENCE: dict[str, Callable[[str], str]] = {
    "a command": lambda text: (
        f'$ curl -H "X-API-Key: {text}" https://api.hopx.dev/v1/sandboxes\n{{"error": "{text}"}}\n'
    ),
    "a transcript": lambda text: (
        f"> GET /v1/sandboxes HTTP/1.1\n> Host: api.hopx.dev\n> X-API-Key: {text}\n>\n"
        f'< HTTP/1.1 401 Unauthorized\n<\n{{"error": "Unauthorized", "key": "{text}"}}\n'
    ),
    "variables": lambda text: f"HOPX_API_KEY={text}\nOTHER=1\n",
    "a traceback": lambda text: (
        f'Traceback (most recent call last):\n  File "a.py", line 3\nhopx_ai.AuthenticationError: 401 bad key {text}\n'
    ),
    "a bad header": lambda text: f"httpx.LocalProtocolError: Illegal header value b'{text}'\n",
    "a log": _log,
    "a line of a log": lambda text: (
        f'10.0.0.1 - - [20/Nov/2026:10:00:00 +0000] "GET /v1/sandboxes?api_key={text} HTTP/1.1" 401 52 "-" "curl/8"\n'
    ),
    "an archive": _har,
    "a letter": lambda text: f"Hello,\nmy key is {text} and https://api.hopx.dev/v1/sandboxes says 401 Unauthorized.\n",
    "a paragraph": lambda text: (
        f"401 Unauthorized from https://api.hopx.dev/v1/sandboxes with\n\n{text}\n\nPlease help\n"
    ),
}


class Damaged(NamedTuple):
    """A text with a damaged key in it, and the secret that the key had."""

    text: str
    secret: str

    def __repr__(self) -> str:
        return f"Damaged({len(self.text)} characters)"  # the text holds most of a secret


def restless(length: int, seed: int | None = None) -> str:
    """Characters of which any three in a row are a small letter, a capital letter and a digit in some order."""
    kinds, random = [string.ascii_lowercase, string.ascii_uppercase, string.digits], Random(seed)
    return "".join(random.choice(kinds[at % 3]) for at in range(length))


def damaged() -> st.SearchStrategy[Damaged]:
    """Evidence with a key that lost its prefix, and in whose secret is what does not belong there.

    Its separator may have become another one instead of a second damage to the secret.
    """
    place = st.floats(0, 1)
    signs = st.tuples(place, st.sampled_from(SIGNS), st.integers(0, 3))
    separated = st.tuples(st.sampled_from(SEPARATORS), st.lists(signs, min_size=1, max_size=1))
    dotted = st.tuples(st.just(FORMAT.separator), st.lists(signs, min_size=1, max_size=2))
    drawn = st.tuples(
        st.sampled_from(PREFIXES), st.one_of(dotted, dotted, separated), st.sampled_from([*EVIDENCE]), st.integers(0)
    )
    return drawn.map(lambda one: _damaged(one[0], *one[1], EVIDENCE[one[2]], one[3]))


def _damaged(
    prefix: str, separator: str, signs: list[tuple[float, str, int]], evidence: Callable[[str], str], seed: int
) -> Damaged:
    secret = broken = restless(FORMAT.secret_length, seed)
    for share, sign, lost in signs:
        at = 1 + int(share * (len(broken) - 2))
        broken = broken[:at] + sign + broken[at + lost :]
    return Damaged(evidence(f"{prefix}{restless(FORMAT.id_length, seed + 1)}{separator}{broken}"), secret)
