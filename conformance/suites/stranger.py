"""Whether what answers is the API at all, of which alone anything may be said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.compose import UNKNOWN_ID, compose
from conformance.exchange import SAFE_METHODS
from conformance.judge import excerpt, is_documented
from conformance.probes import Axes
from conformance.suites.gist import gist, has_list

if TYPE_CHECKING:
    from conformance.exchange import Exchange, Recipe, Response
    from conformance.spec.model import Spec
    from conformance.targets.http import Target

_NOT_FROM_HERE = (404, 502, 503, 504, 511)  # what a gateway says of an API that it does not find or reach
_REFUSED = (401, 403, 429)


def stranger(spec: Spec, target: Target, owner: Recipe) -> str:
    """What answers in the place of the API, in words; "" where it seems to be the API.

    No key, a path that no page has, and the `owner`'s key in every style: whoever answers all of them with a page, a
    redirect or the status of a gateway, or all of them the same and not in the words of the pages, knows nothing of
    keys. The first answer of an API ends the look.

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
    answers: list[Exchange] = []
    for request in asked:
        answers.append(target.send(request))
        if not _are_of_a_gateway(answers) and not (has_key and _are_one_answer(spec, answers)):
            return ""
    return f"every request to {target.base_url} {_words(answers[0].response)}"


def requests_to_know(spec: Spec) -> int:
    """How many requests it takes at most to know."""
    return len(spec.styles) + 2


def _are_of_a_gateway(answers: list[Exchange]) -> bool:
    return len({one.response.status for one in answers}) == 1 and all(_knows_no_keys(one.response) for one in answers)


def _knows_no_keys(response: Response) -> bool:
    if response.status in _NOT_FROM_HERE or 300 <= response.status < 400:
        return True
    return _is_page(response) and response.status not in _REFUSED


def _are_one_answer(spec: Spec, answers: list[Exchange]) -> bool:
    """Whether answers are the same, and of no API: neither in the words of the pages, nor with anything listed."""
    if len({gist(one) for one in answers}) > 1:
        return False
    responses = [one.response for one in answers]
    return not any(one.problem or is_documented(spec, one) or has_list(one) for one in responses)


def _is_page(response: Response) -> bool:
    return "html" in (response.header("content-type") or "").lower()


def _words(response: Response) -> str:
    check = "the address and the network" + (", and the key" if response.status in _REFUSED else "")
    return (
        f"is answered with {response.status}{_shown(response)}, key or no key, whatever the path: that is a portal, a "
        f"login page or a gateway, and not the API; check {check}"
    )


def _shown(response: Response) -> str:
    page = " with a web page" if _is_page(response) else ""
    if 300 <= response.status < 400:
        return f" to {response.header('location')}{page}"
    challenge = response.header("www-authenticate")
    asks = f" that asks for {excerpt(challenge)}" if challenge else ""
    if page or response.status in _NOT_FROM_HERE:
        return f"{page}{asks}"
    text = " ".join(response.text.split())
    return (f" and '{excerpt(text)}'" if text else " and an empty body") + asks
