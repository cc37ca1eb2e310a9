"""Rules: their ids, outcomes, scopes and axes, and what a smoke test leaves out of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.spec.raw import entries, mapping, note_taken, note_unknown
from conformance.spec.references.groups import names_of
from conformance.spec.references.sdk import check_http_rule, check_sdk_rule

if TYPE_CHECKING:
    from conformance.spec.mistakes import DataPath
    from conformance.spec.source import Source

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


def check_rules(source: Source) -> None:
    """Note rules that cannot be broken or asked, and the names in them that do not exist."""
    rules = [mapping(entry) for entry in entries(mapping(source.data).get("rules"))]
    note_taken(source, "rule", ((("rules", index, "id"), rule.get("id")) for index, rule in enumerate(rules)))
    for index, rule in enumerate(rules):
        path = ("rules", index)
        is_sdk = rule.get("target") == "sdk"
        (check_sdk_rule if is_sdk else check_http_rule)(source, path, rule)
        _check_outcome_of_rule(source, path, rule)
        _check_scopes_of_rule(source, path, rule)
        _check_axes(source, path, mapping(rule.get("when")), is_sdk=is_sdk)


def _check_outcome_of_rule(source: Source, path: DataPath, rule: dict[str, Any]) -> None:
    then = rule.get("then", "")
    if then and isinstance(then, str):
        note_unknown(source, (*path, "then"), "outcome", [then], names_of(source, "outcomes"))
    elif then == "" and rule.get("level") != "observe" and rule.get("check", "answer") in _WITH_OUTCOME:
        name = f"rule {rule['id']!r}" if "id" in rule else "this rule"
        message = f"{name} can be broken but has no outcome; write then: and one of the outcomes"
        source.mistake(path, message)


def _check_scopes_of_rule(source: Source, path: DataPath, rule: dict[str, Any]) -> None:
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


def _check_axes(source: Source, path: DataPath, when: dict[str, Any], *, is_sdk: bool) -> None:
    known = {
        "credential": names_of(source, "credentials") | {"each"},
        "style": names_of(source, "styles") | names_of(source, "lookalikes") | {"each", "lookalikes"},
        "operation": names_of(source, "operations") | {"each"},
        "alteration": names_of(source, "alterations") | {"each"},
    }
    for axis, names in known.items():
        if is_sdk and axis == "operation":
            continue
        values = when.get(axis, [])
        wanted = [values] if isinstance(values, str) else entries(values)
        note_unknown(source, (*path, "when", axis), axis, map(str, wanted), names)


def check_thorough(source: Source) -> None:
    """Note what a smoke test is to leave out and does not exist."""
    data = mapping(source.data)
    rules = {str(mapping(rule).get("id")) for rule in entries(data.get("rules"))}
    credentials = mapping(data.get("credentials")).values()
    texts = {str(label) for credential in credentials for label in mapping(mapping(credential).get("texts"))}
    known = {"rules": rules, "texts": texts}
    known |= {group: names_of(source, group) for group in ("lookalikes", "alterations")}
    for group, names in known.items():
        given = map(str, entries(mapping(data.get("thorough")).get(group)))
        note_unknown(source, ("thorough", group), group[:-1], given, names)
