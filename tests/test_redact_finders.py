"""Where secrets may begin: what one finder sees, the other one sees too."""

from __future__ import annotations

import base64

from hypothesis import given, settings
from mutations import mutated
from redacting import FINDER, WORDS, minted

from conformance.keys import KeyFormat
from conformance.recognition.shapes import Shapes
from conformance.redaction.candidates import PatternFinder, WordFinder

settings.load_profile("redact")


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
