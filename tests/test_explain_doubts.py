"""What people read where several causes are left open: what they are called, and how many there are."""

from __future__ import annotations

from explained import explained, printed

REFUSED = '401 {"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}\n'


def test_causes_that_are_left_open_are_told_by_their_titles() -> None:
    lines = printed(REFUSED).splitlines()
    assert lines[:2] == ["cannot tell: it may be one of 20 causes", "  it may be:"]
    assert "    The key was revoked (revoked)" in lines


def test_where_no_key_is_seen_it_may_never_have_been_sent() -> None:
    seen, unseen = (set(explained(text)["cannot_tell"]["candidates"]) for text in (f"{REFUSED}<KEY>\n", REFUSED))
    assert {"revoked", "key-mistyped"} <= seen < unseen
    assert {"env-var-unset", "proxy-stripped-header", "wrong-header-name"} <= unseen - seen


def test_programs_read_their_ids() -> None:
    assert "key-mistyped" in explained(REFUSED)["cannot_tell"]["candidates"]


def test_a_page_says_first_how_many_they_are() -> None:
    page = printed(REFUSED, form="html")
    assert "<h1>cannot tell: it may be one of 20 causes</h1>" in page
    assert "<title>cannot tell: it may be one of 20 causes</title>" in page


def test_where_a_key_was_sent_that_nothing_shows_its_form_may_be_wrong() -> None:
    error = 'hopx_ai.errors.AuthenticationError: {"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}\n'
    hidden, shown = (explained(text)["cannot_tell"] for text in (error, f"{error}<KEY>\n"))
    assert set(hidden["candidates"]) - set(shown["candidates"]) >= {"key-wrapped-in-quotes", "key-truncated"}
    assert "key inspect" in hidden["ask"]
    assert "env-var-unset" not in hidden["candidates"]
