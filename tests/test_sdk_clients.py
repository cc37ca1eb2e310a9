"""A right client passes every rule about SDKs, and each wrong one is caught by the rule that it breaks and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from runs import SPEC
from sdk_clients import CLIENTS, adapter_folder, judge, python_adapter

if TYPE_CHECKING:
    from pathlib import Path

    from runs import Ran

RULES = {rule.id: rule for rule in SPEC.rules if rule.target == "sdk"}
OTHER_ERRORS = {
    "sdk-error-hides-a-key-of-the-environment",
    "sdk-error-of-a-limit-hides-the-secret",
    "sdk-error-of-a-refused-permission-hides-the-secret",
}
WHEREVER = {
    "sdk-denied-key-goes-nowhere-else",
    "sdk-key-of-the-environment-nowhere-else",
    "sdk-refused-key-goes-nowhere-else",
}
FROM_THE_ENVIRONMENT = {"sdk-dotenv", "sdk-reads-environment", "sdk-reads-environment-at-call-time"}


class Caught(NamedTuple):
    """The rule that says what a client does wrong, the others that it breaks as well, and those that it blocks."""

    by: str
    also: frozenset[str] | set[str] = frozenset()
    blocks: frozenset[str] | set[str] = frozenset()


TABLE = {
    "reads-the-variable-at-import": Caught(
        "sdk-reads-environment-at-call-time",
        also={"sdk-dotenv"},
        blocks={"sdk-key-of-the-environment-nowhere-else"},
    ),
    "prefers-the-variable": Caught("sdk-argument-wins", also={"sdk-key-of-the-environment-nowhere-else"}),
    # without a key nothing is sent, so that there is nothing to refuse or to look at
    "ignores-the-argument": Caught(
        "sdk-takes-argument",
        also={
            "sdk-argument-wins",
            "sdk-clients-keep-apart",
            "sdk-key-in-one-header",
            "sdk-key-of-the-environment-nowhere-else",
        },
        blocks={
            "sdk-asks-nobody-else",
            "sdk-attempts-are-bounded",
            "sdk-authentication-error",
            "sdk-denied-key-goes-nowhere-else",
            "sdk-error-hides-the-secret",
            "sdk-error-of-a-limit-hides-the-secret",
            "sdk-error-of-a-refused-permission-hides-the-secret",
            "sdk-refused-key-goes-nowhere-else",
            "sdk-forbidden-has-its-code",
            "sdk-forbidden-has-its-status",
            "sdk-forbidden-is-an-error",
            "sdk-forbidden-is-no-other-error",
            "sdk-forbidden-is-not-retried",
            "sdk-honours-retry-after",
            "sdk-key-is-no-substitute",
            "sdk-key-nowhere-else",
            "sdk-key-stays-with-the-api",
            "sdk-log-of-a-refusal-hides-the-secret",
            "sdk-message-for-people",
            "sdk-objects-hide-the-secret",
            "sdk-rate-limit-has-its-code",
            "sdk-rate-limit-has-its-status",
            "sdk-rate-limit-is-an-error",
            "sdk-redirect-keeps-the-key",
            "sdk-refusal-is-an-error",
            "sdk-refusal-is-not-retried",
            "sdk-surfaces-code",
            "sdk-surfaces-nested-code",
            "sdk-surfaces-request-id",
            "sdk-surfaces-retry-after",
            "sdk-types-code",
            "sdk-types-code-of-403",
        },
    ),
    "ignores-the-variable": Caught(
        "sdk-reads-environment",
        also={*FROM_THE_ENVIRONMENT, "sdk-own-test"},
        blocks={"sdk-error-hides-a-key-of-the-environment", "sdk-key-of-the-environment-nowhere-else"},
    ),
    "looks-for-dotenv-elsewhere": Caught("sdk-dotenv", blocks={"sdk-key-of-the-environment-nowhere-else"}),
    "sends-requests-without-key": Caught("sdk-without-key-sends-nothing", also={"sdk-without-key-names-the-variable"}),
    "hides-that-there-is-no-key": Caught("sdk-without-key-is-an-error", blocks={"sdk-without-key-names-the-variable"}),
    "does-not-name-the-variable": Caught("sdk-without-key-names-the-variable"),
    "adds-key-to-url": Caught("sdk-key-nowhere-else", also=WHEREVER),
    "adds-key-to-body": Caught("sdk-key-nowhere-else", also=WHEREVER),
    "adds-key-to-user-agent": Caught("sdk-key-nowhere-else", also=WHEREVER),
    "adds-key-to-header-names": Caught("sdk-key-nowhere-else", also=WHEREVER),
    "adds-secret-in-hexadecimal": Caught("sdk-key-nowhere-else", also=WHEREVER),
    "adds-secret-in-capitals": Caught("sdk-key-nowhere-else", also=WHEREVER),
    "adds-encoded-secret-to-url": Caught("sdk-key-nowhere-else", also=WHEREVER),
    # what it asks for is not played, so that nothing can be said of what the user gets
    "reports-every-call": Caught(
        "sdk-key-nowhere-else",
        also={
            *FROM_THE_ENVIRONMENT,
            *WHEREVER,
            "sdk-argument-wins",
            "sdk-clients-keep-apart",
            "sdk-key-in-one-header",
            "sdk-takes-argument",
        },
        blocks={
            "sdk-asks-nobody-else",
            "sdk-key-is-no-substitute",
            "sdk-key-stays-with-the-api",
            "sdk-log-hides-the-secret",
            "sdk-objects-hide-the-secret",
            "sdk-own-test",
        },
    ),
    "reports-401": Caught("sdk-refused-key-goes-nowhere-else"),
    "reports-403": Caught("sdk-denied-key-goes-nowhere-else", blocks={"sdk-key-is-no-substitute"}),
    "puts-key-of-the-environment-in-cookie": Caught("sdk-key-of-the-environment-nowhere-else"),
    "sends-the-variable-as-well": Caught("sdk-key-of-the-environment-nowhere-else"),
    "uses-both-headers": Caught("sdk-key-in-one-header", also={*WHEREVER, "sdk-key-nowhere-else"}),
    "uses-its-own-header": Caught(
        "sdk-key-in-one-header",
        also={
            *FROM_THE_ENVIRONMENT,
            "sdk-argument-wins",
            "sdk-clients-keep-apart",
            "sdk-key-nowhere-else",
            "sdk-takes-argument",
            *WHEREVER,
        },
    ),
    "builds-without-key": Caught("sdk-key-in-one-header"),
    "uploads-with-key": Caught("sdk-key-stays-with-the-api"),
    "asks-its-makers": Caught("sdk-asks-nobody-else"),
    "tells-its-makers": Caught("sdk-key-stays-with-the-api", also={"sdk-asks-nobody-else"}),
    "shows-key-to-sandbox": Caught("sdk-key-stays-with-the-api"),
    "takes-key-for-token": Caught("sdk-key-is-no-substitute"),
    "follows-redirects": Caught("sdk-redirect-keeps-the-key"),
    "sends-whatever-the-key-is": Caught("sdk-odd-key-injects-nothing"),
    "shares-the-key": Caught("sdk-clients-keep-apart"),
    "shares-the-key-between-threads": Caught("sdk-clients-keep-apart"),
    "kills-another": Caught("sdk-own-test"),
    "puts-code-of-401-in-text": Caught("sdk-types-code"),
    "puts-code-of-403-in-text": Caught("sdk-types-code-of-403"),
    "shows-key-of-the-environment-in-error": Caught("sdk-error-hides-a-key-of-the-environment"),
    "leaves-the-sandbox-alive": Caught("sdk-own-test"),
    "swallows-401": Caught(
        "sdk-refusal-is-an-error",
        blocks={
            "sdk-authentication-error",
            "sdk-error-hides-a-key-of-the-environment",
            "sdk-error-hides-the-secret",
            "sdk-message-for-people",
            "sdk-surfaces-code",
            "sdk-surfaces-nested-code",
            "sdk-surfaces-request-id",
            "sdk-types-code",
        },
    ),
    "swallows-403": Caught(
        "sdk-forbidden-is-an-error",
        blocks={
            "sdk-error-of-a-refused-permission-hides-the-secret",
            "sdk-forbidden-has-its-code",
            "sdk-forbidden-has-its-status",
            "sdk-forbidden-is-no-other-error",
            "sdk-types-code-of-403",
        },
    ),
    "swallows-429": Caught(
        "sdk-rate-limit-is-an-error",
        blocks={
            "sdk-error-of-a-limit-hides-the-secret",
            "sdk-rate-limit-has-its-code",
            "sdk-rate-limit-has-its-status",
            "sdk-surfaces-retry-after",
        },
    ),
    "knows-the-flat-form-only": Caught("sdk-authentication-error"),
    "takes-not-found-for-file": Caught("sdk-forbidden-is-no-other-error"),
    "takes-limited-for-limit": Caught("sdk-forbidden-is-no-other-error"),
    "loses-status-of-401": Caught("sdk-authentication-error"),
    "loses-status-of-403": Caught("sdk-forbidden-has-its-status"),
    "loses-status-of-429": Caught("sdk-rate-limit-has-its-status"),
    "loses-code-of-401": Caught("sdk-surfaces-code", also={"sdk-types-code"}),
    "loses-code-of-403": Caught("sdk-forbidden-has-its-code", also={"sdk-types-code-of-403"}),
    "loses-code-of-429": Caught("sdk-rate-limit-has-its-code"),
    "loses-retry-after": Caught("sdk-surfaces-retry-after"),
    "looks-for-request-id-in-body": Caught("sdk-surfaces-request-id"),
    "looks-for-request-id-in-header": Caught("sdk-surfaces-request-id"),
    "loses-message": Caught("sdk-authentication-error"),
    "dumps-json": Caught("sdk-message-for-people"),
    "dumps-status": Caught("sdk-message-for-people"),
    "retries-401": Caught("sdk-refusal-is-not-retried"),
    "retries-403": Caught("sdk-forbidden-is-not-retried"),
    "retries-401-with-query": Caught("sdk-refusal-is-not-retried"),
    "retries-429-at-once": Caught("sdk-honours-retry-after"),
    "retries-429-without-end": Caught("sdk-attempts-are-bounded", also={"sdk-honours-retry-after"}),
    "shows-key-in-error": Caught("sdk-error-hides-the-secret", also={"sdk-error-hides-a-key-of-the-environment"}),
    "shows-key-in-error-of-403": Caught("sdk-error-of-a-refused-permission-hides-the-secret"),
    "shows-key-in-error-of-429": Caught("sdk-error-of-a-limit-hides-the-secret"),
    "shows-secret-in-hexadecimal-in-error": Caught(
        "sdk-error-hides-the-secret", also={"sdk-error-hides-a-key-of-the-environment"}
    ),
    "shows-half-of-secret-in-error": Caught(
        "sdk-error-hides-the-secret", also={"sdk-error-hides-a-key-of-the-environment"}
    ),
    "shows-key-in-repr": Caught("sdk-error-hides-the-secret", also=OTHER_ERRORS),
    "shows-key-in-traceback": Caught("sdk-error-hides-the-secret", also=OTHER_ERRORS),
    "shows-odd-key": Caught("sdk-odd-key-is-not-shown"),
    "logs-key": Caught("sdk-log-hides-the-secret", also={"sdk-log-of-a-refusal-hides-the-secret"}),
    "logs-key-encoded": Caught("sdk-log-hides-the-secret", also={"sdk-log-of-a-refusal-hides-the-secret"}),
    "logs-half-of-secret": Caught("sdk-log-hides-the-secret", also={"sdk-log-of-a-refusal-hides-the-secret"}),
    "logs-odd-key": Caught("sdk-log-hides-an-odd-key"),
    "logs-key-when-refused": Caught("sdk-log-of-a-refusal-hides-the-secret"),
    "shows-key-when-printed": Caught("sdk-objects-hide-the-secret"),
    "shows-key-when-serialized": Caught("sdk-objects-hide-the-secret"),
    "shows-key-in-build": Caught("sdk-objects-hide-the-secret"),
}


def passes_everything(ran: Ran) -> bool:
    """Whether every rule about SDKs was asked, and none was broken or blocked."""
    assert {line["rule"] for line in ran.verdicts.values()} == RULES.keys()
    promised = [line for line in ran.verdicts.values() if line["level"] != "observe"]
    assert {line["probe"]: line["observed"] for line in promised if line["verdict"] != "pass"} == {}
    return ran.status == 0


def test_a_right_client_in_python_passes_everything(tmp_path: Path) -> None:
    assert passes_everything(judge(tmp_path, python_adapter(tmp_path, "adapter.py")))


def test_a_right_client_in_javascript_passes_everything(tmp_path: Path) -> None:
    assert passes_everything(judge(tmp_path, adapter_folder(tmp_path, "node", str(CLIENTS / "client.mjs"))))


def test_the_table_names_every_wrong_client_and_every_rule_that_can_be_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(CLIENTS)
    from wrong import FAULTS, UNJUDGED

    assert list(TABLE) == [fault for fault in FAULTS if fault not in UNJUDGED]
    assert {row.by for row in TABLE.values()} == {name for name, rule in RULES.items() if rule.level != "observe"}
    assert {rule for row in TABLE.values() for rule in (*row.also, *row.blocks)} <= RULES.keys()


@pytest.mark.parametrize("fault", TABLE)
def test_a_wrong_client_is_caught_by_the_rule_that_it_breaks_and_by_no_unrelated_one(
    fault: str, tmp_path: Path
) -> None:
    adapter = python_adapter(tmp_path, "adapter.py", f"--fault={fault}", "--attempts=1")
    ran = judge(tmp_path, adapter, "-p", "no:cacheprovider")
    caught = TABLE[fault]
    assert ran.rules("fail", "advisory") == {caught.by, *caught.also}
    assert ran.rules("fail") == {name for name in (caught.by, *caught.also) if RULES[name].level == "must"}
    assert ran.rules("blocked") == caught.blocks
    assert ran.rules("error") == set()
    assert ran.status == (1 if ran.rules("fail") else 0)
    assert "Traceback (most" not in ran.stderr


def test_a_wrong_client_gets_the_same_verdicts_twice(tmp_path: Path) -> None:
    adapter = python_adapter(tmp_path, "adapter.py", "--fault=ignores-the-argument", "--attempts=1")
    runs = [judge(tmp_path / name, adapter) for name in ("first", "second")]
    one, other = ({probe: line["verdict"] for probe, line in ran.verdicts.items()} for ran in runs)
    assert one == other


def test_an_error_may_quote_what_follows_the_key(tmp_path: Path) -> None:
    adapter = python_adapter(tmp_path, "adapter.py", "--fault=quotes-what-follows-the-key")
    ran = judge(tmp_path, adapter, "-k", "odd-key")
    shown = ran.verdicts["sdk-odd-key-is-not-shown[list-header]"]
    assert "X-Injected: yes" in shown["observed"] + str(shown["user"])
    assert ran.status == 0


def test_a_right_client_whose_errors_are_those_of_urllib_is_not_accused_of_a_file(tmp_path: Path) -> None:
    ran = judge(tmp_path, python_adapter(tmp_path, "adapter.py", "--fault=raises-errors-of-urllib"))
    assert ran.rules("fail", "advisory", "error") == set()


def test_a_right_client_that_waits_longer_each_time_is_not_accused_of_no_end(tmp_path: Path) -> None:
    """It waits 3, 4 and 8 s: more than a call may take, and no more than one that may be tried again."""
    adapter = python_adapter(tmp_path, "adapter.py", "--fault=backs-off", "--attempts=4", more="seconds = 10")
    ran = judge(tmp_path, adapter, "-k", "rate-limit or attempts or retry-after or sdk-takes-argument")
    assert ran.rules("fail", "advisory", "error") == set()


def test_a_header_may_have_more_blanks_than_it_needs(tmp_path: Path) -> None:
    ran = judge(tmp_path, python_adapter(tmp_path, "adapter.py", "--fault=writes-blanks"))
    assert ran.rules("fail", "advisory", "error") == set()


def test_what_a_node_client_asks_of_other_hosts_is_seen(tmp_path: Path) -> None:
    adapter = adapter_folder(tmp_path, "node", str(CLIENTS / "client.mjs"), "--tells-its-makers")
    ran = judge(tmp_path, adapter, "-k", "sdk-key-stays or nobody-else")
    told = ran.verdicts["sdk-key-stays-with-the-api[list]"]
    assert "GET http://makers.example/" in told["observed"]
    assert ran.rules("fail", "advisory") == {"sdk-key-stays-with-the-api", "sdk-asks-nobody-else"}
