"""Who answers: the API itself, or somebody in its place; a key is sent to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.diagnosis.answer import json_of
from conformance.diagnosis.case import Case
from conformance.diagnosis.evidence import Evidence
from conformance.diagnosis.fact import Fact
from conformance.diagnosis.facts.signs import of_signs
from conformance.diagnosis.finding import Doubt

if TYPE_CHECKING:
    from conformance.diagnosis.evidence import Place
    from conformance.diagnosis.knowledge import Knowledge
    from conformance.doctoring.asking import Answered

REFUSED = (401, 403)
_OF_OTHERS = frozenset({"says-gateway", "says-waf", "says-proxy-refuses"})


def refuses_as_the_api(answered: Answered, known: Knowledge) -> bool:
    """Whether an answer refuses as an API does, in JSON, and shows nobody else who stands before it."""
    is_refusal = answered.status in REFUSED and not answered.is_page
    is_json = isinstance(json_of(answered.exchange.response_text), dict)
    return is_refusal and is_json and not is_of_others(answered, known)


def is_of_others(answered: Answered, known: Knowledge) -> bool:
    """Whether an answer shows by its words that it is a gateway's, a firewall's or a proxy's."""
    told = answered.exchange._replace(url="")  # whatever the address is, it was asked for the API
    case = Case(Evidence(exchanges=(told,)), known.surface)
    return not _OF_OTHERS.isdisjoint(fact.name for fact in of_signs(case, known.signs))


def who_answers(place: Place, says: str, base_url: str) -> Doubt:
    """What is left open where somebody answers, and not as the API does."""
    return Doubt(
        ("wrong-base-url", "captive-portal-or-login-html", "waf-block-403-html"),
        f"Who runs the server at {base_url}? Could you please run `curl -sSI {base_url}` on the same machine, without "
        "the key, and send us what it prints?",
        "It is not a server of the API: the address is wrong. It is, and its Server, Via or cf-ray header names "
        "somebody else: the network or a protection answers in its place.",
        (Fact("answered-otherwise", says, place),),
    )


def where_it_leads(place: Place, says: str, base_url: str) -> Doubt:
    """What is left open where a request without a key is redirected within the same host."""
    return Doubt(
        ("http-redirect-dropped-auth", "wrong-base-url", "captive-portal-or-login-html"),
        f"Is a request with the key redirected from {base_url} as well? Could you please record one as it leaves your "
        "client, for example as a HAR file, and run `hopx-auth redact` on it before you send it?",
        "It is redirected too: use the address that the redirect ends at. It is answered: only requests without a key "
        "are redirected, to a login for example, and the redirect is not the reason.",
        (Fact("moved-without-key", says, place),),
    )


def leads_elsewhere(answered: Answered) -> bool:
    """Whether an answer is a redirect to another host."""
    host = urlsplit(answered.exchange.response_header("location")).hostname
    return bool(host) and host != urlsplit(answered.exchange.url).hostname
