"""judge(rule, exchange) -> verdict: compares what happened with what was promised; knows no HTTP client."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from conformance.exchange import within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.exchange import Exchange, Response
    from conformance.probes import Probe
    from conformance.spec.model import Body, Level, Outcome, Spec

Kind = Literal["pass", "fail", "advisory", "observed", "waived", "blocked", "error"]
_MOST_SHOWN = 80
_DISTINCT = re.compile(r"[A-Za-z0-9._~-]{6,}")  # what is shorter, or is spelled in several ways, is no proof
_BROKEN: dict[Level, Kind] = {"must": "fail", "should": "advisory", "observe": "observed"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one probe; `user` is what the user of an SDK got, in the words of the adapter protocol."""

    kind: Kind
    expected: str
    observed: str
    exchanges: tuple[Exchange, ...] = ()
    reason: str = ""
    user: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """Fields that a body must have."""

    has: tuple[tuple[str, str], ...] = ()
    matches: tuple[tuple[str, str], ...] = ()

    def fits(self, body: Any) -> bool:
        """Whether a decoded body has every field; further fields are allowed (D1)."""
        if not self.has and not self.matches:
            return True
        return isinstance(body, dict) and all(
            [
                *(body.get(name) == value for name, value in self.has),
                *(name in body and re.search(pattern, str(body[name])) for name, pattern in self.matches),
            ]
        )

    def __str__(self) -> str:
        return " ".join([*(value for _, value in reversed(self.has)), *(f"{n}~/{p}/" for n, p in self.matches)])


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that keeps a promise."""

    statuses: tuple[int, ...]
    json: bool = False
    forms: tuple[Form, ...] = ()

    def __str__(self) -> str:
        statuses = " or ".join(map(str, self.statuses))
        forms = " or ".join(filter(None, map(str, self.forms)))
        return f"{statuses} {forms}".strip()


@dataclass(frozen=True, slots=True)
class Expectation:
    """Every answer that keeps a promise; `no_access` stands for any refusal at all."""

    answers: tuple[Answer, ...] = ()
    no_access: bool = False

    def __str__(self) -> str:
        return ", or ".join([*map(str, self.answers), *(["a refusal, never access"] if self.no_access else [])])


@dataclass(frozen=True, slots=True)
class Withheld:
    """What only access gives: the ids of sandboxes that exist, and the names of the fields that tell of one."""

    ids: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()


def expectation(spec: Spec, probe: Probe, vocabulary: str = "any", outcome: str = "") -> Expectation:
    """What a probe's rule promises; `vocabulary` pins the words of errors to one page (D1)."""
    return _expected(spec, probe, spec.outcomes[outcome or probe.rule.then], vocabulary)


def _expected(spec: Spec, probe: Probe, outcome: Outcome, vocabulary: str) -> Expectation:
    if outcome.no_access:
        return Expectation(no_access=True)
    if outcome.succeeds:
        return Expectation((Answer(tuple(spec.operations[probe.operation].succeeds)),))
    if outcome.any:
        parts = [_expected(spec, probe, spec.outcomes[name], vocabulary) for name in outcome.any]
        answers = tuple(answer for part in parts for answer in part.answers)
        return Expectation(answers, no_access=any(part.no_access for part in parts))
    if outcome.in_scope:
        name = outcome.in_scope if in_scope(spec, probe) else outcome.out_of_scope
        return _expected(spec, probe, spec.outcomes[name], vocabulary)
    forms = tuple(
        Form(tuple(body.has.items()), tuple(body.matches.items()))
        for name, bodies in outcome.bodies.items()
        if vocabulary in ("any", name)
        for body in bodies
        if _applies(body, probe)
    )
    return Expectation((Answer(tuple(outcome.status), outcome.json, forms),))


def in_scope(spec: Spec, probe: Probe) -> bool:
    """Whether the scope of a probe's credential allows its operation."""
    scope = spec.scopes[spec.credentials[probe.recipe.name].scope]
    return spec.operations[probe.operation].needs in scope.allows


def _applies(body: Body, probe: Probe) -> bool:
    return not body.only or probe.recipe.name in body.only


def judge(probe: Probe, expected: Expectation, exchange: Exchange, withheld: Withheld = Withheld()) -> Verdict:
    """Compare one exchange with what its rule promises, where some things are withheld from whoever asked."""
    observed = misfit(expected, exchange, withheld)
    if observed:
        return broken(probe, str(expected), observed, (exchange,))
    return kept(probe, str(expected), brief(exchange.response), (exchange,))


def kept(probe: Probe, expected: str, observed: str, exchanges: Sequence[Exchange]) -> Verdict:
    """The verdict on a promise that held."""
    return Verdict("observed" if probe.rule.level == "observe" else "pass", expected, observed, tuple(exchanges))


