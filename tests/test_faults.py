"""The faults of the mock, asked without a server: each changes an answer, and what is unrelated stays as it was."""

from __future__ import annotations

import base64
import json
import math
from types import SimpleNamespace
from typing import TYPE_CHECKING

import msgspec
import pytest
from world import BODY, FORBIDDEN, HOPX, LIST, World, body_of, header, small_spec

from conformance.exchange import Recipe
from conformance.mock.faults import FAULTS, Fault, unknown_fault
from conformance.mock.faults.fault import fault
from conformance.mock.message import HANGING_UP, NO_ANSWER, Held, Request
from conformance.spec.model import Style
from conformance.suites.test_answers import refused_every_time
from conformance.targets.keyring import Keyring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.mock.message import Respond
    from conformance.mock.respond import Mock
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


def answers(fault: str) -> list[tuple[int, tuple[tuple[bytes, bytes], ...], bytes]]:
    """What a mock answers in the conversation; of a request id only that it was sent."""
    world = World(seed=SEED, fault=fault)
    responses = [world.respond(asked) for asked in conversation(world)]
    return [
        (one.status, tuple((name, b"" if name == b"x-request-id" else value) for name, value in one.headers), one.body)
        for one in responses
    ]


@pytest.fixture(scope="module")
def right() -> list[tuple[int, tuple[tuple[bytes, bytes], ...], bytes]]:
    return answers("")


def test_the_mock_without_faults_always_answers_the_same() -> None:
    assert answers("") == answers("")


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in ("key-shared", "crowd-let-in")])
def test_a_fault_changes_an_answer(name: str, right: list[object]) -> None:
    assert answers(name) != right


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


@pytest.mark.parametrize("status", [200, 302, 400, 403, 404, 500])
@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_of_bad_credential_is_answered_otherwise(kind: str, status: int) -> None:
    world, honest = World(seed=SEED, fault=f"{kind}-is-{status}"), World(seed=SEED)
    for other in KINDS:
        answer, usual = world.ask(bad_credential(world, other)), honest.ask(bad_credential(honest, other))
        assert answer.status == (status if other == kind else 401)
        assert answer.body == (b'{"data": []}' if (other, status) == (kind, 200) else usual.body)
        assert header(answer, "location") == ("/login" if (other, status) == (kind, 302) else None)
        assert header(answer, "www-authenticate") == header(usual, "www-authenticate")
    assert [world.ask_as(role).status for role in ("full", "create_only", "rate_limited")] == [200, 403, 429]
    assert header(world.ask_as("rate_limited"), "retry-after") is not None


LET_IN = [f"{kind}-accepted{where}" for kind in KINDS for where in ("", *(f"-on-{name}" for name in OPERATIONS))]


@pytest.mark.parametrize("name", [name for name in LET_IN if name in FAULTS])
def test_one_kind_of_bad_credential_is_let_in_everywhere_or_on_one_operation(name: str) -> None:
    kind, _, where = name.partition("-accepted")
    for other in KINDS:
        world = World(seed=SEED, fault=name)
        statuses = asked_with(world, bad_credential(world, other))
        open_on = {where.removeprefix("-on-")} if where else set(OPERATIONS)
        expected = tuple(
            good if other == kind and operation in open_on else 401
            for operation, good in zip(OPERATIONS, HONEST["full"], strict=True)
        )
        assert statuses == expected
    for role, honest in HONEST.items():
        world = World(seed=SEED, fault=name)
        assert asked_with(world, world.roles.keys[role].reveal()) == honest


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("scope", HONEST)
def test_one_cell_of_the_scopes_is_turned_round(scope: str, operation: str) -> None:
    place = OPERATIONS.index(operation)
    may = "may" if HONEST[scope][place] == 403 else "may-not"
    for role, honest in HONEST.items():
        world = World(seed=SEED, fault=f"{scope}-{may}-{operation}".replace("_", "-"))
        turned = HONEST["full"][place] if may == "may" else 403
        expected = tuple(turned if (role, at) == (scope, place) else status for at, status in enumerate(honest))
        assert asked_with(world, world.roles.keys[role].reveal()) == expected


