"""The files that shells and sessions read when they start, and which of them a new terminal reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

Written = Literal["script", "variables", "fish variables"]
_BOURNE = ("bash", "sh", "dash", "ksh")


class StartUpFile(NamedTuple):
    """A file or a pattern of files, and the shells that read it; none where the session does, before any shell.

    `is_of_terminals` is whether every new terminal reads it, and not only a login; `written` how it is written: what is
    no script runs nothing. `moved_by` is a variable that names another folder for it.
    """

    path: str
    shells: tuple[str, ...] = ()
    is_of_terminals: bool = False
    written: Written = "script"
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
    StartUpFile(
        "~/.config/fish/fish_variables",
        ("fish",),
        is_of_terminals=True,
        written="fish variables",
        moved_by="XDG_CONFIG_HOME",
    ),
    StartUpFile("/etc/fish/config.fish", ("fish",), is_of_terminals=True),
    StartUpFile("/etc/fish/conf.d/*.fish", ("fish",), is_of_terminals=True),
    StartUpFile(".envrc", ("direnv",)),
    StartUpFile("/etc/profile", _BOURNE),
    StartUpFile("/etc/profile.d/*.sh", _BOURNE),
    StartUpFile("/etc/bash.bashrc", ("bash",), is_of_terminals=True),
    StartUpFile("/etc/zsh/z*", ("zsh",)),
    StartUpFile("~/.xprofile"),
    StartUpFile("~/.xsessionrc"),
    StartUpFile("~/.config/environment.d/*.conf", written="variables", moved_by="XDG_CONFIG_HOME"),
    StartUpFile("~/.pam_environment", written="variables"),
    StartUpFile("/etc/environment", written="variables"),
)
