"""The causes that are shipped, as tests know them, and a small file of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.diagnosis.causes.loader import load
from conformance.spec.files import default_causes, default_spec

if TYPE_CHECKING:
    from pathlib import Path

CAUSES = load(default_causes(), default_spec())

# The ids are public: none is ever renamed, removed or given to something else.
IDS = [
    "env-var-unset",
    "key-wrapped-in-quotes",
    "key-trailing-newline",
    "env-shadowed-by-shell",
    "placeholder-key",
    "dotenv-not-loaded",
    "key-surrounding-whitespace",
    "wrong-vendor-key",
    "scope-insufficient",
    "revoked",
    "key-truncated",
    "key-masked",
    "bearer-prefix-missing",
    "bearer-prefix-doubled",
    "wrong-header-name",
    "wrong-base-url",
    "waf-block-403-html",
    "http-redirect-dropped-auth",
    "proxy-stripped-header",
    "rate-limited",
    "quota-or-billing",
    "expired",
    "env-not-inherited",
    "env-not-passed-to-process",
    "env-var-misnamed",
    "env-var-not-expanded",
    "literal-null-key",
    "stored-credential-conflict",
    "jwt-instead-of-key",
    "key-id-only",
    "not-a-key",
    "test-key-on-live",
    "cross-org-resource",
    "hidden-404",
    "tls-interception",
    "proxy-auth-required",
    "sdk-ignores-proxy-env",
    "netrc-overrides-authorization",
    "conflicting-credentials",
    "unicode-lookalike",
    "dotenv-bom-or-utf16",
    "rotated-old-key-in-use",
    "key-not-yet-active",
    "captive-portal-or-login-html",
    "cors-preflight",
    "key-in-query-string",
    "ip-not-allowed",
    "agent-jwt-expired",
    "clock-skew",
    "vendor-incident-or-client-defect",
    "key-mistyped",
    "resource-absent",
    "network-unreachable",
]
VARIANTS = {
    "key-trailing-newline": ["key-trailing-newline-cr"],
    "revoked": ["auto-revoked-leak"],
    "key-truncated": ["key-truncated-at-dot", "key-truncated-last-char"],
    "bearer-prefix-missing": ["bearer-no-space"],
    "bearer-prefix-doubled": ["bearer-in-x-api-key", "bearer-in-env"],
    "wrong-header-name": ["basic-auth-instead"],
    "wrong-base-url": ["gateway-path-masquerade", "base-url-env-ignored"],
    "http-redirect-dropped-auth": ["trailing-slash-redirect"],
    "proxy-stripped-header": ["header-underscore-dropped"],
    "env-not-passed-to-process": ["ci-secret-empty", "browser-bundle-env"],
    "stored-credential-conflict": ["keyring-unreadable"],
    "jwt-instead-of-key": ["oauth-token", "access-token"],
    "key-id-only": ["secret-only", "public-key"],
    "not-a-key": ["not-a-key-url", "not-a-key-email", "not-a-key-prose", "not-a-key-command"],
    "test-key-on-live": ["wrong-project-or-region"],
    "unicode-lookalike": [
        "unicode-lookalike-smart-quotes",
        "unicode-lookalike-en-dash",
        "unicode-lookalike-nbsp",
        "unicode-lookalike-zwsp",
        "unicode-lookalike-cyrillic",
    ],
    "dotenv-bom-or-utf16": ["dotenv-crlf"],
    "network-unreachable": ["authorities-missing", "other-address-unreachable", "proxy-unreachable"],
}
SETS = {
    "EQ1": {
        "key-mistyped",
        "revoked",
        "expired",
        "cross-org-resource",
        "rotated-old-key-in-use",
        "key-not-yet-active",
        "vendor-incident-or-client-defect",
    },
    "EQ2": {"scope-insufficient", "cross-org-resource", "ip-not-allowed", "quota-or-billing"},
    "EQ3": {
        "env-var-unset",
        "dotenv-not-loaded",
        "http-redirect-dropped-auth",
        "proxy-stripped-header",
        "wrong-header-name",
    },
    "EQ4": {"http-redirect-dropped-auth", "captive-portal-or-login-html"},
    "EQ5": {"wrong-base-url", "hidden-404", "resource-absent"},
    "EQ6": {"sdk-ignores-proxy-env", "network-unreachable"},
    "EQ7": {"quota-or-billing", "scope-insufficient", "waf-block-403-html"},
    "EQ8": {"tls-interception", "captive-portal-or-login-html", "wrong-base-url"},
    "EQ9": {"scope-insufficient", "ip-not-allowed", "quota-or-billing"},
    "EQ10": {"wrong-base-url", "vendor-incident-or-client-defect"},
}
FORMS = {
    "key-wrapped-in-quotes",
    "key-truncated",
    "placeholder-key",
    "wrong-vendor-key",
    "test-key-on-live",
    "bearer-prefix-doubled",
    "env-var-not-expanded",
    "literal-null-key",
}
SETS["EQ11"] = SETS["EQ1"] | SETS["EQ3"] | FORMS  # where nobody sees whether a key was sent
SETS["EQ12"] = SETS["EQ1"] | FORMS  # where nobody sees which
SETS["EQ13"] = SETS["EQ1"] | {"key-masked"}  # where it is masked in what a client printed
SETS["EQ14"] = SETS["EQ1"] | {"proxy-stripped-header"}  # where the answer came through a proxy
SETS["EQ15"] = {"wrong-base-url", "network-unreachable", "tls-interception", "captive-portal-or-login-html"}

TINY = """\
title: Tiny
causes:
  - id: first
    title: The first
    says: It is broken.
    shows: [It stops.]
    fix:
      any: [{do: Mend it.}]
      bash: [{run: mend '<thing>'}]
      python: [{program: mend()}]
    falsified_by: It goes on.
    variants: [{id: first-of-all, says: It never began.}]
    because: [R7]
    threads: [owner/repo#1]
  - id: second
    title: The second
    says: It is gone.
    shows: [It is not there.]
    fix: {any: [{do: Look for it.}]}
    falsified_by: It is there.
indistinguishable:
  - id: EQ1
    when: Nothing happens.
    candidates: [first, second]
    ask: Is it there?
    splits: Yes or no.
"""


def written(directory: Path, text: str) -> Path:
    file = directory / "causes.yaml"
    file.write_text(text, encoding="utf-8")
    return file
