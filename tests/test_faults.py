"""Every fault of the mock is caught by the rule that it breaks, and by no rule that has nothing to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from runs import SPEC, run_suite

from conformance.mock.faults import FAULTS

if TYPE_CHECKING:
    from pathlib import Path

# A refusal that is none is seen by every rule that expects one of the same credential.
REFUSALS = {
    "authentication-precedes-lookup",
    "authentication-precedes-validation",
    "bad-key-after-good-one",
    "key-lifecycle",
    "only-the-two-headers-authenticate",
    "refused-every-time",
    "unauthorized-empty",
    "unauthorized-expired",
    "unauthorized-malformed",
    "unauthorized-missing",
    "unauthorized-near-miss",
    "unauthorized-revoked",
    "unauthorized-unknown",
    "unauthorized-wrong-secret",
    "whole-surface-needs-a-key",
}
# What a refusal has or does can be asked only of a refusal: without one these are blocked, and never green.
EFFECTS = {"denied-create-creates-nothing", "denied-delete-deletes-nothing", "denied-update-changes-nothing"}


class Caught(NamedTuple):
    """The rule that says what a fault breaks, the others that it breaks as well, and those that it blocks.

    `perhaps` are rules that it breaks or blocks in one run and not in another.
    """

    by: str
    also: frozenset[str] | set[str] = frozenset()
    blocks: frozenset[str] | set[str] = frozenset()
    perhaps: frozenset[str] | set[str] = frozenset()


TABLE = {
    "last-style-ignored": Caught(
        "valid-key-authenticates",
        also={
            "header-name-ignores-case",
            "key-lifecycle",
            "rate-limited",
            "scheme-ignores-case",
            "scope-decides",
            "styles-agree",
        },
        blocks={"other-organization-is-not-listed", "other-organization-key", "success-gives-no-session"},
    ),
    "query-accepted": Caught("only-the-two-headers-authenticate"),
    "revoked-accepted": Caught(
        "unauthorized-revoked", also={"key-lifecycle", "variants-give-no-access"}, blocks={*EFFECTS, "one-vocabulary"}
    ),
    "expired-accepted": Caught(
        "unauthorized-expired", also={"key-lifecycle", "variants-give-no-access"}, blocks={*EFFECTS, "one-vocabulary"}
    ),
    "scope-ignored": Caught(
        "scope-decides",
        also={"variants-give-no-access"},
        blocks={*EFFECTS, "one-vocabulary-with-403", "request-id-is-sent-with-403"},
    ),
    "organization-ignored": Caught(
        "other-organization-sandbox",
        also={"other-organization-is-not-listed", "other-organization-key"},
        blocks={"denied-delete-deletes-nothing", "denied-update-changes-nothing"},
        perhaps={"other-organization-sandbox"},  # once it is deleted, nothing can be said of it
    ),
    "limit-ignored": Caught("rate-limited", blocks={"one-vocabulary"}),
    "trailing-ignored": Caught(
        "unauthorized-near-miss", also={"hostile-credential-is-survived", "unauthorized-malformed"}
    ),
    "last-bits-ignored": Caught("unauthorized-near-miss"),
    "case-ignored": Caught("unauthorized-near-miss"),
    "secret-unchecked": Caught(
        "unauthorized-wrong-secret",
        also={"unauthorized-near-miss", "variants-give-no-access"},
        blocks={*EFFECTS, "one-vocabulary"},
    ),
    "other-code": Caught("unauthorized-missing", also=REFUSALS),
    "html-errors": Caught("unauthorized-missing", also=REFUSALS),
    "mixed-vocabulary": Caught("one-vocabulary-with-403"),
    "secret-echoed": Caught("secret-is-not-repeated"),
    "sandboxes-told": Caught(
        "unauthorized-missing",
        also={*REFUSALS - {"key-lifecycle"}, "hostile-credential-is-survived", "variants-give-no-access"},
    ),
    "refused-sandbox-shown": Caught("other-organization-key", also={"scope-decides"}),
    "denied-create-works": Caught("denied-create-creates-nothing"),
    # a delete of the foreign sandbox works as well, after which nothing can be said of it
    "denied-delete-works": Caught("denied-delete-deletes-nothing", blocks={"other-organization-sandbox"}),
    "denied-update-works": Caught("denied-update-changes-nothing"),
    "validation-first": Caught("authentication-precedes-validation", also={"whole-surface-needs-a-key"}),
    "lookup-first": Caught("authentication-precedes-lookup", also={"whole-surface-needs-a-key"}),
    "head-open": Caught("variants-give-no-access"),
    "trailing-slash-open": Caught("variants-give-no-access"),
    "third-time-open": Caught(
        "refused-every-time",
        also={
            "authentication-precedes-lookup",
            "authentication-precedes-validation",
            "concurrent-requests-keep-apart",
            "only-the-two-headers-authenticate",
            "unauthorized-missing",
            "variants-give-no-access",
            "whole-surface-needs-a-key",
        },
        blocks={"denied-delete-deletes-nothing"},
    ),
    # which requests share a connection is up to both sides, and every bad key may be one that comes after a good one
    "connection-trusted": Caught(
        "bad-key-after-good-one",
        perhaps={
            *REFUSALS,
            *EFFECTS,
            "challenge-is-sent",
            "concurrent-requests-keep-apart",
            "hostile-credential-is-survived",
            "one-vocabulary",
            "refusal-gives-no-session",
            "request-id-is-sent",
            "variants-give-no-access",
        },
    ),
    "key-shared": Caught("concurrent-requests-keep-apart"),
    "session-given": Caught("refusal-gives-no-session"),
    "session-begun": Caught("success-gives-no-session"),
    "strange-key-crashes": Caught("hostile-credential-is-survived"),
    "no-challenge": Caught("challenge-is-sent"),
    "no-request-id": Caught("request-id-is-sent", also={"request-id-is-sent-with-403"}),
    # its first use after the revocation is in one, and in the other whatever comes first in the life of a key
    "revocation-delayed": Caught("unauthorized-revoked", also={"key-lifecycle"}),
}


def test_the_table_names_every_fault_and_only_rules_that_there_are() -> None:
    assert list(TABLE) == list(FAULTS)
    named = {rule for row in TABLE.values() for rule in (row.by, *row.also, *row.blocks, *row.perhaps)}
    assert named <= {rule.id for rule in SPEC.rules}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_caught_by_the_rule_that_it_breaks_and_by_no_unrelated_one(fault: str, tmp_path: Path) -> None:
    options = ("--target=mock", f"--fault={fault}", "--hypothesis-profile=ci", "-q", "-p", "no:cacheprovider")
    ran = run_suite(tmp_path, *options)
    caught = TABLE[fault]
    level = {rule.id: rule.level for rule in SPEC.rules}
    assert ran.rules("fail" if level[caught.by] == "must" else "advisory") >= {caught.by}
    assert ran.rules("fail", "advisory") - caught.perhaps == {caught.by, *caught.also} - caught.perhaps
    assert ran.rules("blocked") - caught.perhaps == caught.blocks - caught.perhaps
    assert ran.rules("error") == set()
    assert ran.status == (1 if ran.rules("fail") else 0)
    assert "Traceback" not in ran.output
