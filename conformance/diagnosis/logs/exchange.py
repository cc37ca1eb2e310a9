"""A record of a server's log as the exchange that it tells of, if that concerns the API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.answer import said
from conformance.diagnosis.archives.entry import host_and_path
from conformance.diagnosis.carriers import credentials_of_headers, credentials_of_url
from conformance.diagnosis.evidence import PartialExchange, Place
from conformance.diagnosis.logs.fields import FieldReader
from conformance.diagnosis.logs.history import LoggedExchange
from conformance.diagnosis.statuses import REFUSALS
from conformance.recognition import placeholders

if TYPE_CHECKING:
    from conformance.diagnosis.evidence import Credential
    from conformance.diagnosis.logs.fields import Fields
    from conformance.diagnosis.logs.line import Record
    from conformance.diagnosis.reading import Reading
    from conformance.exchange import Headers

_MOST_KEYS = 200  # different ones; of more only the ids are kept
_LONGEST_BODY = 1 << 16  # characters
_LONGEST_MESSAGE = 2000
_LINE = re.compile(r"([A-Z]{3,10}) (\S{1,16384})(?: [A-Z]+/[0-9.]+)?")
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:, .{0,200})?")
_PORT = re.compile(r"(?<=[\d\]]):\d{1,5}\Z")
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,36}")
_REQUEST_ID = re.compile(
    r"req[-_][A-Za-z0-9-]{6,64}|[0-9a-f]{16,64}|Root=1-[0-9a-f-]{20,40}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    re.I,
)
_TELLS = re.compile(r"auth|header|forbidden|limiting|denied|credential|api.?key", re.I)
_DROPPED = re.compile(r"invalid header line: \"([A-Za-z0-9_.-]{1,200}):?\s*([^\"]{0,8192})")


class Teller:
    """Turns log records into exchanges; it remembers a limited number of different keys."""

    def __init__(self, source: str, reading: Reading) -> None:
        self._source = source
        self._reading = reading
        self._fields = FieldReader(reading)
        self._keys: set[str] = set()
        self.beyond = 0
        self.others = 0

    def seen(self, number: int, record: Record, around: Record, where: str) -> LoggedExchange | None:
        """The exchange that a record tells of; `None` where it tells of none, or of another API's."""
        fields = self._fields.fields_of(record, around)
        method, url = _method_and_url(fields)
        place = Place(self._source, where)
        if record.get("is_nginx_error") and not _TELLS.search(fields.of("message")):
            return None
        if not (url or fields.status or record.get("is_nginx_error")):
            return None
        headers, credentials, lacks = self._headers(_with_dropped(fields), place)
        shown, in_url = credentials_of_url(url, place, self._reading)
        credentials += in_url + self._among_others(record, place)
        key_id = self._key_id(fields, credentials)
        if not self._concerns(url, fields, key_id, bool(credentials or headers)):
            self.others += 1
            return None
        body = fields.of("body")[:_LONGEST_BODY]
        answer = said(body, fields.response_headers)
        exchange = PartialExchange(
            place=place,
            witness="client" if record.get("is_of_client") else "server",
            client=_user_agent(fields),
            method=method,
            url=shown,
            headers=headers,
            credentials=credentials,
            status=fields.status,
            response_headers=fields.response_headers,
            response_text=body,
            code=(fields.of("code") or answer.code)[:_LONGEST_MESSAGE],
            message=(fields.of("message") or answer.message)[:_LONGEST_MESSAGE],
            request_id=_request_id(fields, record) or answer.request_id,
            at=fields.at,
            key_id=key_id,
            lacks=lacks | self._not_logged(fields),
        )
        return LoggedExchange(number, exchange, fields.of("pod") or _machine(fields), _address(fields, record))

    def _headers(self, headers: Headers, place: Place) -> tuple[Headers, tuple[Credential, ...], frozenset[str]]:
        shown: Headers = ()
        found: tuple[Credential, ...] = ()
        lacks: frozenset[str] = frozenset()
        for name, value in headers:
            if _is_removed(value.rpartition(" ")[2]):
                shown += ((name, value),)
                lacks |= {"credential"}
            elif self._is_beyond(value):
                shown += ((name, self._reading.surface.key_format.redact(value)),)
                lacks |= {"credential"}
            else:
                where = Place(place.source, f"{place.where}, request header {name}")
                one, own = credentials_of_headers([(name, value)], where, self._reading)
                shown += one
                found += own
                self._keys.update(credential.key.reveal() for credential in own)
        return shown, found, lacks

    def _is_beyond(self, value: str) -> bool:
        """Whether a header holds a key beyond those that are remembered; it is counted then."""
        if len(self._keys) < _MOST_KEYS or value.rpartition(" ")[2] in self._keys:
            return False
        if not self._reading.shapes.secret_spans(value):
            return False
        self.beyond += 1
        return True

    def _among_others(self, record: Record, place: Place) -> tuple[Credential, ...]:
        """Keys in what a line has behind its usual fields, or as its user."""
        texts = [record.get("user"), *(record.get("others") or ())]
        if len(self._keys) >= _MOST_KEYS:
            return ()
        found = tuple(
            one for text in texts if isinstance(text, str) for one in self._reading.keys_in(text, place, "text")
        )
        self._keys.update(one.key.reveal() for one in found)
        return found

    def _key_id(self, fields: Fields, credentials: tuple[Credential, ...]) -> str:
        texts = [one.key.reveal() for one in credentials]
        from_keys = next((found for text in texts if (found := self._id_in(text))), "")
        told = fields.of("key_id")
        if not told or from_keys:
            return from_keys or next((found for _, text in fields.headers if (found := self._id_in(text))), "")
        if any(prefix in told for prefix in self._reading.surface.key_format.prefixes):
            return self._id_in(told)
        return told if _ID.fullmatch(told) else ""

    def _id_in(self, text: str) -> str:
        """The key id behind a prefix, where it is whole."""
        key_format = self._reading.surface.key_format
        for prefix in key_format.prefixes:
            _, found, rest = text.partition(prefix)
            some = rest[: key_format.id_length]
            if found and len(some) == key_format.id_length and set(some) <= set(key_format.id_alphabet):
                return "" if rest[key_format.id_length :][:1].isalnum() else some
        return ""

    def _concerns(self, url: str, fields: Fields, key_id: str, has_credential: bool) -> bool:
        host, path = host_and_path(url)
        surface = self._reading.surface
        if surface.is_own_path(path) or key_id or has_credential or host == surface.host:
            return True
        return fields.status in REFUSALS or bool(_DROPPED.search(fields.of("message")))

    def _not_logged(self, fields: Fields) -> frozenset[str]:
        if fields.has_all_headers and len(fields.headers) >= 3:
            return frozenset()
        missing = [name for name in self._reading.surface.headers if name not in fields.logged]
        if len(missing) == len(self._reading.surface.headers):
            return frozenset({"request headers"})
        return frozenset(f"{name} header" for name in missing)


