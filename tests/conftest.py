"""Fixtures of all tests: a fresh database of each kind."""

from __future__ import annotations

import gc
import logging
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import structlog

from records import schema
from records.database import Database
from tests.clinic import Clinic, clinic_over
from tests.databases import KINDS, NEXT_REVISION, Clock, Fresh, NoPostgres, Shelf, in_memory

# as `coach` sets it before PTB is imported
os.environ.setdefault("PTB_TIMEDELTA", "1")

# what the product logs is not read here
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

# modules, content and thousands of tests stay to the end: looking through them for garbage was a tenth of a run
gc.set_threshold(10_000, 10, 10)

shelves = pytest.StashKey[Shelf]()


@pytest.fixture(scope="session")
def shelf(pytestconfig: pytest.Config) -> Iterator[Shelf]:
    """The migrated databases that all tests copy."""
    shelf = pytestconfig.stash[shelves] = Shelf()
    yield shelf
    shelf.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, shelf: Shelf) -> str:
    """Each kind of database in turn; PostgreSQL is skipped loudly where there is none."""
    kind: str = request.param
    try:
        shelf.need(kind)
    except NoPostgres as error:
        pytest.skip(str(error))
    return kind


@pytest.fixture
def fresh(shelf: Shelf, clock: Clock) -> Iterator[Fresh]:
    """Makes databases: `fresh("postgresql")`."""
    fresh = Fresh(shelf, clock)
    yield fresh
    fresh.close()


@pytest.fixture
def database(kind: str, fresh: Fresh) -> Database:
    """A fresh database with its tables, once of each kind."""
    return fresh(kind)


@pytest.fixture
async def clinic(kind: str, shelf: Shelf) -> AsyncIterator[Clinic]:
    """The whole application, once over each kind of database."""
    url = shelf.url(kind)
    async with clinic_over(url) as clinic:
        yield clinic
    shelf.drop(url)


@pytest.fixture
def next_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Call it, and the program is a release further: with one revision more, which rebuilds a table on SQLite."""

    def install() -> None:
        folder = shutil.copytree(schema.FOLDER, tmp_path / "migrations")
        (folder / "versions" / "9000_next.py").write_text(NEXT_REVISION.format(last=schema.head()), encoding="utf-8")
        monkeypatch.setattr(schema, "FOLDER", folder)
        schema.known.cache_clear()

    yield install
    monkeypatch.undo()
    schema.known.cache_clear()


def pytest_configure(config: pytest.Config) -> None:
    """Folders of tests lie in memory where there is room: what is written there is not to outlive the test."""
    memory = in_memory()
    if memory is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test marked `weeks` runs on SQLite every time, and on PostgreSQL with the slow ones."""
    for item in items:
        on = getattr(item, "callspec", None)
        if item.get_closest_marker("weeks") and on is not None and on.params.get("kind") == "postgresql":
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """What is there before the first test is never garbage."""
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    shelf = config.stash.get(shelves, None)
    if shelf is not None and shelf.missing:
        terminalreporter.section("NOTHING WAS TESTED ON POSTGRESQL", red=True)
        terminalreporter.line(shelf.missing)
