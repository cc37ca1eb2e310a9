"""Evidence to causes: what decides each cause, what only suggests it, and what nobody can tell from it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import pytest
from runs import ROOT

from conformance.diagnosis.answer import said
from conformance.diagnosis.carriers import credentials_of_headers, credentials_of_url
from conformance.diagnosis.diagnosing import diagnose
from conformance.diagnosis.evidence import Evidence, Failure, PartialExchange, Place, Setting
from conformance.diagnosis.facts.names import NAMES
from conformance.diagnosis.knowledge_cache import knowledge
from conformance.diagnosis.reading import Reading
from conformance.spec.files import default_causes, default_spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.diagnosis.finding import Diagnosis

KNOWN = knowledge(default_causes(), default_spec())
FORMAT = KNOWN.surface.key_format
BASE = KNOWN.surface.base_url
VARIABLE = KNOWN.surface.variable
FLAT = '{"error": "Unauthorized", "code": "AUTHENTICATION_ERROR"}'
FORBIDDEN = '{"error": "Forbidden", "code": "PERMISSION_DENIED"}'
JSON = (("Content-Type", "application/json"),)
HTML = (("Content-Type", "text/html"),)


class Story:
    """Evidence in the making: keys by name, and places counted up."""

    def __init__(self) -> None:
        self.reading = Reading(KNOWN.surface, b"salt")
        self.evidence = Evidence()
        self._keys: dict[str, str] = {}

    def key(self, name: str = "one") -> str:
        """The text of a key; the same for the same name."""
        return self._keys.setdefault(name, FORMAT.mint().reveal())

    def _place(self) -> Place:
        count = len(self.evidence.exchanges) + len(self.evidence.failures) + len(self.evidence.settings)
        return Place("evidence", f"entry {count + 1}")

    def asked(self, status: int | None, *headers: tuple[str, str], body: str = FLAT, **fields: Any) -> Story:
        """A request with these headers, and how it was answered."""
        place = fields.pop("place", self._place())
        shown, credentials = credentials_of_headers(headers, place, self.reading)
        url, in_url = credentials_of_url(fields.pop("url", f"{BASE}/sandboxes"), place, self.reading)
        answer = said(body, fields.get("response_headers", JSON))
        exchange = PartialExchange(
            place,
            url=url,
            method=fields.pop("method", "GET"),
            headers=(("Accept", "*/*"), *shown),
            credentials=credentials + in_url,
            status=status,
            response_headers=fields.pop("response_headers", JSON),
            response_text=body,
            code=answer.code,
            message=answer.message,
            **fields,
        )
        self.evidence += Evidence(exchanges=(exchange,))
        return self

    def with_key(self, status: int | None, name: str = "one", **fields: Any) -> Story:
        """A request with a key in the right header, and how it was answered."""
        return self.asked(status, ("X-API-Key", self.key(name)), **fields)

    def logged(self, status: int, at: float, name: str = "", **fields: Any) -> Story:
        """A line of a gateway's log."""
        key_id = FORMAT.parse(self.key(name)).key_id if name else ""
        place = Place("gateway.log", f"line {len(self.evidence.exchanges) + 1}")
        fields = {"method": "GET", "url": "/v1/sandboxes"} | fields
        exchange = PartialExchange(place, witness="server", status=status, at=at, key_id=key_id, **fields)
        self.evidence += Evidence(exchanges=(exchange,))
        return self

    def failed(self, text: str, **fields: Any) -> Story:
        """An error that a client printed."""
        self.evidence += Evidence(failures=(Failure(self._place(), text=text, message=text[-500:], **fields),))
        return self

    def set(self, name: str, text: str | None, holder: Any = "process", **fields: Any) -> Story:
        """A variable that is set, to nothing where `text` is `None`."""
        place = fields.pop("place", self._place())
        credential = self.reading.credential(text, place, "variable", name) if text is not None else None
        self.evidence += Evidence(settings=(Setting(place, holder, name, credential, **fields),))
        return self

    def alone(self, text: str) -> Story:
        """A key by itself."""
        self.evidence += Evidence(credentials=(self.reading.credential(text, self._place(), "text"),))
        return self

    def diagnosis(self) -> Diagnosis:
        return diagnose(self.evidence, KNOWN, self.reading)


