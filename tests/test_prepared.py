"""Prepared statements and the connections they go over: values in and out, their order, what an error leaves behind."""

from __future__ import annotations

from sqlalchemy import text

from records import meta
from tests.databases import Fresh

CUT_OFF_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def test_a_connection_that_was_cut_off_while_idle_is_replaced(fresh: Fresh) -> None:
    database = fresh("postgresql")
    with database.write() as tx:
        meta.put(tx, "colour", "red")
    with database.engine.connect() as other:
        other.execute(text(CUT_OFF_OTHERS))
    with database.write() as tx:
        meta.put(tx, "colour", "blue")
    with database.read() as tx:
        assert meta.get(tx, "colour") == "blue"
