"""The page for a ticket: what it says first, what it marks, how its steps stand, and the texts to send."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from runs import FORMAT, run_command, text_of

if TYPE_CHECKING:
    from pathlib import Path

NAME = "HOPX_API_KEY"


def doctored(directory: Path, *options: str, **given: str) -> str:
    machine = {"HOME": str(directory), "PATH": "/nowhere", "SHELL": "", "TERM": "dumb"}
    return run_command(directory, "doctor", "--format", "html", *options, given=machine | given).stdout


def explained(directory: Path, text: str) -> str:
    (directory / "case.txt").write_text(text)
    return run_command(directory, "explain", "case.txt", "--format", "html").stdout


def marked_rows(page: str) -> set[str]:
    """The names of the checks that are marked as what decides."""
    rows = re.findall(r'<tr class="[a-z]+ decides"><td>([^<]+)</td>', page)
    return set(rows)


def parts(page: str) -> dict[str, str]:
    """The text below each heading of the second level."""
    pieces = re.split(r"<h2>(.*?)</h2>", page)[1:]
    return {text_of(head).strip(): text_of(body) for head, body in zip(pieces[::2], pieces[1::2], strict=True)}


def test_a_page_says_first_what_the_api_said_of_the_key(tmp_path: Path, mock: dict[str, str]) -> None:
    page = doctored(tmp_path, f"--base-url={mock['HOPX_BASE_URL']}", HOPX_API_KEY=mock[NAME])
    first = f"healthy: {mock['HOPX_BASE_URL']} accepts the key"
    assert f"<h1>{first}</h1>" in page
    assert f"<title>{first}</title>" in page
    assert f"Verdict: {first}" in parts(page)["A note for the colleague"]
    assert "only the API can say" not in page


def test_a_page_tells_causes_that_are_not_told_apart_by_their_titles(tmp_path: Path, mock: dict[str, str]) -> None:
    page = doctored(tmp_path, f"--base-url={mock['HOPX_BASE_URL']}", HOPX_API_KEY=mock["HOPX_API_KEY_REVOKED"])
    assert "<h1>cannot tell: it may be one of 7 causes</h1>" in page
    assert "The key was revoked revoked" in " ".join(parts(page)["What cannot be told apart"].split())


@pytest.mark.parametrize(
    ("value", "options", "rows"),
    [
        ('"{}"', ["--offline"], {"source", "format"}),
        ("{}", ["--base-url=https://nowhere.invalid/v1"], {"dns"}),
        ("{}", ["--base-url=http://127.0.0.1:1/v1"], {"tcp"}),
    ],
)
def test_a_page_marks_the_checks_that_decide(value: str, options: list[str], rows: set[str], tmp_path: Path) -> None:
    assert marked_rows(doctored(tmp_path, *options, HOPX_API_KEY=value.format(FORMAT.mint().reveal()))) == rows


def test_a_page_has_the_steps_of_each_place_together_and_code_as_code(tmp_path: Path) -> None:
    page = doctored(tmp_path, "--offline", HOPX_API_KEY=f'"{FORMAT.mint().reveal()}"')
    assert re.findall(r"<h4>(.*?)</h4>", page) == [
        "In bash or zsh",
        "In PowerShell",
        "In cmd",
        "With Docker or Kubernetes",
    ]
    assert "but <code>docker run --env-file</code>, lists" in page
    assert "`" not in parts(page)["There are quotes around the key certain · key-wrapped-in-quotes"]


def test_what_stands_in_evidence_is_no_part_of_the_page(tmp_path: Path) -> None:
    text = "> GET /v1/sandboxes HTTP/1.1\n> Host: api.hopx.dev\n> X-API-Key: `<img src=x>` <b>y</b>\n>\n"
    page = explained(tmp_path, text + "< HTTP/1.1 401 Unauthorized\n< x: <script>`a`</script>\n<\n")
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>" not in page


def test_the_reply_asks_for_a_new_key_before_it_tells_how_to_send_it(tmp_path: Path) -> None:
    key = FORMAT.mint().reveal()
    page = explained(tmp_path, f"curl 'https://api.hopx.dev/v1/sandboxes?api_key={key}'\n")
    reply = parts(page)["A reply to the customer"]
    assert reply.index("revoke the one") < reply.index("\n\nWith curl:\n")
    assert "We found the cause: the key is in the address" not in reply
    assert "The key is in the address." in reply


def test_the_reply_tells_of_several_causes_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(f"{NAME}={FORMAT.mint().reveal()}\n".encode("utf-16"))
    reply = parts(doctored(tmp_path, "--offline"))["A reply to the customer"]
    assert "We found 2 causes." in reply
    assert "1. HOPX_API_KEY is not set." in reply
    assert "2. The .env file was saved in a form that is not read." in reply
