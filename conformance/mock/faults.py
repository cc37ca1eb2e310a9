"""Faults on demand: each breaks one promise, by standing between a request and the mock's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mock import faults_in_access as access
from conformance.mock import faults_in_answers as answers

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mock.message import Respond
    from conformance.mock.respond import Mock

    Fault = Callable[[Mock], Respond]

FAULTS: dict[str, Fault] = {
    fault.__name__.replace("_", "-"): fault
    for fault in (
        access.last_style_ignored,
        access.query_accepted,
        access.revoked_accepted,
        access.expired_accepted,
        access.scope_ignored,
        access.organization_ignored,
        access.limit_ignored,
        access.trailing_ignored,
        access.last_bits_ignored,
        access.case_ignored,
        access.secret_unchecked,
        answers.other_code,
        answers.html_errors,
        answers.mixed_vocabulary,
        answers.secret_echoed,
        answers.sandboxes_told,
        answers.refused_sandbox_shown,
        answers.denied_create_works,
        answers.denied_delete_works,
        answers.denied_update_works,
        answers.validation_first,
        answers.lookup_first,
        access.head_open,
        access.trailing_slash_open,
        access.third_time_open,
        access.connection_trusted,
        access.key_shared,
        access.session_given,
        access.session_begun,
        answers.strange_key_crashes,
        answers.no_challenge,
        answers.no_request_id,
        access.revocation_delayed,
    )
}


def with_fault(mock: Mock, name: str) -> Respond:
    """How the mock, which is changed for it, answers with a fault; "" is no fault."""
    return FAULTS[name](mock) if name else mock.respond
