"""How long errors take to be read, compared with itself: four times the text takes some four times as long."""

from __future__ import annotations

from time import process_time

import pytest
from evidence import evidence_of

from conformance.diagnosis.readers import failure


def _seconds(line: str, count: int) -> float:
    start = process_time()
    evidence_of(failure, "Error: x\n" + line * count)
    return process_time() - start


@pytest.mark.parametrize(
    "line",
    [
        "header value '\n",
        "api_key='a' header value 'b', 'c'\n",
        'INFO HTTP Request: GET https://api.hopx.dev/v1/sandboxes "HTTP/1.1 200 OK"\n',
        "'X-API-Key': undefined,\n",
    ],
)
def test_the_same_line_many_times_is_read_in_proportion(line: str) -> None:
    some = _seconds(line, 3000)
    assert _seconds(line, 12000) < 8 * some
