"""Whether what answers is the API at all, of which alone anything may be said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.compose import UNKNOWN_ID, compose
from conformance.probes import SAFE_METHODS, Axes

if TYPE_CHECKING:
    from conformance.exchange import Recipe, Response
    from conformance.spec.model import Spec
    from conformance.targets.http import Target

_NOT_FROM_HERE = (404, 502, 503, 504, 511)  # what a gateway says of an API that it does not find or reach
_REFUSED = (401, 403, 429)


def stranger(spec: Spec, target: Target, owner: Recipe) -> str:
    """What answers in the place of the API, in words; "" where it seems to be the API.

    No key, a path that no page has, and the `owner`'s key in every style: whoever answers all of them alike, with
    a page, a redirect or the status of a gateway, knows nothing of keys. The first answer of an API ends the look.

    Raises:
        TargetError: There was no answer.

    """
    operation = next((name for name, one in spec.operations.items() if one.method in SAFE_METHODS), "")
    if not operation:
        return ""
    keyed = [Axes(recipe=owner, style=style, operation=operation) for style in spec.styles]
    keyless = replace(compose(spec, keyed[0]), headers=(), recipe=None)
    asked = [keyless, replace(keyless, target=f"/{UNKNOWN_ID}")]
    if not target.keyring.obstacle(owner):
        asked += [compose(spec, one) for one in keyed]
    answers = []
    for request in asked:
        answers.append(target.send(request).response)
        if not _knows_no_keys(answers[-1]) or answers[-1].status != answers[0].status:
            return ""
    return f"every request to {target.base_url} {_words(answers[0])}"


def requests_to_know(spec: Spec) -> int:
    """How many requests it takes at most to know."""
    return len(spec.styles) + 2


def _knows_no_keys(response: Response) -> bool:
    return response.status in _NOT_FROM_HERE or 300 <= response.status < 400 or _is_page(response)


def _is_page(response: Response) -> bool:
    return "html" in (response.header("content-type") or "").lower() and response.status not in _REFUSED


def _words(response: Response) -> str:
    to = f" to {response.header('location')}" if 300 <= response.status < 400 else ""
    what = " with a web page" if _is_page(response) else ""
    return (
        f"is answered with {response.status}{to}{what}, key or no key, whatever the path: that is a portal, a login "
        "page or a gateway, and not the API; check the address and the network"
    )
