"""A steady target: what a gateway says now and then in the place of the API is no answer of the API's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.exchange import SAFE_METHODS
from conformance.judge import brief, is_documented
from conformance.targets.errors import UnsteadyError

if TYPE_CHECKING:
    from conformance.exchange import Exchange, Request, Response
    from conformance.spec.model import Spec
    from conformance.targets.http import Target

_OF_GATEWAYS = (502, 503, 504, *range(520, 531))
_IDEMPOTENT = (*SAFE_METHODS, "PUT", "DELETE")  # RFC 9110, section 9.2.2
_WORKING = ("active", "rate_limited")
_MOST_TIMES = 3


def is_of_a_gateway(spec: Spec, response: Response) -> bool:
    """Whether a gateway may have said this of an API that it does not reach."""
    return response.status in _OF_GATEWAYS and not is_documented(spec, response)


class Steady:
    """Asks again where a gateway seems to have answered: the API is known by what it says each time."""

    def __init__(self, spec: Spec, target: Target) -> None:
        self.name = target.name
        self.base_url = target.base_url
        self.keyring = target.keyring
        self.pace = target.pace
        self.may_write = target.may_write
        self._spec = spec
        self._target = target
        self._known: set[tuple[str, str, int]] = set()  # what credentials were answered each time, by method

    def send(self, request: Request) -> Exchange:
        """Ask one request, as the target does.

        Raises:
            UnsteadyError: A gateway answered, and not each time, or the request is none to be sent again.

        """
        first = self._target.send(request)
        status = first.response.status
        known = (request.recipe.name if request.recipe else "", request.method, status)
        if not is_of_a_gateway(self._spec, first.response) or known in self._known:
            return first
        what = f"a gateway answers in the place of the API: {request.method} {first.request.url} got {status}"
        if not self._may_be_repeated(request):
            raise UnsteadyError(f"{what}, and is not sent again, since it may have had an effect; run it again later")
        for _ in range(_MOST_TIMES - 1):
            again = self._target.send(request).response
            if not is_of_a_gateway(self._spec, again):
                raise UnsteadyError(f"{what} and, when asked again, {brief(again)}; run it again when that has ended")
        self._known.add(known)
        return first

    def hang_up(self) -> None:
        """End this thread's connection, so that the requests that follow share a new one."""
        self._target.hang_up()

    def close(self) -> None:
        """Let go of everything that the target holds."""
        self._target.close()

    def _may_be_repeated(self, request: Request) -> bool:
        """Whether it makes no difference how often a request arrives."""
        if request.method in _IDEMPOTENT or request.recipe is None:
            return True
        return self._spec.credentials[request.recipe.name].key not in _WORKING
