// The documented API on Node's http, with nothing else: `node node.mjs NAME`; it serves until its standard input ends.
import http from "node:http";
import { randomBytes, randomUUID } from "node:crypto";

const VARIANTS = {
  plain: {},
  "sdk-words": { words: "sdk", created: 200, updated: 204, list: (all) => all, identity: "sandbox_id" },
  "late-framework": { notFound: "text/html", type: "application/json; charset=utf-8", etag: true, foreign: 401, deleted: 200 },
  // what stands before it in production may drop connections, and words unknown paths by itself
  "one-request": { close: true, unknownMethod: 501, words: "sdk", badTemplate: 422 },
};
const free = VARIANTS[process.argv[2]];
if (!free) throw new Error(`no variant ${process.argv[2]}; there are ${Object.keys(VARIANTS).join(", ")}`);

const CODES = {
  rest: { 401: "AUTHENTICATION_ERROR", 403: "PERMISSION_DENIED" },
  sdk: { 401: "auth_invalid_key", 403: "auth_insufficient_permissions", 429: "auth_rate_limited" },
}[free.words ?? "rest"];
const EVERYTHING = ["read", "create", "update", "delete"];
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const environment = {};
const keys = new Map();
const sandboxes = new Map();

function issue(name, organization, allowed, state = "active") {
  const id = Array.from(randomBytes(12), (byte) => BASE62[byte % 62]).join("");
  environment[name] = `hopx_live_${id}.${randomBytes(32).toString("base64url")}`;
  keys.set(environment[name], { organization, allowed, state });
}
issue("HOPX_API_KEY", "own", EVERYTHING);
issue("HOPX_API_KEY_READ_ONLY", "own", ["read"]);
issue("HOPX_API_KEY_CREATE_ONLY", "own", ["create"]);
issue("HOPX_API_KEY_REVOKED", "own", EVERYTHING, "revoked");
issue("HOPX_API_KEY_EXPIRED", "own", EVERYTHING, "expired");
issue("HOPX_API_KEY_OTHER_ORG", "other", EVERYTHING);
issue("HOPX_API_KEY_RATE_LIMITED", "own", EVERYTHING, "limited");

function create(organization, seconds = 300) {
  const id = randomUUID();
  sandboxes.set(id, { organization, seconds });
  return id;
}
environment.HOPX_OTHER_ORG_SANDBOX_ID = create("other");
const shown = (id) => ({ [free.identity ?? "id"]: id, timeout_seconds: sandboxes.get(id).seconds });

class Refusal extends Error {
  constructor(status, code = CODES[status]) {
    super(http.STATUS_CODES[status]);
    Object.assign(this, { status, code });
  }
}

function owner(headers) {
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  const given = new Set([headers["x-api-key"], bearer].filter(Boolean));
  const key = given.size === 1 ? keys.get([...given][0]) : undefined;
  if (!key || key.state === "revoked") throw new Refusal(401);
  if (key.state === "expired") throw new Refusal(401, free.words === "sdk" ? "auth_key_expired" : CODES[401]);
  if (key.state === "limited") throw new Refusal(429);
  return key;
}

function parsed(body) {
  let value;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Refusal(400);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Refusal(400);
  return value;
}

const OPERATIONS = {
  "GET /": ["read", (key) => {
    const own = [...sandboxes.keys()].filter((id) => sandboxes.get(id).organization === key.organization).map(shown);
    return [200, free.list ? free.list(own) : { data: own }];
  }],
  "POST /": ["create", (key, _id, body) => {
    const { template, template_id: templateId, timeout_seconds: seconds } = parsed(body);
    if (typeof (template ?? templateId) !== "string") throw new Refusal(free.badTemplate ?? 400);
    return [free.created ?? 201, shown(create(key.organization, seconds))];
  }],
  "GET /id": ["read", (_key, id) => [200, shown(id)]],
  "DELETE /id": ["delete", (_key, id) => [free.deleted ?? 204, sandboxes.delete(id) && { deleted: true }]],
  "PUT /id/timeout": ["update", (_key, id, body) => {
    const { timeout_seconds: seconds } = parsed(body);
    if (!Number.isInteger(seconds)) throw new Refusal(400);
    sandboxes.get(id).seconds = seconds;
    return [free.updated ?? 200, shown(id)];
  }],
};

function perform({ method, url, headers }, body) {
  const key = owner(headers);
  const found = /^\/v1\/sandboxes(?:\/([^/]+)(\/timeout)?)?$/.exec(url.split("?")[0]);
  if (!found) throw new Refusal(404);
  const [, id, timeout = ""] = found;
  const line = `${method === "HEAD" ? "GET" : method} /${id === undefined ? "" : `id${timeout}`}`;
  if (!(line in OPERATIONS)) throw new Refusal(free.unknownMethod ?? 405);
  const [needs, operation] = OPERATIONS[line];
  if (!key.allowed.includes(needs)) throw new Refusal(403);
  if (id !== undefined) {
    if (!sandboxes.has(id)) throw new Refusal(404);
    if (sandboxes.get(id).organization !== key.organization) throw new Refusal(free.foreign ?? 403);
  }
  return operation(key, id, body);
}

function answered(request, body) {
  try {
    return perform(request, body);
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    const { status, code, message } = refusal;
    if (status === 404 && free.notFound) return [404, null];
    return [status, free.words === "sdk" ? { message, code } : { error: message, code }];
  }
}

const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part)).on("end", () => {
    const [status, value] = answered(request, Buffer.concat(parts).toString());
    response.statusCode = status;
    response.setHeader("X-Request-Id", randomUUID());
    if (status === 401) response.setHeader("WWW-Authenticate", 'Bearer realm="sandboxes"');
    if (free.close) response.setHeader("Connection", "close");
    if (free.etag) response.setHeader("ETag", `W/"${randomBytes(4).toString("hex")}"`);
    if (status === 204) return response.end();
    const isPage = value === null;
    response.setHeader("Content-Type", isPage ? free.notFound : (free.type ?? "application/json"));
    response.end(isPage ? "<!doctype html><pre>Cannot find it</pre>" : JSON.stringify(value));
  });
});
server.listen(0, "127.0.0.1", () => {
  environment.HOPX_BASE_URL = `http://127.0.0.1:${server.address().port}/v1`;
  console.log(JSON.stringify(environment));
});
process.stdin.resume().on("end", () => process.exit(0));
