"""Opens a page in Chromium and writes what it loads as a HAR file: `browse.py FILE URL OPTIONS`."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress

from playwright.async_api import Error, async_playwright

_LONGEST, _AFTERWARDS = 15_000, 300  # milliseconds


async def browse(har: str, url: str, options: dict[str, object]) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"], **options
        )
        context = await browser.new_context(record_har_path=har, ignore_https_errors=True)
        page = await context.new_page()
        with suppress(Error):  # a page that does not load is what some cases are about
            await page.goto(url, wait_until="networkidle", timeout=_LONGEST)
        await page.wait_for_timeout(_AFTERWARDS)
        await context.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(browse(sys.argv[1], sys.argv[2], json.loads(sys.argv[3])))
