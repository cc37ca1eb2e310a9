"""What is told of an answer, by an exchange or by the error that a client made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from conformance.diagnosis.bodies import tells_failure
from conformance.diagnosis.urls import host_of

if TYPE_CHECKING:
    from conformance.diagnosis.evidence import Failure, PartialExchange, Place
    from conformance.exchange import Headers


class Told(NamedTuple):
    """An answer as somebody tells of it: in an exchange, or in the error that a client made of it."""

    place: Place
    status: int | None
    code: str
    message: str
    body: str
    headers: Headers
    url: str
    client: str
    type: str
    shows_key: bool
    exchange: PartialExchange | None = None

    @property
    def is_failure(self) -> bool:
        """Whether it is anything but what was asked for; of an answer without a status, what its body tells."""
        if self.status is None and self.exchange is not None:
            return self.is_html or tells_failure(self.body)
        return self.status is None or not (200 <= self.status < 300 or self.status == 304) or self.is_html

    @property
    def is_html(self) -> bool:
        """Whether it is a web page."""
        content_type = next((value for name, value in self.headers if name.lower() == "content-type"), "")
        if self.body.lstrip()[:1] in ("{", "["):
            return False
        return (
            "html" in content_type.lower()
            or "<html" in self.body[:2000].lower()
            or "<!doctype" in self.body[:200].lower()
        )

    @property
    def host(self) -> str:
        """The host that was asked, where this is known."""
        return host_of(self.url)


def of_exchange(one: PartialExchange) -> Told:
    """What an exchange tells."""
    return Told(
        place=one.place,
        status=one.status,
        code=one.code,
        message=one.message,
        body=one.response_text,
        headers=one.response_headers,
        url=one.url,
        client=one.client,
        type="",
        shows_key=bool(one.credentials),
        exchange=one,
    )


def of_failure(one: Failure) -> Told:
    """What an error tells."""
    return Told(
        place=one.place,
        status=one.status,
        code=one.code,
        message=one.message,
        body=one.text or one.message,
        headers=(),
        url=one.url,
        client=one.client,
        type=one.type,
        shows_key=bool(one.credentials),
    )
