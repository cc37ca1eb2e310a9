"""Requests and responses that were written as text, put together to partial exchanges."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from conformance.diagnosis.answer import said
from conformance.diagnosis.carriers import (
    credentials_of_body,
    credentials_of_headers,
    credentials_of_url,
    is_key_name,
)
from conformance.diagnosis.evidence import PartialExchange, Place
from conformance.diagnosis.shells.words import shown, variables_in, with_values
from conformance.recognition import placeholders
from conformance.recognition.drawn import looks_drawn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.evidence import Credential
    from conformance.diagnosis.reading import Reading
    from conformance.exchange import Headers

LONGEST_TEXT = 1 << 16  # characters
_QUOTES = "\"'“”„‘’‚«»"
_CARRIES_KEYS = ("authorization", "proxy-authorization", "cookie")
_CHUNK = re.compile(r"[0-9a-fA-F]{1,8}\r?|\r?")
_PAIR = re.compile(r"([?&])([^=&#\s]{1,200})=([^&#\s]{0,8192})")


class Field(NamedTuple):
    """A request header as it was written, and the line that it stands in."""

    line: int
    name: str
    value: str


class Message:
    """An exchange in the making: what was seen of it so far.

    `scheme` is that of the URL, where only a path is known; `stray` are texts, each with its line, that a command holds
    and that are not sent; `dumped` is the body of the answer as it came, before it was shown; `emptied` are headers
    that a shell filled in with nothing.
    """

    def __init__(
        self, line: int, client: str = "", method: str = "", target: str = "", scheme: str = "https", issuer: str = ""
    ) -> None:
        self.line = line
        self.client = client
        self.method = method
        self.target = target
        self.scheme = scheme
        self.issuer = issuer
        self.headers: list[Field] = []
        self.body: list[str] = []
        self.status: int | None = None
        self.answer_headers: list[tuple[str, str]] = []
        self.answer: list[str] = []
        self.dumped: list[str] = []
        self.lacks: set[str] = set()
        self.marks: set[str] = set()
        self.stray: list[tuple[int, str]] = []
        self.emptied: list[Field] = []

    def asked_at(self, target: str) -> Message:
        """The same request at another address."""
        other = Message(self.line, self.client, self.method, target, self.scheme)
        other.headers, other.body = list(self.headers), list(self.body)
        other.lacks, other.marks = set(self.lacks), set(self.marks)
        return other

    def take_answer(self, answer: Message) -> None:
        """Take over the answer of another message."""
        self.status, self.issuer = answer.status, answer.issuer
        self.answer_headers, self.answer, self.dumped = answer.answer_headers, answer.answer, answer.dumped

    @property
    def is_request(self) -> bool:
        """Whether the request was seen."""
        return bool(self.method)

    @property
    def is_anything(self) -> bool:
        """Whether there is a request or an answer."""
        return bool(self.method) or self.status is not None

    @property
    def url(self) -> str:
        """The URL that was asked for, as far as it is known."""
        if "://" in self.target or not self.target:
            return self.target
        if self.method == "CONNECT":
            return f"https://{self.target}"
        host = self.header("host") or self.header(":authority")
        return f"{self.scheme}://{host}{self.target}" if host and self.target[0] in "/*" else self.target

    def header(self, wanted: str) -> str:
        """The first value of a request header, by its name in small letters."""
        return next((one.value.strip() for one in self.headers if one.name.lower() == wanted), "")

    def answer_header(self, wanted: str) -> str:
        """The first value of a response header, by its name in small letters."""
        return next((value.strip() for name, value in self.answer_headers if name.lower() == wanted), "")

    def exchange(self, source: str, reading: Reading) -> PartialExchange:
        """The exchange, every secret in it hidden."""
        headers, credentials, lacks = self._sent(source, reading)
        place = Place(source, f"line {self.line}")
        url, in_url = _of_url(self.url, place, reading)
        text = _without_rest(_text(self._body()))
        answer = said(text, self.answer_headers)
        return PartialExchange(
            place,
            client=reading.hidden(self.client or self.header("user-agent")),
            method=shown(self.method),
            url=url,
            headers=headers,
            credentials=(*credentials, *in_url, *self._in_body(place, reading)),
            status=self.status,
            response_headers=tuple((name, reading.hidden(value)) for name, value in self.answer_headers),
            response_text=reading.hidden(text),
            code=reading.hidden(answer.code),
            message=reading.hidden(answer.message),
            request_id=reading.hidden(answer.request_id),
            at=_moment(self.answer_header("date")),
            lacks=frozenset({*self.lacks, *lacks, *self._missing()}),
            issuer=reading.hidden(self.issuer),
            marks=frozenset(self.marks),
        )

    def astray(self, source: str, reading: Reading) -> tuple[Credential, ...]:
        """The keys that stand where they are not sent."""
        return tuple(
            credential
            for line, text in self.stray
            for credential in reading.keys_in(text, Place(source, f"line {line}"))
        )

    def _body(self) -> list[str]:
        is_chunked = "chunked" in self.answer_header("transfer-encoding").lower()
        return [one for one in self.dumped if not (is_chunked and _CHUNK.fullmatch(one))] or self.answer

    def _missing(self) -> Iterator[str]:
        if self.status is None:
            yield "response"
        if not self.is_request and not self.headers:
            yield "request headers"
        if variables_in(self.target):
            yield "url"

    def _sent(self, source: str, reading: Reading) -> tuple[Headers, list[Credential], set[str]]:
        headers: list[tuple[str, str]] = []
        found: list[Credential] = []
        lacks: set[str] = set()
        for one in self.headers:
            name = shown(one.name.strip(_QUOTES))
            place = Place(source, f"line {one.line}, request header {reading.hidden(name)}")
            names = _names_in(one.value, reading)
            own_shown, own = ((), ()) if names else credentials_of_headers([(name, one.value)], place, reading)
            is_hidden = any(placeholders.is_removed(each.key.reveal().strip()) for each in own)
            if names and _may_carry(name.lower(), reading):
                lacks |= {f"value of {each}" for each in names}
            if names or is_hidden:
                lacks |= {"credential"} if is_hidden else set()
                own_shown, own = ((name, reading.hidden(_shown(one.value, names))),), ()
            headers += [(reading.hidden(each), value) for each, value in own_shown]
            found += own
        for one in self.emptied:
            place = Place(source, f"line {one.line}, request header {one.name}")
            found.append(reading.credential("", place, "header", one.name))
        return tuple(headers), found, lacks

    def _in_body(self, place: Place, reading: Reading) -> tuple[Credential, ...]:
        text = _text(self.body)
        return credentials_of_body(with_values(text, dict.fromkeys(variables_in(text), "")), place, reading)


def _text(lines: list[str]) -> str:
    return "\n".join(lines)[:LONGEST_TEXT].strip("\r\n")


def _without_rest(text: str) -> str:
    """A body without what a terminal shows behind it."""
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] in ("{", "["):
        import json  # slow to import

        try:
            return text[: json.JSONDecoder().raw_decode(text, start)[1]]
        except (ValueError, RecursionError):
            return text
    end = text.lower().rfind("</html>")
    return text[: end + 7] if end > 0 else text


def _names_in(value: str, reading: Reading) -> tuple[str, ...]:
    """The variables in a value; where a key begins before them, or they look random, they may be pieces of it."""
    names = variables_in(value)
    begins = any(prefix in value for prefix in reading.surface.key_format.prefixes)
    return ("a variable",) if names and (begins or any(map(looks_drawn, names))) else names


def _shown(value: str, names: tuple[str, ...]) -> str:
    """A value for people, its variables by the names that may be shown."""
    own = variables_in(value)
    return shown(with_values(value, {} if own == names else dict.fromkeys(own, "…")))


def _may_carry(name: str, reading: Reading) -> bool:
    return name in _CARRIES_KEYS or is_key_name(name, reading)


def _of_url(url: str, place: Place, reading: Reading) -> tuple[str, tuple[Credential, ...]]:
    if not variables_in(url):
        return credentials_of_url(url[:LONGEST_TEXT], place, reading)
    found = [
        reading.credential("", place, "query", match[2])  # a key belongs there, whatever its value
        for match in _PAIR.finditer(url)
        if variables_in(match[3]) and is_key_name(match[2].lower(), reading)
    ]
    bare = _PAIR.sub(lambda match: "" if variables_in(match[3]) else match[0], url)
    _, others = credentials_of_url(with_values(bare, dict.fromkeys(variables_in(bare), "")), place, reading)
    return reading.hidden(shown(url)), (*found, *others)


def _moment(date: str) -> float | None:
    """When an answer says that it was made (RFC 9110, section 5.6.7)."""
    match = re.fullmatch(r"\s*\w{3}, (\d{1,2}) (\w{3}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT\s*", date)
    if match is None:
        return None
    from conformance.diagnosis.times import seconds  # slow to import

    return seconds(f"{match[1]}/{match[2]}/{match[3]}:{match[4]} +0000")
