"""Fixtures shared by all tests: goldens, the command line, shops written as transcripts."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import typer.main
import typer.testing
from blank import put_blank
from depth import IS_THOROUGH
from typer.testing import CliRunner, Result
from unattended_shop import naughty_run

from cskpi.cli import app
from cskpi.texts import set_language

__all__ = ["naughty_run"]

GOLDENS = Path(__file__).parent / "goldens"
RENEW = "pytest --update-goldens renews it; review the difference"

# Typer lays out all commands anew for each call; help is written while they are declared, anyway.
vars(typer.testing)["_get_command"] = cache(typer.main.get_command)

Cli = Callable[..., Result]
Golden = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="rewrite golden files")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only a thorough run looks at; last come the cases of shared shops, shop by shop."""
    left = [] if IS_THOROUGH else [item for item in items if item.get_closest_marker("thorough")]
    items[:] = sorted((item for item in items if item not in left), key=_shared_shop)
    config.hook.pytest_deselected(items=left)


def _shared_shop(item: pytest.Item) -> str:
    marker = item.get_closest_marker("shop")
    return str(marker.args[0]) if marker else ""


def pytest_collection_finish() -> None:
    """Take what stands after the collection out of the collector's rounds: it stays to the end."""
    gc.collect()
    gc.freeze()
    # Tests leave few rings behind: looking for them after every 700 objects finds next to nothing.
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def _chinese(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every test starts in Chinese, in an empty workspace, without a user's own settings."""
    set_language("zh")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-config"))
    for name in ("CSKPI_DB", "CSKPI_LANG"):
        monkeypatch.delenv(name, raising=False)
    # A test's few rows are no work to share, and the tests run side by side already.
    monkeypatch.setenv("CSKPI_THREADS", "1")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare text with a file under tests/goldens."""

    def compare(name: str, content: str) -> None:
        path = GOLDENS / name
        if request.config.getoption("--update-goldens"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8", newline="\n")
        assert path.is_file(), f"{path} is missing; {RENEW}"
        assert content == path.read_text(encoding="utf-8"), f"{name} differs; {RENEW}"

    return compare


@pytest.fixture
def cli() -> Cli:
    """Run a command in the test's workspace and return its streams and exit code.

    A load into a database that is not there finds an empty one.
    """

    def run(*arguments: str | Path, code: int = 0) -> Result:
        words = [str(word) for word in arguments]
        if words and words[0] == "load":
            put_blank(Path(words[words.index("--db") + 1] if "--db" in words else "cskpi.duckdb"))
        return _invoked(words, code)

    return run


@pytest.fixture
def bare_cli() -> Cli:
    """Do the same without laying out a database: for what is told of making one."""
    return lambda *arguments, code=0: _invoked([str(word) for word in arguments], code)


def _invoked(words: list[str], code: int) -> Result:
    result = CliRunner().invoke(app, words)
    if result.exit_code != code and result.exception is not None:
        raise AssertionError(result.output) from result.exception
    assert result.exit_code == code, result.output
    return result