def S() -> Story:  # noqa: N802
    return Story()


def of_header(change: Callable[[str], str], name: str = "X-API-Key") -> Story:
    story = Story()
    return story.asked(401, (name, change(story.key())))


def of_variable(change: Callable[[str], str]) -> Story:
    story = Story()
    return story.set(VARIABLE, change(story.key()))


def with_misnamed(story: Story) -> Story:
    return story.set("HOPX_KEY", story.key())


def with_rest(story: Story, name: str = "one") -> Story:
    """Ten other keys that go on working."""
    for at in range(10):
        story.logged(200, 100.0 + at, f"other-{at}").logged(200, 1000.0 + at, f"other-{at}")
    return story.logged(200, 200.0, name).logged(200, 300.0, name).logged(401, 500.0, name).logged(401, 600.0, name)


# cause, how sure, what shows it
DECIDED: list[tuple[str, str, Callable[[], Story]]] = [
    (
        "env-var-unset",
        "certain",
        lambda: S().failed("ValueError: API key required. Set HOPX_API_KEY environment variable"),
    ),
    ("env-var-unset", "certain", lambda: S().set(VARIABLE, None)),
    ("env-var-unset", "certain", lambda: S().set(VARIABLE, "")),
    ("env-var-unset", "likely", lambda: S().asked(401, body='{"error": "Missing API key"}')),
    ("key-wrapped-in-quotes", "certain", lambda: of_header(lambda key: f'"{key}"')),
    ("key-wrapped-in-quotes", "certain", lambda: of_variable(lambda key: f"'{key}'")),
    ("key-trailing-newline", "certain", lambda: of_variable(lambda key: f"{key}\n")),
    ("key-trailing-newline", "certain", lambda: of_variable(lambda key: f"{key}\r")),
    ("key-trailing-newline", "likely", lambda: S().failed('net/http: invalid header field value for "X-Api-Key"')),
    ("env-shadowed-by-shell", "certain", lambda: (s := S()).set(VARIABLE, s.key()).set(VARIABLE, s.key("b"), "file")),
    ("env-shadowed-by-shell", "likely", lambda: (s := S()).with_key(401).set(VARIABLE, s.key("b"), "file")),
    ("placeholder-key", "certain", lambda: S().asked(401, ("X-API-Key", "your_api_key_here"))),
    ("placeholder-key", "certain", lambda: S().asked(401, ("Authorization", "Bearer hopx_live_YOUR_KEY_HERE"))),
    ("placeholder-key", "certain", lambda: of_header(lambda key: f"hopx_live_{'x' * 12}.{'x' * 43}")),
    ("placeholder-key", "certain", lambda: of_variable(lambda key: f"hopx_live_{'X' * 12}.{'X' * 43}")),
    ("dotenv-not-loaded", "certain", lambda: (s := S()).set(VARIABLE, None).set(VARIABLE, s.key(), "file")),
    ("key-surrounding-whitespace", "certain", lambda: of_variable(lambda key: f" {key}")),
    ("wrong-vendor-key", "certain", lambda: S().asked(401, ("X-API-Key", "ghp_" + "a1B2c3D4" * 5))),
    ("scope-insufficient", "certain", lambda: S().with_key(403, body='{"code": "auth_insufficient_permissions"}')),
    (
        "scope-insufficient",
        "certain",
        lambda: S().with_key(200, body="[]").with_key(403, method="POST", body=FORBIDDEN),
    ),
    ("revoked", "certain", lambda: S().with_key(401, body='{"message": "This API key has been revoked"}')),
    ("revoked", "likely", lambda: with_rest(S())),
    ("key-truncated", "certain", lambda: of_header(lambda key: key[:-9])),
    ("key-truncated", "certain", lambda: of_header(lambda key: key[: key.index(".") + 1])),
    ("key-masked", "certain", lambda: of_header(lambda key: key[:15] + "*" * 20)),
    ("key-masked", "certain", lambda: of_header(lambda key: key[:23] + "x" * 43)),
    ("bearer-prefix-missing", "certain", lambda: of_header(lambda key: key, "Authorization")),
    ("bearer-prefix-missing", "certain", lambda: of_header(lambda key: f"Bearer{key}", "Authorization")),
    ("bearer-prefix-doubled", "certain", lambda: of_header(lambda key: f"Bearer Bearer {key}", "Authorization")),
    ("bearer-prefix-doubled", "certain", lambda: of_header(lambda key: f"Bearer {key}")),
    ("bearer-prefix-doubled", "certain", lambda: of_variable(lambda key: f"Bearer {key}")),
    ("wrong-header-name", "certain", lambda: of_header(lambda key: key, "Api-Key")),
    ("wrong-header-name", "certain", lambda: of_header(lambda key: f"Token {key}", "Authorization")),
    ("wrong-base-url", "certain", lambda: S().with_key(404, url="https://api.example.com/v1/sandboxes")),
    ("wrong-base-url", "certain", lambda: S().with_key(404, url=BASE.rpartition("/")[0] + "/sandboxes")),
    ("wrong-base-url", "certain", lambda: S().with_key(403, body='{"message": "Missing Authentication Token"}')),
    ("waf-block-403-html", "certain", lambda: S().with_key(403, body="<html>Just a moment...", response_headers=HTML)),
    ("waf-block-403-html", "likely", lambda: S().with_key(403, body="<html>no</html>", response_headers=HTML)),
    (
        "http-redirect-dropped-auth",
        "certain",
        lambda: S().with_key(301, response_headers=(("Location", f"{BASE}/boxes"),)).asked(401),
    ),
    (
        "proxy-stripped-header",
        "certain",
        lambda: S().with_key(401, at=10.0).logged(401, 11.0, headers=(("Accept", "*"),)),
    ),
    ("proxy-stripped-header", "likely", lambda: S().with_key(401, body='{"error": "Missing API key"}')),
    ("rate-limited", "certain", lambda: S().with_key(429, body='{"code": "auth_rate_limited"}')),
    ("quota-or-billing", "certain", lambda: S().with_key(402, body="{}")),
    ("quota-or-billing", "certain", lambda: S().with_key(403, body='{"code": "insufficient_quota"}')),
    ("expired", "certain", lambda: S().with_key(401, body='{"code": "auth_key_expired"}')),
    ("env-not-inherited", "certain", lambda: (s := S()).set(VARIABLE, None).set(VARIABLE, s.key(), "shell")),
    ("env-not-passed-to-process", "certain", lambda: (s := S()).set(VARIABLE, s.key()).set(VARIABLE, None)),
    ("env-var-misnamed", "certain", lambda: with_misnamed(S())),
    ("env-var-not-expanded", "certain", lambda: S().asked(401, ("X-API-Key", "$HOPX_API_KEY"))),
    ("literal-null-key", "certain", lambda: S().asked(401, ("Authorization", "Bearer undefined"))),
    ("literal-null-key", "certain", lambda: S().asked(401, ("Authorization", "Bearer "))),
    (
        "jwt-instead-of-key",
        "certain",
        lambda: S().asked(401, ("X-API-Key", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc")),
    ),
    ("key-id-only", "certain", lambda: of_header(lambda key: key[: key.index(".")])),
    ("not-a-key", "certain", lambda: S().asked(401, ("X-API-Key", "https://example.com/keys"))),
    ("test-key-on-live", "likely", lambda: of_header(lambda key: key.replace("_live_", "_test_"))),
    ("cross-org-resource", "certain", lambda: S().with_key(403, body='{"code": "mismatched_organization"}')),
    (
        "hidden-404",
        "likely",
        lambda: S().with_key(404, url=f"{BASE}/sandboxes/s1").with_key(200, "b", url=f"{BASE}/sandboxes/s1", body="{}"),
    ),
    ("tls-interception", "certain", lambda: S().failed("SSLError: self-signed certificate in certificate chain")),
    ("proxy-auth-required", "certain", lambda: S().asked(407)),
    (
        "proxy-auth-required",
        "certain",
        lambda: S().failed("OSError: Tunnel connection failed: 407 Proxy Authentication Required"),
    ),
    (
        "netrc-overrides-authorization",
        "certain",
        lambda: S().asked(401, ("Authorization", "Basic bWU6cGFzc3dvcmQxMjM="), client="python-requests/2.32"),
    ),
    (
        "conflicting-credentials",
        "certain",
        lambda: (s := S()).asked(401, ("X-API-Key", s.key()), ("Authorization", f"Bearer {s.key('b')}")),
    ),
    ("unicode-lookalike", "certain", lambda: of_header(lambda key: f"“{key}”")),
    *(
        ("unicode-lookalike", "certain", lambda sign=sign: of_header(lambda key: f"Bearer{sign}{key}", "Authorization"))
        for sign in ("\u00a0", "\u202f", "\u200b", "\u00a0 ")
    ),
    ("unicode-lookalike", "certain", lambda: of_header(lambda key: f"Bearer \u00a0{key}", "Authorization")),
    ("unicode-lookalike", "certain", lambda: of_header(lambda key: "h\u043e\u0440x" + key[4:])),
    ("unicode-lookalike", "certain", lambda: of_header(lambda key: key.replace("_", "\u2017", 1))),
    ("unicode-lookalike", "certain", lambda: of_variable(lambda key: "h\u043e\u0440x" + key[4:])),
    (
        "unicode-lookalike",
        "certain",
        lambda: S().failed("UnicodeEncodeError: 'ascii' codec can't encode character '\\u201c' in position 7"),
    ),
    ("dotenv-bom-or-utf16", "certain", lambda: (s := S()).set(VARIABLE, s.key(), "file", marks=frozenset({"bom"}))),
    ("captive-portal-or-login-html", "certain", lambda: S().with_key(200, body="<html>Log in", response_headers=HTML)),
    ("cors-preflight", "certain", lambda: S().asked(401, method="OPTIONS")),
    ("key-in-query-string", "certain", lambda: (s := S()).asked(401, url=f"{BASE}/sandboxes?api_key={s.key()}")),
    ("ip-not-allowed", "certain", lambda: S().with_key(403, body='{"code": "ip_not_allowed"}')),
    (
        "agent-jwt-expired",
        "certain",
        lambda: S().asked(
            401, ("Authorization", "Bearer eyJhbGciOi.eyJzdWIi.abc"), url="https://7777-a.vms.hopx.dev/x"
        ),
    ),
    ("clock-skew", "likely", lambda: S().failed("ssl.SSLCertVerificationError: certificate is not yet valid")),
    ("key-mistyped", "likely", lambda: of_header(lambda key: key + "A")),
    ("resource-absent", "certain", lambda: deleted(404)),
    ("resource-absent", "likely", lambda: S().with_key(200, body="[]").with_key(404, url=f"{BASE}/sandboxes/s1")),
    ("network-unreachable", "certain", lambda: S().failed("curl: (6) Could not resolve host: api.hopx.dev")),
    ("vendor-incident-or-client-defect", "certain", lambda: incident()),
    ("rotated-old-key-in-use", "certain", lambda: rotated()),
    ("key-not-yet-active", "likely", lambda: S().with_key(401, at=1.0).with_key(200, at=30.0, body="[]")),
]


def deleted(status: int) -> Story:
    url = f"{BASE}/sandboxes/s1"
    return S().with_key(204, method="DELETE", url=url, body="").with_key(status, url=url)


def incident() -> Story:
    story = S()
    for at in range(8):
        story.logged(200, 100.0 + at, f"key-{at}").logged(401, 200.0 + at, f"key-{at}")
    return story


def rotated() -> Story:
    story = S()
    story.logged(200, 100.0, "old", origin="pod-a").logged(200, 110.0, "old", origin="pod-b")
    story.logged(200, 200.0, "new", origin="pod-b").logged(401, 300.0, "old", origin="pod-a")
    return story.logged(200, 310.0, "new", origin="pod-b").logged(401, 320.0, "old", origin="pod-a")


@pytest.mark.parametrize("number", range(len(DECIDED)), ids=[f"{at}-{one[0]}" for at, one in enumerate(DECIDED)])
def test_evidence_shows_its_cause_and_no_other(number: int) -> None:
    cause, confidence, story = DECIDED[number]
    diagnosis = story().diagnosis()
    assert [(one.cause.id, one.confidence) for one in diagnosis.findings] == [(cause, confidence)]
    assert diagnosis.verdict == "problem"


OPEN: list[tuple[str, Callable[[], Story]]] = [
    ("EQ1", lambda: S().with_key(401)),
    ("EQ1", lambda: (s := S().failed("AuthenticationError: Unauthorized", status=401)).alone(s.key())),
    ("EQ1", lambda: S().logged(401, 1.0, "one-id")),
    ("EQ12", lambda: S().failed("AuthenticationError: Unauthorized")),
    ("EQ11", lambda: S().failed("AuthenticationError: Unauthorized", status=401, code="AUTHENTICATION_ERROR")),
    ("EQ11", lambda: S().logged(401, 1.0, lacks=frozenset({"request headers"}))),
    ("EQ2", lambda: S().with_key(403, body=FORBIDDEN, method="POST")),
    ("EQ2", lambda: S().with_key(403, body=FORBIDDEN, url=f"{BASE}/sandboxes/sb_1")),
    ("EQ9", lambda: S().with_key(403, body=FORBIDDEN)),
    ("EQ3", lambda: S().logged(401, 1.0, headers=(("Accept", "*/*"),))),
    ("EQ3", lambda: S().failed('AuthenticationError: {"error": "Missing API key"}', status=401)),
    ("EQ4", lambda: S().failed("json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)")),
    ("EQ5", lambda: S().with_key(404, url=f"{BASE}/sandboxes/sb_1")),
    ("EQ10", lambda: S().with_key(404)),
    ("EQ8", lambda: S().failed("curl: (60) SSL certificate problem: unable to get local issuer certificate")),
    ("EQ6", lambda: S().failed("hopx_ai.errors.NetworkError: Connection refused")),
    ("EQ7", lambda: S().failed("ResourceLimitError: Key has limited permissions", status=403)),
]


@pytest.mark.parametrize("number", range(len(OPEN)), ids=[f"{at}-{one[0]}" for at, one in enumerate(OPEN)])
def test_what_cannot_be_told_apart_is_asked(number: int) -> None:
    name, story = OPEN[number]
    diagnosis = story().diagnosis()
    assert diagnosis.verdict == "cannot-tell"
    assert diagnosis.findings == ()
    assert diagnosis.doubt is not None
    entry = next(one for one in KNOWN.sets if one.id == name)
    assert (diagnosis.doubt.ask, diagnosis.doubt.splits) == (entry.ask, entry.splits)
    assert set(diagnosis.doubt.candidates) <= set(entry.candidates)


def masked(story: Story, status: int) -> Story:
    return story.asked(status, ("X-API-Key", "hopx_live_" + "*" * 20), witness="server", url="/v1/sandboxes")


HEALTHY: list[Callable[[], Story]] = [
    lambda: S().with_key(200, body="[]").asked(404, url="https://api.hopx.dev/favicon.ico", body=""),
    lambda: S().with_key(200, body="[]").asked(401, url="https://console.hopx.dev/session"),
    lambda: S().with_key(200, body="[]").asked(403, ("X-API-Key", "another-api"), url="https://api.example.com/track"),
    lambda: (
        S().with_key(200, body="[]").asked(403, ("Authorization", "Bearer eyJh.eyJh.x"), url="https://example.com/")
    ),
    lambda: masked(S(), 200),
    lambda: S().with_key(200, body="[]"),
    lambda: (s := S()).asked(201, ("Authorization", f"Bearer {s.key()}"), method="POST", body="{}"),
    lambda: (s := S()).set(VARIABLE, s.key()),
    lambda: (s := S()).alone(s.key()),
    lambda: S().with_key(None, body=""),
    lambda: (s := S()).alone(s.key().replace("_live_", "_test_")),
]


@pytest.mark.parametrize("number", range(len(HEALTHY)))
def test_nothing_is_found_where_nothing_is_wrong(number: int) -> None:
    diagnosis = HEALTHY[number]().diagnosis()
    assert (diagnosis.verdict, diagnosis.findings, diagnosis.doubt) == ("healthy", (), None)


def test_a_log_that_masks_the_keys_that_work_says_nothing_about_the_others() -> None:
    assert masked(masked(S(), 200), 401).diagnosis().verdict == "cannot-tell"


def test_a_mask_in_a_log_that_shows_other_keys_whole_is_what_was_sent() -> None:
    assert masked(S(), 401).diagnosis().verdict == "cannot-tell"
    other = (s := S()).asked(
        200, ("X-API-Key", s.key()), witness="server", body="[]", place=Place("evidence", "line 9")
    )
    assert [one.cause.id for one in masked(other, 401).diagnosis().findings] == ["key-masked"]


def test_the_names_of_facts_are_those_that_code_shows() -> None:
    package = ROOT / "conformance" / "diagnosis"
    files = [*(package / "shape").glob("*.py"), *(package / "facts").glob("*.py")]
    statements = [one for file in files for one in ast.parse(file.read_text(encoding="utf-8")).body]
    texts = {
        node.value
        for statement in statements
        if not (isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "NAMES")
        for node in ast.walk(statement)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert texts >= NAMES
    shown = {
        call.args[0].value
        for statement in statements
        for call in ast.walk(statement)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Fact" and call.args
        if isinstance(call.args[0], ast.Constant)
    }
    assert shown <= NAMES


def test_every_fact_that_points_to_nothing_is_one_that_says_nothing_is_wrong() -> None:
    named = {name for cause in KNOWN.causes for one in cause.variants for name in (*one.decided_by, *one.suggested_by)}
    named |= {name for entry in KNOWN.sets for name in entry.suggested_by}
    named |= {name for cause in KNOWN.causes for name in cause.excluded_by}
    neutral = {"redacted", "secret-length", "last-character", "scheme-other"}
    assert (NAMES | {sign.fact for sign in KNOWN.signs}) - named == neutral


def test_two_causes_are_both_reported() -> None:
    story = Story()
    story.asked(401, ("X-API-Key", f'"{story.key()}"'), url="https://api.example.com/v1/sandboxes")
    found = {one.cause.id for one in story.diagnosis().findings}
    assert found == {"key-wrapped-in-quotes", "wrong-base-url"}


def test_every_cause_that_evidence_can_show_is_shown_here() -> None:
    seen_elsewhere = {"stored-credential-conflict", "sdk-ignores-proxy-env"}  # by doctor
    assert {one[0] for one in DECIDED} == set(KNOWN.by_id) - seen_elsewhere


def test_a_key_that_differs_from_the_file_by_a_character_is_mistyped_and_hides_nothing() -> None:
    story = Story()
    near = story.key()[:40] + ("A" if story.key()[40] != "A" else "B") + story.key()[41:]
    story.asked(401, ("X-API-Key", near)).set(VARIABLE, story.key(), "file")
    assert [one.cause.id for one in story.diagnosis().findings] == ["key-mistyped"]


def test_the_order_of_the_headers_and_their_case_change_nothing() -> None:
    story = Story()
    story.asked(401, ("x-api-KEY", f'"{story.key()}"'), ("accept-encoding", "gzip"))
    exchange = story.evidence.exchanges[0]
    turned = exchange._replace(headers=exchange.headers[::-1], credentials=exchange.credentials[::-1])
    story.evidence = Evidence(exchanges=(turned,))
    assert [one.cause.id for one in story.diagnosis().findings] == ["key-wrapped-in-quotes"]
