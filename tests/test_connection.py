"""A connection after a request that was broken off before it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from machines import answering
from scripted import scripted
from scripts import whole

from conformance.targets.connection import Connection
from conformance.targets.errors import UnansweredError
from conformance.targets.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = ("Host", b"example.org")


class Interrupted(list[tuple[str, bytes]]):
    """Headers, behind which somebody presses Ctrl-C."""

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        yield from super().__iter__()
        raise KeyboardInterrupt


@pytest.mark.parametrize("is_reused", [False, True])
@pytest.mark.parametrize(
    ("headers", "error"), [(Interrupted([HOST]), KeyboardInterrupt), ([HOST, ("X", b"a\nb")], UnansweredError)]
)
def test_nothing_of_a_request_that_was_broken_off_gets_into_the_next_one(
    headers: list[tuple[str, bytes]], error: type[BaseException], is_reused: bool
) -> None:
    with scripted(answering(lambda _head: whole(b"{}"))) as server:
        connection = Connection(Origin("http", "127.0.0.1", int(server.url.rpartition(":")[2].split("/")[0])), 10, None)
        if is_reused:
            connection.roundtrip("GET", "/first", [HOST], None)
        with pytest.raises(error):
            connection.roundtrip("GET", "/broken-off", headers, None)
        connection.roundtrip("DELETE", "/next", [HOST], None)
        connection.close()
    assert server.requests[-1].startswith(b"DELETE /next HTTP/1.1\r\n")
