"""What a spec file holds, as frozen types; the JSON Schema is generated from them.

The field names are the keys of the YAML file. Every type refuses unknown keys.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, field

from conformance.spec.entry import Entry, RequestLine, Slug, Status, Text
from conformance.spec.sdk import Feature, Sdk, SdkCheckName, SourceName

JsonObject = dict[str, Any]
OperationName = Literal["list", "create", "view", "update", "delete"]
Level = Literal["must", "should", "observe"]
Case = Literal["lower", "upper", "swapped"]
NearMiss = Literal[
    "drop", "add", "swap", "flip-case", "prefix", "trailing", "pad", "last-bits", "alphabet", "other-prefix"
]
PathVariant = Literal["trailing-slash", "doubled-slash", "other-case", "parameter", "suffix", "encoded", "dot-segment"]
CheckName = Literal[
    "answer",
    "bad_key_after_good_one",
    "both_headers_at_once",
    "challenge_is_sent",
    "concurrent_requests_keep_apart",
    "cookie_of_refusal_does_not_authenticate",
    "cookie_of_success_does_not_authenticate",
    "every_near_miss_is_refused",
    "example_is_well_formed",
    "foreign_sandbox_is_not_listed",
    "foreign_sandbox_is_out_of_reach",
    "issued_key_is_well_formed",
    "key_lifecycle",
    "no_effect",
    "one_vocabulary",
    "overridden_method_deletes_nothing",
    "refused_every_time",
    "request_id_is_sent",
    "retry_after",
    "same_answer_for_every_style",
    "secret_is_not_repeated",
    "secret_of_a_strange_key_is_not_repeated",
    "server_survives",
    "whole_surface_needs_a_key",
    "working_key_is_out_of_reach",
]


class Document(Entry, frozen=True):
    """A page that claims are cited from."""

    title: Text
    url: str = ""


class Claim(Entry, frozen=True):
    """A sentence of a document that states a behaviour."""

    document: str
    section: Text
    says: Text


class Disagreement(Entry, frozen=True):
    """Claims that contradict each other or themselves, and the reading that is taken."""

    about: Text
    readings: dict[str, str]
    taken: Text


class KeyId(Entry, frozen=True):
    """The public part of a key."""

    alphabet: Literal["base62", "base64url", "hex"]
    length: Annotated[int, Meta(ge=1, le=256)]


class KeySecret(Entry, frozen=True):
    """The secret part of a key: so many bytes, encoded without padding."""

    encoding: Literal["base64url", "hex"]
    bytes: Annotated[int, Meta(ge=8, le=1024)]


class Key(Entry, frozen=True):
    """The documented format of a key."""

    prefix: Text
    id: KeyId
    separator: Text
    secret: KeySecret
    example: str
    other_prefixes: dict[str, str] = {}
    because: list[str] = []


class Style(Entry, frozen=True):
    """One way in which a request may carry a key; exactly one of the four places."""

    value: Text
    header: str = ""
    query: str = ""
    cookie: str = ""
    body: str = ""
    because: list[str] = []


class Operation(Entry, frozen=True):
    """A request of the API, the permission it needs and the statuses of success.

    `other_body` is another documented form of its body, `makes` the names of the fields that hold the id of what it
    creates. `documented: false` says that no page has the request, so that an API without it breaks no promise.
    """

    request: RequestLine
    needs: Text
    body: JsonObject | None = None
    other_body: JsonObject | None = None
    succeeds: list[Status] = field(default_factory=lambda: [200])
    makes: list[str] = []
    documented: bool = True
    because: list[str] = []

    @property
    def method(self) -> str:
        """The request's method."""
        return self.request.split(" ", 1)[0]

    @property
    def path(self) -> str:
        """The request's path below the base URL, with `{id}` where an id belongs."""
        return self.request.split(" ", 1)[1]


# the names are checked by the schema, and are plain text to the rest
Operations = Annotated[
    dict[str, Operation],
    Meta(extra_json_schema={"propertyNames": {"enum": list(get_args(OperationName))}}),
]


class Alteration(Entry, frozen=True):
    """What differs about a request besides its credential.

    `header_case` and `scheme_case` write the name of the style's header and its scheme in other letters; `method`,
    `path`, `content_type` and `body` take the place of the operation's own, and `headers` come on top. `id` is that of
    no sandbox, or of another organization's. Only `operations` are altered so, or all where none is named.
    """

    header_case: Case | None = None
    scheme_case: Case | None = None
    method: str = ""
    path: PathVariant | None = None
    headers: dict[str, str] = {}
    content_type: str = ""
    body: str | None = None
    id: Literal["unknown", "other_organization"] | None = None
    operations: list[OperationName] = []


