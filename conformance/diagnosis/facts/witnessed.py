"""Facts that only somebody shows who was there: `hopx-auth doctor`, which looked at the machine and asked the API."""

from __future__ import annotations

DOCTOR_FACTS = {
    "file-stops-client": "a .env file is in no UTF-8, and ends an installed client that loads it",
    "nothing-hides-file": "a variable that is set to nothing keeps clients from taking the key of a file",
    "nothing-hides-key": "a place that is set to nothing keeps a client from reading the next one",
    "keyring-unreadable": "the keyring cannot be read, and no other place has a key",
    "file-key-accepted": "the API accepts the key of a file, and not the one that is used",
    "start-up-key-accepted": "the API accepts the key of a start-up file, and not the one that is used",
    "stored-key-accepted": "the API accepts a key that a client has stored, and not the one that is used",
    "key-in-start-up-file": "a file that some login or session reads sets the key, and the process does not have it",
    "netrc-has-host": "a .netrc file has an entry for the API's host",
    "proxy-is-only-way": "the API is reached through the proxy, and not directly",
    "proxy-opens-no-way": "the proxy of the environment, which some clients use, opens no way to the API",
    "not-connected": "no connection to the API came about",
    "no-ipv4": "the API's name has no IPv4 address, and some clients use no other",
    "interceptor-not-believed": "the certificate is of a maker of inspecting proxies, and not believed",
    "authorities-missing": "the certificate authorities that clients would believe are not there",
    "bundled-authorities-differ": "the certificate is believed by the system, and not by clients in Python",
    "issuer-intercepts": "the certificate is of a maker of inspecting proxies",
    "certificate-of-another-host": "the certificate is of another host",
    "certificate-out-of-time": "the certificate is not valid at the time that this machine believes it to be",
    "clock-off": "the clock of this machine is minutes away from that of the answers",
    "client-asks-elsewhere": "a variable makes an installed client ask another address than the API's",
    "list-absent": "the list of things, which is always there, is not at this address",
    "strangers-accepted": "a key that was never issued is accepted",
    "style-refused": "the key is accepted in one header and refused in another",
    "may-not-list": "the key may view, and may not list",
    "may-not-view": "the key may list, and may not view",
    "own-list-forbidden": "the key may not list what belongs to its own organization",
}
NAMES = frozenset(DOCTOR_FACTS)
