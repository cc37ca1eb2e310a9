"""A user whom no home directory is known of: what is kept elsewhere is made again, and nothing ends for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from explained import printed

from conformance import cli
from conformance.cache import cache_directory


@pytest.fixture(autouse=True)
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    def home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", home)


def test_an_explanation_needs_no_cache() -> None:
    assert cache_directory() is None
    assert printed("HOPX_API_KEY=<KEY>\n").startswith("healthy")


def test_a_cache_that_is_named_needs_no_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_directory() == tmp_path / "hopx-auth"


def test_where_releases_cannot_be_kept_the_variable_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["adapter", "check", "hopx-python"]) == 1
    assert "XDG_CACHE_HOME" in capsys.readouterr().out
