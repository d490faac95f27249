"""Prepared statements and the wire to PostgreSQL: values in and out, their order, and what an error leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from records import meta
from records.database import Database, Tx
from records.prepared import Prepared
from tests.databases import Fresh
from tests.samples import lived_in

CUT_OFF_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
AT = datetime(2026, 3, 2, 14, 30, 15, 123456, tzinfo=UTC)
odd = Table(
    "odd",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("words", Text),
    Column("name", String),
    Column("sealed", LargeBinary),
    Column("amount", Float),
    Column("far", BigInteger),
    Column("on", Date),
    Column("at", UTCDateTime),
    Column("payload", JSON(none_as_null=True)),
)
KEYS = [column.key for column in odd.columns]
ROWS: tuple[tuple[Any, ...], ...] = (
    (1, "plain", "name", b"bytes", 0.1, 7, date(2026, 2, 28), AT, {"a": [1, None, "ő"]}),
    (2, "100 % of $1, %(name)s; 'q' \"d\" \\x00\n=1+1", "", b"\x00\xff\\'", -1e-300, 2**62, date.max, AT, []),
    (3, None, None, None, None, None, None, None, None),
    (4, "\u201cZoë\u201d 🫁", "x" * 10_000, bytes(range(256)) * 50, 1e300, -(2**62), date.min, AT, {"deep": {"": 0}}),
    (5, "later", "in Kathmandu", b"", 2.0, 0, AT.date(), AT.astimezone(timezone(timedelta(hours=5.75))), "text"),
)
_put, _all = Prepared(insert(odd)), Prepared(select(odd).order_by(odd.c.id))
_one = Prepared(select(odd.c.words).where(odd.c.id == bindparam("id_")))
_change = Prepared(update(odd).where(odd.c.id == bindparam("id_")).values(words=bindparam("words_")))


@pytest.fixture
def ready(database: Database) -> Database:
    """A database with the table of odd values."""
    odd.create(database.engine)
    return database


def put_all(tx: Tx) -> None:
    for row in ROWS:
        tx.do(_put, **dict(zip(KEYS, row, strict=True)))


def test_odd_values_come_back_as_they_went_in_whoever_reads_them(ready: Database) -> None:
    with ready.write() as tx:
        put_all(tx)
        assert [tuple(row) for row in tx.rows(_all)] == list(ROWS), "in the transaction that wrote them"
    with ready.read() as tx:
        assert [tuple(row) for row in tx.rows(_all)] == list(ROWS)
        assert [tuple(row) for row in tx.rows(select(odd).order_by(odd.c.id))] == list(ROWS), "without preparing"
        assert [type(value) for value in tx.first(_all)] == [type(value) for value in ROWS[0]]


def test_what_sqlalchemy_wrote_is_read_the_same_by_prepared_statements_in_every_table(fresh: Fresh, kind: str) -> None:
    database = fresh(kind, filled=lived_in)
    for name, stored in SQLModel.metadata.tables.items():
        prepared = Prepared(select(stored))
        with database.write() as tx:
            plainly = sorted(map(repr, map(tuple, tx.rows(select(stored)))))
            assert sorted(map(repr, map(tuple, tx.rows(prepared)))) == plainly, name


def test_statements_are_done_in_the_order_given_and_rows_belong_to_their_call(ready: Database) -> None:
    with ready.write() as tx:
        put_all(tx)
        for n in range(30):
            tx.do(_change, id_=1 + n % 3, words_=f"change {n}")
        found = tx.each((_one, {"id_": 3}), (_one, {"id_": 99}), (_one, {"id_": 1}))
        assert [[row.words for row in rows] for rows in found] == [["change 29"], [], ["change 27"]]
        assert tx.each() == []
        assert tx.run(_change, id_=2, words_="again") == 1
        assert tx.run(_change, id_=99, words_="nobody") == 0
        assert tx.run(delete(odd).where(odd.c.words == "again")) == 1, "a statement not prepared sees what was sent"
        assert tx.first(_one, id_=2) is None, "and is seen by the next prepared one"


def put_twice(database: Database, then: Callable[[Tx], object]) -> None:
    with database.write() as tx:
        put_all(tx)
        tx.do(_put, **dict(zip(KEYS, ROWS[0], strict=True)))
        then(tx)


def test_an_error_comes_to_light_and_nothing_of_its_transaction_stays(ready: Database) -> None:
    never_sent_before = Prepared(select(odd.c.name, odd.c.words).order_by(odd.c.id))
    later: tuple[Callable[[Tx], object], ...] = (
        lambda tx: tx.rows(never_sent_before),
        lambda tx: tx.conn,
        lambda tx: None,
    )
    for then in later:
        with pytest.raises(Exception, match=r"(?i)unique"):
            put_twice(ready, then)
    with ready.write() as tx:
        assert tx.rows(never_sent_before) == [], "and what was prepared behind the error is prepared again"
        put_all(tx)
    with ready.read() as tx:
        assert len(tx.rows(_all)) == len(ROWS)


def test_an_error_of_ours_takes_back_what_was_sent(ready: Database) -> None:
    def put_and_break() -> None:
        with ready.write() as tx:
            put_all(tx)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        put_and_break()
    with ready.write() as tx:
        assert tx.rows(_all) == []


def test_after_an_error_nothing_can_be_committed(fresh: Fresh) -> None:
    database = fresh("postgresql")
    odd.create(database.engine)

    def go_on_regardless(tx: Tx) -> None:
        with pytest.raises(psycopg.errors.UniqueViolation):
            tx.rows(_all)
        tx.do(_put, id=6)

    with pytest.raises(psycopg.Error):
        put_twice(database, go_on_regardless)
    with database.read() as tx:
        assert tx.rows(_all) == []


def test_a_connection_that_was_cut_off_while_idle_is_replaced(fresh: Fresh) -> None:
    database = fresh("postgresql")
    with database.write() as tx:
        meta.put(tx, "colour", "red")
    cut_off_all(database)
    with database.write() as tx:
        meta.put(tx, "colour", "blue")
    with database.read() as tx:
        assert meta.get(tx, "colour") == "blue"


def test_a_transaction_that_is_cut_off_fails_and_the_next_one_goes_on(fresh: Fresh) -> None:
    database = fresh("postgresql")
    change = Prepared(update(meta.values).values(value=bindparam("value_")))
    with database.write() as tx:
        meta.put(tx, "colour", "red")

    def change_and_be_cut_off() -> None:
        with database.write() as tx:
            assert tx.run(change, value_="blue") == 1
            cut_off_all(database)

    with pytest.raises((psycopg.OperationalError, DBAPIError)):
        change_and_be_cut_off()
    with database.write() as tx:
        assert meta.get(tx, "colour") == "red"


def cut_off_all(database: Database) -> None:
    with database.engine.connect() as other:
        other.execute(text(CUT_OFF_OTHERS))


def test_what_was_compiled_for_one_database_of_a_test_serves_the_next_of_its_server(kind: str, fresh: Fresh) -> None:
    def compiled(db: Database) -> Any:
        with db.read() as tx:
            context: Any = tx.conn.execute(select(meta.values.c.name)).context
            return context.compiled

    first, second = fresh(kind), fresh(kind)
    assert compiled(second) is compiled(first)
    assert second.engine.dialect.server_version_info is not None
