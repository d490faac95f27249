"""Which revision the tables of a database are at, and which this release needs.

Asked at each start, so without Alembic, which takes a second and ten megabytes; `records.upgrade` has it change them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import inspect, text

from records.database import Database, Tx

FOLDER = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version"
_at = text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608


def head() -> str:
    """The revision this release needs."""
    return known()[-1]


@cache
def known() -> tuple[str, ...]:
    """Every revision this release knows, oldest first: what the names of their files begin with."""
    return tuple(sorted(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*_*.py")))


def revision(tx: Tx) -> str | None:
    """The revision a database is at, None without tables."""
    if not inspect(tx.conn).has_table(VERSION_TABLE):
        return None
    found: str | None = tx.conn.scalar(_at)
    return found


def is_current(db: Database) -> bool:
    """Whether the tables are what this release needs: neither older nor newer."""
    with db.read() as tx:
        return revision(tx) == head()
