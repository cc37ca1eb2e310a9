"""Whether a refusal was one: nothing created, changed, deleted or shown behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.exchange import Recipe
from conformance.judge import Verdict, brief, gives_access
from conformance.suites.check import check
from conformance.suites.trial import BlockedError, Trial

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.exchange import Exchange

_ROUNDS = 4
_LOOKS = 4  # what is queued before anybody asks for the key may be done some requests later
_SANDBOXES = 2


@check(requests=44, writes=True)
def no_effect(trial: Trial) -> Verdict:
    """A refused create, update or delete has done nothing, looked at several times with a key that may see it."""
    looks = {"create": _nothing_created, "update": _nothing_changed, "delete": _nothing_deleted}
    if not trial.target.may_write:
        raise BlockedError("--allow-writes")
    return looks[trial.probe.operation](trial)


def _nothing_created(trial: Trial) -> Verdict:
    """Compares the list before and after; a control tells whether others create sandboxes meanwhile.

    Who creates them now and then will hardly do so after each of several refusals, and in no control.
    """
    witness = trial.specimen("witness")
    for _ in range(_ROUNDS):
        before = _listed(trial)
        if witness not in before:
            raise BlockedError("a list that shows a sandbox which exists: absence from it proves nothing")
        _refused(trial)
        appeared = _appeared(trial, before)
        if not appeared:
            return trial.kept("a refusal, and nothing created", "nothing created")
        if _appeared(trial, before | appeared):
            raise BlockedError("an account in which nobody else creates sandboxes during the run")
    return trial.broken("a refusal, and nothing created", f"a sandbox appeared after each of {_ROUNDS} refusals")


def _appeared(trial: Trial, before: set[str]) -> set[str]:
    """What the first of several lists shows that shows more than before."""
    return next(filter(None, (_listed(trial) - before for _ in range(_LOOKS))), set())


def _nothing_changed(trial: Trial) -> Verdict:
    item = trial.specimen("")
    fields = trial.spec.operations["update"].body or {}
    before = _viewed(trial, item)
    shown = [name for name, sent in fields.items() if name in before and before[name] != sent]
    if not shown:
        raise BlockedError(f"a view that shows {' or '.join(fields)}, with another value than an update sends")
    _refused(trial, item)
    for _ in range(_LOOKS):
        after = _viewed(trial, item)
        changed = [name for name in shown if _is_nearer(fields[name], after.get(name), before[name])]
        if changed:
            return trial.broken("a refusal, and nothing changed", f"{', '.join(changed)} changed")
    return trial.kept("a refusal, and nothing changed", "nothing changed")


def _nothing_deleted(trial: Trial) -> Verdict:
    expected = "a refusal, and nothing deleted"
    if _outlives(trial, lambda item: _refused(trial, item)):
        return trial.kept(expected, "the sandbox is still there")
    return trial.broken(expected, "the sandbox is gone")


@check(requests=14, writes=True)
def overridden_method_deletes_nothing(trial: Trial) -> Verdict:
    """A request that a header calls a delete deletes nothing for a key that may not delete, whatever it is answered."""
    if not trial.target.may_write:
        raise BlockedError("--allow-writes")
    if _outlives(trial, lambda item: trial.ask(item=item)):
        return trial.kept("nothing deleted", "the sandbox is still there")
    return trial.broken("nothing deleted", "the sandbox is gone")


def _outlives(trial: Trial, ask: Callable[[str], object]) -> bool:
    """Whether a sandbox is there after something was asked about it; it may come to its end by itself, but once."""
    for _ in range(_SANDBOXES):
        item = trial.specimen("")
        _viewed(trial, item)
        ask(item)
        if not any(_as_owner(trial, "view", item).response.status in (404, 410) for _ in range(_LOOKS)):
            return True
    return False


def _is_nearer(sent: Any, after: Any, before: Any) -> bool:
    """Whether a value has become what was sent; one that only runs by itself, as remaining seconds do, has not."""
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in (sent, after, before)):
        return bool(after == sent)
    return bool(abs(after - sent) < abs(after - before))


def _refused(trial: Trial, item: str = "") -> None:
    """Ask what is to be refused; access is another rule's finding, and leaves nothing to look behind."""
    exchange = trial.ask(item=item)
    if gives_access(exchange.response):
        raise BlockedError("a refusal to look behind, where access was given")


def _as_owner(trial: Trial, operation: str, item: str = "") -> Exchange:
    return trial.ask(recipe=trial.specimens.owner, operation=operation, alteration="", item=item)


def _listed(trial: Trial) -> set[str]:
    exchange = _as_owner(trial, "list")
    if exchange.response.status not in trial.spec.operations["list"].succeeds:
        raise BlockedError(f"a key that can list (listing gave {exchange.response.status})")
    return set(trial.specimens.listed_in(exchange.response))


def _viewed(trial: Trial, item: str) -> dict[str, Any]:
    exchange = _as_owner(trial, "view", item)
    shown = exchange.response.status in trial.spec.operations["view"].succeeds
    if not shown or not isinstance(exchange.response.json, dict):
        raise BlockedError(f"a key that can view (viewing gave {brief(exchange.response)})")
    return exchange.response.json


@check(requests=2)
def foreign_sandbox_is_not_listed(trial: Trial) -> Verdict:
    """The list of one organization does not name the sandbox of the other."""
    foreign = trial.spec.credentials[trial.probe.recipe.name].organization == "other"
    item = trial.specimen("use") if foreign else trial.foreign_sandbox()
    expected = "a list without the other organization's sandbox"
    exchange = trial.ask()
    if exchange.response.status not in trial.spec.operations[trial.probe.operation].succeeds:
        raise BlockedError(_working_key(trial))
    if trial.specimens.is_named_in(exchange.response, item):
        return trial.broken(expected, f"{brief(exchange.response)}, it is listed")
    return trial.kept(expected, f"{brief(exchange.response)}, it is not listed")


@check(requests=2)
def working_key_is_out_of_reach(trial: Trial) -> Verdict:
    """A key that works elsewhere is refused here; a dead key would be refused everywhere."""
    listed = trial.ask(operation="list")
    if listed.response.status not in trial.spec.operations["list"].succeeds:
        raise BlockedError(_working_key(trial))
    trial.ask()
    return trial.verdict(trial.expected())


@check(requests=2)
def foreign_sandbox_is_out_of_reach(trial: Trial) -> Verdict:
    """Another organization's sandbox is refused; one that its owner does not find either says nothing."""
    exchange = trial.ask()
    if exchange.response.status in (404, 410) and not _exists_for_its_owner(trial):
        raise BlockedError(f"a sandbox that exists in {' or '.join(trial.foreign_variables())}, and a key that sees it")
    return trial.verdict(trial.expected(), exchange)


def _exists_for_its_owner(trial: Trial) -> bool:
    for name, credential in trial.spec.credentials.items():
        recipe = Recipe(name)
        if credential.key == "active" and credential.organization == "other":
            if trial.target.keyring.obstacle(recipe):
                return False
            look = trial.ask(recipe=recipe, operation="view", alteration="", item=trial.foreign_sandbox())
            return look.response.status in trial.spec.operations["view"].succeeds
    return False


def _working_key(trial: Trial) -> str:
    return f"a working key in {trial.target.keyring.variable(trial.probe.recipe.name)}"
