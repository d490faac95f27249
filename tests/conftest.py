"""Fixtures of all tests: a fresh database of each kind."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from records.database import Database
from tests.clinic import Clinic, clinic_over
from tests.databases import KINDS, Clock, Fresh, NoPostgres, Shelf

# what the product logs is not read here
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

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
    async with clinic_over(shelf.url(kind)) as clinic:
        yield clinic


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    shelf = config.stash.get(shelves, None)
    if shelf is not None and shelf.missing:
        terminalreporter.section("NOTHING WAS TESTED ON POSTGRESQL", red=True)
        terminalreporter.line(shelf.missing)
