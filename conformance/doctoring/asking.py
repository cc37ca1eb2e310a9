"""The questions to the API: requests that change nothing, each kept as an exchange without its secrets."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.compose import compose
from conformance.diagnosis.answer import said
from conformance.diagnosis.evidence import PartialExchange, Place
from conformance.exchange import Recipe
from conformance.probes import Axes
from conformance.targets.errors import TargetError
from conformance.targets.http import HttpTarget
from conformance.targets.keyring import Keyring

if TYPE_CHECKING:
    from conformance.diagnosis.evidence import Credential
    from conformance.diagnosis.reading import Reading
    from conformance.doctoring.plan import Questions
    from conformance.exchange import Exchange
    from conformance.keys import ApiKey
    from conformance.spec.model import Spec
    from conformance.targets.pace import Pace

_SHOWN = 4096  # characters of an answer
API = "the API"


@dataclass(frozen=True)
class Answered:
    """An exchange, and when its answer came by the clock of this machine, in seconds since 1970."""

    exchange: PartialExchange
    at: float

    @property
    def status(self) -> int:
        """The status; 0 where there was no answer."""
        return self.exchange.status or 0

    @property
    def is_page(self) -> bool:
        """Whether it is a web page."""
        content_type = self.exchange.response_header("content-type").lower()
        return "html" in content_type or self.exchange.response_text[:200].lstrip()[:1] == "<"

    @property
    def is_success(self) -> bool:
        """Whether it is what was asked for."""
        return 200 <= self.status < 300 and not self.is_page

    @property
    def is_given(self) -> bool:
        """Whether it is what the API gives to who may have it: data, as far as its beginning shows."""
        return self.is_success and self.exchange.response_text.lstrip()[:1] in ("{", "[")

    @property
    def words(self) -> str:
        """The answer in a few words."""
        if not self.status:
            return self.exchange.message
        what = " with a web page" if self.is_page else f", {self.exchange.code}" if self.exchange.code else ""
        return f"{self.status}{what}"


@dataclass(frozen=True)
class Asking:
    """Asks the API the questions of a plan, at a pace, each within `seconds`."""

    spec: Spec
    asked: Questions
    reading: Reading
    pace: Pace
    seconds: float

    def ask(self, label: str, credential: str, style: str, operation: str, key: ApiKey | None = None) -> Answered:
        """Ask one question; without an answer the status is 0, and the message says why."""
        keyring = Keyring(self.spec, {self.asked.own: key} if key else {})
        target = HttpTarget(
            "live",
            self.asked.base_url,
            keyring,
            self.pace,
            may_write=False,
            limited_roles=frozenset(self.spec.credentials),  # a 429 is an answer here, and not waited for
            time_limit=self.seconds,
        )
        place = Place(API, label)
        request = compose(self.spec, Axes(recipe=Recipe(credential), style=style, operation=operation))
        try:
            exchange = target.send(request)
        except TargetError as error:
            url = f"{self.asked.base_url}{request.target}"
            return Answered(PartialExchange(place, url=url, status=0, message=str(error)), time.time())
        finally:
            target.close()
        presented = keyring.credential(request.recipe) if request.recipe else None
        return Answered(self._partial(exchange, place, style, presented), time.time())

    def _partial(self, exchange: Exchange, place: Place, style: str, key: ApiKey | None) -> PartialExchange:
        credentials: tuple[Credential, ...] = ()
        if key is not None:
            header = self.spec.styles[style]
            scheme = header.value.partition("{key}")[0].strip()
            credentials = (self.reading.credential(key.reveal(), place, "header", header.header, scheme),)
        hidden = self.reading.hidden
        text = hidden(exchange.response.text[:_SHOWN])
        headers = tuple((name, hidden(value)) for name, value in exchange.response.headers)
        told = said(text, headers)
        return PartialExchange(
            place,
            method=exchange.request.method,
            url=exchange.request.url,
            headers=exchange.request.headers,
            credentials=credentials,
            status=exchange.response.status,
            response_headers=headers,
            response_text=text,
            code=told.code,
            message=told.message,
            request_id=told.request_id,
        )
