"""A case: all evidence of one reading, seen from the sides that predicates ask for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from conformance.diagnosis.bodies import tells_failure, tells_success, told_status
from conformance.diagnosis.shape.shape import shape_of
from conformance.diagnosis.urls import host_of, parts_of
from conformance.recognition.placeholders import is_masked

if TYPE_CHECKING:
    from conformance.diagnosis.evidence import Credential, Evidence, Failure, PartialExchange, Place, Setting
    from conformance.diagnosis.shape.shape import Shape
    from conformance.diagnosis.surface import Surface
    from conformance.exchange import Headers


_MASKS = ("masked", "mask-character")


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
        return (
            "html" in content_type.lower()
            or "<html" in self.body[:2000].lower()
            or "<!doctype" in self.body[:200].lower()
        )

    @property
    def host(self) -> str:
        """The host that was asked, where this is known."""
        return host_of(self.url)


class Case:
    """All evidence of one reading, and the API that it is about."""

    def __init__(self, evidence: Evidence, surface: Surface) -> None:
        self.evidence = evidence
        self.surface = surface

    @cached_property
    def exchanges(self) -> tuple[PartialExchange, ...]:
        """Those that have to do with the API: at its host, with a credential of its kind, or for one of its paths."""
        every = tuple(self._without_masks(_with_status(one)) for one in self.evidence.exchanges)
        is_of_api = any(one.witness == "server" and self._is_received(one) for one in every)
        near = tuple(
            one
            for one in every
            if (self._concerns(one) if one.witness == "client" else not is_of_api or self._is_received(one))
        )
        near = tuple(one for one in near if one.credentials or not is_navigation(one)) or near
        # a header of the same name may belong to somebody else's API; that counts where nothing else does
        return near or tuple(one for one in every if self._has_header(one))

    @cached_property
    def answers(self) -> tuple[Told, ...]:
        """Every answer that is told of; of a failure that repeats one, both. What opens a tunnel is a proxy's."""
        requests = (one for one in self.exchanges if not is_tunnel(one))
        seen = [_of_exchange(one) for one in requests if one.status is not None or one.response_text]
        return (*seen, *(_of_failure(one) for one in self.evidence.failures))

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The variables that were read."""
        return self.evidence.settings

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """What clients told their users."""
        return self.evidence.failures

    def shape(self, credential: Credential) -> Shape:
        """What can be said of a credential."""
        return shape_of(credential.key.reveal(), self.surface.key_format)

    def is_key_like(self, credential: Credential) -> bool:
        """Whether it begins as keys of this API do, or does once it is unwrapped."""
        return bool(self.shape(credential).prefix)

    def key_id(self, exchange: PartialExchange) -> str:
        """Which key an exchange was made with, as far as may be shown."""
        ids = (self.shape(one).key_id for one in exchange.credentials)
        return exchange.key_id or next(filter(None, ids), "")

    def is_documented(self, credential: Credential) -> bool:
        """Whether a credential travels in a documented header with the scheme that belongs there."""
        expected = self.surface.headers.get(credential.name.lower()) if credential.carrier == "header" else None
        return expected is not None and expected.lower() == credential.scheme.lower()

    def hides_key(self, exchange: PartialExchange) -> bool:
        """Whether the witness left out what would show the key."""
        unseen = {"request headers", "credential", *(f"{name} header" for name in self.surface.headers)}
        return not unseen.isdisjoint(exchange.lacks) or any(one.startswith("value of") for one in exchange.lacks)

    def presented(self, exchange: PartialExchange) -> tuple[Credential, ...]:
        """The well-formed keys that a request presents as the documentation says."""
        documented = (one for one in exchange.credentials if self.is_documented(one))
        return tuple(one for one in documented if self.shape(one).well_formed)

    def _without_masks(self, exchange: PartialExchange) -> PartialExchange:
        """The exchange without the masks that its record has put in the place of keys."""
        if not any(map(self.is_masked_key, exchange.credentials)) or not self._masks(exchange):
            return exchange
        shown = tuple(one for one in exchange.credentials if not self.is_masked_key(one))
        return exchange._replace(key_id=self.key_id(exchange), credentials=shown, lacks=exchange.lacks | {"credential"})

    def _masks(self, exchange: PartialExchange) -> bool:
        """Whether what wrote this down may mask keys by itself: it shows none, or masks one that works."""
        source = exchange.place.source
        is_record = exchange.witness == "server" or "printed" in exchange.marks
        return source in self._masking_what_works or (is_record and source not in self._showing)

    @cached_property
    def _showing(self) -> frozenset[str]:
        every = ((one.place.source, key) for one in self.evidence.exchanges for key in one.credentials)
        return frozenset(source for source, key in every if self.shape(key).well_formed)

    @cached_property
    def _masking_what_works(self) -> frozenset[str]:
        every = self.evidence.exchanges
        return frozenset(
            one.place.source for one in every if any(map(self.is_masked_key, one.credentials)) and is_success(one)
        )

    def is_masked_key(self, credential: Credential) -> bool:
        """Whether characters of a credential were replaced by a mask."""
        text = credential.key.reveal()
        if not is_masked(text):
            return False
        names = {fact.name for fact in self.shape(credential).facts}
        is_mask = text.rstrip(".") in self.surface.key_format.prefixes or not names.isdisjoint(_MASKS)
        return is_mask and "ellipsis" not in names

    def _concerns(self, exchange: PartialExchange) -> bool:
        host, path = host_of(exchange.url), parts_of(exchange.url).path
        if not host or self.surface.is_own_path(path):
            return True
        if any(map(self.is_key_like, exchange.credentials)):
            return True
        if self.surface.is_sibling(host):
            return exchange.status in (401, 403) or (exchange.status is None and tells_failure(exchange.response_text))
        if not self.surface.is_own_host(host):
            return False
        return is_tunnel(exchange) or self._has_header(exchange) or self.surface.is_below_base(path)

    def _is_received(self, exchange: PartialExchange) -> bool:
        """Whether a server's log tells of a request to the API, and not of one that scanners and monitors make."""
        path = parts_of(exchange.url).path
        is_own = not path or self.surface.is_own_path(path) or self.surface.is_below_base(path)
        return is_own or bool(exchange.key_id) or any(map(self.is_key_like, exchange.credentials))

    def _has_header(self, exchange: PartialExchange) -> bool:
        names = {*self.surface.headers, *self.surface.wrong_headers}
        if not self.surface.is_own_host(host_of(exchange.url)):
            names.discard("authorization")
        return any(one.carrier == "header" and one.name.lower() in names for one in exchange.credentials)


def is_tunnel(exchange: PartialExchange) -> bool:
    """Whether it asks a proxy for a way, and the API for nothing."""
    return exchange.method.upper() == "CONNECT"


def is_navigation(exchange: PartialExchange) -> bool:
    """Whether somebody opened a page in a browser, which sends no key, whatever the page or its program do later."""
    return any(name.lower() == "sec-fetch-mode" and value == "navigate" for name, value in exchange.headers)


def is_success(exchange: PartialExchange) -> bool:
    """Whether the API did what it was asked; a web page is not its answer."""
    if exchange.status is None:
        return tells_success(exchange.response_text)
    return not _of_exchange(exchange).is_failure


def _with_status(one: PartialExchange) -> PartialExchange:
    """The exchange with the status that its body tells of, where nothing else shows it."""
    return one if one.status is not None else one._replace(status=told_status(one.response_text))


def _of_exchange(one: PartialExchange) -> Told:
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


def _of_failure(one: Failure) -> Told:
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
