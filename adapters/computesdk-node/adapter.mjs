// Has @computesdk/hopx do what the harness asks: one JSON object a line on stdin, one on stdout for each.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";

const SDK = "@computesdk/hopx";

// Standard output is the protocol's; what the SDK prints goes into the reply's log.
const write = process.stdout.write.bind(process.stdout);
let printed = "";
process.stdout.write = process.stderr.write = (chunk) => {
  printed += Buffer.from(chunk).toString();
  return true;
};

const installed = join(process.argv[2], "node_modules", SDK);
const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
const { hopx } = await import(pathToFileURL(join(installed, manifest.module)));

// What the SDK cannot reach it gives as null, without an error.
const idOf = (sandbox) => sandbox && { id: sandbox.sandboxId ?? null };

const operations = {
  list: async (client) => ({ ids: (await hopx(client).sandbox.list()).map((sandbox) => sandbox.sandboxId) }),

  create: async (client, { template }) => idOf(await hopx({ template, ...client }).sandbox.create()),

  view: async (client, { id }) => idOf(await hopx(client).sandbox.getById(id)),

  delete: async (client, { id }) => hopx(client).sandbox.destroy(id),

  use: async (client, { template }) => {
    const sandbox = await hopx({ template, ...client }).sandbox.create();
    const { stdout, stderr, exitCode } = await sandbox.runCommand("echo 1");
    return { stdout, stderr, exitCode };
  },

  verify: async (client, { template }) => {
    const sandbox = await hopx({ template, ...client }).sandbox.create();
    const value = idOf(sandbox);
    await sandbox.destroy();
    return value;
  },

  show: async (client, { template }) => {
    const provider = hopx({ template, ...client });
    const sandbox = await provider.sandbox.create();
    return { printed: [provider, sandbox].flatMap((one) => [inspect(one), String(one), serialized(one)]) };
  },

  two_clients: async (client, { other, times }) => {
    const both = [hopx(client), hopx({ baseURL: other.base_url, apiKey: other.api_key })];
    const turns = Array(times).fill(both).flat();
    for (const one of turns) await one.sandbox.list();
    await Promise.all(turns.map((one) => one.sandbox.list()));
  },
};

function serialized(thing) {
  try {
    return JSON.stringify(thing) ?? "";
  } catch (error) {
    return String(error); // such as an object that refers to itself
  }
}

function greeting() {
  return {
    protocol: 1,
    sdk: SDK,
    version: manifest.version,
    language: "javascript",
    runtime: `Node.js ${process.version}`,
    operations: Object.keys(operations),
    features: ["api_key_argument", "environment", "dotenv", "errors"],
  };
}

async function answer({ operation, base_url, api_key, arguments: given }) {
  if (!(operation in operations)) return { outcome: "unsupported", reason: `${SDK} has no operation ${operation}` };
  Object.assign(process.env, given.environment);
  if (given.dotenv) process.loadEnvFile(given.dotenv);
  const client = { baseURL: base_url, ...(api_key === null ? {} : { apiKey: api_key }) };
  printed = "";
  try {
    const value = (await operations[operation](client, given)) ?? null;
    return { outcome: "returned", value, log: printed };
  } catch (error) {
    return { outcome: "raised", error: described(error), log: printed };
  }
}

function described(error) {
  const classes = [];
  let above = Object.getPrototypeOf(Object(error));
  while (above && above !== Object.prototype) {
    classes.push(above.constructor.name);
    above = Object.getPrototypeOf(above);
  }
  const [type = "Object", ...bases] = classes;
  const own = (name, kind) => (typeof error?.[name] === kind ? error[name] : null);
  return {
    type,
    bases,
    message: String(error?.message ?? error),
    status_code: own("statusCode", "number"),
    code: own("code", "string"),
    request_id: own("requestId", "string"),
    retry_after: own("retryAfter", "number"),
    display: String(error),
    debug: inspect(error),
  };
}

// An error that the SDK throws where nobody can catch it is no reason to die.
process.on("uncaughtException", (error) => {
  printed += inspect(error);
});

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  const reply = message.op === "hello" ? greeting() : await answer(message);
  write(`${JSON.stringify({ id: message.id, ...reply })}\n`);
}
process.exit(0);
