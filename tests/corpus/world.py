"""A little world to record in: namespaces of its own, where every name leads to loopback and nothing leads out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.corpus.install import SCRATCH

HOME = Path("/home/dev")
APP = Path("/srv/app")
_TLS = Path("/srv/tls")
ROOT_CA = _TLS / "root.pem"
_INSIDE = "HOPX_CORPUS_WORLD"
EDGE = "127.0.0.2"
HOSTS = {
    "localhost": "127.0.0.1",
    "api.hopx.dev": EDGE,
    "console.hopx.dev": EDGE,
    "api.hopx.io": "127.0.0.3",
    "api.example.com": "127.0.0.3",
    "app.example.com": "127.0.0.4",
    "eu.hopx.dev": "127.0.0.5",
    "7777-sb4f21c09a7d3e.vms.hopx.dev": EDGE,
    "proxy.corp.example": "127.0.0.6",
    "gateway.corp.example": "127.0.0.7",
    "login.hotel.example": "127.0.0.10",
}


def enter() -> None:
    """Start this program again in namespaces of its own, unless it is there already; they end with it."""
    if os.environ.get(_INSIDE):
        return
    words = ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"]
    os.execvpe(
        "unshare", [*words, sys.executable, "-m", "tests.corpus.record", *sys.argv[1:]], os.environ | {_INSIDE: "1"}
    )


def can_enter() -> bool:
    """Whether this machine and this user may have such namespaces."""
    words = ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--mount-proc", "true"]
    return bool(shutil.which("unshare")) and subprocess.run(words, capture_output=True, check=False).returncode == 0


def build() -> None:
    """Lay out files, names and certificates of this world."""
    if not os.environ.get(_INSIDE):
        raise RuntimeError("a world is built inside namespaces of its own only")
    _run("ip", "link", "set", "lo", "up")
    _run("hostname", "workstation")
    for place in ("/srv", "/home"):
        _run("mount", "-t", "tmpfs", "none", place)
    for place in (APP, HOME, _TLS):
        place.mkdir(parents=True)
    for name in ("clients", "node_modules"):
        target = APP / {"clients": ".venv", "node_modules": "node_modules"}[name]
        target.mkdir()
        source = SCRATCH / name if name == "clients" else SCRATCH / "node" / name
        if source.exists():
            _run("mount", "--bind", str(source), str(target))
    name_hosts(HOSTS)
    _put(Path("/etc/resolv.conf"), "nameserver 127.0.0.53\noptions timeout:1 attempts:1\n")
    _make_certificates()
    _trust_root()


def name_hosts(hosts: dict[str, str]) -> None:
    """Let names lead to addresses; all are of loopback."""
    _put(Path("/etc/hosts"), "".join(f"{address} {name}\n" for name, address in hosts.items()))


def certificate(name: str, issuer: str = "root", *dates: str) -> tuple[Path, Path]:
    """A certificate for all hosts by one of the two authorities, and its key."""
    pem, key = _TLS / f"{name}.pem", _TLS / f"{name}.key"
    if not pem.exists():
        names = ",".join(f"DNS:{host}" for host in HOSTS)
        (_TLS / f"{name}.ext").write_text(f"subjectAltName={names},IP:127.0.0.2\nbasicConstraints=CA:FALSE\n")
        _run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(pem) + ".csr",
             "-subj", "/CN=api.hopx.dev")  # fmt: skip
        _run("openssl", "x509", "-req", "-in", str(pem) + ".csr", "-CA", str(_TLS / f"{issuer}.pem"), "-CAkey",
             str(_TLS / f"{issuer}.key"), "-CAcreateserial", "-out", str(pem), "-extfile", str(_TLS / f"{name}.ext"),
             *(dates or ("-days", "90")))  # fmt: skip
        chain = pem.read_text() + (_TLS / f"{issuer}.pem").read_text()
        pem.write_text(chain)
    return pem, key


def _make_certificates() -> None:
    for name, subject in (
        ("root", "/O=Example Trust/CN=Example Root R1"),
        ("corp", "/O=Example Corp/CN=Example Corp Inspection CA"),
    ):
        _run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", subject,
             "-keyout", str(_TLS / f"{name}.key"), "-out", str(_TLS / f"{name}.pem"))  # fmt: skip
    certificate("edge")


def _trust_root() -> None:
    """Let every client trust the authority of this world, as if it were a public one."""
    bundles = [
        *APP.glob(".venv/lib/*/site-packages/certifi/cacert.pem"),
        *SCRATCH.glob("cli/lib/*/site-packages/certifi/cacert.pem"),
    ]
    for place in [Path("/etc/ssl/certs/ca-certificates.crt"), *bundles]:
        _put(place, ROOT_CA.read_text())


def _put(place: Path, text: str) -> None:
    """Let a file of the machine have another text in this world only."""
    own = Path("/srv/put") / str(place).replace("/", "_")
    is_new = not own.exists()
    own.parent.mkdir(exist_ok=True)
    own.write_text(text)
    if is_new:
        _run("mount", "--bind", str(own), str(place))


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)
