"""A page that somebody opened in a browser, beside the calls of a program."""

from __future__ import annotations

import json

from explained import URL, explained, verdict

FLAT = '{"error":"Unauthorized","code":"AUTHENTICATION_ERROR"}'
OPENED = ({"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}, 401)
CALLED = ({"Sec-Fetch-Mode": "cors", "X-API-Key": "<KEY>"}, 200)


def archive(*entries: tuple[dict[str, str], int]) -> str:
    written = []
    for headers, status in entries:
        fields = [{"name": name, "value": value} for name, value in headers.items()]
        content = {"mimeType": "application/json", "text": FLAT if status == 401 else "[]"}
        response = {"status": status, "headers": [], "content": content}
        written.append({"request": {"method": "GET", "url": URL, "headers": fields}, "response": response})
    return json.dumps({"log": {"version": "1.2", "entries": written}})


def test_a_page_that_was_opened_without_a_key_is_no_call() -> None:
    assert verdict(archive(OPENED, CALLED)) == ["healthy"]
    assert "revoked" in verdict(archive(OPENED, (CALLED[0], 401)))


def test_alone_it_says_nothing_of_the_program() -> None:
    found = explained(archive(OPENED))
    assert (found["verdict"], found["findings"]) == ("cannot-tell", [])


def test_a_call_without_a_key_is_one() -> None:
    assert verdict(archive(OPENED, ({"Sec-Fetch-Mode": "cors"}, 401))) == ["env-var-unset likely"]
