"""Whether what answers is the API at all, of which alone anything may be said."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.compose import UNKNOWN_ID, compose
from conformance.probes import SAFE_METHODS, Axes

if TYPE_CHECKING:
    from conformance.exchange import Recipe, Response
    from conformance.spec.model import Spec
    from conformance.targets.http import Target

_NOT_FROM_HERE = (404, 502, 503, 504, 511)  # what a gateway says of an API that it does not find or reach
_FROM_A_NETWORK = 520  # and above: what content delivery networks say of a server that they do not reach
_LIMITED = 429
_REFUSED = (401, 403, _LIMITED)
_CHANGING = re.compile(rb"[\w-]*[0-9][\w-]*")


def stranger(spec: Spec, target: Target, owner: Recipe) -> str:
    """What answers in the place of the API, in words; "" where it seems to be the API.

    No key, a path that no page has, and the `owner`'s key in every style: whoever answers all of them alike, with
    a page, a redirect or the status of a gateway, knows nothing of keys; nor does who answers them with the same
    text that no page has. The first answer of an API ends the look.

    Raises:
        TargetError: There was no answer.

    """
    operation = next((name for name, one in spec.operations.items() if one.method in SAFE_METHODS), "")
    if not operation:
        return ""
    keyed = [Axes(recipe=owner, style=style, operation=operation) for style in spec.styles]
    keyless = replace(compose(spec, keyed[0]), headers=(), recipe=None)
    asked = [keyless, replace(keyless, target=f"/{UNKNOWN_ID}")]
    has_key = not target.keyring.obstacle(owner)
    if has_key:
        asked += [compose(spec, one) for one in keyed]
    first: Response | None = None
    for request in asked:
        answer = target.send(request).response
        first = first or answer
        if not (_is_from_elsewhere(answer) or (has_key and not _is_documented(spec, answer))) or not _alike(
            first, answer
        ):
            return ""
    return f"every request to {target.base_url} {_words(first)}" if first else ""


def requests_to_know(spec: Spec) -> int:
    """How many requests it takes at most to know."""
    return len(spec.styles) + 2


def _is_from_elsewhere(response: Response) -> bool:
    """Whether an API that looks at keys would not answer so."""
    return (
        response.status in _NOT_FROM_HERE
        or response.status >= _FROM_A_NETWORK
        or 300 <= response.status < 400
        or (_is_page(response) and response.status not in _REFUSED)
    )


def _is_page(response: Response) -> bool:
    return "html" in (response.header("content-type") or "").lower()


def _is_documented(spec: Spec, response: Response) -> bool:
    """Whether this may be what the pages tell of, or what becomes of an API that is broken."""
    codes = [code.encode() for vocabulary in spec.vocabularies.values() for code in vocabulary.codes]
    is_unclear = response.problem or response.status == _LIMITED or response.status >= 500
    return bool(is_unclear) or any(code in response.body for code in codes)


def _alike(one: Response, other: Response) -> bool:
    if one.status != other.status:
        return False
    return (_is_from_elsewhere(one) and _is_from_elsewhere(other)) or _text(one) == _text(other)


def _text(response: Response) -> bytes:
    """The body without what may differ between two answers: numbers, ids, times."""
    return _CHANGING.sub(b"", response.body)


def _words(response: Response) -> str:
    to = f" to {response.header('location')}" if 300 <= response.status < 400 else ""
    what = " with a web page" if _is_page(response) else ""
    says = f"is answered with {response.status}{to}{what}, key or no key, whatever the path: that is"
    if response.status in _REFUSED:
        return (
            f"{says} a gateway or a login in front of the API, or the key is none of its; check the address and the key"
        )
    return f"{says} a portal, a login page or a gateway, and not the API; check the address and the network"
