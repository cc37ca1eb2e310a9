"""SDKs and their key: where they find it, and how it travels."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from conformance.sdk.protocol import Returned
from conformance.suites.check import check
from conformance.suites.sdk_trial import places
from conformance.suites.trial import BlockedError

if TYPE_CHECKING:
    from conformance.judge import Verdict
    from conformance.sdk.called import Outside, SeenRequest
    from conformance.suites.sdk_trial import SdkTrial

_STAYS = "no part of the secret goes to another host"
_HEADER = re.compile(r"[\r\n]([a-z-]+):")


@check()
def key_finds_its_way(trial: SdkTrial) -> Verdict:
    """The call succeeds, and every request to the API carries the key that was meant."""
    expected = "the call succeeds, and its requests carry the right key"
    recorded = trial.recorded
    without = [seen for seen in recorded.to_api if not seen.styles]
    if without:
        return trial.broken(expected, f"{without[0]} came without it")
    if not recorded.to_api:
        return trial.broken(expected, f"no request came; {trial.outcome}")
    if not isinstance(trial.called.answer, Returned):
        return trial.broken(expected, trial.outcome)
    return trial.kept(expected, f"{places(recorded.to_api)} with the key in {recorded.to_api[0].styles[0]}")


@check()
def own_test_succeeds(trial: SdkTrial) -> Verdict:
    """The documented test ends well: a sandbox is created, its id is read, and it is killed."""
    expected = "the call returns, having created a sandbox, read its id and killed it"
    called = trial.called
    create, delete = (trial.spec.operations[name] for name in ("create", "delete"))
    asked = [(seen, str(seen).partition("?")[0].rstrip("/")) for seen in called.to_api]
    creations = [seen for seen, line in asked if line.startswith(create.method) and line.endswith(create.path)]
    if not creations:
        return trial.broken(expected, f"no {create.request} came; {trial.outcome}")
    item = _told_id(trial, creations[0])
    kills = [line for _, line in asked if line.startswith(delete.method)]
    if not any(line.endswith(delete.path.replace("{id}", item)) for line in kills):
        what = ", ".join(kills) or "no request to kill it"
        return trial.broken(expected, f"{item} was created, and then came {what}; {trial.outcome}")
    if not isinstance(called.answer, Returned):
        return trial.broken(expected, trial.outcome)
    if isinstance(called.answer.value, dict) and called.answer.value.get("id", item) != item:
        return trial.broken(expected, f"{item} was created, and the id that was read is {called.answer.value['id']}")
    return trial.kept(expected, places(called.to_api))


def _told_id(trial: SdkTrial, create: SeenRequest) -> str:
    """The id that the answer to a create has told."""
    told = json.loads(create.exchange.response.body)
    return str(next(told[name] for name in trial.spec.operations["create"].makes if name in told))


@check()
def key_travels_in_one_header(trial: SdkTrial) -> Verdict:
    """Exactly one documented header of every request to the API carries the key."""
    expected = "exactly one documented header of every request carries the key"
    requests = trial.recorded.to_api
    if not requests:
        return trial.broken(expected, f"no request came; {trial.outcome}")
    for seen in requests:
        if len(seen.styles) != 1:
            how = f"in {' and in '.join(seen.styles)}" if seen.styles else "in none"
            return trial.broken(expected, f"{seen} carries it {how}")
    trial.expect_whole()
    return trial.kept(expected, f"{places(requests)}: {', '.join(sorted({seen.styles[0] for seen in requests}))}")


@check()
def key_goes_nowhere_else(trial: SdkTrial) -> Verdict:
    """No request to the API holds a part of a secret anywhere but in one of the documented headers."""
    expected = "no part of a secret outside one documented header"
    for seen in trial.requests:
        if len(seen.styles) > 1:
            return trial.broken(expected, f"{seen} has it in {' and in '.join(seen.styles)}")
        if seen.strays:
            return trial.broken(expected, f"{seen} has some in {', '.join(seen.strays)}")
    trial.expect_whole()
    return trial.kept(expected, places(trial.requests))


@check()
def key_stays_with_the_api(trial: SdkTrial) -> Verdict:
    """No request to another host holds a part of the secret, whoever named the host."""
    told = next((outside.line for outside in _outside(trial) if outside.holds_secret), "")
    if told:
        return trial.broken(_STAYS, f"{told} has some, and nobody named this host")
    verdict = key_follows_no_answer(trial)
    if verdict.kind == "pass":
        trial.expect_whole()
    return verdict


@check()
def key_follows_no_answer(trial: SdkTrial) -> Verdict:
    """No request to a host that an answer named holds a part of the secret."""
    if not trial.recorded.seen:
        raise BlockedError("a request to look at, and none came")
    others = [seen for seen in trial.recorded.seen if seen.elsewhere]
    for seen in others:
        found = [*(f"its {name} header" for name in seen.styles), *seen.strays]
        if found:
            return trial.broken(_STAYS, f"{seen} has some in {', '.join(found)}")
    return trial.kept(_STAYS, f"to other hosts: {places(tuple(others))}")


@check()
def nobody_else_is_asked(trial: SdkTrial) -> Verdict:
    """The SDK asks no host of its own accord: none but the API, and those that its answers name."""
    expected = "no request to a host that nobody named"
    lines = ", ".join(one.line for one in _outside(trial))
    if lines:
        return trial.broken(expected, f"{lines}, which was refused")
    trial.expect_whole()
    return trial.kept(expected, places(trial.recorded.seen))


def _outside(trial: SdkTrial) -> tuple[Outside, ...]:
    recorded = trial.recorded
    if not recorded.seen and not recorded.outside:
        raise BlockedError("a request to look at, and none came")
    return recorded.outside


@check()
def clients_keep_apart(trial: SdkTrial) -> Verdict:
    """Each of two clients sends its own key, one after the other and at the same time."""
    expected = "each client's requests carry its own key"
    requests = trial.recorded.to_api
    for seen in requests:
        if not seen.styles:
            return trial.broken(expected, f"client {seen.client + 1} sent {seen} without its key, or with the other's")
    if {seen.client for seen in requests} != {0, 1}:
        return trial.broken(expected, f"not both of them sent requests; {trial.outcome}")
    trial.expect_whole()
    return trial.kept(expected, f"{len(requests)} requests, each with its client's key")


@check()
def no_header_is_injected(trial: SdkTrial) -> Verdict:
    """Whatever stands in the key, no request gets a header that the key spells, and none is split in two."""
    expected = "the key adds no header and no request"
    recipe = trial.probe.recipe
    spelled = set(_HEADER.findall(trial.spec.credentials[recipe.name].texts[recipe.label].lower()))
    for seen in trial.recorded.seen:
        injected = [name for name, _ in seen.exchange.request.headers if name.lower() in spelled]
        if injected:
            return trial.broken(expected, f"{seen} has a header {injected[0]} that the key spells")
    return trial.kept(expected, f"{trial.outcome}; {places(trial.recorded.seen)}")


@check()
def nothing_is_sent(trial: SdkTrial) -> Verdict:
    """No request leaves without a key."""
    expected = "no request before there is a key"
    requests = trial.recorded.seen
    return trial.verdict(expected, f"{places(requests)} came without a key" if requests else "")


@check()
def argument_is_forgotten(trial: SdkTrial) -> Verdict:
    """A call that is given no key sends none, though an earlier one of the same process was given one."""
    expected = "no part of the key that only an earlier call was given"
    for seen in trial.recorded.seen:
        if seen.styles or seen.strays:
            return trial.broken(expected, f"{seen} came with it")
    return trial.kept(expected, trial.outcome)
