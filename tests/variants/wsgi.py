"""The documented API on Werkzeug, below Flask: `wsgi.py NAME`; it serves until its standard input ends."""

from __future__ import annotations

import base64
import json
import logging
import secrets
import string
import sys
import threading

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

VARIANTS = {
    "plain": {},
    # as frameworks do: a trailing slash is redirected, and errors say more than they have to
    "redirecting": {"strict_slashes": True, "redirect_defaults": True, "says_more": True},
    "merging": {"merge_slashes": True, "words": "sdk", "type": "application/problem+json"},
    "terse": {"words": "sdk", "terse": True},
}
CODES = {
    "rest": {401: "AUTHENTICATION_ERROR", 403: "PERMISSION_DENIED"},
    "sdk": {401: "auth_invalid_key", 403: "auth_insufficient_permissions", 429: "auth_rate_limited"},
}
ROLES = {
    "HOPX_API_KEY": ("own", "crud", "active"),
    "HOPX_API_KEY_READ_ONLY": ("own", "r", "active"),
    "HOPX_API_KEY_CREATE_ONLY": ("own", "c", "active"),
    "HOPX_API_KEY_REVOKED": ("own", "crud", "revoked"),
    "HOPX_API_KEY_EXPIRED": ("own", "crud", "expired"),
    "HOPX_API_KEY_OTHER_ORG": ("other", "crud", "active"),
    "HOPX_API_KEY_RATE_LIMITED": ("own", "crud", "limited"),
}


class RefusalError(Exception):
    def __init__(self, status, code=None):
        self.status, self.code = status, code


class Api:
    def __init__(self, free):
        self.free = free
        self.codes = CODES[free.get("words", "rest")]
        self.environment = {name: minted() for name in ROLES}
        self.keys = {self.environment[name]: role for name, role in ROLES.items()}
        self.sandboxes = {}
        self.environment["HOPX_OTHER_ORG_SANDBOX_ID"] = self.new("other", 300)
        rules = [
            Rule("/v1/sandboxes", methods=["GET"], endpoint=("r", self.list)),
            Rule("/v1/sandboxes", methods=["POST"], endpoint=("c", self.create)),
            Rule("/v1/sandboxes/<item>", methods=["GET"], endpoint=("r", self.view)),
            Rule("/v1/sandboxes/<item>", methods=["DELETE"], endpoint=("d", self.delete)),
            Rule("/v1/sandboxes/<item>/timeout", methods=["PUT"], endpoint=("u", self.update)),
        ]
        routing = {
            name: free[name] for name in ("strict_slashes", "merge_slashes", "redirect_defaults") if name in free
        }
        self.map = Map(rules, **({"merge_slashes": False} | routing))

    def new(self, organization, seconds):
        item = f"sandbox-{secrets.token_hex(6)}"
        self.sandboxes[item] = {"organization": organization, "timeout_seconds": seconds}
        return item

    @Request.application
    def __call__(self, request):
        try:
            organization, allowed = self.owner(request)
            (needs, perform), values = self.map.bind_to_environ(request.environ).match()
            if needs not in allowed:
                raise RefusalError(403)
            if "item" in values:
                self.own(values["item"], organization)
            return perform(request, organization, **values)
        except RefusalError as refusal:
            return self.refused(refusal)
        except HTTPException as error:
            response = error.get_response(request.environ)
            return response if response.status_code in (301, 308) else self.refused(RefusalError(response.status_code))

    def owner(self, request):
        given = {request.headers.get("X-API-Key", "")}
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            given.add(rest.strip())
        given.discard("")
        organization, allowed, state = self.keys.get(given.pop(), ("", "", "")) if len(given) == 1 else ("", "", "")
        if state == "limited":
            raise RefusalError(429)
        if state == "expired":
            raise RefusalError(401, "auth_key_expired" if "words" in self.free else None)
        if state != "active":
            raise RefusalError(401)
        return organization, allowed

    def own(self, item, organization):
        if item not in self.sandboxes:
            raise RefusalError(404)
        if self.sandboxes[item]["organization"] != organization:
            raise RefusalError(403)

    def list(self, _request, organization):
        own = [item for item, one in self.sandboxes.items() if one["organization"] == organization]
        return self.said(200, {"data": [self.shown(item) for item in own], "has_more": False})

    def create(self, request, organization):
        fields = self.fields(request)
        if not isinstance(fields.get("template") or fields.get("template_id"), str):
            raise RefusalError(400)
        return self.said(201, self.shown(self.new(organization, fields.get("timeout_seconds", 300))))

    def view(self, _request, _organization, item):
        return self.said(200, self.shown(item))

    def update(self, request, _organization, item):
        seconds = self.fields(request).get("timeout_seconds")
        if not isinstance(seconds, int):
            raise RefusalError(400)
        self.sandboxes[item]["timeout_seconds"] = seconds
        return self.said(200, self.shown(item))

    def delete(self, _request, _organization, item):
        del self.sandboxes[item]
        return Response(status=204)

    def shown(self, item):
        return {"id": item, "timeout_seconds": self.sandboxes[item]["timeout_seconds"]}

    def fields(self, request):
        fields = request.get_json(silent=True, force=True)
        if not isinstance(fields, dict):
            raise RefusalError(400)
        return fields

    def refused(self, refusal):
        phrase = Response(status=refusal.status).status.partition(" ")[2].title()
        code = refusal.code or self.codes.get(refusal.status)
        body = {"code": code} if code else {}
        if not self.free.get("terse"):
            body["message" if "words" in self.free else "error"] = phrase
        if self.free.get("says_more"):
            body |= {"documentation": "https://docs.example/errors", "retryable": False}
        response = self.said(refusal.status, body)
        if refusal.status == 401 and not self.free.get("terse"):
            response.headers["WWW-Authenticate"] = "Bearer"
        return response

    def said(self, status, value):
        response = Response(json.dumps(value), status, content_type=self.free.get("type", "application/json"))
        if not self.free.get("terse"):
            response.headers["X-Request-ID"] = secrets.token_hex(8)
        return response


def minted():
    key_id = "".join(secrets.choice(string.digits + string.ascii_letters) for _ in range(12))
    return f"hopx_live_{key_id}.{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip('=')}"


def main():
    logging.getLogger("werkzeug").disabled = True
    api = Api(VARIANTS[sys.argv[1]])
    server = make_server("127.0.0.1", 0, api, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps(api.environment | {"HOPX_BASE_URL": f"http://127.0.0.1:{server.port}/v1"}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
