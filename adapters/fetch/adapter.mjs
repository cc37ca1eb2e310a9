// Does what the harness asks as the REST page shows it for JavaScript: one JSON object a line on stdin, one on stdout.
import { createInterface } from "node:readline";
import { inspect } from "node:util";

// Standard output is the protocol's; what is printed otherwise goes into the reply's log.
const write = process.stdout.write.bind(process.stdout);
let printed = "";
process.stdout.write = process.stderr.write = (chunk) => {
  printed += Buffer.from(chunk).toString();
  return true;
};

// "Environment Variables" on the page, or "Method 1" with the key in its place.
async function list(base, apiKey = process.env.HOPX_API_KEY) {
  const response = await fetch(`${base}/v1/sandboxes`, {
    headers: {
      "X-API-Key": apiKey,
      "Content-Type": "application/json",
    },
  });
  return { status: response.status, body: await response.text() };
}

// "Example: Complete Request" on the page, whose template has a number and no name.
async function create(base, apiKey = process.env.HOPX_API_KEY) {
  const response = await fetch(`${base}/v1/sandboxes`, {
    method: "POST",
    headers: {
      "X-API-Key": apiKey,
      "Content-Type": "application/json",
    },
    body: JSON.stringify({
      template_id: "52",
      timeout_seconds: 3600,
    }),
  });
  return { status: response.status, body: await response.text() };
}

async function two_clients(base, apiKey, { other, times }) {
  const both = [[base, apiKey], [other.base_url, other.api_key]];
  const turns = Array(times).fill(both).flat();
  for (const one of turns) await list(...one);
  await Promise.all(turns.map((one) => list(...one)));
}

const operations = { list, create, two_clients };

function greeting() {
  return {
    protocol: 1,
    sdk: "fetch",
    version: process.versions.undici,
    language: "javascript",
    runtime: `Node.js ${process.version}`,
    operations: Object.keys(operations),
    features: ["api_key_argument", "environment", "dotenv"],
  };
}

async function answer({ operation, base_url, api_key, arguments: given }) {
  if (!(operation in operations)) return { outcome: "unsupported", reason: `the REST page shows no ${operation}` };
  Object.assign(process.env, given.environment);
  if (given.dotenv) process.loadEnvFile(given.dotenv);
  printed = "";
  try {
    const value = (await operations[operation](base_url, api_key ?? undefined, given)) ?? null;
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
  return { type, bases, message: String(error?.message ?? error), display: String(error), debug: inspect(error) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  const reply = message.op === "hello" ? greeting() : await answer(message);
  write(`${JSON.stringify({ id: message.id, ...reply })}\n`);
}
process.exit(0);
