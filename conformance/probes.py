"""From rules to probes: every way in which a request could break a promise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from conformance.exchange import Recipe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.spec.model import Rule, Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """Where a request, or an SDK's call, stands on each axis; "" where it has no place on it."""

    recipe: Recipe
    style: str = ""
    operation: str = ""
    alteration: str = ""
    source: str = ""
    answer: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe(Axes):
    """One request, or one small conversation, that could break a rule."""

    rule: Rule
    id: str = ""


def all_probes(spec: Spec) -> Iterator[Probe]:
    """The probes of every rule, in the order of the file."""
    for rule in spec.rules:
        yield from probes_of(spec, rule)


def probes_of(spec: Spec, rule: Rule) -> list[Probe]:
    """The probes of one rule: the product of its axes, less what makes no request."""
    if rule.target == "sdk":
        return _named(list(_calls(spec, rule)))
    styles = _styles(spec, rule)
    operations = _values(rule.when.operation, spec.operations)
    alterations = _values(rule.when.alteration, spec.alterations)
    found: list[Probe] = []
    for recipe in recipes(spec, rule):
        keyless = spec.credentials[recipe.name].key == "none"
        for style, operation, alteration in product(
            [""] if keyless else styles, operations or [""], alterations or [""]
        ):
            probe = Probe(rule=rule, recipe=recipe, style=style, operation=operation, alteration=alteration)
            if _makes_a_request(spec, probe):
                found.append(probe)
    return _named(found)


def _calls(spec: Spec, rule: Rule) -> Iterator[Probe]:
    """The calls of an SDK that a rule is about."""
    when = rule.when
    forms = spec.sdk.answers[when.answer].forms if spec.sdk and when.answer else ()
    for recipe, source, operation, form in product(
        recipes(spec, rule), _values(when.source), _values(when.operation), _values(when.form, forms) or [""]
    ):
        yield Probe(rule=rule, recipe=recipe, source=source, operation=operation, answer=when.answer, form=form)


def recipes(spec: Spec, rule: Rule) -> list[Recipe]:
    """The credentials that a rule asks with; a table or a family gives one for each of its members."""
    found: list[Recipe] = []
    for name in _values(rule.when.credential, spec.credentials):
        credential = spec.credentials[name]
        labels = list(credential.texts) or list(credential.how) or [""]
        found += [Recipe(name, label) for label in labels]
    return found


def method_of(spec: Spec, probe: Axes) -> str:
    """The method that a probe's request has, or "" when it makes none of its own."""
    if probe.alteration and spec.alterations[probe.alteration].method:
        return spec.alterations[probe.alteration].method
    return spec.operations[probe.operation].method if probe.operation else ""


def is_thorough(spec: Spec, probe: Probe) -> bool:
    """Whether a smoke test leaves a probe out."""
    left_out = spec.thorough
    return (
        probe.rule.id in left_out.rules
        or probe.style in left_out.lookalikes
        or probe.alteration in left_out.alterations
        or probe.recipe.label in left_out.texts
    )


def smallest_cover(probes: Iterable[Probe]) -> set[str]:
    """Ids of a few probes that together show every rule every value of each of its axes at least once.

    One member stands for a whole family of credentials, except in a rule that is about just this family.
    """
    chosen: set[str] = set()
    by_rule: dict[str, list[Probe]] = {}
    for probe in probes:
        by_rule.setdefault(probe.rule.id, []).append(probe)
    for candidates in by_rule.values():
        of_one_family = len({probe.recipe.name for probe in candidates}) == 1
        values = {
            probe.id: {
                ("credential", probe.recipe if of_one_family else probe.recipe.name),
                ("style", probe.style),
                ("operation", probe.operation),
                ("alteration", probe.alteration),
            }
            for probe in candidates
        }
        uncovered = set().union(*values.values())
        while uncovered:
            best = max(values, key=lambda probe_id: len(uncovered & values[probe_id]))
            chosen.add(best)
            uncovered -= values[best]
    return chosen


def _styles(spec: Spec, rule: Rule) -> list[str]:
    if rule.when.style == "lookalikes":
        return list(spec.lookalikes)
    return _values(rule.when.style, spec.styles) or [""]


def _values(names: str | Sequence[str], known: Iterable[str] = ()) -> list[str]:
    if names == "each":
        return list(known)
    return [names] if isinstance(names, str) else list(dict.fromkeys(names))


def _makes_a_request(spec: Spec, probe: Probe) -> bool:
    """Whether style, operation and alteration go together."""
    style = (spec.styles | spec.lookalikes).get(probe.style)
    operation = spec.operations.get(probe.operation)
    if style and style.body and (operation is None or operation.body is None):
        return False
    if not probe.alteration:
        return True
    alteration = spec.alterations[probe.alteration]
    if (alteration.header_case or alteration.scheme_case) and (style is None or not style.header):
        return False
    if alteration.scheme_case and style and " " not in style.value:
        return False
    return not alteration.operations or probe.operation in alteration.operations


def _named(probes: list[Probe]) -> list[Probe]:
    """Probes with their ids: the rule's id and, in brackets, the values of the axes that vary."""
    if len(probes) == 1:
        return [replace(probes[0], id=probes[0].rule.id)]
    named = []
    for probe in probes:
        credential = _slug(probe.recipe, probes)
        source = probe.source if any(other.source != probe.source for other in probes) else ""
        axes = [probe.style, probe.operation.replace("_", "-"), credential, probe.alteration, source, probe.form]
        named.append(replace(probe, id=f"{probe.rule.id}[{'-'.join(filter(None, axes))}]"))
    return named


def _slug(recipe: Recipe, probes: list[Probe]) -> str:
    if all(probe.recipe == recipe for probe in probes):
        return ""
    several = any(probe.recipe.name != recipe.name for probe in probes)
    name = recipe.name.replace("_", "-") if several else ""
    return "-".join(filter(None, [name, recipe.label]))
