"""The stage of one recording: its secrets, its environment, what it runs, and what is kept of it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.corpus import programs
from tests.corpus.install import SCRATCH
from tests.corpus.minted import mint
from tests.corpus.world import APP, HOME, HOSTS, ROOT_CA, name_hosts

if TYPE_CHECKING:
    from tests.corpus.servers import Api, Edge

_PATH = "/srv/app/.venv/bin:/usr/local/bin:/usr/bin:/bin"
_PATIENCE = 60.0


@dataclass
class Stage:
    """What a recipe acts on."""

    api: Api
    edge: Edge
    secrets: dict[str, str] = field(default_factory=dict)
    minted_from: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    held: list[Any] = field(default_factory=list)

    def begin(self) -> None:
        """Make everything as it usually is."""
        self.api.answers.clear()
        self.api.directory.sandboxes.clear()
        name_hosts(HOSTS)
        for path in [*APP.iterdir(), *HOME.iterdir()]:
            if path.name not in (".venv", "node_modules"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        (APP / "package.json").write_text('{ "name": "app", "private": true, "type": "module" }\n')
        (HOME / ".curlrc").write_text("no-styled-output\n")  # as text is pasted: without escapes
        self.edge.start()

    def mint(self, name: str, recipe: Any = "key") -> str:
        """A secret that nobody has issued; the same one when it is asked for again."""
        if name in self.secrets:
            return self.secrets[name]
        self.secrets[name] = mint(recipe)
        self.minted_from[name] = recipe
        return self.secrets[name]

    def issue(self, name: str = "A", scope: str = "full", **limits: float) -> str:
        """A key that works; the same one when it is asked for again."""
        if name in self.secrets:
            return self.secrets[name]
        text = self.api.directory.create_key("own", scope, **limits).reveal()
        self.secrets[name], self.minted_from[name] = text, "key"
        return text

    def revoked(self, name: str = "A") -> str:
        """A key that no longer works."""
        text = self.issue(name)
        self.api.directory.revoke(text[10:22])
        return text

    def write(self, name: str, text: str | bytes) -> None:
        """Put a file beside the program."""
        path = (HOME if name.startswith("~/") else APP) / name.removeprefix("~/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def read(self, name: str) -> bytes:
        """A file of this world."""
        return (APP / name).read_bytes()

    def save(self, name: str, data: bytes | str) -> None:
        """Keep this as evidence."""
        self.files[name] = data.encode() if isinstance(data, str) else data

    def run(self, command: str, env: dict[str, str] | None = None, stdin: bytes = b"") -> bytes:
        """What a command prints, errors as well, run by bash in the directory of the program."""
        self.commands.append(command)
        ran = subprocess.run(
            ["bash", "--norc", "-c", command],
            cwd=APP,
            env=usual_environment() | (env or {}),
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE,
            check=False,
        )
        return ran.stdout

    def terminal(self, *commands: str, env: dict[str, str] | None = None) -> bytes:
        """What a terminal shows: every command behind its prompt, and what it prints."""
        shown = b""
        for command in commands:
            printed = self.run(f"script -qec {shlex.quote('stty -onlcr; ' + command)} /dev/null", env)
            self.commands[-1] = command
            shown += b"$ " + command.encode() + b"\n" + printed
        return shown

    def python(self, program: str, key: str | None = None, env: dict[str, str] | None = None, **differs: str) -> bytes:
        """What a Python program prints."""
        self.write("main.py", programs.filled(program, **differs))
        return self.run("python main.py", _with_key(key, env))

    def node(self, program: str, key: str | None = None, env: dict[str, str] | None = None, **differs: str) -> bytes:
        """What a Node program prints."""
        self.write("main.mjs", programs.filled(program, **({"headers": programs.JS_XKEY} | differs)))
        return self.run("node main.mjs", _with_key(key, env))

    def go(self, key: str, **differs: str) -> bytes:
        """What a Go program prints."""
        self.write("main.go", programs.filled(programs.GO, **({"headers": programs.GO_XKEY} | differs)))
        goroot = SCRATCH / "root/usr/lib/go-1.19"
        build = {"GOROOT": str(goroot), "GOCACHE": "/srv/gocache", "GO111MODULE": "off", "CGO_ENABLED": "0"}
        if printed := self.run(f"{goroot}/bin/go build -trimpath -o app main.go", build):
            raise ValueError(printed.decode())
        self.commands[-1] = "go build -o app main.go"
        return self.run("./app", _with_key(key, None))

    def hopx(self, words: str, env: dict[str, str] | None = None) -> bytes:
        """What the CLI prints."""
        output = self.run(f"{SCRATCH}/cli/bin/hopx {words}", env)
        self.commands[-1] = f"hopx {words}"
        return output.replace(os.fsencode(SCRATCH), b"/home/dev/.local/share/uv/tools")


def with_key(text: str, key: str) -> str:
    """The text with the key where it says KEY."""
    return re.sub(r"(?<![A-Z_])KEY(?![A-Z_])", key, text)


def usual_environment() -> dict[str, str]:
    """What every program finds, and no key."""
    return {
        "PATH": _PATH, "HOME": str(HOME), "USER": "dev", "LOGNAME": "dev", "SHELL": "/bin/bash", "LANG": "C.UTF-8",
        "TERM": "dumb", "PWD": str(APP), "NODE_EXTRA_CA_CERTS": str(ROOT_CA), "NO_COLOR": "1",
    }  # fmt: skip


def _with_key(key: str | None, env: dict[str, str] | None) -> dict[str, str]:
    return (env or {}) | ({} if key is None else {"HOPX_API_KEY": key})


def another_time(when: str) -> dict[str, str]:
    """The environment of a program whose clock is wrong."""
    library = next((SCRATCH / "root").glob("usr/lib/*/faketime/libfaketime.so.1"))
    return {"LD_PRELOAD": str(library), "FAKETIME": when}
