"""HTTP messages written as text, put together to partial exchanges."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.answer import said
from conformance.diagnosis.carried import credentials_of_body, credentials_of_headers, credentials_of_url
from conformance.diagnosis.evidence import PartialExchange, Place

if TYPE_CHECKING:
    from conformance.diagnosis.evidence import Credential
    from conformance.diagnosis.reading import Reading

LONGEST_BODY = 1 << 16  # characters
REQUEST_LINE = re.compile(r"([A-Z]{3,10}) (\S{1,8192}) HTTP/[0-9](?:\.[0-9])?\s*")
STATUS_LINE = re.compile(r"HTTP/[0-9](?:\.[0-9])? ([0-9]{3})\b.{0,500}")
HEADER = re.compile(r"(:?[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}):[ \t]{0,20}(.{0,65536})", re.DOTALL)
_REDACTED = re.compile(r"\[?(?:redacted|hidden|removed|filtered)\]?|\*{3,}", re.IGNORECASE)


class Message:
    """An exchange in the making: what of it was seen so far, and in which line it began."""

    def __init__(self, line: int, client: str = "") -> None:
        self.line = line
        self.client = client
        self.method = ""
        self.target = ""
        self.headers: list[tuple[int, str, str]] = []
        self.body: list[str] = []
        self.status: int | None = None
        self.answer_headers: list[tuple[str, str]] = []
        self.answer: list[str] = []

    def exchange(self, source: str, reading: Reading) -> PartialExchange:
        """The exchange, every secret in it hidden."""
        shown: list[tuple[str, str]] = []
        found: list[Credential] = []
        lacks: set[str] = set() if self.method else {"request headers"}
        for line, name, value in self.headers:
            place = Place(source, f"line {line}, request header {name}")
            own_shown, own = credentials_of_headers([(name, value)], place, reading)
            if any(_REDACTED.fullmatch(one.key.reveal().strip()) for one in own):
                lacks.add("credential")
                own_shown, own = ((name, value),), ()
            shown += own_shown
            found += own
        place = Place(source, f"line {self.line}")
        url, in_url = credentials_of_url(self.url, place, reading)
        in_body = credentials_of_body("\n".join(self.body)[:LONGEST_BODY], place, reading)
        text = "\n".join(self.answer)[:LONGEST_BODY]
        answer = said(text, self.answer_headers)
        if self.status is None:
            lacks.add("response")
        return PartialExchange(
            place,
            client=self.client or self._header("user-agent"),
            method=self.method,
            url=url,
            headers=tuple(shown),
            credentials=(*found, *in_url, *in_body),
            status=self.status,
            response_headers=tuple((name, reading.hidden(value)) for name, value in self.answer_headers),
            response_text=reading.hidden(text),
            code=reading.hidden(answer.code),
            message=reading.hidden(answer.message),
            request_id=reading.hidden(answer.request_id),
            lacks=frozenset(lacks),
        )

    @property
    def url(self) -> str:
        """The URL that was asked for, as far as it shows."""
        if "://" in self.target:
            return self.target
        if self.method == "CONNECT":
            return f"https://{self.target}"
        host = self._header("host") or self._header(":authority")
        return f"https://{host}{self.target}" if host else self.target

    def _header(self, wanted: str) -> str:
        return next((value.strip() for _, name, value in self.headers if name.lower() == wanted), "")
