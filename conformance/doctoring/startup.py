"""The files that shells and sessions read when they start, and which of them a new terminal reads."""

from __future__ import annotations

from typing import NamedTuple

_BOURNE = ("bash", "sh", "dash", "ksh")


class StartUpFile(NamedTuple):
    """A file or a pattern of files, and the shells that read it; none where the session does, before any shell.

    `is_of_terminals` is whether every new terminal reads it, and not only a login; `is_plain` whether it is no script,
    so that all that it sets is exported.
    """

    path: str
    shells: tuple[str, ...] = ()
    is_of_terminals: bool = False
    is_plain: bool = False


START_UP_FILES = (
    StartUpFile("~/.bashrc", ("bash",), is_of_terminals=True),
    StartUpFile("~/.bash_aliases", ("bash",), is_of_terminals=True),
    StartUpFile("~/.bash_profile", ("bash",)),
    StartUpFile("~/.bash_login", ("bash",)),
    StartUpFile("~/.profile", _BOURNE),
    StartUpFile("~/.zshrc", ("zsh",), is_of_terminals=True),
    StartUpFile("~/.zshenv", ("zsh",), is_of_terminals=True),
    StartUpFile("~/.zprofile", ("zsh",)),
    StartUpFile("~/.zlogin", ("zsh",)),
    StartUpFile("~/.kshrc", ("ksh",), is_of_terminals=True),
    StartUpFile("~/.cshrc", ("csh", "tcsh"), is_of_terminals=True),
    StartUpFile("~/.tcshrc", ("tcsh",), is_of_terminals=True),
    StartUpFile("~/.login", ("csh", "tcsh")),
    StartUpFile("~/.config/fish/config.fish", ("fish",), is_of_terminals=True),
    StartUpFile("~/.config/fish/conf.d/*.fish", ("fish",), is_of_terminals=True),
    StartUpFile(".envrc", ("direnv",)),
    StartUpFile("/etc/profile", _BOURNE),
    StartUpFile("/etc/profile.d/*.sh", _BOURNE),
    StartUpFile("/etc/bash.bashrc", ("bash",), is_of_terminals=True),
    StartUpFile("/etc/zsh/z*", ("zsh",)),
    StartUpFile("~/.xprofile"),
    StartUpFile("~/.xsessionrc"),
    StartUpFile("~/.config/environment.d/*.conf", is_plain=True),
    StartUpFile("~/.pam_environment", is_plain=True),
    StartUpFile("/etc/environment", is_plain=True),
)
