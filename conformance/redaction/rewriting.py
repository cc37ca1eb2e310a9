"""A stream rewritten piece by piece: nothing in it moves, so places in the result are places in the input."""

from __future__ import annotations

import re
from collections import deque
from functools import cache
from typing import TYPE_CHECKING

from conformance.redaction import candidates as kinds
from conformance.redaction.ahead import searched
from conformance.redaction.coded import PACKED, coded_text, unpacked, write_coded
from conformance.redaction.extent import LONGEST, NeedsMore, looks_random, named_value, quoted_end
from conformance.redaction.private_keys import body_end
from conformance.redaction.windows import BEFORE, END, KEPT, Window, windows

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.redaction.candidates import Candidate, Finder
    from conformance.redaction.coded import Coded
    from conformance.redaction.hiding.keys import Keys
    from conformance.redaction.hiding.ledger import Ledger
    from conformance.redaction.hiding.tokens import Tokens
    from conformance.redaction.hiding.values import Values
    from conformance.redaction.windows import Readable

CHUNK = 1 << 19  # bytes that are read at a time
_WINDOW = 600  # bytes in which a wrapped key ends
_MOST = 8 << 20  # bytes that are kept at most, whatever does not end
_WRAPPED = re.compile(rb"[A-Za-z0-9_.+/-]*[\\`]{0,2}[ \t]{0,8}(?:\r?\n|(?:\\r)?\\n)")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]*")
_SCHEME_VALUE = re.compile(rb"(bearer|basic)(?:[ \t]+|%20)([A-Za-z0-9._~+/=%-]{6,})", re.IGNORECASE)
# ` -u me:…`, ` --proxy-user "me:…`
_USER_OPTION = re.compile(
    rb" (?:-[a-z]{0,4}u|--(?:proxy-)?user)(?:[ =]+|(?=[^ ]))(\\*[\"']?)[^\s\"':\\]{1,200}:([^\s\"'\\]+)", re.IGNORECASE
)
# ` -b 'name=…`, ` -b name=…`
_COOKIE_OPTION = re.compile(rb" -b +(?:\\*[\"']([^\"'\\]+=[^\"'\\]*)|([^\s\"'\\=]+=[^\s\"'\\]*))")
_COOKIE_LINE = re.compile(  # of a file of cookies, as curl writes it, behind the host
    rb"\t(?:TRUE|FALSE)\t/[^\t\r\n]{0,400}\t(?:TRUE|FALSE)\t[0-9]{1,20}\t[^\t\r\n]{0,400}\t([^\t\r\n\0]+)"
)
_TOKEN_IN_URL = 16  # letters and digits that stand for a user
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?)-----")
_COOKIES = re.compile(rb'cookies(\\*)"(?:\s|\\[nrt])*:(?:\s|\\[nrt])*\[', re.IGNORECASE)