def broken(probe: Probe, expected: str, observed: str, exchanges: Sequence[Exchange]) -> Verdict:
    """The verdict on a promise that did not hold, by the level of its rule."""
    return Verdict(_BROKEN[probe.rule.level], expected, observed, tuple(exchanges))


def misfit(expected: Expectation, exchange: Exchange, withheld: Withheld) -> str:
    """How an exchange breaks an expectation, or what its refusal tells all the same; "" when it keeps it."""
    return mismatch(expected, exchange.response) or leak(exchange, withheld)


def mismatch(expected: Expectation, response: Response) -> str:
    """How a response breaks the expectation; "" when it keeps it."""
    misfits = [_misfit(answer, response) for answer in expected.answers]
    if expected.no_access:
        misfits.append(f"{brief(response)}: access" if gives_access(response) else _server_error(response))
    return "" if "" in misfits else max(misfits, key=len)


def gives_access(response: Response) -> bool:
    """Whether a response hands out more than a refusal: a success that is not just a web page or the request itself.

    A server that reflects TRACE as message/http (RFC 9110, section 9.3.8) shows nobody anything but what they sent.
    """
    media_type = (response.header("content-type") or "").partition(";")[0].strip().lower()
    is_page = media_type in ("text/html", "application/xhtml+xml") and response.json is None
    return 200 <= response.status < 300 and not is_page and media_type != "message/http"


def leak(exchange: Exchange, withheld: Withheld) -> str:
    """What a refusal tells of a sandbox that its request does not; "" when it tells nothing that is withheld."""
    sent, response = exchange.request, exchange.response
    if gives_access(response):
        return ""
    asked = "\n".join([sent.url, *(value for _, value in sent.headers), sent.body])
    told = "\n".join([*(value for _, value in response.headers), response.text])
    for item in filter(_DISTINCT.fullmatch, sorted(withheld.ids)):
        if item not in asked and _is_named(item, told):
            return f"{brief(response)}, which names the sandbox {item}"
        if item in asked and _is_shown(item, response, withheld.fields, asked):
            return f"{brief(response)}, which shows the sandbox {item}"
    return ""


def _is_named(item: str, text: str) -> bool:
    return item in text and re.search(rf"(?<![\w-]){re.escape(item)}(?![\w-])", text) is not None


def _is_shown(item: str, response: Response, fields: frozenset[str], asked: str) -> bool:
    """Whether an object with this id has one of the fields, with a value that the request did not have."""
    return any(
        item in map(str, one.values()) and any(one.get(name) and str(one[name]) not in asked for name in fields)
        for one in within(response.json)
        if isinstance(one, dict)
    )


def _server_error(response: Response) -> str:
    # 501 and 505 are the right refusals of an unknown method or version (RFC 9110, 15.6.2 and 15.6.6)
    return f"{brief(response)}: a server error" if response.status >= 500 and response.status not in (501, 505) else ""


def _misfit(answer: Answer, response: Response) -> str:
    if response.status not in answer.statuses:
        return brief(response)
    if response.problem and (answer.json or (answer.forms and all(str(form) for form in answer.forms))):
        return f"{brief(response)}, {response.problem}"
    if answer.json and not response.is_json:
        content_type = excerpt(response.header("content-type") or "missing")
        return f"{brief(response)}, content type {content_type} instead of JSON"
    if answer.json and response.json is None:
        return f"{brief(response)}, the body is not JSON"
    if answer.forms and not any(form.fits(response.json) for form in answer.forms):
        return f"{brief(response)}, other fields than the documented ones"
    return ""


def brief(response: Response) -> str:
    """A response in a few words: status, error code, where it redirects to."""
    words = [str(response.status)]
    if 300 <= response.status < 400:
        words.append(f"redirect to {excerpt(response.header('location') or 'nowhere')}, not followed")
    body = response.json
    if response.status >= 400 and isinstance(body, dict):
        words += [excerpt(body[name]) for name in ("code", "error") if isinstance(body.get(name), str)][:1]
    elif response.status >= 400:
        words.append(f"({excerpt(response.header('content-type') or 'no content type')})")
    return " ".join(words)


def excerpt(text: str) -> str:
    """The beginning of a text from elsewhere; what cannot be printed or written becomes a replacement character."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text[:_MOST_SHOWN])


def is_documented(spec: Spec, response: Response) -> bool:
    """Whether a body has the fields of an error that the pages show, whatever its status is."""
    bodies = [one for outcome in spec.outcomes.values() for forms in outcome.bodies.values() for one in forms]
    forms = {Form(tuple(body.has.items()), tuple(body.matches.items())) for body in bodies} - {Form()}
    return any(form.fits(response.json) for form in forms)


def vocabulary_of(spec: Spec, response: Response) -> str:
    """Which page's words an error uses; "" when none of them."""
    body = response.json
    values = {value for value in body.values() if isinstance(value, str)} if isinstance(body, dict) else set()
    return next((name for name, vocabulary in spec.vocabularies.items() if values & set(vocabulary.codes)), "")
