"""What the credentials of requests, settings and errors show: their own shape, and where they were put."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.diagnosis.case import is_success
from conformance.diagnosis.fact import Fact
from conformance.diagnosis.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.diagnosis.case import Case
    from conformance.diagnosis.evidence import Credential, PartialExchange, Setting

NAMES = frozenset(
    {
        "basic-by-library",
        "basic-without-key",
        "documented-example",
        "empty-header",
        "key-as-user",
        "key-in-basic",
        "key-in-other-header",
        "key-in-other-place",
        "key-in-query",
        "mask-in-text",
        "null-in-header",
        "other-scheme",
        "placeholder-in-text",
        "scheme-in-plain-header",
        "scheme-missing",
        "scheme-twice",
        "scheme-without-space",
        "two-keys",
        "windows-line-end",
    }
)
_SAYS_ITSELF = ("scheme-bearer", "scheme-basic", "scheme-other", "scheme-without-space", "empty", "literal-null")
_NO_SPACES = {"no-break-space", "zero-width"}
_READS_NETRC = ("python-requests", "requests", "httpx", "python-httpx")
_OF_PEOPLE = {"placeholder": "placeholder-in-text", "masked": "mask-in-text", "mask-character": "mask-in-text"}
_VARIANT = "prefix-variant"  # which is a trouble only where it was refused
# what only says that a text is no key, which is nothing new where it is not in a key's place
# what says nothing in an error, which may shorten keys by itself
_VAGUE = (
    "no-prefix",
    "malformed",
    "empty",
    "prose",
    "command",
    "header-name",
    "assignment",
    "literal-null",
    "placeholder",
    "masked",
    "mask-character",
    "no-separator",
    "id-only",
    "id-cut",
    "secret-missing",
    "secret-one-short",
    "secret-short",
)


def of_requests(case: Case) -> Iterator[Fact]:
    """What is wrong with the credentials of every request that was not answered as wished."""
    for exchange in case.exchanges:
        if is_success(exchange):
            yield from (fact for one in exchange.credentials for fact in _in_url(one, case))
            continue
        if case.surface.is_sibling(host_of(exchange.url)) and not any(map(case.is_key_like, exchange.credentials)):
            continue  # which takes other credentials
        yield from _several(exchange, case)
        has_key = bool(case.presented(exchange))
        for credential in exchange.credentials:
            yield from _placed(credential, exchange, case, has_key=has_key)


def of_settings(case: Case) -> Iterator[Fact]:
    """What is wrong with the keys that variables hold."""
    for setting in case.settings:
        if setting.credential is None:
            continue
        for fact in _own(setting.credential, case):
            if fact.name == "placeholder" and _is_template(setting, case):
                continue
            if fact.name == "scheme-without-space":
                yield fact._replace(name="scheme-bearer")
            elif fact.name not in ("empty", _VARIANT) and not (
                fact.name == "byte-order-mark" and "bom" in setting.marks
            ):
                yield fact


def _is_template(setting: Setting, case: Case) -> bool:
    """Whether a file is the template of another one that has a key in the same place."""
    others = (one for one in case.settings if one.name == setting.name and one.holder == setting.holder == "file")
    return any(one.credential and case.shape(one.credential).well_formed for one in others)


def of_texts(case: Case) -> Iterator[Fact]:
    """What is wrong with keys that stand alone, or that an error repeats."""
    for credential in case.evidence.credentials:
        for fact in _own(credential, case):
            if fact.name == "trailing-newline" and _is_windows_line(credential.key.reveal()):
                says = (
                    "key: the file ends its line as Windows does, and programs that take only the newline off keep half"
                )
                yield Fact("windows-line-end", says, credential.place._replace(where="its end"), fact.at)
            elif fact.name != _VARIANT:
                yield fact
    for failure in case.failures:
        for credential in failure.credentials:
            yield from _in_url(credential, case)
            facts = _own(credential, case)
            yield from (_as_written(fact) for fact in facts if credential.name or fact.name not in _VAGUE)


def _as_written(fact: Fact) -> Fact:
    """The fact of a text that people also write: they put placeholders and masks in the place of their own keys."""
    return fact._replace(name=_OF_PEOPLE.get(fact.name, fact.name))


def _is_windows_line(text: str) -> bool:
    return text.endswith("\r\n") and not text.removesuffix("\r\n").endswith(("\r", "\n"))


def _own(credential: Credential, case: Case) -> list[Fact]:
    where, at = credential.place, credential.name or credential.carrier
    facts = list(case.shape(credential).facts)
    if credential.key.reveal().strip() == case.surface.key.get("example"):
        facts.append(Fact("documented-example", "this is the example of the documentation, which nobody owns"))
    return [fact._replace(place=where, at=at, says=f"{_called(credential)}: {fact.says}") for fact in facts]


def _called(credential: Credential) -> str:
    return credential.name or {"query": "the query", "body": "the body", "user": "the URL"}.get(
        credential.carrier, "key"
    )


def _several(exchange: PartialExchange, case: Case) -> Iterator[Fact]:
    documented = [
        one for one in exchange.credentials if one.carrier == "header" and one.name.lower() in case.surface.headers
    ]
    if len({one.key for one in documented}) > 1:
        names = " and ".join(dict.fromkeys(one.name for one in documented))
        yield Fact("two-keys", f"two different keys are sent, in {names}", exchange.place)


def _in_url(credential: Credential, case: Case) -> Iterator[Fact]:
    if credential.carrier == "query" and (case.is_key_like(credential) or credential.name in case.surface.wrong_fields):
        yield Fact(
            "key-in-query", f"the key is part of the URL, as {credential.name or 'text'}", credential.place, "url"
        )


def _placed(credential: Credential, exchange: PartialExchange, case: Case, *, has_key: bool) -> Iterator[Fact]:
    name, place = credential.name, credential.place
    if credential.carrier == "query":
        yield from _in_url(credential, case)
        if case.is_key_like(credential):
            yield from _of_shape(credential, case)
        return
    if credential.carrier != "header":
        if case.is_key_like(credential) and not has_key:
            fact = "key-as-user" if credential.carrier == "user" else "key-in-other-place"
            yield Fact(fact, f"the key is sent in the {credential.carrier}, not in a header", place, name)
        return
    if name.lower() not in case.surface.headers:
        if not has_key and (case.is_key_like(credential) or _is_alone(credential, exchange, case)):
            yield Fact("key-in-other-header", f"the key is sent in {name}, which the API does not read", place, name)
            yield from _of_shape(credential, case)
        return
    expected = case.surface.headers[name.lower()]
    if expected:
        yield from _with_scheme(credential, exchange, case, expected)
    elif credential.scheme:
        yield Fact(
            "scheme-in-plain-header", f"{name} begins with {credential.scheme}, and takes the key alone", place, name
        )
        yield from _of_shape(credential, case)
    else:
        yield from _of_shape(credential, case)


def _is_alone(credential: Credential, exchange: PartialExchange, case: Case) -> bool:
    """Whether this is the only thing in a request to the API that may be meant for a key."""
    if credential.name.lower() in case.surface.wrong_headers:
        return True
    own = [one for one in exchange.credentials if one.carrier == "header" and one.name.lower() in case.surface.headers]
    return not own and case.surface.is_own_host(host_of(exchange.url))


def _with_scheme(credential: Credential, exchange: PartialExchange, case: Case, expected: str) -> Iterator[Fact]:
    scheme, name, place = credential.scheme.lower(), credential.name, credential.place
    facts = {fact.name for fact in case.shape(credential).facts}
    if scheme == expected.lower():
        if facts & {"scheme-bearer", "scheme-without-space"}:
            yield Fact("scheme-twice", f"{name} has the scheme {expected} twice", place, name)
        yield from _of_shape(credential, case)
    elif scheme == "basic":
        yield from _basic(credential, exchange, case)
    elif scheme:
        yield Fact(
            "other-scheme", f"{name} has the scheme {credential.scheme}, where the API reads {expected}", place, name
        )
        yield from _of_shape(credential, case)
    elif "scheme-without-space" in facts:
        yield Fact("scheme-without-space", f"{name} has no space between {expected} and the key", place, name)
    elif "scheme-bearer" in facts and facts & _NO_SPACES:
        yield from _of_shape(credential, case)
    elif case.is_key_like(credential) or not facts & {"literal-null", "empty", "variable"}:
        yield Fact("scheme-missing", f"{name} holds the key without {expected} before it", place, name)
        yield from _of_shape(credential, case)
    else:
        yield from _of_shape(credential, case)


def _basic(credential: Credential, exchange: PartialExchange, case: Case) -> Iterator[Fact]:
    if case.is_key_like(credential):
        yield Fact("key-in-basic", "the key is sent as user or password of the scheme Basic", credential.place)
    elif exchange.client.lower().startswith(_READS_NETRC):
        says = "a user and a password are sent, which this client takes from a .netrc file by itself"
        yield Fact("basic-by-library", says, credential.place)
    else:
        yield Fact("basic-without-key", "a user and a password are sent, and no key", credential.place)


def _of_shape(credential: Credential, case: Case) -> Iterator[Fact]:
    for fact in _own(credential, case):
        if fact.name == "literal-null" or (fact.name == "empty" and credential.scheme):
            yield fact._replace(name="null-in-header")
        elif fact.name == "empty":
            yield fact._replace(name="empty-header")
        elif fact.name not in _SAYS_ITSELF:
            yield fact
