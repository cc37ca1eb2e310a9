"""What an SDK's rules must have: names that the `sdk` part knows, and what their checks look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from conformance.spec.mistakes import suggestion
from conformance.spec.raw import mapping, note_unknown
from conformance.spec.sdk import SdkCheckName, SdkOperation

if TYPE_CHECKING:
    from conformance.spec.mistakes import DataPath
    from conformance.spec.source import Source

_AXES = ("source", "answer", "form")
_NEEDED = {  # what a check looks at, which an answer or each of its forms has to have
    "error_has_its_type": "type",
    "error_is_of_no_other_kind": "never",
}
_CODE = "code_is_reachable"
_RETRY_AFTER = ("retry_after_is_honoured", "retry_after_is_surfaced")


def check_sdk_rule(source: Source, path: DataPath, rule: dict[str, Any]) -> None:
    """Note what is wrong with a rule of an SDK."""
    when, sdk = mapping(rule.get("when")), mapping(mapping(source.data).get("sdk"))
    if not sdk:
        source.mistake(path, "a rule about SDKs needs the part sdk: of the file; write what the server plays")
        return
    here = (*path, "when")
    note_unknown(source, (*here, "operation"), "operation", _words(when.get("operation")), get_args(SdkOperation))
    for axis in ("source", "operation"):
        if not when.get(axis):
            source.mistake(here, f"a rule about SDKs needs {axis}:; write one or several")
    if str(rule.get("check")) not in get_args(SdkCheckName):
        source.mistake(path, f"a rule about SDKs needs a check of its own; {suggestion('', get_args(SdkCheckName))}")
    answers, answer = mapping(sdk.get("answers")), when.get("answer", "")
    note_unknown(source, (*here, "answer"), "answer", _words(answer or []), answers)
    if bool(answer) != bool(when.get("form")):
        source.mistake(here, "answer: and form: go together; write both or neither")
    if str(answer) in answers:
        _check_answer(source, here, rule, mapping(answers[str(answer)]))


def check_http_rule(source: Source, path: DataPath, rule: dict[str, Any]) -> None:
    """Note what a rule that is not about SDKs has of theirs."""
    when = mapping(rule.get("when"))
    for axis in (axis for axis in _AXES if axis in when):
        source.mistake((*path, "when", axis), f"{axis} is for rules with target: sdk; remove it")
    if str(rule.get("check")) in get_args(SdkCheckName):
        source.mistake((*path, "check"), f"{rule['check']!r} is for rules with target: sdk; choose another")


def _check_answer(source: Source, here: DataPath, rule: dict[str, Any], answer: dict[str, Any]) -> None:
    forms, wanted = mapping(answer.get("forms")), _words(mapping(rule["when"]).get("form"))
    note_unknown(source, (*here, "form"), "form", wanted, {*forms, "each"})
    check = str(rule.get("check"))
    needed = _NEEDED.get(check)
    if needed and not answer.get(needed):
        source.mistake((*here, "answer"), f"{check} needs an answer with {needed}:; add it there")
    for name in (name for name in forms if name in wanted or "each" in wanted):
        form = mapping(forms[name])
        if check == _CODE and not form.get("code"):
            source.mistake((*here, "form"), f"{check} needs a form with code:; {name!r} has none")
        headers = {str(header).lower() for header in mapping(form.get("headers"))}
        if check in _RETRY_AFTER and "retry-after" not in headers:
            source.mistake((*here, "form"), f"{check} needs a form with a Retry-After header; {name!r} has none")


def _words(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(map(str, value)) if isinstance(value, list) else []
