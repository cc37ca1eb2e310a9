"""Which entries of an HTTP archive concern an API, so that a page's thousands of pictures are no evidence."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from conformance.diagnosis.archives.entry import host_and_path
from conformance.diagnosis.statuses import REFUSALS
from conformance.diagnosis.surface import is_local

if TYPE_CHECKING:
    from conformance.diagnosis.archives.entry import Entry
    from conformance.diagnosis.surface import Surface

_MOST_HOSTS = 10_000
_MOST_TARGETS = 1000


class Selection:
    """Says of each entry whether it concerns the API; remembers where redirects lead, and which hosts were asked."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._headers = frozenset((*surface.headers, *surface.wrong_headers))
        self._parent = _parent_of(surface.host)
        self._targets: set[str] = set()
        self._hosts: Counter[str] = Counter()
        self.seen = 0

    @property
    def hosts(self) -> list[str]:
        """The hosts that were asked most, at most five."""
        return [host for host, _ in self._hosts.most_common(5)]

    def wants(self, entry: Entry) -> bool:
        """Whether an entry concerns the API; it is counted either way."""
        self.seen += 1
        host, path = entry.host_and_path
        if host in self._hosts or len(self._hosts) < _MOST_HOSTS:
            self._hosts[host or "no host"] += 1
        wanted = self._is_asked(entry, host, path) or self._is_carried(entry) or self._is_led_to(entry)
        if wanted and entry.location and len(self._targets) < _MOST_TARGETS:
            self._targets.add(_joined(entry.url, entry.location))
        return wanted

    def _is_asked(self, entry: Entry, host: str, path: str) -> bool:
        surface = self._surface
        if host == surface.host or surface.is_own_path(path):
            return True
        if not entry.request:  # somebody chose to hand in this response alone
            return True
        is_kin = is_local(host) or host == self._parent or host.endswith(f".{self._parent}")
        return is_kin and has_failed(entry) and (entry.status in REFUSALS or not entry.status)

    def _is_carried(self, entry: Entry) -> bool:
        """Whether something stands where a key belongs, or looks like one."""
        if any(value and name.lower() in self._headers for name, value in entry.headers):
            return True
        texts = (entry.url, entry.body, entry.response_text, *(value for _, value in entry.headers))
        return any(prefix in text for text in texts if text for prefix in self._surface.key_format.prefixes)

    def _is_led_to(self, entry: Entry) -> bool:
        if entry.url in self._targets:
            return True
        if not entry.location:
            return False
        host, path = host_and_path(_joined(entry.url, entry.location))
        return host == self._surface.host or self._surface.is_own_path(path)


def has_failed(entry: Entry) -> bool:
    """Whether a request got no response, or another than it was made for."""
    return bool(entry.error) or entry.status is None or entry.status == 0 or entry.status >= 300


def _parent_of(host: str) -> str:
    """The domain that a host and its kin are in."""
    first, _, rest = host.partition(".")
    return rest if "." in rest and first else host


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return location
