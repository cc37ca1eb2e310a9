// Has @hopx-ai/sdk do what the harness asks: one JSON object a line on stdin, one on stdout for each.
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";

const SDK = "@hopx-ai/sdk";

// Standard output is the protocol's; what the SDK prints goes into the reply's log.
const write = process.stdout.write.bind(process.stdout);
let printed = "";
process.stdout.write = process.stderr.write = (chunk) => {
  printed += Buffer.from(chunk).toString();
  return true;
};

const installed = join(process.argv[2], "node_modules", SDK);
const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
const { Sandbox, Template } = await import(pathToFileURL(join(installed, manifest.module)));

const idOf = (sandbox) => ({ id: sandbox.sandboxId ?? null });
const connect = ({ apiKey, baseURL }, id) => Sandbox.connect(id, apiKey, baseURL);

const operations = {
  list: async (client) => ({ ids: (await Sandbox.list(client)).map((sandbox) => sandbox.sandboxId) }),

  create: async (client, { template }) => idOf(await Sandbox.create({ template, ...client })),

  view: async (client, { id }) => {
    const { sandboxId, status } = await (await connect(client, id)).getInfo();
    return { id: sandboxId ?? null, status: status ?? null };
  },

  update: async (client, { id }) => (await connect(client, id)).setTimeout(600),

  delete: async (client, { id }) => (await connect(client, id)).kill(),

  build: async (client) => {
    const contextPath = await mkdtemp(join(tmpdir(), "adapter-"));
    try {
      await writeFile(join(contextPath, "greeting.txt"), "hello\n");
      const template = new Template("ubuntu:22.04").copy("greeting.txt", "/greeting.txt").runCmd("cat /greeting.txt");
      const result = await Template.build(template, { name: "greeting", contextPath, onLog: console.log, ...client });
      return { build: result.buildID, template: result.templateID, printed: [inspect(result), serialized(result)] };
    } finally {
      await rm(contextPath, { recursive: true, force: true });
    }
  },

  use: async (client, { template }) => {
    const sandbox = await Sandbox.create({ template, ...client });
    return { stdout: (await sandbox.runCode("print(1)")).stdout ?? null };
  },

  verify: async (client, { template }) => {
    const sandbox = await Sandbox.create({ template, ...client });
    const value = idOf(sandbox);
    await sandbox.kill();
    return value;
  },

  // This SDK has no client object: a sandbox is its own.
  show: async (client, { template }) => {
    const sandbox = await Sandbox.create({ template, ...client });
    return { printed: [inspect(sandbox), String(sandbox), serialized(sandbox)] };
  },

  two_clients: async (client, { other, times }) => {
    const both = [client, { baseURL: other.base_url, apiKey: other.api_key }];
    const turns = Array(times).fill(both).flat();
    for (const one of turns) await Sandbox.list(one);
    await Promise.all(turns.map((one) => Sandbox.list(one)));
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
    features: ["api_key_argument", "environment", "dotenv", "errors", "typed_errors"],
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
