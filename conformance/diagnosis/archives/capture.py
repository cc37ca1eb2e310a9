"""What an HTTP archive tells of the API: a bounded number of exchanges, the failures beside them, and what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from conformance.diagnosis.answer import said
from conformance.diagnosis.archives.entry import text_of
from conformance.diagnosis.archives.selection import Selection, has_failed
from conformance.diagnosis.carriers import credentials_of_body, credentials_of_headers, credentials_of_url
from conformance.diagnosis.evidence import Evidence, Failure, Note, PartialExchange, Place
from conformance.recognition import placeholders

if TYPE_CHECKING:
    from typing import Any

    from conformance.diagnosis.archives.entry import Entry
    from conformance.diagnosis.evidence import Credential
    from conformance.diagnosis.reading import Reading
    from conformance.exchange import Headers

MOST = 5000  # entries
_MOST_PIECES = 400_000  # of secrets, about 80 MB
_MOST_TEXT = 12_000_000  # characters of bodies, after which only their beginnings are kept
_BEGINNING = 2000  # characters
_LONGEST_MESSAGE = 2000  # characters
_SENSITIVE = ("authorization", "cookie")


class _Kept(NamedTuple):
    number: int
    exchange: PartialExchange
    failure: Failure | None


class Capture:
    """Gathers entries; `wants_more` is false once their secrets are too many to be remembered."""

    def __init__(self, source: str, reading: Reading, most: int = MOST) -> None:
        self._source = source
        self._reading = reading
        self._most = most
        self._selection = Selection(reading.surface)
        self._failed: list[_Kept] = []
        self._fine: list[_Kept] = []
        self._dropped = 0
        self._text = 0
        self._has_sensitive = False
        self._last = 0

    @property
    def wants_more(self) -> bool:
        """Whether another entry can be read."""
        return self._reading.scrubber.size < _MOST_PIECES

    def add(self, number: int, entry: Entry) -> None:
        """Keep an entry if it concerns the API, and learn from it how the archive was written."""
        self._last = number
        self._look_at(entry)
        if not self._selection.wants(entry):
            return
        failed = has_failed(entry)
        if len(self._failed) + len(self._fine) >= self._most:
            self._dropped += 1
            if not failed or not self._fine:
                return
            self._fine.pop()
        (self._failed if failed else self._fine).append(self._read(number, entry))

    def evidence(self, around: dict[str, Any]) -> Evidence:
        """All that was gathered, in the archive's order; `around` is what stood beside the entries."""
        kept = sorted(self._failed + self._fine, key=lambda one: one.number)
        creator = _creator(around)
        lacks = self._lacks(creator)
        is_masked = any(_is_masked(one.exchange) and 200 <= (one.exchange.status or 0) < 300 for one in kept)
        exchanges = [self._finished(one.exchange, creator, lacks, is_masked=is_masked) for one in kept]
        failures = [one.failure._replace(client=creator) for one in kept if one.failure]
        notes = [Note(Place(self._source), says) for says in self._notes()]
        return Evidence(exchanges=tuple(exchanges), failures=tuple(failures), notes=tuple(notes))

    def _look_at(self, entry: Entry) -> None:
        if not self._has_sensitive:
            self._has_sensitive = any(name.lower() in _SENSITIVE and value for name, value in entry.headers)

    def _lacks(self, creator: str) -> frozenset[str]:
        """What the tool left out of every entry, as far as can be told.

        Chrome and its kin remove two headers on export unless they are told not to, and leave no sign of it; their
        version does not show, since a page may give itself any name.
        """
        sanitizes = creator.startswith("WebInspector")
        return frozenset(f"{name} header" for name in _SENSITIVE if sanitizes and not self._has_sensitive)

    def _finished(
        self, exchange: PartialExchange, creator: str, lacks: frozenset[str], *, is_masked: bool
    ) -> PartialExchange:
        if is_masked and _is_masked(exchange):
            lacks |= {"credential"}
            exchange = exchange._replace(credentials=tuple(one for one in exchange.credentials if not _is_mask(one)))
        return exchange._replace(client=exchange.client or creator, lacks=exchange.lacks | lacks)

    def _read(self, number: int, entry: Entry) -> _Kept:
        place = Place(self._source, f"entry {number}")
        headers, found, lacks = self._headers(number, entry)
        url, in_url = credentials_of_url(entry.url, self._place(number, "URL"), self._reading)
        in_body = credentials_of_body(entry.body, self._place(number, "request body"), self._reading)
        text = self._bounded(entry.response_text)
        answer = said(entry.response_text, entry.response_headers)
        exchange = PartialExchange(
            place=place,
            client=entry.user_agent,
            method=entry.method,
            url=url,
            headers=headers,
            credentials=(*found, *in_url, *in_body),
            status=entry.status,
            response_headers=self._shown(entry.response_headers),
            response_text=text,
            code=answer.code[:_LONGEST_MESSAGE],
            message=answer.message[:_LONGEST_MESSAGE],
            request_id=answer.request_id[:_LONGEST_MESSAGE],
            at=entry.at,
            lacks=lacks | ({"response body"} if entry.has_unseen_body else set()),
        )
        return _Kept(number, exchange, self._failure(entry, place, url))

    def _headers(self, number: int, entry: Entry) -> tuple[Headers, tuple[Credential, ...], frozenset[str]]:
        """Request headers as they may be shown, credentials in them, and what was taken out of them."""
        shown: Headers = ()
        found: tuple[Credential, ...] = ()
        lacks = frozenset() if entry.headers else frozenset({"request headers"})
        for name, value in entry.headers:
            place = self._place(number, f"request header {name}")
            header, own = credentials_of_headers([(name, value)], place, self._reading)
            if any(placeholders.is_removed(one.key.reveal().strip()) for one in own):
                header, own, lacks = ((name, value),), (), lacks | {"credential"}
            shown += header
            found += own
        return shown, found, lacks

    def _shown(self, headers: Headers) -> Headers:
        """Response headers; a URL in them loses its secrets, and cookies their values."""
        return tuple((name, self._shown_value(name.lower(), value)) for name, value in headers)

    def _shown_value(self, name: str, value: str) -> str:
        if name == "location":
            return credentials_of_url(value, Place(self._source), self._reading)[0]
        return f"{value.partition('=')[0]}=…" if name == "set-cookie" else value

    def _failure(self, entry: Entry, place: Place, url: str) -> Failure | None:
        if not entry.error:
            return None
        message = entry.error[:_LONGEST_MESSAGE]
        return Failure(place, type=entry.error_type, message=message, text=message, url=url)

    def _bounded(self, text: str) -> str:
        kept = text if self._text < _MOST_TEXT else text[:_BEGINNING]
        self._text += len(kept)
        return kept

    def _place(self, number: int, what: str) -> Place:
        return Place(self._source, f"entry {number}, {what}")

    def _notes(self) -> list[str]:
        seen, kept = self._selection.seen, len(self._failed) + len(self._fine)
        told = []
        if not seen:
            told.append("no request and no response is in it")
        elif not kept:
            entries = "the only entry does not" if seen == 1 else f"none of the {seen} entries does"
            told.append(f"{entries} concern the API; they went to {', '.join(self._selection.hosts)}")
        if self._dropped:
            told.append(
                f"{kept} entries that concern the API were kept, those that failed first; {self._dropped} were not"
            )
        if not self.wants_more:
            told.append(f"too many different credentials; what follows entry {self._last} was not read")
        return told


def _creator(around: dict[str, Any]) -> str:
    creator = around.get("creator")
    if not isinstance(creator, dict):
        return ""
    return f"{text_of(creator.get('name'))} {text_of(creator.get('version'))}".strip()[:_LONGEST_MESSAGE]


def _is_masked(exchange: PartialExchange) -> bool:
    return any(_is_mask(one) for one in exchange.credentials)


def _is_mask(credential: Credential) -> bool:
    text = credential.key.reveal()
    return bool(text) and (placeholders.is_masked(text) or placeholders.is_no_secret(text))
