"""A live target: where a key may go, and where keys and addresses come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from runs import SPEC, VARIABLES
from servers import KEYS

from conformance.targets.live import LiveOptions, SetupError, check_base_url, is_loopback, live_target, read_variables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example/v1",
        "https://api.example:8443",
        "https://exämple.test/v1",
        "http://localhost:8000/v1",
        "http://127.0.0.1/v1",
        "http://127.9.9.9/v1",
        "http://[::1]:80/v1",
        "HTTPS://API.EXAMPLE/v1",
    ],
)
def test_a_safe_base_url_is_taken(url: str) -> None:
    check_base_url(url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://api.example/v1", "plain http"),
        ("http://localhost.example/v1", "plain http"),
        ("http://127.0.0.1.example/v1", "plain http"),
        ("http://0.0.0.0/v1", "plain http"),
        ("http://10.0.0.1/v1", "plain http"),
        ("http://[::]/v1", "plain http"),
        ("ftp://api.example/v1", "no web address"),
        ("api.example/v1", "no web address"),
        ("", "no web address"),
        ("https://", "no web address"),
        ("https:///v1", "no web address"),
        ("https://user@api.example/v1", "user name"),
        ("https://user:pass-phrase@api.example/v1", "user name"),
        ("https://api.example/v1?a=b", "query"),
        ("https://api.example/v1#here", "fragment"),
        ("https://api.example:99999/v1", "no address"),
        ("https://api.example:x/v1", "no address"),
        ("https://[::1/v1", "no address"),
        ("https://a..b/v1", "no address"),
        (f"https://{'a' * 70}.example/v1", "no address"),
        ("https://api.example/ä", "percent-encoded"),
        ("https://api.example/a b", "percent-encoded"),
        ("https://api.example/\x7f", "percent-encoded"),
    ],
)
def test_an_unsafe_base_url_is_refused_with_a_reason(url: str, reason: str) -> None:
    with pytest.raises(SetupError, match=reason) as refused:
        check_base_url(url)
    assert "pass-phrase" not in str(refused.value)


def test_loopback_is_this_machine_by_its_very_name() -> None:
    assert all(map(is_loopback, ["localhost", "::1", "127.1.2.3"]))
    assert not any(map(is_loopback, ["::", "lo", "localhost.example", "0.0.0.0"]))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_environment_wins_over_the_file(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    lines = ["\ufeffHOPX_API_KEY=from file", "HOPX_API_KEY_REVOKED='of ${HOME}'", "#HOPX_API_KEY_EXPIRED=1", "EMPTY"]
    file.write_text("\n".join(lines), "utf-8")
    bare.setenv("HOPX_API_KEY", "from environment")
    values = read_variables(file)
    assert values["HOPX_API_KEY"] == "from environment"
    assert values["HOPX_API_KEY_REVOKED"] == "of ${HOME}"
    assert "HOPX_API_KEY_EXPIRED" not in values
    assert "EMPTY" not in values


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "odd.env"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SetupError, match=r"odd\.env cannot be read"):
        read_variables(file)


def test_the_base_url_never_comes_from_a_file(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"HOPX_BASE_URL=https://elsewhere.example\nHOPX_API_KEY={KEYS.mint().reveal()}\n")
    assert live_target(SPEC, LiveOptions(env_file=file)).base_url == SPEC.base_url
    bare.setenv("HOPX_BASE_URL", "http://localhost:1")
    assert live_target(SPEC, LiveOptions(env_file=file)).base_url == "http://localhost:1"
    assert live_target(SPEC, LiveOptions("http://[::1]:2/", env_file=file)).base_url == "http://[::1]:2"


def test_a_run_without_its_key_says_which_variable_to_set(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("HOPX_API_KEY_READ_ONLY", KEYS.mint().reveal())
    with pytest.raises(SetupError, match="HOPX_API_KEY is not set in the environment"):
        live_target(SPEC, LiveOptions())
    bare.setenv("HOPX_API_KEY", "")
    with pytest.raises(SetupError, match="HOPX_API_KEY is not set"):
        live_target(SPEC, LiveOptions())
    bare.setenv("HOPX_API_KEY", KEYS.mint().reveal())
    with pytest.raises(SetupError, match="HOPX_API_KEY_STAGING is not set"):
        live_target(SPEC, LiveOptions(environment="staging"))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_key_with_a_line_break_is_refused_and_not_shown(end: str, bare: pytest.MonkeyPatch) -> None:
    key = KEYS.mint()
    bare.setenv("HOPX_API_KEY", key.reveal() + end)
    with pytest.raises(SetupError, match="HOPX_API_KEY holds a line break") as refused:
        live_target(SPEC, LiveOptions())
    assert KEYS.parts(key).secret not in str(refused.value)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "…",
        lambda key: f" {key}",
        lambda key: f'"{key}"',
        lambda key: f"{key}'",
        lambda _: "changeme",
        lambda _: "$HOPX_API_KEY",
    ],
)
@pytest.mark.parametrize(("variable", "environment"), [("HOPX_API_KEY", ""), ("HOPX_API_KEY_DEV", "development")])
def test_what_no_api_issues_as_a_key_is_refused_with_the_reason_and_not_shown(
    variable: str, environment: str, spoil: Callable[[str], str], bare: pytest.MonkeyPatch
) -> None:
    text = spoil(KEYS.mint().reveal())
    bare.setenv(variable, text)
    with pytest.raises(SetupError, match=f"{variable} holds what no API issues as a key") as refused:
        live_target(SPEC, LiveOptions(environment=environment))
    assert KEYS.reason(text) in str(refused.value)
    assert text not in str(refused.value)
