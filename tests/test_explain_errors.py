"""Errors through the command: what of a dump or a text speaks of the failure, and what only stands in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from evidence import id_of, minted
from runs import run_command

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = 'hopx_ai.errors.AuthenticationError: {"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}\n'
# what Node prints of an error that holds its request: the module it was made with, and that one's table
DUMP = """AxiosError: connect ECONNREFUSED 203.0.113.7:443
    at AxiosError.from (file:///app/node_modules/axios/lib/core/AxiosError.js:97:14) {
  code: 'ECONNREFUSED',
  request: Writable {
    _options: { protocol: 'https:', path: '/v1/sandboxes', nativeProtocols: { 'http:': {
          STATUS_CODES: {
            '400': 'Bad Request',
            '401': 'Unauthorized',
            '402': 'Payment Required',
            '403': 'Forbidden',
            '404': 'Not Found',
            '407': 'Proxy Authentication Required',
            '418': "I'm a Teapot",
            '429': 'Too Many Requests'
          } } } }
  }
}
"""


def explained(directory: Path, text: str, key: str = "") -> dict[str, Any]:
    (directory / "error.txt").write_text(text, encoding="utf-8")
    ran = run_command(directory, "explain", "error.txt", "--format", "json")
    secret = key.partition(".")[2]
    assert not any(secret[at : at + 8] in ran.output for at in range(len(secret) - 7))
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def causes(found: dict[str, Any]) -> list[str]:
    return [one["cause"] for one in found["findings"]]


@pytest.mark.parametrize("text", [DUMP, DUMP.replace(",\n            '", ", '"), f"$ curl -V\n{DUMP}"])
def test_a_table_of_all_statuses_says_nothing_of_the_one_that_came(text: str, tmp_path: Path) -> None:
    assert causes(explained(tmp_path, text)) == ["network-unreachable"]
