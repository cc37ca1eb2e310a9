"""One entry of an HTTP archive, whichever tool wrote it: HAR 1.2 as browsers, proxies and testers understand it."""

from __future__ import annotations

import re
from base64 import b64decode
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from conformance.diagnosis.decoded import without_surrogates
from conformance.diagnosis.times import seconds

if TYPE_CHECKING:
    from conformance.exchange import Headers

LONGEST_BODY = 1 << 16  # characters
_LONGEST_URL = 1 << 14
_LONGEST_HEADER = 1 << 13
_LONGEST_NAME = 200
_MOST_PAIRS = 300
# https://me@HOST:8443PATH?query
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]{0,20}+:)?//(?:[^/?#@]*+@)?(\[[^\]]*+\]|[^/:?#]*+)(?::\d*+)?([^?#]*+)", re.I)
_PATH = re.compile(r"[^?#]*+")
_NO_TEXT = re.compile(r"(?:image/(?!svg)|font/|video/|audio/|application/(?:octet-stream|zip|pdf|wasm))", re.I)
_ERROR = re.compile(r"net::[A-Z0-9_]+|NS_[A-Z0-9_]+|[A-Z][A-Za-z]{2,60}(?:Error|Exception)\b|E[A-Z]{4,20}\b")
_ERROR_NAMES = ("_error", "_failureText", "error", "_errorText")


class Entry:
    """What an entry holds; `request` and `response` are empty where it has none."""

    def __init__(self, raw: dict[str, Any], request: dict[str, Any], response: dict[str, Any]) -> None:
        self.raw = raw
        self.request = request
        self.response = response

    @cached_property
    def method(self) -> str:
        """The method as it was written."""
        return text_of(self.request.get("method"))[:40]

    @cached_property
    def url(self) -> str:
        """The URL, with the query that some tools only list."""
        url = self.request.get("url")
        text = text_of(url.get("raw") if isinstance(url, dict) else url)[:_LONGEST_URL]
        listed = pairs(self.request.get("queryString"))
        if text and listed and "?" not in text:
            text += "?" + "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in listed)
        return text

    @cached_property
    def host_and_path(self) -> tuple[str, str]:
        """The host in small letters, and the path."""
        return host_and_path(self.url)

    @cached_property
    def headers(self) -> Headers:
        """The request's headers; cookies that some tools only list are a header as well."""
        found = pairs(self.request.get("headers") or self.request.get("header"))
        cookies = pairs(self.request.get("cookies"))
        if cookies and not any(name.lower() == "cookie" for name, _ in found):
            found += (("Cookie", "; ".join(f"{name}={value}" for name, value in cookies)),)
        return found

    @cached_property
    def body(self) -> str:
        """The request's body; the fields of a form as they are sent."""
        data = self.request.get("postData") or self.request.get("body")
        if not isinstance(data, dict):
            return text_of(data)[:LONGEST_BODY]
        text = text_of(data.get("text") or data.get("raw"))
        fields = pairs(data.get("params") or data.get("urlencoded"))
        return (text or "&".join(f"{quote(name)}={quote(value)}" for name, value in fields))[:LONGEST_BODY]

    @cached_property
    def status(self) -> int | None:
        """The status; 0 where the tool says that there was no response, `None` where it says nothing."""
        written = self.response.get("status")
        if isinstance(written, str) and written.isdecimal():
            written = float(written[:9])
        if isinstance(written, bool) or not isinstance(written, int | float):
            return None
        return int(written) if 0 < written < 1000 else 0

    @cached_property
    def response_headers(self) -> Headers:
        """The response's headers; where a browser says that it was sent on is one as well."""
        found = pairs(self.response.get("headers") or self.response.get("header"))
        target = text_of(self.response.get("redirectURL"))[:_LONGEST_URL]
        if target and not any(name.lower() == "location" for name, _ in found):
            found += (("Location", target),)
        return found

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return next((value for name, value in self.response_headers if name.lower() == "location"), "")

    @cached_property
    def response_text(self) -> str:
        """The beginning of the response's body, if it is text."""
        content = self.response.get("content")
        if not isinstance(content, dict):
            return text_of(self.response.get("body") if content is None else content)[:LONGEST_BODY]
        if _NO_TEXT.match(text_of(content.get("mimeType"))):
            return ""
        text = text_of(content.get("text"))[:LONGEST_BODY]
        return _from_base64(text) if text_of(content.get("encoding")).lower() == "base64" else text

    @property
    def has_unseen_body(self) -> bool:
        """Whether the response had a body that the tool did not keep."""
        content = self.response.get("content")
        if not isinstance(content, dict) or content.get("text"):
            return False
        size = content.get("size")
        return isinstance(size, float | int) and size > 0

    @cached_property
    def error(self) -> str:
        """What the tool says of a request that got no response."""
        for holder in (self.response, self.raw, self.request):
            for name in _ERROR_NAMES:
                written = holder.get(name)
                if text := text_of(written.get("message") if isinstance(written, dict) else written):
                    return text[:LONGEST_BODY]
        said = (text_of(one) for one in (self.response.get("statusText"), self.raw.get("comment")))
        return next((text[:LONGEST_BODY] for text in said if "net::" in text or "NS_ERROR" in text), "")

    @property
    def error_type(self) -> str:
        """The name in the error."""
        match = _ERROR.search(self.error)
        return match[0] if match else ""

    @property
    def at(self) -> float | None:
        """When the request began, in seconds since 1970."""
        return seconds(self.raw.get("startedDateTime"))

    @cached_property
    def user_agent(self) -> str:
        """What the client calls itself."""
        return next((value for name, value in self.headers if name.lower() == "user-agent"), "")


def entry_of(raw: dict[str, Any]) -> Entry | None:
    """What an object is as an entry; a request or a response may stand alone. `None` where it is neither."""
    request, response = raw.get("request"), raw.get("response")
    if isinstance(request, dict) or isinstance(response, dict):
        return Entry(raw, request if isinstance(request, dict) else {}, response if isinstance(response, dict) else {})
    if "method" in raw and "url" in raw:
        return Entry(raw, raw, {})
    if "status" in raw and ("headers" in raw or "content" in raw):
        return Entry(raw, {}, raw)
    return None


def host_and_path(url: str) -> tuple[str, str]:
    """The host of a URL in small letters, and its path; what is no URL has none."""
    match = _ADDRESS.match(url)
    if match:
        return match[1].lower(), match[2]
    path = _PATH.match(url)
    return "", path[0] if path else ""


def text_of(value: Any) -> str:
    """A value as text; whole numbers without a point."""
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value) if isinstance(value, int | float) else ""


def pairs(value: Any) -> Headers:
    """Names and values, listed as objects, as pairs, or as one object."""
    if isinstance(value, dict):
        value = [(name, one) for name, some in value.items() for one in (some if isinstance(some, list) else [some])]
    if not isinstance(value, list):
        return ()
    found: list[tuple[str, str]] = []
    for one in value[:_MOST_PAIRS]:
        name, text = _pair(one)
        if name:
            found.append((name[:_LONGEST_NAME], text[:_LONGEST_HEADER]))
    return tuple(found)


def _pair(one: Any) -> tuple[str, str]:
    if isinstance(one, dict):
        return text_of(one.get("name", one.get("key"))), text_of(one.get("value"))
    if isinstance(one, list | tuple) and len(one) == 2:
        return text_of(one[0]), text_of(one[1])
    return "", ""


def _from_base64(text: str) -> str:
    signs = "".join(text.split())
    try:
        return b64decode(signs[: len(signs) // 4 * 4]).decode("utf-8", "replace")
    except ValueError:
        return ""
