"""A case: all evidence of one reading, seen from the sides that predicates ask for."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from conformance.diagnosis.bodies import tells_failure, tells_success, told_status
from conformance.diagnosis.shape.shape import shape_of
from conformance.diagnosis.statuses import REDIRECTS
from conformance.diagnosis.surface import is_local
from conformance.diagnosis.told import of_exchange, of_failure
from conformance.diagnosis.urls import host_of, parts_of
from conformance.recognition.placeholders import is_masked
from conformance.recognition.vendors import OTHER_SDKS

if TYPE_CHECKING:
    from conformance.diagnosis.evidence import Credential, Evidence, Failure, PartialExchange, Setting
    from conformance.diagnosis.shape.shape import Shape
    from conformance.diagnosis.surface import Surface
    from conformance.diagnosis.told import Told


# of mail, MySQL, PostgreSQL, AMQP, Redis, Kafka, Elasticsearch, memcached and MongoDB
_PORTS = ("25", "465", "587", "3306", "5432", "5672", "6379", "9092", "9200", "11211", "27017")
_MASKS = ("masked", "mask-character")


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
        """Every answer that is told of; of a failure that repeats one, both. What opens a tunnel is a proxy's.

        A redirect that a client followed with its key is none: what it led to is. Nor is the refusal of a request that
        the client then made again with a key, and with success.
        """
        passed = {id(one) for one, after in pairwise(self.exchanges) if _came_through(one, after)} | self._made_again
        requests = (one for one in self.exchanges if not is_tunnel(one) and id(one) not in passed)
        seen = [of_exchange(one) for one in requests if one.status is not None or one.response_text]
        return (*seen, *map(of_failure, self.failures))

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The variables that were read."""
        return self.evidence.settings

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """What clients told their users, but for answers of other APIs."""
        return tuple(one for one in self.evidence.failures if not self._is_of_others(one))

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
        lacks = {"credential", *(("mask",) if "printed" in exchange.marks else ())}
        return exchange._replace(key_id=self.key_id(exchange), credentials=shown, lacks=exchange.lacks | lacks)

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

    @cached_property
    def _made_again(self) -> set[int]:
        """The requests without a key, by identity, that were refused and then made again with one."""
        refused = [(at, one) for at, one in enumerate(self.exchanges) if _is_keyless_refusal(one)]
        if not refused:
            return set()
        done = {_asked(one): at for at, one in enumerate(self.exchanges) if self.presented(one) and is_success(one)}
        return {id(one) for at, one in refused if done.get(_asked(one), -1) > at}

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

    def _is_of_others(self, failure: Failure) -> bool:
        """Whether it is the answer of an API that somebody else has, and nothing of this one is in it."""
        if self.surface.host in failure.text or self.surface.is_raised_in(failure.text):
            return False
        if any(map(self.is_key_like, failure.credentials)):
            return False
        if failure.client in OTHER_SDKS or _is_of_other_service(failure.text):
            return True
        host, path = host_of(failure.url), parts_of(failure.url).path
        is_own = self.surface.is_sibling(host) or is_local(host) or self.surface.is_own_path(path)
        is_named = bool(failure.status) or path not in ("", "/")  # and not only what no connection came about with
        return bool(host) and is_named and not is_own

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


def _came_through(moved: PartialExchange, after: PartialExchange) -> bool:
    """Whether a client followed a redirect, and its key came along: it was seen there, or no 401 was the answer."""
    if moved.status not in REDIRECTS or moved.witness != "client" or after.place.source != moved.place.source:
        return False
    is_same = parts_of(after.url).path.rstrip("/") == parts_of(moved.url).path.rstrip("/")
    is_there = is_same or after.url == moved.response_header("location")
    is_refused = after.status == 401 and not after.credentials
    return is_there and not is_refused and bool(after.status)


def _is_of_other_service(text: str) -> bool:
    """Whether an error tells of a connection with a database or the like, by its usual port."""
    if not any(port in text for port in _PORTS):
        return False
    from conformance.diagnosis.errors.text import refused_address  # slow to import

    return refused_address(text)[1] in _PORTS


def _is_keyless_refusal(one: PartialExchange) -> bool:
    return one.status == 401 and not one.credentials and one.witness == "client"


def _asked(one: PartialExchange) -> tuple[str, str, str, str]:
    return one.place.source, one.client, one.method, one.url


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
    return not of_exchange(exchange).is_failure


def _with_status(one: PartialExchange) -> PartialExchange:
    """The exchange with the status that its body tells of, where nothing else shows it."""
    return one if one.status is not None else one._replace(status=told_status(one.response_text))
