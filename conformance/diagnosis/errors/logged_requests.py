"""The requests that HTTP clients note in a program's log, a line each, with the status and without any headers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.carriers import credentials_of_url
from conformance.diagnosis.evidence import PartialExchange, Place
from conformance.diagnosis.lines import Lines

if TYPE_CHECKING:
    from conformance.diagnosis.reading import Reading

_LINE = re.compile(
    # httpx, and the SDKs that are built on it
    r"HTTP Request: (?P<method>[A-Z]{3,10}) (?P<url>https?://[^\s\"]{3,2000}) \"HTTP/[0-9.]{1,3}"
    r" (?P<status>[0-9]{3})[^\n]*"
    # urllib3, and so requests
    r"|(?P<origin>https?://[^\s\"/]{3,300}) \"(?P<verb>[A-Z]{3,10}) (?P<path>/[^\s\"]{0,2000}) HTTP/[0-9.]{1,3}\""
    r" (?P<code>[0-9]{3})[^\n]*"
)


def logged_requests(text: str, source: str, reading: Reading) -> tuple[PartialExchange, ...]:
    """Every request that a client notes in a text."""
    found: list[PartialExchange] = []
    lines = Lines(text)
    for match in _LINE.finditer(text):
        place = Place(source, f"line {lines.number(match.start())}")
        url, credentials = credentials_of_url(match["url"] or match["origin"] + match["path"], place, reading)
        found.append(
            PartialExchange(
                place=place,
                client="httpx" if match["url"] else "urllib3",
                method=match["method"] or match["verb"],
                url=url,
                credentials=credentials,
                status=int(match["status"] or match["code"]),
                lacks=frozenset({"request headers", "response headers", "response"}),
            )
        )
    return tuple(found)


def without_logged_requests(text: str) -> str:
    """The text without what these lines say."""
    return _LINE.sub("", text)
