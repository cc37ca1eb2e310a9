"""The files that shells and sessions read when they start, and which of them a new terminal reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOURNE = ("bash", "sh", "dash", "ksh")


class StartUpFile(NamedTuple):
    """A file or a pattern of files, and the shells that read it; none where the session does, before any shell.

    `is_of_terminals` is whether every new terminal reads it, and not only a login; `is_plain` whether it is no script,
    so that all that it sets is exported. `moved_by` is a variable that names another folder for it.
    """

    path: str
    shells: tuple[str, ...] = ()
    is_of_terminals: bool = False
    is_plain: bool = False
    moved_by: str = ""

    def path_with(self, environment: Mapping[str, str]) -> str:
        """Where it is, with these variables."""
        folder = environment.get(self.moved_by)
        return self.path.replace(_USUAL[self.moved_by], folder, 1) if folder else self.path


_USUAL = {"ZDOTDIR": "~", "XDG_CONFIG_HOME": "~/.config"}
START_UP_FILES = (
    StartUpFile("~/.bashrc", ("bash",), is_of_terminals=True),
    StartUpFile("~/.bash_aliases", ("bash",), is_of_terminals=True),
    StartUpFile("~/.bash_profile", ("bash",)),
    StartUpFile("~/.bash_login", ("bash",)),
    StartUpFile("~/.profile", _BOURNE),
    StartUpFile("~/.zshrc", ("zsh",), is_of_terminals=True, moved_by="ZDOTDIR"),
    StartUpFile("~/.zshenv", ("zsh",), is_of_terminals=True),
    StartUpFile("~/.zprofile", ("zsh",), moved_by="ZDOTDIR"),
    StartUpFile("~/.zlogin", ("zsh",), moved_by="ZDOTDIR"),
    StartUpFile("~/.kshrc", ("ksh",), is_of_terminals=True),
    StartUpFile("~/.cshrc", ("csh", "tcsh"), is_of_terminals=True),
    StartUpFile("~/.tcshrc", ("tcsh",), is_of_terminals=True),
    StartUpFile("~/.login", ("csh", "tcsh")),
    StartUpFile("~/.config/fish/config.fish", ("fish",), is_of_terminals=True, moved_by="XDG_CONFIG_HOME"),
    StartUpFile("~/.config/fish/conf.d/*.fish", ("fish",), is_of_terminals=True, moved_by="XDG_CONFIG_HOME"),
    StartUpFile(".envrc", ("direnv",)),
    StartUpFile("/etc/profile", _BOURNE),
    StartUpFile("/etc/profile.d/*.sh", _BOURNE),
    StartUpFile("/etc/bash.bashrc", ("bash",), is_of_terminals=True),
    StartUpFile("/etc/zsh/z*", ("zsh",)),
    StartUpFile("~/.xprofile"),
    StartUpFile("~/.xsessionrc"),
    StartUpFile("~/.config/environment.d/*.conf", is_plain=True, moved_by="XDG_CONFIG_HOME"),
    StartUpFile("~/.pam_environment", is_plain=True),
    StartUpFile("/etc/environment", is_plain=True),
)