@pytest.mark.parametrize(
    ("fault", "who", "opened"),
    [
        ("foreign-sandbox-viewed", "full", "view"),
        ("foreign-sandbox-updated", "full", "update"),
        ("foreign-sandbox-deleted", "full", "delete"),
        ("visitor-views", "other_org", "view"),
        ("visitor-deletes", "other_org", "delete"),
    ],
)
def test_one_operation_is_open_to_another_organization(fault: str, who: str, opened: str) -> None:
    world = World(seed=SEED, fault=fault)
    sandbox = world.foreign if who == "full" else world.own
    places = zip(OPERATIONS, HONEST["full"], strict=True)
    expected = tuple(good if name in ("list", "create", opened) else 403 for name, good in places)
    assert asked_with(world, world.roles.keys[who].reveal(), sandbox) == expected


@pytest.mark.parametrize(
    ("fault", "who"), [("foreign-sandbox-listed", "full"), ("first-customer-listed-to-all", "other_org")]
)
def test_a_list_shows_what_is_not_its_reader_s(fault: str, who: str) -> None:
    world = World(seed=SEED, fault=fault)
    assert {one["id"] for one in body_of(world.ask_as(who))["data"]} == {world.own, world.foreign}
    assert (
        asked_with(world, world.roles.keys[who].reveal(), world.foreign if who == "full" else world.own)[2:]
        == (403,) * 3
    )


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_last_style_is_ignored_on_one_operation(operation: str) -> None:
    world = World(seed=SEED, fault=f"last-style-ignored-on-{operation}")
    asked = list(operations(world, world.roles.keys["full"].reveal(), world.own))
    for style in (in_last_style, Request._replace):
        world = World(seed=SEED, fault=f"last-style-ignored-on-{operation}")
        expected = tuple(
            401 if style is in_last_style and name == operation else good
            for name, good in zip(OPERATIONS, HONEST["full"], strict=True)
        )
        assert tuple(world.respond(style(one)).status for one in asked) == expected


