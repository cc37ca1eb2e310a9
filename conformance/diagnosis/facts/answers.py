"""What answers show by their status and form: refusals, redirects, web pages, and no answer at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.diagnosis.case import is_navigation, is_success, is_tunnel
from conformance.diagnosis.errors.text import refused_address
from conformance.diagnosis.fact import Fact
from conformance.diagnosis.statuses import REDIRECTS
from conformance.diagnosis.surface import is_local
from conformance.diagnosis.urls import host_of, parts_of, shown_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.case import Case
    from conformance.diagnosis.evidence import PartialExchange
    from conformance.diagnosis.told import Told

NAMES = frozenset(
    {
        "absent",
        "forbidden",
        "forbidden-page",
        "key-not-sent",
        "moved",
        "moved-by-slash",
        "moved-to-page",
        "list-forbidden",
        "list-not-found",
        "no-answer",
        "no-answer-to-page",
        "no-key-in-command",
        "other-address-unreachable",
        "other-host",
        "other-path",
        "other-shells-variable",
        "page-for-answer",
        "plain-http",
        "preflight-refused",
        "proxy-refuses",
        "too-many-requests",
        "refused",
        "refused-behind-proxy",
        "refused-masked",
        "refused-page",
        "refused-unseen",
        "refused-unshown",
        "said-missing",
        "sent-but-missing",
        "server-error",
        "sibling-host",
        "slash-at-end",
        "too-much-used",
        "unread-key",
    }
)
_MISSING = re.compile(
    r"\b(?:missing|no) (?:an? |the )?(?:api[ _-]?key|credentials?|auth\w*|token|header)"
    r"|not (?:provided|supplied|sent|included)|must (?:provide|include|supply)"
    r"|(?:api[ _-]?key|authentication|credentials?|header) (?:is |are )?(?:required|missing)"
    r"|missing_(?:api_)?(?:key|credentials?|auth)",
    re.IGNORECASE,
)


def of_answers(case: Case) -> Iterator[Fact]:
    """What the status and form of every answer show."""
    for told in case.answers:
        if told.status is None or case.surface.is_sibling(told.host):
            continue
        if told.exchange and told.exchange.method.upper() == "OPTIONS":
            yield from _of_preflight(told, told.exchange)
        else:
            yield from _of_status(told, told.status, case)


def _of_preflight(told: Told, exchange: PartialExchange) -> Iterator[Fact]:
    wants_headers = any(name.lower() == "access-control-request-headers" for name, _ in exchange.headers)
    if told.status and told.is_failure:
        yield Fact("preflight-refused", f"a browser's preflight was answered with {told.status}", told.place, "status")
    elif told.status and wants_headers and not exchange.response_header("access-control-allow-headers"):
        yield Fact("preflight-refused", "the answer to a browser's preflight allows no headers", told.place, "status")


def _of_status(told: Told, status: int, case: Case) -> Iterator[Fact]:
    if status == 0 and told.exchange and _is_of_another_page(told.exchange):
        yield Fact("no-answer-to-page", "a page of another origin got no answer", told.place, "status")
    elif status == 404 and _asks_for_list(told, case):
        yield Fact("list-not-found", "the answer is 404, and the list that was asked for is always there", told.place)
    elif by_status := _BY_STATUS.get(status):
        yield Fact(by_status[0], by_status[1], told.place, "status")
    elif status in REDIRECTS:
        yield from _of_redirect(told, case)
    elif status == 401:
        yield from _of_unauthorized(told, case)
    else:
        yield from _of_form(told, status)
        if status == 403 and not told.is_html and _asks_for_list(told, case):
            yield Fact("list-forbidden", "the list is refused, and no thing of somebody else", told.place)


def _asks_for_list(told: Told, case: Case) -> bool:
    asked = told.exchange
    return asked is not None and asked.method.upper() == "GET" and case.surface.is_list(parts_of(asked.url).path)


def of_tunnels(case: Case) -> Iterator[Fact]:
    """What a proxy answers to those who ask it for a way."""
    for one in case.exchanges:
        if is_tunnel(one) and one.status == 407:
            yield Fact(*_PROXY_REFUSES, one.place, "status")
        elif is_tunnel(one) and one.status and one.status >= 300:
            yield Fact("proxy-opens-no-way", f"the proxy answers {one.status} to CONNECT", one.place, "status")


_PROXY_REFUSES = ("proxy-refuses", "the answer is 407, which is the proxy's")
_BY_STATUS = {
    0: ("no-answer", "there was no answer at all"),
    402: ("too-much-used", "the answer is 402"),
    404: ("absent", "the answer is 404"),
    407: _PROXY_REFUSES,
    429: ("too-many-requests", "the answer is 429"),
}


def _is_of_another_page(exchange: PartialExchange) -> bool:
    pages = [host_of(value) for name, value in exchange.headers if name.lower() in ("origin", "referer")]
    return any(page and page != host_of(exchange.url) for page in pages)


def _of_form(told: Told, status: int) -> Iterator[Fact]:
    says = f"{status} with a web page" if told.is_html else f"{status}, and no web page"
    if 200 <= status < 300 and told.is_html:
        yield Fact("page-for-answer", f"{status} with a web page, and the API answers with JSON", told.place, "status")
    elif status == 403:
        yield Fact("forbidden-page" if told.is_html else "forbidden", says, told.place, "status")
    elif status >= 500:
        is_page = told.is_html and status == 503
        yield Fact("refused-page" if is_page else "server-error", says, told.place, "status")


def _of_unauthorized(told: Told, case: Case) -> Iterator[Fact]:
    if told.is_html:
        yield Fact("refused-page", "401 with a web page", told.place, "status")
        return
    exchange = told.exchange
    is_missing = _MISSING.search(told.message) is not None or _MISSING.search(told.body[:2000]) is not None
    if exchange is not None and exchange.credentials:
        if case.presented(exchange):
            name = "sent-but-missing" if is_missing else _refusal_of(told, exchange)
            yield Fact(name, "401 for a well-formed key in the right header", told.place, "status")
    elif exchange is not None and exchange.method.upper() == "HEAD" and not exchange.credentials:
        return  # which somebody sends to see whether and from where an answer comes
    elif exchange is not None and is_navigation(exchange):
        return
    elif exchange is not None and _shows_no_key(exchange, case):
        name = "key-not-sent" if exchange.witness == "client" else "unread-key"
        yield Fact(name, f"{exchange.method or 'a'} request without a key was answered with 401", told.place, "status")
    elif is_missing and not told.shows_key:
        yield Fact("said-missing", "401, and the answer says that there is no key", told.place, "status")
    elif _is_key_seen(told, case):
        name = "refused-masked" if exchange is not None and "mask" in exchange.lacks else "refused"
        yield Fact(name, "401, and nothing says why", told.place, "status")
    else:
        yield Fact("refused-unseen", "401, and nothing shows whether a key was sent", told.place, "status")


def _refusal_of(told: Told, exchange: PartialExchange) -> str:
    """A refusal of a key that the client sent: who may have kept it from the API is a question of its own."""
    if _may_have_moved(exchange):
        return "refused-unseen"
    came_through = any(name.lower() == "via" for name, _ in told.headers)
    return "refused-behind-proxy" if came_through else "refused"


def _may_have_moved(exchange: PartialExchange) -> bool:
    """Whether a command asked without TLS, and its client may have left this header out where that led to."""
    is_seen = "printed" in exchange.marks or "response headers" not in exchange.lacks
    names = {one.name.lower() for one in exchange.credentials}
    return not is_seen and parts_of(exchange.url).scheme == "http" and names == {"authorization"}


def unshown(fact: Fact, case: Case) -> Fact:
    """The refusal that an error tells of, where nothing shows what the refused key looks like."""
    if fact.name != "refused" or any(_is_key_seen(told, case) for told in case.answers if told.place == fact.place):
        return fact
    return fact._replace(name="refused-unshown", says="the API refuses the key, and nothing shows what it looks like")


def _is_key_seen(told: Told, case: Case) -> bool:
    """Whether there is any sign of the key that was refused: the key, its id, a mask, or one to send."""
    exchange = told.exchange
    if told.shows_key or (exchange is not None and (exchange.key_id or "credential" in exchange.lacks)):
        return True
    return any(case.shape(one).well_formed for one in case.evidence.every_credential)


def _shows_no_key(exchange: PartialExchange, case: Case) -> bool:
    is_command = exchange.client == "curl" and exchange.method and _NOT_SENT.keys().isdisjoint(exchange.marks)
    is_seen = exchange.headers or exchange.witness == "server" or is_command
    return bool(is_seen) and not exchange.key_id and not case.hides_key(exchange)


def _of_redirect(told: Told, case: Case) -> Iterator[Fact]:
    headers = {name.lower(): value for name, value in told.headers}
    if "hsts" in headers.get("non-authoritative-reason", "").lower():
        return  # which the browser made up by itself, before it asked
    location = headers.get("location", "")
    asked, to = parts_of(told.url), parts_of(location)
    host = to.hostname or ""
    if host and host != asked.hostname and not case.surface.is_own_host(host) and not case.surface.is_sibling(host):
        yield Fact("moved-to-page", f"{told.status} to another host", told.place, "status")
    elif to.path and to.path.rstrip("/") == asked.path.rstrip("/") and to.path != asked.path:
        yield Fact(
            "moved-by-slash",
            f"{told.status}, for a slash at the end of the path",
            told.place,
            "status",
        )
    else:
        yield Fact("moved", f"{told.status}, which clients do not follow with a key", told.place, "status")


def of_addresses(case: Case) -> Iterator[Fact]:
    """Requests that go to another host or path than the API's."""
    for exchange in case.exchanges:
        if exchange.witness == "client" and exchange.url:
            yield from _of_address(exchange, case)
    for failure in case.failures:
        host, path = host_of(failure.url), parts_of(failure.url).path
        is_other = host and host != case.surface.host and not is_local(host) and not case.surface.is_sibling(host)
        if failure.status and is_other and case.surface.is_own_path(path):
            says = f"the request went to {shown_host(host)}, and the API is at {case.surface.host}"
            yield Fact("other-host", says, failure.place, "url")


