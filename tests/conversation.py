"""Everything that is asked of a mock, from its first request to its last, administration included."""

from __future__ import annotations

import base64
import json
import math
from typing import TYPE_CHECKING

from world import BODY, HOPX, LIST, World

from conformance.exchange import Recipe
from conformance.mock.message import Request
from conformance.targets.keyring import Keyring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.spec.model import Credential


HOUR = 3600.0
TIMEOUT = b'{"timeout_seconds": 9}'
SEED = 5  # one whose first key has a letter that the other alphabet of base64 lacks


def conversation(world: World) -> Iterator[Request]:
    """What is asked of a mock from its first request to its last, administration included."""
    yield from presentations(world)
    yield from places(world)
    yield from paths(world)
    yield from bodies(world)
    yield from refusals(world)
    yield from scopes(world)
    yield from lives(world)
    for _ in range(25):
        yield request(None, client="stranger")


def request(
    text: str | None, method: str = "GET", path: str = LIST, body: bytes = b"", query: str = "", client: object = None
) -> Request:
    """A request with a text in the first documented style."""
    pairs = () if text is None else ((b"x-api-key", text.encode("latin-1", "replace")),)
    return Request(method, path, query, pairs, body, client=client, spelled=tuple(name.title() for name, _ in pairs))


def operations(world: World, text: str | None, sandbox: str) -> Iterator[Request]:
    """Every operation that a key may ask for."""
    item = f"{LIST}/{sandbox}"
    yield request(text)
    yield request(text, "POST", body=BODY)
    yield request(text, path=item)
    yield request(text, "PUT", f"{item}/timeout", TIMEOUT)
    yield request(text, "DELETE", item)


def presentations(world: World) -> Iterator[Request]:
    """Every credential of the spec, in every form that it has, in every style and operation."""
    keyring = Keyring(HOPX, world.roles.keys, world.foreign)
    for name, credential in HOPX.credentials.items():
        for recipe in recipes(name, credential):
            key = keyring.credential(recipe)
            for asked in operations(world, None if key is None else key.reveal(), world.own):
                yield asked
                if key is not None:
                    yield in_last_style(asked)


def recipes(name: str, credential: Credential) -> Iterator[Recipe]:
    for label in credential.texts or credential.how or [""]:
        for draw in range(4 if credential.how else 1):
            yield Recipe(name, label, draw)


def with_header(asked: Request, name: bytes, value: bytes) -> Request:
    return asked._replace(headers=(*asked.headers, (name, value)), spelled=(*asked.spelled, name))


def in_last_style(asked: Request) -> Request:
    pairs = tuple((b"authorization", b"Bearer " + value) for _, value in asked.headers)
    return asked._replace(headers=pairs, spelled=(b"Authorization",))


def places(world: World) -> Iterator[Request]:
    """A good key wherever it may not stand, and where it may in other letters."""
    key = world.roles.keys["full"].reveal()
    basic = base64.b64encode(f"{key}:{key}".encode()).decode()
    for style in HOPX.lookalikes.values():
        value = style.value.replace("{key}", key).replace("{basic_user}", basic).replace("{basic_password}", basic)
        headers = {style.header: value, "Cookie": f"{style.cookie}={value}" if style.cookie else ""}
        pairs = [(name, text) for name, text in headers.items() if name and text]
        body = json.dumps({style.body: value}).encode() if style.body else b""
        spelled = tuple(name.encode() for name, _ in pairs)
        lowered = tuple((name.lower().encode(), text.encode()) for name, text in pairs)
        yield Request("GET", LIST, f"{style.query}={value}" if style.query else "", lowered, body, spelled=spelled)
    for name in (b"x-api-key", b"X-API-KEY", b"x-Api-kEy"):
        yield request(key)._replace(spelled=(name,))
    for scheme in ("bearer", "BEARER"):
        yield in_last_style(request(key))._replace(headers=((b"authorization", f"{scheme} {key}".encode()),))
    for number in range(1, 8):
        yield Request("GET", LIST, headers=((b"cookie", b"session=%d" % number),))


