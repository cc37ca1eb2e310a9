"""The fallback: what an API says, whoever asks, where it has no page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.compose import UNKNOWN_ID
from conformance.judge import is_documented
from conformance.suites.gist import gist, has_list, without_path

if TYPE_CHECKING:
    from conformance.exchange import Exchange
    from conformance.judge import Withheld
    from conformance.spec.model import Spec
    from conformance.targets.http import Target


class Fallback:
    """Looks once for each method at a path that no page has, without a key, and remembers what it saw."""

    def __init__(self, spec: Spec, target: Target) -> None:
        self._spec = spec
        self._target = target
        self._seen: dict[str, tuple[int, str]] = {}

    def is_seen_in(self, exchange: Exchange, withheld: Withheld) -> bool:
        """Whether an answer is the fallback, which tells nothing that is withheld.

        Raises:
            TargetError: There was no answer.

        """
        response, request = exchange.response, exchange.asked
        text = without_path(exchange)
        tells = has_list(response) or any(item in text for item in withheld.ids if item)
        if is_documented(self._spec, response):  # a refusal that is no refusal any more, whoever else gets it
            return False
        if tells or not response.body:
            return False
        if request.method not in self._seen:
            headers = tuple((name, value) for name, value in request.headers if "{" not in value)
            look = replace(request, target=f"/{UNKNOWN_ID}", headers=headers, recipe=None, second=None)
            self._seen[request.method] = gist(self._target.send(look))
        return gist(exchange) == self._seen[request.method]