def _of_address(exchange: PartialExchange, case: Case) -> Iterator[Fact]:
    host, parts, surface = host_of(exchange.url), parts_of(exchange.url), case.surface
    if not host or is_local(host):
        return
    if host != surface.host:
        if not surface.is_sibling(host) or any(map(case.is_key_like, exchange.credentials)):
            name = "sibling-host" if surface.is_sibling(host) else "other-host"
            yield Fact(
                name, f"the request goes to {shown_host(host)}, and the API is at {surface.host}", exchange.place, "url"
            )
        return
    if parts.scheme == "http" and exchange.status is None:
        yield Fact("plain-http", f"the request goes to http://{host}, without TLS", exchange.place, "url")
    if exchange.status is None and parts.path.endswith("/") and surface.is_own_path(parts.path):
        yield Fact("slash-at-end", "the path ends with a slash, and the documented one does not", exchange.place, "url")
    if surface.is_own_path(parts.path) and not surface.is_documented_path(parts.path):
        yield Fact(
            "other-path", f"the path {parts.path} is none of those below {surface.base_url}", exchange.place, "url"
        )


def with_address(fact: Fact, case: Case) -> Fact:
    """A connection that did not come about, with the address where that is not the API's."""
    texts = (one.text for one in case.failures if one.place == fact.place and fact.name == "says-unreachable")
    for text in texts:
        host, port = refused_address(text)
        is_other = is_local(host) or ("." in host and host.strip(".0123456789") != "")
        if not is_other or case.surface.host in text or case.surface.is_sibling(host):
            return fact  # an address in numbers may be that of the API
        shown = shown_host(host) + (f":{port}" if port else "")
        says = f"no connection was made to {shown}, and the API is at {case.surface.host}"
        return fact._replace(name="other-address-unreachable", says=says)
    return fact