def paths(world: World) -> Iterator[Request]:
    """Variants of paths and methods, without a key and with a bad one."""
    for text in (None, "x"):
        for path in (f"{LIST}/", LIST.replace("/s", "//s"), LIST.upper(), f"{LIST}/a", f"{LIST}/sb_nobody"):
            yield request(text, path=path)
            yield request(text, "DELETE", path=path)
        for path in (f"{LIST};a=b", f"{LIST}.json", LIST.replace("s", "%73", 1), LIST.replace("/s", "/./s")):
            yield request(text, path=path)
            yield request(text, "DELETE", path=path)
        for method in ("HEAD", "OPTIONS", "TRACE", "PATCH"):
            yield request(text, method)
        for said in ((b"x-forwarded-user", b"admin"), (b"x-forwarded-for", b"127.0.0.1")):
            yield with_header(request(text), *said)
    full = world.roles.keys["full"].reveal()
    yield from (request(full, "PATCH"), request(full, "POST", body=b"{"), request(full, path=f"{LIST}/"))
    for method in ("GET", "POST"):
        item = world.directory.create_sandbox("own", {})
        yield with_header(request(full, method, f"{LIST}/{item}"), b"x-http-method-override", b"DELETE")


def bodies(world: World) -> Iterator[Request]:
    """Bodies that are none, or out of bounds, without a key."""
    for body in (
        b"{",
        b"[]",
        b"{}",
        b'{"timeout_seconds": -1}',
        b'{"timeout_seconds": 10}',
        b'{"timeout_seconds": []}',
    ):
        yield request(None, "POST", body=body)
    yield request(None, "POST")
    yield with_header(request(None, "POST", body=BODY), b"content-type", b"text/plain")


def refusals(world: World) -> Iterator[Request]:
    """What is refused, and then what there is."""
    for text in (None, world.roles.keys["read_only"].reveal()):
        for asked in operations(world, text, world.directory.create_sandbox("own", {})):
            yield asked
            yield request(world.roles.keys["full"].reveal())


def scopes(world: World) -> Iterator[Request]:
    """Every scope's key for its own sandbox, and for that of another organization; each answer by its own client."""
    for role in ("full", "read_only", "create_only", "other_org"):
        text = world.roles.keys[role].reveal()
        for sandbox in (world.directory.create_sandbox("own", {}), world.foreign, "nothing"):
            yield from operations(world, text, sandbox)
            yield request(text)


def lives(world: World) -> Iterator[Request]:
    """Keys that are issued, used, and then lose what they may do, expire, or are revoked; and what comes after."""
    directory = world.directory
    for end in ("expires", "is revoked", "is narrowed"):
        key = directory.create_key("own", "full", expires_at=world.time + HOUR if end == "expires" else math.inf)
        for _ in range(2):
            yield request(key.reveal(), client=end)
            yield request(None, client=end)
        if end == "expires":
            world.time += HOUR + 1
        elif end == "is revoked":
            directory.revoke(directory.key_id(key))
        else:
            directory.change_scope(directory.key_id(key), "create_only")
        yield request(key.reveal(), client="other")
        yield in_last_style(request(key.reveal(), client="other"))
        world.time += HOUR


# Exactly what each family says, and nothing else


OPERATIONS = ("list", "create", "view", "update", "delete")
KINDS = ("missing", "empty", "malformed", "unknown", "wrong-secret", "revoked", "expired")
HONEST = {
    "full": (200, 201, 200, 200, 204),
    "read_only": (200, 403, 200, 403, 403),
    "create_only": (403, 201, 403, 403, 403),
}


def bad_credential(world: World, kind: str) -> str | None:
    key_format, full = world.directory.key_format, world.directory.key_format.parts(world.roles.keys["full"])
    if kind in world.roles.keys:
        return world.roles.keys[kind].reveal()
    wrong = key_format.compose(full.prefix, full.key_id, key_format.mint_secret()).reveal()
    texts = {"missing": None, "empty": "", "malformed": "x", "unknown": key_format.mint().reveal()}
    return wrong if kind == "wrong-secret" else texts[kind]


def asked_with(world: World, text: str | None, sandbox: str = "") -> tuple[int, ...]:
    """The statuses of every operation."""
    return tuple(world.respond(one).status for one in operations(world, text, sandbox or world.own))