@pytest.mark.parametrize("status", [401, 403])
def test_the_form_of_one_refusal_is_another(status: int) -> None:
    usual = World(seed=SEED).ask(None) if status == 401 else World(seed=SEED).ask_as("create_only")
    fields, kind = body_of(usual), (b"content-type", b"application/json")
    expected = {
        "is-a-page": ("text/html", b"<html><body>Bad Gateway</body></html>"),
        "is-empty": ("application/json", b""),
        "is-cut-off": ("application/json", usual.body[: len(usual.body) // 2]),
        "is-a-list": ("application/json", b"[" + usual.body + b"]"),
        "is-nested": ("application/json", {"error": fields}),
        "is-plain-text": ("text/plain", usual.body),
        "has-no-code": ("application/json", {"error": fields["error"]}),
        "has-no-text": ("application/json", {"code": fields["code"]}),
        "has-another-code": ("application/json", fields | {"code": "E_NO"}),
        "has-another-text": ("application/json", fields | {"error": "Nope"}),
        "has-its-code-in-lower-case": ("application/json", fields | {"code": fields["code"].lower()}),
    }
    for form, (content_type, body) in expected.items():
        world = World(seed=SEED, fault=f"{status}-{form}")
        answer = world.ask(None) if status == 401 else world.ask_as("create_only")
        other = world.ask_as("create_only") if status == 401 else world.ask(None)
        assert (header(answer, "content-type"), answer.status) == (content_type, status)
        assert (json.loads(answer.body) if isinstance(body, dict) else answer.body) == body
        rest = {name: value for name, value in answer.headers if name not in (b"content-type", b"x-request-id")}
        assert rest == {name: value for name, value in usual.headers if name not in (b"content-type", b"x-request-id")}
        assert kind in other.headers
        assert set(body_of(other)) == {"error", "code"}


@pytest.mark.parametrize("status", [401, 403, 503])
def test_a_limit_has_another_status(status: int) -> None:
    world = World(seed=SEED, fault=f"limit-is-{status}")
    assert [world.ask_as(role).status for role in ("rate_limited", "full")] == [status, 200]


def test_a_fault_of_one_reason_pardons_no_other() -> None:
    for name, pardoned in (
        ("revocation-delayed", {"revoked"}),
        ("expired-accepted-in-first-style", {"expired"}),
    ):
        world = World(seed=SEED, fault=name)
        let_in = {kind for kind in KINDS if world.ask(bad_credential(world, kind)).status == 200}
        assert let_in == pardoned
        assert world.ask_as("create_only").status == 403


def test_who_presents_something_is_not_counted_among_those_without_a_key() -> None:
    world = World(seed=SEED, fault="third-time-open")
    assert [world.ask(text).status for text in (None, "x", None, "x", None)] == [401, 401, 401, 401, 200]


def test_one_of_twenty_is_let_in() -> None:
    world = World(seed=SEED, fault="twentieth-time-open")
    assert [world.ask().status for _ in range(40)] == ([401] * 19 + [200]) * 2


@pytest.mark.parametrize("before", range(20))
def test_one_of_twenty_is_met_however_many_were_asked_before(before: int) -> None:
    world = World(seed=SEED, fault="twentieth-time-open")
    for _ in range(before):
        world.ask()
    trial = SimpleNamespace(
        examples=50,
        expected=lambda: "401",
        ask=lambda: world.ask().status,
        misfit=lambda _expected, status: "" if status == 401 else str(status),
        broken=lambda *_: "broken",
    )
    assert refused_every_time(trial) == "broken"


def test_what_is_refused_is_done_three_requests_later() -> None:
    for name, method, path, body in (
        ("create", "POST", LIST, BODY),
        ("update", "PUT", f"{LIST}/{{own}}/timeout", TIMEOUT),
        ("delete", "DELETE", f"{LIST}/{{own}}", b""),
    ):
        world = World(seed=SEED, fault=f"unauthorized-{name}-works-later")
        before = body_of(world.ask_as("full"))
        assert world.ask(None, method, path.format(own=world.own), body).status == 401
        assert [body_of(world.ask_as("full")) == before for _ in range(4)] == [True, True, False, False]
        assert world.ask_as("read_only", method, path.format(own=world.own), body).status in (403, 404)


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 405)])
def test_a_header_says_what_is_done_behind_the_check_of_the_scope(method: str, status: int) -> None:
    world = World(seed=SEED, fault=f"{method.lower()}-overridden")
    asked = request(world.roles.keys["read_only"].reveal(), method, f"{LIST}/{world.own}")
    overridden = with_header(asked, b"x-http-method-override", b"DELETE")
    assert world.respond(asked).status == status
    assert world.respond(with_header(asked, b"x-http-method-override", b"PUT")).status == status
    assert world.respond(overridden._replace(headers=overridden.headers[1:])).status == 401
    assert world.respond(overridden).status == 204
    assert world.respond(overridden).status == (404 if method == "GET" else status)


def test_a_limit_is_ignored_on_one_operation() -> None:
    world = World(seed=SEED, fault="limit-ignored-on-create")
    limited = world.roles.keys["rate_limited"].reveal()
    assert asked_with(world, limited) == (429, 201, 429, 429, 429)
    assert asked_with(world, None) == (401,) * 5


def test_a_connection_remembers_a_good_key_in_one_style_for_one_request() -> None:
    world = World(seed=SEED, fault="connection-remembers-the-first-style")
    good = request(world.roles.keys["full"].reveal(), client="a")
    asked = [good, request(None, client="a"), request(None, client="a"), in_last_style(good), request(None, client="a")]
    assert [world.respond(one).status for one in asked] == [200, 200, 401, 200, 401]
    assert [world.respond(one).status for one in (good, request(None, client="b"))] == [200, 401]


def test_a_strange_key_gets_no_answer_and_no_other_is_concerned() -> None:
    world = World(seed=SEED, fault="strange-key-drops-the-connection")
    assert [world.ask(text) == HANGING_UP for text in ("'", "x'y", "x", None)] == [True, True, False, False]
    world = World(seed=SEED, fault="strange-key-hangs")
    dots = request("....")
    assert [world.respond(one) == NO_ANSWER for one in (in_last_style(dots), dots, request("x"))] == [
        True,
        False,
        False,
    ]