def of_commands(case: Case) -> Iterator[Fact]:
    """A command for the API that sends no key at all, or one in which a key stands and is not sent."""
    for exchange in case.exchanges:
        if "other-shells-variable" in exchange.marks and not is_success(exchange):
            says = "PowerShell reads variables of the environment as $env:NAME, and takes $NAME for one of its own"
            yield Fact("other-shells-variable", says, exchange.place, "url")
            continue
        if exchange.witness != "client" or exchange.credentials:
            continue
        told = [one for mark, one in _NOT_SENT.items() if mark in exchange.marks]
        for name, says in told:
            yield Fact(name, says, exchange.place, "url")
        is_command = exchange.status is None and exchange.client == "curl" and not _has_no_connection(exchange, case)
        if is_command and not told and not case.hides_key(exchange):
            yield Fact("no-key-in-command", "the command sends no key", exchange.place, "url")


def _has_no_connection(exchange: PartialExchange, case: Case) -> bool:
    """Whether the client says that it came to no request, so that nothing depends on a key."""
    own = (one for one in case.failures if one.place.source == exchange.place.source and one.client == exchange.client)
    return any(one.status is None and not one.code for one in own)


_NOT_SENT = {
    "typographic-dash": ("typographic-dash", "a long dash stands before an option, which curl takes for an address"),
    "unquoted-header": ("key-in-other-place", "the header ends at its space, since no quotes keep it together"),
    "header-without-colon": ("key-in-other-place", "the header has no colon behind its name, and is not sent"),
}