class Rewriter:
    """Copies a stream without its secrets."""

    def __init__(
        self, finder: Finder, ledger: Ledger, keys: Keys, tokens: Tokens, values: Values, chunk: int = CHUNK
    ) -> None:
        self._finder = finder
        self._ledger = ledger
        self._keys = keys
        self._tokens = tokens
        self._values = values
        self._chunk = chunk
        self._read: list[tuple[int, Coded]] = []  # texts in base64, and how far behind the beginning of the file
        self._judge = {
            kinds.KEY: self._key,
            kinds.HALF: self._half,
            kinds.VENDOR: self._vendor,
            kinds.JWT: self._jwt,
            kinds.PEM: self._pem,
            kinds.URL: self._url,
            kinds.SCHEME: self._scheme,
            kinds.OPTION: self._option,
            kinds.NAME: self._name,
            kinds.COOKIES: self._cookies,
            kinds.CODED: self._coded,
        }

    def rewrite(self, source: Readable, write: Callable[[memoryview], None], file: str) -> None:
        """Give everything in the source to `write`."""
        self._ledger.file, self._ledger.offset = file, 0
        self._read = []
        text = bytearray()
        waiting: deque[Candidate] = deque()
        enough = 0  # bytes, below which those that wait cannot be judged
        for window, found in searched(windows(source, self._chunk), self._search):
            waiting += found
            if not waiting and len(window.piece) > KEPT:  # then all but its end is written without being put together
                passed = len(window.piece) - KEPT
                write(memoryview(text))
                write(memoryview(window.piece)[:passed])
                self._ledger.offset += len(text) + passed
                text = bytearray(window.piece[passed:])
                continue
            text += window.piece
            if len(text) < enough and not window.is_last:
                continue
            done = self._judge_all(text, waiting, window)
            enough = min(2 * len(text), _MOST) if waiting else 0
            written = len(text) if window.is_last else max(done - BEFORE, 0)
            with memoryview(text) as whole, whole[:written] as part:
                write(part)
            del text[:written]
            self._ledger.offset += written

    def _search(self, window: Window) -> list[Candidate]:
        """The candidates that a window is there for, at their places in the stream."""
        first, end = window.judged - window.start, window.end - window.start
        found = self._finder.candidates(window.text)
        return [one._replace(at=window.start + one.at) for one in found if first <= one.at < end]

    def _judge_all(self, text: bytearray, waiting: deque[Candidate], window: Window) -> int:
        """Judge every candidate with enough text behind it; returns how far the text is done."""
        if window.is_last:
            text += END
        try:
            while waiting:
                at, kind = waiting[0]
                at -= self._ledger.offset
                try:
                    self._judge[kind](text, at)
                except NeedsMore:
                    if not window.is_last and len(text) < _MOST:
                        return at
                    self._give_up(text, at)
                waiting.popleft()
        finally:
            if window.is_last:
                del text[-len(END) :]
        return window.end - self._ledger.offset

    def _give_up(self, text: bytearray, at: int) -> None:
        """Hide the rest of the line, for a value whose closing quote is missing."""
        end = re.compile(rb"[^\r\n\0\"\\]*").match(text, at, at + LONGEST)
        if end and end.end() > at:
            self._values.hide_value(text, at, end.end(), "value without an end")

    def _key(self, text: bytearray, at: int) -> None:
        if not _WRAPPED.match(text, at, at + _WINDOW) and self._keys.hide_key(text, at):
            return
        if not self._keys.hide_wrapped_key(text, at, min(at + _WINDOW, len(text))) and not self._keys.hide_key(
            text, at
        ):
            self._keys.hide_encoded_key(text, at, _BASE64.match(text, at, at + LONGEST).end())  # type: ignore[union-attr]

    def _half(self, text: bytearray, at: int) -> None:
        self._keys.hide_half(text, at + self._keys.secret_length)

    def _vendor(self, text: bytearray, at: int) -> None:
        self._tokens.hide_vendor(text, at)

    def _jwt(self, text: bytearray, at: int) -> None:
        self._tokens.hide_jwt(text, at)

    def _pem(self, text: bytearray, at: int) -> None:
        begin = _PEM.match(text, at)
        if begin:
            end = body_end(text, begin.end())
            if end >= len(text) - 1 and text[-1:] != b"\0":
                raise NeedsMore
            self._tokens.hide_pem(text, begin.end(), end)

    def _url(self, text: bytearray, at: int) -> None:
        match = kinds.URL_PASSWORD.match(text, at)
        if match:
            self._values.hide_value(text, *match.span(2), "password in a URL")
            if len(match[1]) >= _TOKEN_IN_URL and looks_random(bytes(match[1])):
                self._values.hide_value(text, *match.span(1), "token in a URL")
        elif (match := kinds.URL_TOKEN.match(text, at)) and looks_random(bytes(match[1])):
            self._values.hide_value(text, *match.span(1), "token in a URL")

    def _scheme(self, text: bytearray, at: int) -> None:
        match = _SCHEME_VALUE.match(text, at)
        if match and (match[1].lower() == b"basic" or looks_random(bytes(match[2]))):
            self._values.hide_value(text, at, match.end(), "authorization")

    def _option(self, text: bytearray, at: int) -> None:
        if match := _USER_OPTION.match(text, at):
            self._values.hide_value(text, *match.span(2), "password of an option")
        elif match := _COOKIE_OPTION.match(text, at):
            self._values.hide_cookies(text, *match.span(match.lastindex or 1), sets=False)
        elif match := _COOKIE_LINE.match(text, at):
            self._values.hide_value(text, *match.span(1), "cookie")

    def _name(self, text: bytearray, at: int) -> None:
        found = named_value(text, at)
        if found is None:
            return
        name, start, end = found
        if name.endswith(b"auth") and not name.endswith(b"x-auth"):
            self._values.hide_pair(text, start, end)
        elif name.endswith(b"cookie"):
            self._values.hide_cookies(text, start, end, sets=name.endswith(b"set-cookie"))
        elif name.endswith((b"authorization", b"x-auth", b"token")):
            self._values.hide_value(text, start, end, "authorization" if name.endswith(b"authorization") else "token")
        else:
            self._values.hide_value(text, start, end, _kind_of(name))

    def _cookies(self, text: bytearray, at: int) -> None:
        """The values of a HAR file's list of cookies."""
        opening = _COOKIES.match(text, at)
        if opening is None:
            return
        depth, at = len(opening[1]), opening.end()
        string = _string_or_end(depth)
        while True:
            mark = string.search(text, at)
            if mark is None:
                raise NeedsMore
            if mark[1] is None:
                return
            at = quoted_end(text, mark.end(), depth, b'"')
            if mark[2]:
                self._values.hide_value(text, mark.end(), at, "cookie")
            at += depth + 1

    def _coded(self, text: bytearray, at: int) -> None:
        """A text in base64 or hexadecimal, which is rewritten as any other and encoded again."""
        here, begin = self._ledger.offset, self._ledger.offset + at
        self._read = [(offset, one) for offset, one in self._read if offset + one.places[-1][1] > begin]
        is_packed = text.startswith(PACKED, at)  # which may stand behind something else in one text
        if any(one.holds(begin - offset) and (one.is_packed or not is_packed) for offset, one in self._read):
            return
        coded = coded_text(text, at)
        if coded is None:
            return
        if coded.places[-1][1] == len(text):
            raise NeedsMore
        self._read.append((here, coded))
        if (packed := unpacked(coded)) is not None:
            self._packed(text, coded, packed)
            return
        inner = self._rewritten(coded.text, begin)
        if inner != coded.text:
            write_coded(text, coded, bytes(inner))

    def _packed(self, text: bytearray, coded: Coded, inner: bytes) -> None:
        """Hide all of what is packed, where it holds a secret: nothing in it has a place of its own."""
        begin = self._ledger.offset + coded.places[0][0]
        is_announced = any(one.kind in kinds.ANNOUNCED for one in self._finder.candidates(inner + END))
        if not is_announced and self._rewritten(inner, begin) == inner:
            return
        for start, end in coded.places:
            text[start:end] = b"x" * (end - start)
        self._ledger.note("packed text with a secret", coded.text, coded.places[0][0])

    def _rewritten(self, said: bytes, begin: int) -> bytearray:
        """What stands within the text from there on, without its secrets."""
        inner = bytearray(said)
        window = Window(said + END, begin, b"", begin, begin + len(inner), is_last=True)
        here, read = self._ledger.offset, self._read
        self._ledger.offset, self._read = begin, []
        self._judge_all(inner, deque(self._search(window)), window)
        self._ledger.offset, self._read = here, read
        return inner


@cache
def _string_or_end(depth: int) -> re.Pattern[bytes]:
    """Matches the end of a list or the beginning of a string so deep in escapes; group 2 says that it is a value."""
    quote, space = b"\\\\" * depth + b'"', rb"(?:\s|\\[nrt])*"
    return re.compile(rb"\]|(%b(value%b%b:%b%b)?)" % (quote, quote, space, space, quote))


def _kind_of(name: bytes) -> str:
    if b"pass" in name or b"pwd" in name:
        return "password"
    return "secret" if b"secret" in name else "named secret"