class Scope(Entry, frozen=True):
    """What a key of this scope may do."""

    allows: list[str]
    because: list[str] = []


class Credential(Entry, frozen=True):
    """A recipe for a credential; a target's keyring makes bytes of it.

    `active`, `revoked`, `expired` and `rate_limited` keys are issued, and found in `variable`; `none` is no credential,
    and a `minted` key is one that nobody issued. A `wrong_secret` and a `near_miss`, of each kind in `how`, are made of
    the key of the credential `from`. A `text` is one for each of `texts`, in which `{key}`, `{prefix}`, `{id}` and
    `{secret}` are of that key and `{example}` is the documented one, written as many `times`. `sandbox_variable` holds
    the id of a sandbox of its organization.
    """

    key: Literal["active", "revoked", "expired", "rate_limited", "none", "minted", "wrong_secret", "text", "near_miss"]
    scope: str = ""
    organization: Literal["own", "other"] = "own"
    variable: str = ""
    sandbox_variable: str = ""
    source: str = field(name="from", default="")
    texts: dict[str, str] = {}
    times: Annotated[int, Meta(ge=1, le=100_000)] = 1
    how: list[NearMiss] = []


class Code(Entry, frozen=True):
    """An error code: its message and what to do about it."""

    message: str
    remedy: str


class Vocabulary(Entry, frozen=True):
    """The error codes of one page."""

    codes: dict[str, Code]
    because: list[str] = []


class Body(Entry, frozen=True):
    """Fields that a body must have, with exact values or patterns; `only` limits it to some credentials."""

    has: dict[str, str] = {}
    matches: dict[str, str] = {}
    only: list[str] = []


class Outcome(Entry, frozen=True):
    """What an answer must be; exactly one of its kinds is given."""

    succeeds: bool = False
    no_access: bool = False
    status: list[Status] = []
    json: bool = False
    bodies: dict[str, list[Body]] = {}
    any: list[str] = []
    in_scope: str = ""
    out_of_scope: str = ""
    because: list[str] = []


class When(Entry, frozen=True):
    """The axes that a rule is asked along; `each` takes all values of an axis.

    Those of an SDK are where it finds its key (`source`), what it is answered (`answer`) and in which `form`.
    """

    credential: str | list[str]
    style: str | list[str] = []
    operation: str | list[str] = []
    alteration: str | list[str] = []
    source: SourceName | list[SourceName] = []
    answer: str = ""
    form: str | list[str] = []


class Rule(Entry, frozen=True):
    """A documented promise, with the claims and disagreements behind it.

    `then` names the outcome that it promises, and `check` the function of the suites that asks. `target: mock` and
    `target: sdk` limit whom it is asked of; `needs` are features of an SDK without which it is blocked.
    """

    id: Slug
    level: Level
    says: Text
    when: When
    because: Annotated[list[str], Meta(min_length=1)]
    advice: Text
    then: str = ""
    check: CheckName | SdkCheckName = "answer"
    target: Literal["http", "mock", "sdk"] = "http"
    needs: list[Feature] = []


class Thorough(Entry, frozen=True):
    """What a smoke test leaves out, by the names of rules, lookalikes, alterations and texts."""

    rules: list[str] = []
    lookalikes: list[str] = []
    alterations: list[str] = []
    texts: list[str] = []


class Spec(Entry, frozen=True):
    """A whole spec file."""

    spec: Slug
    version: Text
    title: Text
    base_url: Annotated[str, Meta(pattern=r"^https?://[^\s/]+(/\S*)?$(?!\n)")]
    key: Key
    documents: dict[str, Document]
    claims: dict[str, Claim]
    styles: dict[Slug, Style]
    operations: Operations
    credentials: dict[str, Credential]
    outcomes: dict[str, Outcome]
    rules: list[Rule]
    base_url_variable: str = ""
    openapi: str = ""
    disagreements: dict[str, Disagreement] = {}
    untestable: dict[str, Text] = {}
    environments: dict[str, str] = {}
    lookalikes: dict[Slug, Style] = {}
    alterations: dict[Slug, Alteration] = {}
    scopes: dict[str, Scope] = {}
    vocabularies: dict[str, Vocabulary] = {}
    thorough: Thorough = Thorough()
    sdk: Sdk | None = None