def test_a_cookie_is_for_every_path() -> None:
    assert header(World(fault="session-given").ask(), "set-cookie") == "session=1; Path=/"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"timeout_seconds": 0}', 200),
        (b'{"timeout_seconds": 1}', 401),
        (b'{"timeout_seconds": 3600}', 401),
        (b'{"timeout_seconds": 3601}', 200),
        (b'{"timeout_seconds": "1"}', 200),
        (b'{"timeout_seconds": ', 401),
        (b'["timeout_seconds"]', 401),
        (b'{"other": "timeout_seconds"}', 401),
        (b'{"other": 0}', 401),
    ],
)
def test_a_timeout_out_of_bounds_goes_round_authentication(body: bytes, status: int) -> None:
    assert World(fault="extreme-timeout-open").ask(None, "POST", body=body).status == status


def test_a_fault_is_known_by_the_name_and_the_words_of_its_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.mock.faults.fault.FAULTS", known := {})

    @fault("a-rule")
    def something_is_wrong(_mock: Mock, respond: Respond) -> Respond:
        """It is wrong."""
        return respond

    assert known == {"something-is-wrong": Fault("something-is-wrong", "It is wrong.", "a-rule", something_is_wrong)}


def test_every_fault_says_in_a_sentence_what_is_wrong() -> None:
    assert [
        fault.name for fault in FAULTS.values() if not fault.says.endswith(".") or len(fault.says.split()) < 3
    ] == []


def test_an_unknown_fault_is_named_with_those_that_look_like_it() -> None:
    assert unknown_fault("no-challenge, head-open") == unknown_fault("") == ""
    assert unknown_fault("no-challenge, moon") == ("unknown fault 'moon'; hopx-auth mock --list-faults names them all")
    assert unknown_fault("missing-is-20") == (
        "unknown fault 'missing-is-20'; did you mean missing-is-200 or missing-is-500 or missing-is-404? "
        "hopx-auth mock --list-faults names them all"
    )


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_crashes_on_no_spec(name: str) -> None:
    spec = msgspec.structs.replace(
        small_spec([]),
        operations={"list": HOPX.operations["list"]},
        styles={"only": Style(query="k", value="{key}")},
        lookalikes={},
    )
    world = World(spec, fault=name)
    for method, path, body in [("GET", LIST, b""), ("DELETE", f"{LIST}/x", b"{"), ("POST", LIST, b"{")]:
        for query in ("", "k=a", f"k={world.roles.keys['good'].reveal()}"):
            response = world.respond(Request(method, path, query, (), body))
            assert response.status < 500 or name.endswith(("-is-500", "-crashes"))


def test_several_faults_are_put_in_the_order_that_they_are_named() -> None:
    world = World(fault="no-challenge, secret-echoed")
    response = world.ask("abc")
    assert (header(response, "www-authenticate"), body_of(response)["received"]) == (None, ["abc"])
    assert body_of(World(fault="401-is-nested,secret-echoed").ask("abc")).keys() == {"error", "received"}
    assert body_of(World(fault="secret-echoed,401-is-nested").ask("abc")).keys() == {"error"}


def test_faults_of_one_family_go_together() -> None:
    world = World(seed=SEED, fault="missing-is-400,revoked-is-404")
    assert [world.ask().status, world.ask_as("revoked").status, world.ask("x").status] == [400, 404, 401]
    world = World(seed=SEED, fault="foreign-sandbox-viewed,foreign-sandbox-deleted")
    assert asked_with(world, world.roles.keys["full"].reveal(), world.foreign) == (200, 201, 200, 403, 204)


def test_a_fault_that_holds_requests_goes_with_others() -> None:
    for text in ("key-shared,no-challenge", "no-challenge,key-shared"):
        world = World(fault=text)
        assert isinstance(world.respond, Held)
        assert header(world.ask("abc"), "www-authenticate") is None


def test_in_a_crowd_nobody_is_asked_for_a_key_and_alone_everybody() -> None:
    world = World(fault="crowd-let-in")
    assert isinstance(world.respond, Held)
    for _ in range(2):
        world.respond.arrive(request(None))
    assert [world.respond.respond(request(None)).status for _ in range(2)] == [200, 401]


