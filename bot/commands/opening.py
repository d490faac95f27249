"""What every command begins with: the settings, the keys and the database, or a reason on one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import typer
from sqlalchemy.exc import ArgumentError, DBAPIError

from bot import settings as all_settings
from bot.settings import Settings, SettingsRefused
from content.loading import ContentRefused
from content.protocol import use
from records.database import Database
from records.schema import is_current
from records.sealed import Keyring, WrongKey
from records.waiting import Busy
from study.staff_codes import NoStaffCode


def refuse(reason: str) -> NoReturn:
    """End with status 1 and the reason on stderr."""
    typer.echo(f"coach: {reason}", err=True)
    raise typer.Exit(1)


def load_settings() -> Settings:
    """The settings, or the end of the program with a line for each that cannot be used.

    From here on this process lives by the protocol that is set.
    """
    try:
        settings = all_settings.load()
        use(settings.protocol)
    except SettingsRefused as error:
        refuse("; ".join(error.lines))
    except ContentRefused as error:
        refuse(f"COACH_PROTOCOL: {error}")
    return settings


def real_time() -> datetime:
    """The clock of a real installation."""
    return datetime.now(UTC)


class NoDatabase(Exception):
    """The database cannot be used; the text says why and what to do."""


def database_of(settings: Settings, *, check: bool = True) -> Database:
    """The database that is set; with `check`, one whose tables fit this release."""
    try:
        return _database_of(settings, check=check)
    except NoDatabase as error:
        refuse(str(error))


def _database_of(settings: Settings, *, check: bool = True) -> Database:
    secret = settings.secret_key.get_secret_value()
    if not secret:
        raise NoDatabase(
            "COACH_SECRET_KEY is not set; make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    try:
        keys = Keyring(secret)
    except ValueError as error:
        raise NoDatabase(f"COACH_SECRET_KEY: {error}") from None
    try:
        database = Database(settings.database_url.get_secret_value(), keys, real_time)
        if check and not is_current(database):
            raise NoDatabase("the database does not fit this release; run: coach db upgrade")
    except ArgumentError:
        raise NoDatabase(
            "COACH_DATABASE_URL: not an address such as sqlite:///coach.sqlite3 or postgresql://user@host/name"
        ) from None
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0]
        raise NoDatabase(f"COACH_DATABASE_URL: the database cannot be opened: {reason}") from None
    return database


def database_at_hand(settings: Settings) -> Database:
    """The database that is set, for a command that can do without one: none is made. Raises NoDatabase."""
    address = settings.database_url.get_secret_value()
    file = address.removeprefix("sqlite:///")
    if file != address and not Path(file).is_file():
        raise NoDatabase("there is no database yet")
    return _database_of(settings)


def open_database() -> Database:
    """The database of this installation, checked."""
    return database_of(load_settings())


def open_any_database() -> Database:
    """The database of this installation, whatever release its tables are of (for upgrade and restore)."""
    return database_of(load_settings(), check=False)


@contextmanager
def opened() -> Iterator[Database]:
    """The checked database for the length of a block; what cannot be read or written ends the program with a reason."""
    with using(open_database()) as database:
        yield database


@contextmanager
def using(database: Database) -> Iterator[Database]:
    """A database for the length of a block, as `opened`."""
    try:
        yield database
    except WrongKey as error:
        refuse(f"COACH_SECRET_KEY: {error}")
    except Busy as error:
        refuse(str(error))
    except DBAPIError as error:
        refuse(f"the database refused: {str(error.orig).splitlines()[0]}")
    except NoStaffCode as error:
        refuse(str(error))
    finally:
        database.close()
