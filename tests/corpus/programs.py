"""Programs as users of the API write them: URL, HEADERS and METHOD stand where a case differs."""

from __future__ import annotations

SITE = "https://api.hopx.dev/v1"
XKEY = '{"X-API-Key": os.environ["HOPX_API_KEY"]}'
BEARER = '{"Authorization": f"Bearer {os.environ[\'HOPX_API_KEY\']}"}'
JS_XKEY = '{ "X-API-Key": process.env.HOPX_API_KEY }'
JS_BEARER = "{ Authorization: `Bearer ${process.env.HOPX_API_KEY}` }"

REQUESTS = """\
import os

import requests

response = requests.METHOD("URL", headers=HEADERS, timeout=5)
response.raise_for_status()
print(response.json())
"""

HTTPX = """\
import os

import httpx

response = httpx.METHOD("URL", headers=HEADERS, timeout=5)
response.raise_for_status()
print(response.json())
"""

AIOHTTP = """\
import asyncio
import os

import aiohttp


async def main():
    async with aiohttp.ClientSession(headers=HEADERS, trust_env=True) as session:
        async with session.METHOD("URL") as response:
            response.raise_for_status()
            print(await response.json())


asyncio.run(main())
"""

URLLIB3 = """\
import os

import urllib3

http = urllib3.PoolManager(retries=False, timeout=5)
response = http.request("GET", "URL", headers=HEADERS)
if response.status != 200:
    raise SystemExit(f"HTTP {response.status}: {response.data.decode()}")
print(response.json())
"""

HOPX = """\
from hopx_ai import Sandbox

for sandbox in Sandbox.list(ARGUMENTS):
    print(sandbox.sandbox_id)
"""

HOPX_CREATE = """\
from hopx_ai import Sandbox

sandbox = Sandbox.create(template="code-interpreter"ARGUMENTS)
print(sandbox.sandbox_id)
"""

HOPX_ASYNC = """\
import asyncio

from hopx_ai import AsyncSandbox


async def main():
    for sandbox in await AsyncSandbox.list(ARGUMENTS):
        print(sandbox.sandbox_id)


asyncio.run(main())
"""

FETCH = """\
const response = await fetch("URL", { headers: HEADERS });
if (!response.ok) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
console.log(await response.json());
"""

FETCH_JSON = """\
const response = await fetch("URL", { headers: HEADERS });
const { sandboxes } = await response.json();
console.log(sandboxes);
"""

AXIOS = """\
import axios from "axios";

try {
  const { data } = await axios.get("URL", { headers: HEADERS });
  console.log(data);
} catch (error) {
  console.error(error.toString(), error.code, error.response?.status, error.response?.data);
  console.error(JSON.stringify(error.toJSON?.() ?? {}, null, 2));
  process.exitCode = 1;
}
"""

HOPX_NODE = """\
import { Sandbox } from "@hopx-ai/sdk";

const sandboxes = await Sandbox.list(ARGUMENTS);
console.log(sandboxes.length);
"""

GO = """\
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	req, err := http.NewRequest("GET", "URL", nil)
	if err != nil {
		log.Fatal(err)
	}
	req.Header.Set(HEADERS)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 200 {
		log.Fatalf("unexpected status %s: %s", resp.Status, body)
	}
	fmt.Println(string(body))
}
"""
GO_XKEY = '"X-API-Key", os.Getenv("HOPX_API_KEY")'


def filled(
    program: str, url: str = f"{SITE}/sandboxes", headers: str = XKEY, method: str = "get", arguments: str = ""
) -> str:
    """A program for this case."""
    made = program.replace("URL", url).replace("HEADERS", headers).replace("METHOD", method)
    return made.replace("ARGUMENTS", arguments)
