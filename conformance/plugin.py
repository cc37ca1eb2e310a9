"""The pytest glue: adds the options, and begins a session when the suites are among what was asked for."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.session.options import add_options

if TYPE_CHECKING:
    from collections.abc import Generator

_SUITES = Path(__file__).resolve().parent / "suites"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run."""
    add_options(parser)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    """Keep secrets out of the report on a conftest that cannot be imported: it is written before any session."""
    try:
        return (yield)
    except Exception as error:
        from conformance.session.setup import usual_scrubber

        clean = usual_scrubber().scrub(str(error))
        if clean != str(error):
            raise pytest.UsageError(clean) from None
        raise


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Begin a session; all that follows is done by the plugins that it registers."""
    if config.getoption("conformance_target") and config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args = [str(_SUITES)]  # --target without a path means the suites, wherever pytest is started
    if config.option.help or config.option.version or not any(_covers_suites(word, config) for word in config.args):
        return
    from conformance.session.session import begin  # everything else in this environment starts without it

    begin(config)


def _covers_suites(argument: str, config: pytest.Config) -> bool:
    """Whether an argument names the suites, something in them, or a directory around them."""
    argument = argument.split("::")[0]
    path = config.invocation_params.dir / argument
    if config.option.pyargs and not path.exists():
        try:
            spec = importlib.util.find_spec(argument)
        except (ImportError, ValueError):
            return False
        if spec is None or spec.origin is None:
            return False
        path = Path(spec.origin)
        path = path.parent if path.name == "__init__.py" else path
    path = path.resolve()
    if path in _SUITES.parents:  # what is installed in an environment below a directory does not belong to it
        return "site-packages" not in _SUITES.relative_to(path).parts
    return path == _SUITES or _SUITES in path.parents
