"""The whole documented surface: whatever Schemathesis generates, nothing gets access without a valid key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.compose import compose
from conformance.judge import Verdict, gives_access
from conformance.suites.check import check
from conformance.suites.surface import Generated, generated_requests
from conformance.suites.trial import BlockedError, Trial

if TYPE_CHECKING:
    from conformance.exchange import Request


@check(requests=1, per_example=1)
def whole_surface_needs_a_key(trial: Trial) -> Verdict:
    """Every generated request is refused with the documented answer; this check replaces Schemathesis's own."""
    operation = trial.spec.operations[trial.probe.operation]
    document = trial.documents / trial.spec.openapi
    if not trial.spec.openapi:
        raise BlockedError("an OpenAPI document, named as openapi in the spec")
    headers = frozenset(style.header.lower() for style in trial.spec.styles.values() if style.header)
    try:
        cases = generated_requests(document, operation.method, operation.path, headers, max(1, trial.examples // 3))
    except ImportError:
        raise BlockedError("Schemathesis: pip install 'hopx-auth[openapi]'") from None
    template = compose(trial.spec, trial.probe)
    expected = trial.expected()
    for case in cases:
        exchange = trial.send(_request(template, case))
        misfit = trial.misfit(expected, exchange)
        if misfit:
            del trial.exchanges[:-1]
            access = "access" if gives_access(exchange.response) else "another refusal"
            return trial.broken(str(expected), f"{misfit}: {access} for a generated {case.method} {case.target}")
    del trial.exchanges[:-1]
    return trial.kept(str(expected), f"{len(cases)} generated requests refused")


def _request(template: Request, case: Generated) -> Request:
    """A generated request with the probe's credential in the probe's style."""
    generated = {name.lower() for name, _ in case.headers}
    own = tuple(pair for pair in template.headers if pair[0].lower() not in generated)
    return replace(template, method=case.method, target=case.target, headers=(*own, *case.headers), body=case.body)
