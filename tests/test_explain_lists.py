"""A refused list is about nothing of somebody else, and a list that is not found about no id."""

from __future__ import annotations

import pytest
from explained import URL, explained

FORBIDDEN = '{"error": "Forbidden", "code": "PERMISSION_DENIED"}'
ABSENT = '{"error": "Not Found"}'


def answered(status: int, body: str, url: str = URL, options: str = "") -> str:
    return f'$ curl -si {options} -H "X-API-Key: <KEY>" {url}\nHTTP/1.1 {status} X\n\n{body}\n'


@pytest.mark.parametrize("url", [URL, f"{URL}?limit=5", f"{URL}/"])
def test_who_may_not_list_is_not_asked_to_list(url: str) -> None:
    doubt = explained(answered(403, FORBIDDEN, url))["cannot_tell"]
    assert doubt["candidates"] == ["scope-insufficient", "ip-not-allowed", "quota-or-billing"]
    assert "list your sandboxes" not in doubt["ask"]
    assert "scope" in doubt["ask"]


def test_where_the_list_is_not_found_no_id_is_asked_for() -> None:
    doubt = explained(answered(404, ABSENT))["cannot_tell"]
    assert doubt["candidates"] == ["wrong-base-url", "vendor-incident-or-client-defect"]
    assert "id" not in doubt["ask"].split()


@pytest.mark.parametrize("options", ["-X POST -d '{}'", ""])
def test_what_is_about_one_thing_may_be_somebody_elses(options: str) -> None:
    url = URL if options else f"{URL}/sb_1"
    assert "cross-org-resource" in explained(answered(403, FORBIDDEN, url, options))["cannot_tell"]["candidates"]
    assert "resource-absent" in explained(answered(404, ABSENT, f"{URL}/sb_1", options))["cannot_tell"]["candidates"]
