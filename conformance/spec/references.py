"""What a spec file's types cannot say: names that must exist, and entries that must make sense.

The checks read the file entry by entry, so that a mistake in one entry hides none in another.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import msgspec

from conformance.spec.mistakes import suggestion
from conformance.spec.model import Alteration, Credential, Operation, OperationName, Outcome, Style
from conformance.spec.raw import entries, mapping, note_taken, note_unknown
from conformance.spec.sdk_references import check_http_rule, check_sdk_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.spec.mistakes import Path
    from conformance.spec.source import Source

E = TypeVar("E", bound=msgspec.Struct)

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PLACEHOLDERS = ("{key}", "{basic_user}", "{basic_password}")
_WITH_OUTCOME = (
    "answer",
    "bad_key_after_good_one",
    "cookie_of_refusal_does_not_authenticate",
    "cookie_of_success_does_not_authenticate",
    "every_near_miss_is_refused",
    "refused_every_time",
    "server_survives",
    "whole_surface_needs_a_key",
)
_WITH_ID = ("view", "update", "delete")


def check_references(source: Source) -> None:
    """Note in `source` every dangling name, duplicate id and senseless entry of its data."""
    _check_citations(source)
    _check_claims(source)
    _check_rules(source)
    for group in ("styles", "lookalikes"):
        for path, style in _entries(source, group, Style):
            _check_style(source, path, style)
    for path, operation in _entries(source, "operations", Operation):
        _check_operation(source, path, operation)
    for path, alteration in _entries(source, "alterations", Alteration):
        operations = _names(source, "operations")
        note_unknown(source, (*path, "operations"), "operation", alteration.operations, operations)
        for name in (name for name in alteration.headers if not _TOKEN.fullmatch(name)):
            source.mistake((*path, "headers", name), f"{name!r} is no header name; use letters, digits and -")
    _check_thorough(source)
    for path, credential in _entries(source, "credentials", Credential):
        _check_credential(source, path, credential)
    for path, outcome in _entries(source, "outcomes", Outcome):
        _check_outcome(source, path, outcome)
    _check_circles(source)
    for name, entry in mapping(mapping(source.data).get("outcomes")).items():
        _check_bodies(source, ("outcomes", name, "bodies"), mapping(mapping(entry).get("bodies")))


def _names(source: Source, group: str) -> set[str]:
    return set(mapping(mapping(source.data).get(group)))


def _entries(source: Source, group: str, kind: type[E]) -> Iterator[tuple[Path, E]]:
    """The entries of a group that fit their type; the misfits have been noted before."""
    known = {field.encode_name for field in msgspec.structs.fields(kind)}
    for name, entry in mapping(mapping(source.data).get(group)).items():
        fields = {key: value for key, value in mapping(entry).items() if key in known}
        try:
            yield (group, name), msgspec.convert(fields, kind)
        except msgspec.ValidationError:
            continue


def _citations(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, child in value.items():
            if key == "because":
                yield from (((*path, key, index), cited) for index, cited in enumerate(entries(child)))
            else:
                yield from _citations(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _citations(child, (*path, index))


def _check_citations(source: Source) -> None:
    citable = _names(source, "claims") | _names(source, "disagreements")
    for path, cited in _citations(source.data, ()):
        note_unknown(source, path, "claim or disagreement", [str(cited)], citable)
    prefixes = mapping(mapping(mapping(source.data).get("key")).get("other_prefixes"))
    for prefix, cited in prefixes.items():
        note_unknown(source, ("key", "other_prefixes", prefix), "claim or disagreement", [str(cited)], citable)


def _check_claims(source: Source) -> None:
    data = mapping(source.data)
    claims, documents = _names(source, "claims"), _names(source, "documents")
    asked = {str(cited) for path, cited in _citations(data.get("rules"), ("rules",))}
    untestable = _names(source, "untestable")
    for name, claim in mapping(data.get("claims")).items():
        document = mapping(claim).get("document")
        if isinstance(document, str):
            note_unknown(source, ("claims", name, "document"), "document", [document], documents)
        if name not in asked | untestable:
            todo = "cite it in a rule's because, or give a reason under untestable"
            source.mistake(("claims", name), f"claim {name} has no rule; {todo}")
    for name in sorted(untestable):
        note_unknown(source, ("untestable", name), "claim", [name], claims)
        if name in asked:
            message = f"{name} has a rule, so it is testable; remove one of the two"
            source.mistake(("untestable", name), message)
    for name, disagreement in mapping(data.get("disagreements")).items():
        if name in claims:
            message = f"{name!r} is a claim's id as well; choose another id"
            source.mistake(("disagreements", name), message)
        for cited in mapping(mapping(disagreement).get("readings")):
            note_unknown(source, ("disagreements", name, "readings", cited), "claim", [cited], claims)


def _check_rules(source: Source) -> None:
    rules = [mapping(entry) for entry in entries(mapping(source.data).get("rules"))]
    note_taken(source, "rule", ((("rules", index, "id"), rule.get("id")) for index, rule in enumerate(rules)))
    for index, rule in enumerate(rules):
        path = ("rules", index)
        is_sdk = rule.get("target") == "sdk"
        (check_sdk_rule if is_sdk else check_http_rule)(source, path, rule)
        _check_outcome_of_rule(source, path, rule)
        _check_scopes_of_rule(source, path, rule)
        _check_axes(source, path, mapping(rule.get("when")), is_sdk=is_sdk)


def _check_outcome_of_rule(source: Source, path: Path, rule: dict[str, Any]) -> None:
    then = rule.get("then", "")
    if then and isinstance(then, str):
        note_unknown(source, (*path, "then"), "outcome", [then], _names(source, "outcomes"))
    elif then == "" and rule.get("level") != "observe" and rule.get("check", "answer") in _WITH_OUTCOME:
        name = f"rule {rule['id']!r}" if "id" in rule else "this rule"
        message = f"{name} can be broken but has no outcome; write then: and one of the outcomes"
        source.mistake(path, message)


def _check_scopes_of_rule(source: Source, path: Path, rule: dict[str, Any]) -> None:
    """Where the scope decides, every credential has to have one."""
    outcome = mapping(mapping(mapping(source.data).get("outcomes")).get(str(rule.get("then"))))
    if not outcome.get("in_scope"):
        return
    credentials = mapping(mapping(source.data).get("credentials"))
    asked = mapping(rule.get("when")).get("credential", [])
    for name in credentials if asked == "each" else [asked] if isinstance(asked, str) else map(str, entries(asked)):
        if name in credentials and not mapping(credentials[name]).get("scope"):
            message = f"credential {name!r} has no scope to decide by; leave it out, or give it one"
            source.mistake((*path, "when", "credential"), message)


def _check_axes(source: Source, path: Path, when: dict[str, Any], *, is_sdk: bool) -> None:
    known = {
        "credential": _names(source, "credentials") | {"each"},
        "style": _names(source, "styles") | _names(source, "lookalikes") | {"each", "lookalikes"},
        "operation": _names(source, "operations") | {"each"},
        "alteration": _names(source, "alterations") | {"each"},
    }
    for axis, names in known.items():
        if is_sdk and axis == "operation":
            continue
        values = when.get(axis, [])
        wanted = [values] if isinstance(values, str) else entries(values)
        note_unknown(source, (*path, "when", axis), axis, map(str, wanted), names)


def _check_thorough(source: Source) -> None:
    data = mapping(source.data)
    rules = {str(mapping(rule).get("id")) for rule in entries(data.get("rules"))}
    credentials = mapping(data.get("credentials")).values()
    texts = {str(label) for credential in credentials for label in mapping(mapping(credential).get("texts"))}
    known = {"rules": rules, "texts": texts}
    known |= {group: _names(source, group) for group in ("lookalikes", "alterations")}
    for group, names in known.items():
        given = map(str, entries(mapping(data.get("thorough")).get(group)))
        note_unknown(source, ("thorough", group), group[:-1], given, names)


def _check_style(source: Source, path: Path, style: Style) -> None:
    places = [place for place in (style.header, style.query, style.cookie, style.body) if place]
    if len(places) != 1:
        message = f"{path[1]!r} names {len(places)} places; write one of header, query, cookie, body"
        source.mistake(path, message)
    if style.header and not _TOKEN.fullmatch(style.header):
        message = f"{style.header!r} is no header name; use letters, digits and -"
        source.mistake((*path, "header"), message)
    if not any(placeholder in style.value for placeholder in _PLACEHOLDERS):
        message = f"{style.value!r} carries no key; write {' or '.join(_PLACEHOLDERS)} in it"
        source.mistake((*path, "value"), message)
    if path[0] == "lookalikes" and path[1] in _names(source, "styles"):
        source.mistake(path, f"{path[1]!r} is a style as well; give the lookalike another name")


def _check_operation(source: Source, path: Path, operation: Operation) -> None:
    names = set(get_args(OperationName))
    if path[1] not in names:
        source.mistake(path, f"{path[1]!r} is not allowed; {suggestion(str(path[1]), names)}")
        return
    scopes = mapping(mapping(source.data).get("scopes")).values()
    permissions = {str(name) for scope in scopes for name in entries(mapping(scope).get("allows"))}
    note_unknown(source, (*path, "needs"), "permission", [operation.needs], permissions)
    if (path[1] in _WITH_ID) != ("{id}" in operation.path):
        wanted = "needs {id} in its path" if path[1] in _WITH_ID else "cannot have {id} in its path"
        source.mistake((*path, "request"), f"operation {path[1]!r} {wanted}; correct the request")


def _check_credential(source: Source, path: Path, credential: Credential) -> None:
    scopes, credentials = _names(source, "scopes"), _names(source, "credentials")
    note_unknown(source, (*path, "scope"), "scope", filter(None, [credential.scope]), scopes)
    note_unknown(source, (*path, "from"), "credential", filter(None, [credential.source]), credentials)
    named = credential.key in ("active", "revoked", "expired", "rate_limited")
    needed = {
        "variable": named and not credential.variable,
        "from": credential.key in ("wrong_secret", "near_miss") and not credential.source,
        "texts": credential.key == "text" and not credential.texts,
        "how": credential.key == "near_miss" and not credential.how,
    }
    for key in (key for key, lacking in needed.items() if lacking):
        source.mistake(path, f"a credential with key {credential.key!r} needs {key!r}; add it")
    for label in credential.texts:
        if label and not _SLUG.fullmatch(label):
            message = f"{label!r} is no slug; write lower-case words joined by -"
            source.mistake((*path, "texts", label), message)


def _check_outcome(source: Source, path: Path, outcome: Outcome) -> None:
    kinds = [outcome.succeeds, outcome.no_access, outcome.status, outcome.any, outcome.in_scope]
    said = sum(map(bool, kinds))
    if said != 1:
        message = f"{path[1]!r} says {said} things; write one of succeeds, no_access, status, any, in_scope"
        source.mistake(path, message)
    if bool(outcome.in_scope) != bool(outcome.out_of_scope):
        source.mistake(path, f"{path[1]!r} has one of in_scope and out_of_scope; write both")
    others = {"any": outcome.any, "in_scope": [outcome.in_scope], "out_of_scope": [outcome.out_of_scope]}
    for key, names in others.items():
        note_unknown(source, (*path, key), "outcome", filter(None, names), _names(source, "outcomes"))


def _check_circles(source: Source) -> None:
    """Outcomes may be made of others, but not of themselves."""
    made_of = {
        str(path[1]): {*outcome.any, outcome.in_scope, outcome.out_of_scope} - {""}
        for path, outcome in _entries(source, "outcomes", Outcome)
    }
    for name in made_of:
        parts: set[str] = set()
        waiting = set(made_of[name])
        while waiting:
            part = waiting.pop()
            parts.add(part)
            waiting |= made_of.get(part, set()) - parts
        if name in parts:
            source.mistake(("outcomes", name), f"{name!r} is made of itself; write what it is")


def _check_bodies(source: Source, path: Path, vocabularies: dict[str, Any]) -> None:
    for vocabulary, bodies in vocabularies.items():
        here = (*path, vocabulary)
        note_unknown(source, here, "vocabulary", [vocabulary], _names(source, "vocabularies"))
        for index, body in enumerate(map(mapping, entries(bodies))):
            only = map(str, entries(body.get("only")))
            note_unknown(source, (*here, index, "only"), "credential", only, _names(source, "credentials"))
            for field, pattern in mapping(body.get("matches")).items():
                _check_pattern(source, (*here, index, "matches", field), str(pattern))


def _check_pattern(source: Source, path: Path, pattern: str) -> None:
    try:
        # warned of is, for example, a set in a set, which a later Python may read otherwise
        with warnings.catch_warnings(action="error"):
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        instead = "correct it, or put \\ before the sign"
        source.mistake(path, f"{pattern!r} is no regular expression: {error}; {instead}")
