"""All facts that a case shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.diagnosis.facts import credentials, signs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.diagnosis.case import Case
    from conformance.diagnosis.fact import Fact
    from conformance.diagnosis.knowledge import KnownSign


def facts_of(case: Case, known: Iterable[KnownSign]) -> tuple[Fact, ...]:
    """Everything that a case shows, each fact once for each place."""
    return tuple(dict.fromkeys([*_seen(case), *_said(case, known)]))


def _seen(case: Case) -> Iterator[Fact]:
    """What predicates see; those that have nothing to look at are not loaded, so that an answer comes at once."""
    yield from credentials.of_requests(case)
    yield from credentials.of_settings(case)
    yield from credentials.of_texts(case)
    if case.answers or case.exchanges:
        from conformance.diagnosis.facts import answers

        yield from answers.of_answers(case)
        yield from answers.of_tunnels(case)
        yield from answers.of_addresses(case)
        yield from answers.of_commands(case)
    if len(case.exchanges) > 1:
        from conformance.diagnosis.facts import histories, stories

        yield from stories.of_redirects(case)
        yield from stories.of_scopes(case)
        yield from stories.of_things(case)
        yield from stories.of_both_ends(case)
        yield from histories.of_histories(case)
    if len(case.evidence.every_credential) > 1:
        from conformance.diagnosis.facts import stories

        yield from stories.of_likeness(case)
    if case.settings:
        from conformance.diagnosis.facts import environment

        yield from environment.of_writing(case)
        yield from environment.of_docker(case)
        yield from environment.of_names(case)
        yield from environment.of_clients(case)
        yield from environment.of_winners(case)


def _said(case: Case, known: Iterable[KnownSign]) -> Iterator[Fact]:
    """What answers and errors say; where settings are known too, what is said is told apart by them."""
    said = signs.of_signs(case, known)
    if case.failures:
        from conformance.diagnosis.facts import answers

        said = (answers.unshown(answers.with_address(fact, case), case) for fact in said)
    if case.settings:
        from conformance.diagnosis.facts import environment

        said = (environment.told_apart(fact, case) for fact in said)
    yield from said
