"""The kill matrix for a terminal, and as a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader

if TYPE_CHECKING:
    from conformance.spec.model import Spec

_KINDS = {
    "mock": "the mock without faults",
    "fault": "faults of the mock",
    "misprint": "wrong keys and examples",
    "variant": "conforming servers",
    "client": "clients of SDKs' rules",
}
_FLAWS = {
    "survivors": "survived: no rule is broken, and {rule} should be",
    "caught_by_others_only": "caught by unrelated rules only: {broken}, and not by {rule}",
    "false_alarms": "accused, though it conforms: {broken} {errors}",
    "not_judged": "not judged: {problem}",
}


def matrix_text(data: dict[str, Any]) -> str:
    """Counts, and every flaw in a line of its own."""
    lines = [f"{count:4} {_KINDS[kind]}" for kind, count in data["counts"].items()]
    for flaw, words in _FLAWS.items():
        lines += [f"{_name(row)}: {_said(words, row)}" for row in data[flaw]]
    lines += [
        f"{rule}: no impostor breaks this rule, so nothing proves that it can fail" for rule in data["unexercised"]
    ]
    lines += [f"{rule}: one impostor only" for rule in data["exercised_once"]]
    lines += [f"{' and '.join(rules)}: the same impostors break these rules" for rules in data["redundant"]]
    flaws = sum(len(data[flaw]) for flaw in (*_FLAWS, "unexercised"))
    wrong = sum(bool(row["rule"]) for row in data["impostors"])
    right = len(data["impostors"]) - wrong
    caught = sum(row["rule"] in {*row["failed"], *row["advised"]} for row in data["impostors"])
    accused = f"{len(data['false_alarms'])} of {right} others accused"
    verdict = f"{caught} of {wrong} impostors caught by the rule that they name, {accused}"
    return "\n".join([*lines, f"{verdict}: {'no flaw' if not flaws else f'{flaws} flaws'}"])


def matrix_page(spec: Spec, data: dict[str, Any]) -> str:
    """The matrix as one self-contained HTML file."""
    rules = [{"id": rule.id, "level": rule.level, "says": rule.says} for rule in spec.rules]
    used = {rule for row in data["impostors"] for rule in (*row["failed"], *row["advised"], row["rule"])}
    template = _templates(autoescape=True).get_template("matrix.html.jinja")
    return template.render(data=data, rules=[rule for rule in rules if rule["id"] in used], text=matrix_text(data))


def matrix_document(data: dict[str, Any]) -> str:
    """The matrix in Markdown, without what differs from run to run."""
    template = _templates(autoescape=False).get_template("matrix.md.jinja")
    return template.render(data=data, kinds=_KINDS, text=matrix_text(data))


def _templates(*, autoescape: bool) -> Environment:
    loader = PackageLoader("conformance.selftest")
    return Environment(loader=loader, autoescape=autoescape, trim_blocks=True, keep_trailing_newline=True)  # noqa: S701


def _name(row: dict[str, Any]) -> str:
    return " ".join(filter(None, (row["kind"], row["name"], row["program"] and f"({row['program']})")))


def _said(words: str, row: dict[str, Any]) -> str:
    broken = ", ".join((*row["failed"], *row["advised"]))
    return words.format(**row | {"broken": broken, "errors": ", ".join(row["errors"])}).rstrip()