def near_key(world: World, change: str) -> str:
    key_format, key = world.directory.key_format, world.roles.keys["full"]
    parts = key_format.parts(key)
    return {
        "trailing": key.reveal() + "x",
        "last bits": key.reveal()[:-1]
        + key_format.secret_alphabet[key_format.secret_alphabet.index(key.reveal()[-1]) + 1],
        "case": key.reveal().swapcase(),
        "separator": f"{parts.prefix}{parts.key_id}/{parts.secret}",
        "blank": f"{parts.prefix}{parts.key_id}. {parts.secret}",
        "example": HOPX.key.example,
        "nothing": "None",
        "prefix": parts.prefix,
        "wildcard": f"{parts.prefix}%",
        "wildcard for the secret": f"{parts.prefix}{parts.key_id}.%",
        "star": f"{parts.prefix}*",
        "pattern": ".*",
        "operator": '{"$ne": ""}',
    }[change]


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        ("trailing-ignored", "trailing"),
        ("last-bits-ignored", "last bits"),
        ("case-ignored", "case"),
        ("any-separator", "separator"),
        ("blanks-dropped", "blank"),
        ("example-accepted", "example"),
        ("nothing-accepted", "nothing"),
        ("prefix-accepted", "prefix"),
        ("wildcards-match", "wildcard"),
        ("wildcards-match-secrets", "wildcard for the secret"),
        ("stars-match", "star"),
        ("patterns-match", "pattern"),
        ("operators-work", "operator"),
    ],
)
def test_a_careless_comparison_accepts_its_near_miss_and_no_other_text(fault: str, change: str) -> None:
    world, strict = World(fault=fault), World()
    assert world.ask(near_key(world, change)).status == 200
    assert strict.ask(near_key(strict, change)).status == 401
    for text in ("", "x", "?", world.directory.key_format.mint().reveal()):
        assert world.ask(text).status == 401


@pytest.mark.parametrize(
    ("fault", "role"),
    [
        ("revoked-accepted", "revoked"),
        ("expired-accepted", "expired"),
        ("limit-ignored", "rate_limited"),
        ("scope-ignored", "create_only"),
    ],
)
def test_a_fault_of_records_lets_its_role_in(fault: str, role: str) -> None:
    assert World(fault=fault).ask_as(role).status == 200
    assert World().ask_as(role).status != 200


def test_a_fault_of_organizations_opens_every_sandbox() -> None:
    world = World(fault="organization-ignored")
    assert world.ask_as("full", path=f"{LIST}/{world.foreign}").status == 200


def test_a_fault_may_ignore_a_style_or_accept_another_one() -> None:
    world = World(fault="last-style-ignored")
    key = world.roles.keys["full"].reveal()
    assert world.sent(("Authorization", f"Bearer {key}")).status == 401
    assert world.sent(("X-API-Key", key)).status == 200
    world = World(fault="query-accepted")
    key = world.roles.keys["full"].reveal()
    assert world.sent(query=f"a=b&whatever={key}").status == 200
    assert world.sent(query="a=b&c").status == 401


def test_faults_of_answers_change_what_is_said() -> None:
    assert body_of(World(fault="401-has-another-code").ask())["code"] == "E_NO"
    page = World(fault="401-is-a-page").ask()
    assert header(page, "content-type") == "text/html"
    assert page.body.startswith(b"<html>")
    assert body_of(World(fault="mixed-vocabulary").ask_as("create_only"))["code"] == "auth_insufficient_permissions"
    assert body_of(World(fault="secret-echoed").ask("abc"))["received"] == ["abc"]
    assert body_of(World(fault="strange-key-quoted").ask("abc\u00e9"))["cannot_read"] == ["abc\u00c3\u00a9"]
    assert body_of(World(fault="percent-quoted").ask("abc"))["cannot_read"] == []
    told = World(fault="sandboxes-told")
    assert {one["id"] for one in body_of(told.ask())["sandboxes"]} == {told.own, told.foreign}
    shown = World(fault="refused-sandbox-shown")
    assert body_of(shown.ask_as("full", path=f"{LIST}/{shown.foreign}"))["id"] == shown.foreign
    assert body_of(shown.ask_as("create_only")) == FORBIDDEN
    assert header(World(fault="no-challenge").ask(), "www-authenticate") is None
    assert header(World(fault="no-request-id").ask(), "x-request-id") is None
    assert World(fault="strange-key-crashes").ask("\u00e9").status == 500
    assert World(fault="head-open").ask(method="HEAD").status == 200
    assert World(fault="trailing-slash-open").ask(path=f"{LIST}/").status == 200


