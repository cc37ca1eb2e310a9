"""All facts that a case shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.diagnosis.facts import answers, credentials, environment, histories, signs, stories

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.diagnosis.case import Case
    from conformance.diagnosis.fact import Fact
    from conformance.diagnosis.knowledge import KnownSign

PREDICATES = (
    credentials.of_requests,
    credentials.of_settings,
    credentials.of_texts,
    answers.of_answers,
    answers.of_addresses,
    answers.of_commands,
    stories.of_redirects,
    stories.of_scopes,
    stories.of_things,
    stories.of_both_ends,
    stories.of_likeness,
    histories.of_histories,
    environment.of_writing,
    environment.of_names,
    environment.of_clients,
    environment.of_winners,
)


def facts_of(case: Case, known: Iterable[KnownSign]) -> tuple[Fact, ...]:
    """Everything that a case shows, each fact once for each place."""
    found = [fact for predicate in PREDICATES for fact in predicate(case)]
    shown = signs.of_signs(case, known)
    return tuple(dict.fromkeys([*found, *(environment.told_apart(fact, case) for fact in shown)]))
