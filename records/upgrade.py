"""Brings the tables of a database to what this release needs; going back is restoring a backup."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect

from records import schema
from records.database import Database, Tx


class SchemaRefused(Exception):
    """This release cannot work with the tables it found; the message says what to do."""


def pending(db: Database) -> list[str]:
    """The revisions a database lacks, oldest first; `SchemaRefused` when it is of a newer release."""
    with db.read() as tx:
        return _lacking(tx)


def upgrade(db: Database) -> list[str]:
    """Apply what is pending, all or nothing; gives the revisions applied."""
    with changing(db) as tx:
        return apply(tx)


def apply(tx: Tx, to: str = "head") -> list[str]:
    """Apply revisions up to `to` inside a transaction of `changing`; gives them, oldest first."""
    lacking = _lacking(tx)
    wanted = lacking if to == "head" else [r for r in lacking if schema.known().index(r) <= schema.known().index(to)]
    if wanted:
        settings = config()
        settings.attributes["connection"] = tx.conn
        command.upgrade(settings, wanted[-1])
    return wanted


@contextmanager
def changing(db: Database, actor: str = "study") -> Iterator[Tx]:
    """A write transaction for changes of the tables.

    SQLite rebuilds a table to change it, which its foreign keys would refuse: they are off meanwhile, and checked
    before the commit.
    """
    if not db.is_sqlite:
        with db.write(actor) as tx:
            yield tx
        return
    with db.engine.connect() as conn:
        _enforce_foreign_keys(conn, "OFF")
        try:
            with conn.begin():
                yield Tx(conn, db.clock(), db.keys, actor)
                _check_foreign_keys(conn)
        finally:
            _enforce_foreign_keys(conn, "ON")


def config(folder: Path | None = None) -> Config:
    """Alembic's settings for our revisions, or those in `folder`; the connection is put into its `attributes`."""
    settings = Config()
    # ConfigParser takes a % for the start of a placeholder
    settings.set_main_option("script_location", str(folder or schema.FOLDER).replace("%", "%%"))
    return settings


def _enforce_foreign_keys(conn: Connection, switch: str) -> None:
    # past SQLAlchemy, which would begin a transaction: inside one the pragma does nothing
    conn.connection.cursor().execute(f"PRAGMA foreign_keys={switch}")


def _check_foreign_keys(conn: Connection) -> None:
    dangling = conn.exec_driver_sql("PRAGMA foreign_key_check").first()
    if dangling is not None:
        raise SchemaRefused(f"a row of {dangling[0]} points at a row of {dangling[2]} that is not there")


def _lacking(tx: Tx) -> list[str]:
    now, revisions = schema.revision(tx), schema.known()
    if now is None:
        if inspect(tx.conn).has_table("participant"):
            raise SchemaRefused("the tables were not made by `coach db upgrade`; start with a new database")
        return list(revisions)
    if now not in revisions:
        raise SchemaRefused(f"the tables are of a newer release (revision {now}, this one knows {revisions[-1]})")
    return list(revisions[revisions.index(now) + 1 :])