def _is_removed(value: str) -> bool:
    return placeholders.is_removed(value) or (len(value) > 2 and not value.strip("xX"))


def _method_and_url(fields: Fields) -> tuple[str, str]:
    method, url = fields.of("method"), fields.of("url")
    if match := _LINE.fullmatch(fields.of("line")):
        method, url = method or match[1], url or match[2]
    if match := _LINE.fullmatch(url):
        method, url = method or match[1], match[2]
    host = fields.of("host")
    if url.startswith("/") and host and ("." in host or host.startswith("localhost")):
        url = f"//{host}{url}"
    return method[:40], url


def _with_dropped(fields: Fields) -> Headers:
    """The headers that were logged, and the one that a server says it dropped."""
    match = _DROPPED.search(fields.of("message"))
    return (*fields.headers, (match[1], match[2])) if match else fields.headers


def _user_agent(fields: Fields) -> str:
    return fields.of("client") or next((text for name, text in fields.headers if name.lower() == "user-agent"), "")


def _request_id(fields: Fields, record: Record) -> str:
    others = [one for one in record.get("others") or () if isinstance(one, str)]
    return (fields.of("request_id") or next((one for one in others if _REQUEST_ID.fullmatch(one)), ""))[:200]


def _machine(fields: Fields) -> str:
    """The name of a machine where a host is meant to be; one on the net has a dot."""
    host = fields.of("host")
    return "" if "." in host or ":" in host or host == "localhost" else host


def _address(fields: Fields, record: Record) -> str:
    """Who sent the request, without a port, which is another one each time."""
    others = (one for one in record.get("others") or () if isinstance(one, str) and _IPV4.fullmatch(one))
    written = fields.of("address") or next(others, "")
    return _PORT.sub("", written.partition(",")[0].strip())[:200]
