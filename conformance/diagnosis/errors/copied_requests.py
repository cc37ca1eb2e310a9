"""Requests that a browser copied as a call of fetch, for a page or for Node: with every header, and no answer."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from conformance.diagnosis.carriers import credentials_of_headers, credentials_of_url
from conformance.diagnosis.evidence import PartialExchange, Place
from conformance.diagnosis.lines import Lines
from conformance.recognition.placeholders import is_removed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.evidence import Credential
    from conformance.diagnosis.reading import Reading
    from conformance.exchange import Headers

_CALL = re.compile(r"\bfetch\(\s{0,9}\"(https?://[^\s\"]{1,8192})\",\s{0,9}(?=\{)")
_MOST = 50
_LONGEST = 1 << 16  # characters of one


class _Call(NamedTuple):
    start: int
    end: int
    url: str
    method: str
    headers: dict[str, str]


def copied_requests(text: str, source: str, reading: Reading) -> tuple[tuple[PartialExchange, ...], str]:
    """Every request that was copied into a text, and the text without them; its lines keep their numbers."""
    found: list[PartialExchange] = []
    pieces, end, lines = [], 0, Lines(text)
    for call in _calls(text):
        found.append(_exchange(call, Place(source, f"line {lines.number(call.start)}"), reading))
        pieces += [text[end : call.start], "\n" * text.count("\n", call.start, call.end)]
        end = call.end
    return tuple(found), "".join([*pieces, text[end:]])


def _calls(text: str) -> Iterator[_Call]:
    for _, match in zip(range(_MOST), _CALL.finditer(text), strict=False):
        try:
            given, length = json.JSONDecoder().raw_decode(text[match.end() : match.end() + _LONGEST])
        except (ValueError, RecursionError):
            continue
        headers = given.get("headers")
        if isinstance(headers, dict):
            own = {name: value for name, value in headers.items() if isinstance(value, str)}
            yield _Call(match.start(), match.end() + length, match[1], str(given.get("method") or "GET"), own)


def _exchange(call: _Call, place: Place, reading: Reading) -> PartialExchange:
    url, credentials = credentials_of_url(call.url, place, reading)
    shown: Headers = ()
    lacks = {"response headers", "response", "status"}
    for name, value in call.headers.items():
        one, own = credentials_of_headers([(name, value)], _of_header(place, name, reading), reading)
        kept: tuple[Credential, ...] = tuple(each for each in own if not is_removed(each.key.reveal().strip()))
        lacks |= {"credential"} if len(kept) < len(own) else set()
        shown += one
        credentials += kept
    return PartialExchange(
        place=place,
        client="fetch",
        method=reading.hidden(call.method[:40]),
        url=url,
        headers=shown,
        credentials=credentials,
        lacks=frozenset(lacks),
        marks=frozenset({"printed"}),
    )


def _of_header(place: Place, name: str, reading: Reading) -> Place:
    return place._replace(where=f"{place.where}, request header {reading.hidden(name[:200])}")
