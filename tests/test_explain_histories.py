"""Keys over time in a gateway's log: which stopped, and whether it was replaced or the other one is somebody else's."""

from __future__ import annotations

from evidence import id_of, minted
from explained import verdict

LINE = "2026-11-20T09:{:02}:00Z client={} method=GET path=/v1/sandboxes status={} key_id={} rid=req_{}\n"
OLD, NEW = id_of(minted()), id_of(minted())


def log(*requests: tuple[str, int, str]) -> str:
    return "".join(
        LINE.format(at, client, status, key, f"{at:08}") for at, (client, status, key) in enumerate(requests)
    )


def test_a_key_that_stops_beside_that_of_another_customer_was_not_replaced() -> None:
    apart = [("192.0.2.1", 200, OLD), ("192.0.2.2", 200, NEW), ("192.0.2.1", 401, OLD), ("192.0.2.2", 200, NEW)]
    assert verdict(log(*apart)) == ["revoked likely"]
    behind_one = [("192.0.2.1", status, key) for _, status, key in apart]
    assert verdict(log(*behind_one)) == ["revoked likely"]


def test_a_key_that_stops_where_others_went_over_to_the_new_one_was_replaced() -> None:
    both = [("192.0.2.1", 200, OLD), ("192.0.2.2", 200, OLD), ("192.0.2.1", 200, NEW)]
    assert verdict(log(*both, ("192.0.2.2", 401, OLD), ("192.0.2.1", 200, NEW))) == ["rotated-old-key-in-use certain"]


def test_two_secrets_with_one_id_are_two_keys() -> None:
    key = minted()
    other = key[:30] + ("A" if key[30] != "A" else "B") + key[31:]
    line = '{{"time":"2026-11-20T09:0{}:00Z","method":"GET","uri":"/v1/sandboxes","status":{},"x_api_key":"{}"}}\n'
    text = "".join(line.format(at, *one) for at, one in enumerate([(200, key), (401, other), (200, key)]))
    assert verdict(text) == ["key-mistyped likely"]