def test_faults_of_order_answer_too_early() -> None:
    world = World(fault="validation-first")
    assert [world.ask(None, "POST", body=body).status for body in (b"{", b"[]", b"{}", b"")] == [400, 400, 401, 401]
    world = World(fault="unreadable-body-crashes")
    assert [world.ask(None, "POST", body=body).status for body in (b"{", b"[]", b"{}", b"")] == [500, 401, 401, 401]
    world = World(fault="lookup-first-for-known-ids")
    wrong = bad_credential(world, "wrong-secret")
    assert [world.ask(text, path=f"{LIST}/x").status for text in (wrong, None, "x")] == [404, 401, 401]
    assert [world.ask_as("full", path=f"{LIST}/{item}").status for item in ("x", world.own)] == [404, 200]
    world = World(fault="lookup-first")
    assert [world.ask(path=f"{LIST}/{item}").status for item in ("x", world.own)] == [404, 401]
    assert world.ask_as("full", "DELETE", f"{LIST}/{world.own}").status == 204


def test_faults_of_effect_refuse_and_do_it_all_the_same() -> None:
    world = World(fault="denied-create-works")
    assert world.ask_as("read_only", "DELETE", f"{LIST}/{world.own}").status == 403
    assert world.ask_as("full", path=f"{LIST}/{world.own}").status == 200
    assert world.ask_as("read_only", "POST", body=BODY).status == 403
    assert len(body_of(world.ask_as("full"))["data"]) == 2
    world = World(fault="denied-delete-works")
    assert world.ask_as("read_only", "DELETE", f"{LIST}/{world.own}").status == 403
    assert world.ask_as("read_only", "DELETE", f"{LIST}/{world.own}").status == 403
    assert body_of(world.ask_as("full"))["data"] == []
    world = World(fault="denied-update-works")
    for body in (b"{", b'{"timeout_seconds": 9}'):
        for item in ("x", world.own):
            assert world.ask_as("read_only", "PUT", f"{LIST}/{item}/timeout", body).status == 403
    assert body_of(world.ask_as("full"))["data"][0]["timeout_seconds"] == 9


def test_faults_with_a_memory_let_somebody_in_sometimes() -> None:
    world = World(fault="third-time-open")
    assert [world.ask().status for _ in range(6)] == [401, 401, 200, 401, 401, 200]
    assert world.ask("x").status == 401
    world = World(fault="connection-trusted")
    key = world.roles.keys["full"]
    asked = [(key, "b"), (None, "a"), (None, "b"), (key, "a"), (None, "a")]
    assert [world.ask(who, client=client).status for who, client in asked] == [200, 401, 200, 200, 200]
    world = World(fault="session-given")
    cookie = (header(world.ask(), "set-cookie") or "").partition(";")[0]
    assert [world.sent(("Cookie", text)).status for text in (cookie, "session=2")] == [200, 401]
    world = World(fault="session-begun")
    assert header(world.ask(), "set-cookie") is None
    cookie = (header(world.ask_as("full"), "set-cookie") or "").partition(";")[0]
    assert [world.sent(("Cookie", text)).status for text in (cookie, "session=1")] == [200, 401]
    world = World(fault="revocation-delayed")
    key = world.directory.create_key("own", "full")
    world.directory.revoke(world.directory.key_id(key))
    assert [world.ask_as("full").status, world.ask().status] == [200, 401]
    assert [world.ask(key).status for _ in range(52)] == [200] * 50 + [401] * 2
    assert [world.ask_as("revoked").status for _ in range(52)] == [200] * 50 + [401] * 2
