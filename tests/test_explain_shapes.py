"""Keys that are whole but for one sign, and what stands in the place of a key and is no text of anybody's."""

from __future__ import annotations

import pytest
from evidence import minted
from explained import URL, printed, verdict

REFUSED = '{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}'


def refused(key: str) -> list[str]:
    """The answer where a command sent this and was refused."""
    return verdict(f"$ curl -s -H 'X-API-Key: {key}' {URL}\n{REFUSED}\n")


@pytest.mark.parametrize("sign", [":", "_", "-", ","])
def test_another_sign_in_the_place_of_the_dot_cuts_nothing_off(sign: str) -> None:
    assert refused(minted().replace(".", sign)) == ["key-mistyped likely"]


@pytest.mark.parametrize("coded", ["%2E", "%2e"])
def test_a_dot_that_is_written_as_in_an_address_cuts_nothing_off(coded: str) -> None:
    assert refused(minted().replace(".", coded)) == ["key-mistyped likely"]
    assert verdict(f"HOPX_API_KEY={minted().replace('.', coded)}\n") == ["key-mistyped likely"]
    assert refused(minted()[:40].replace(".", coded)) == ["key-truncated certain"]


@pytest.mark.parametrize("sign", "\uff0e\u3002\u00b7\u2024")
def test_a_sign_that_looks_like_the_dot_is_a_lookalike_and_no_mask(sign: str) -> None:
    assert refused(minted().replace(".", sign)) == ["unicode-lookalike certain"]


@pytest.mark.parametrize("prefix", ["hopx-live-", "hopx_prod_", "Hopx_Live_"])
def test_another_beginning_cuts_nothing_off(prefix: str) -> None:
    assert refused(minted().replace("hopx_live_", prefix)) == ["key-mistyped likely"]


@pytest.mark.parametrize("lost", [5, 10, 14])
def test_a_key_without_its_beginning_is_cut(lost: int) -> None:
    assert refused(minted()[lost:]) == ["key-truncated certain"]


@pytest.mark.parametrize(
    "printed",
    ["[object Promise]", "<coroutine object get_key at 0x7f3c5a1b2c40>", "<function get_key at 0x7f3c5a1b2c40>"],
)
def test_what_a_program_prints_of_an_object_is_no_placeholder_of_a_page(printed: str) -> None:
    assert refused(printed) == ["not-a-key certain"]


@pytest.mark.parametrize("around", ["<{}>", "<Secret {}>", "<bound method X.{}>", "[Secret {}]", "$(echo {})"])
def test_a_secret_that_somebody_put_where_a_placeholder_was_is_never_shown(around: str) -> None:
    secret = minted().partition(".")[2]
    for form in ("text", "json", "html"):
        shown = printed(around.format(secret), form=form)
        assert not any(secret[at : at + 8] in shown for at in range(len(secret) - 7))


@pytest.mark.parametrize("written", ["<Your Api Key here>", "<API Key>", "<Insert token>", "<Paste it here>"])
def test_what_people_write_between_angle_brackets_is_no_object_of_a_program(written: str) -> None:
    assert refused(written) == ["placeholder-key certain"]
