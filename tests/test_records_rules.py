"""What the database itself holds to, on SQLite and on PostgreSQL: its rules, its transactions, and what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Table, UniqueConstraint, func, insert, select, types
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import SQLModel

from records import audit, meta, people
from records.database import Database, Tx
from records.session_tables import TherapyGroup
from records.study_tables import AllocationList, Screening
from records.tables import AlertRow, AuditEntry, ConversationRow, DueItem, Meta, Outbox, Participant, table
from tests.databases import KINDS, START, Clock, Fresh, NoPostgres, Shelf, url_of

TABLES = [t for t in SQLModel.metadata.sorted_tables if t.name != "alembic_version"]
PLAIN: tuple[tuple[type[types.TypeEngine[Any]], Any], ...] = (
    (types.Boolean, False),
    (types.LargeBinary, b"sealed"),
    (types.JSON, {}),
    (types.DateTime, START),
    (types.Date, START.date()),
    (types.Integer, 1),
    (types.Float, 1.0),
    (types.String, "x"),
)
BY_HAND: dict[str, list[dict[str, Any]]] = {
    "count_positive": [{"count": 0}, {"count": -1}],
    "count_only_when_taken": [{"status": "missed", "count": 1}],
    "seconds_positive": [{"seconds": -1}],
    "value_only_when_answered": [{"status": "skipped", "value": 0}],
    "count_not_negative": [{"count": -1}],
    "zero_is_zero": [{"status": "zero", "count": 1}],
    "count_only_when_known": [{"status": "skipped", "count": 0}, {"status": "dont_remember", "count": 1}],
    "logged_not_negative": [{"logged": -1}],
    "minutes_not_negative": [{"minutes": -1}],
    "minutes_only_when_said": [{"answer": "fits", "minutes": 0}, {"answer": "skipped", "minutes": 30}],
}
MAY_BE_MISSING: dict[str, dict[str, Any]] = {
    "dose": {"count": None},
    "response": {"value": None},
    "tlfb_day": {"count": None},
    "diary_dose": {"count": None},
    "practice_week": {"minutes": None},
}
"""Values that only some words of a table go with."""


@pytest.fixture(scope="module", params=KINDS)
def ruled(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[Database]:
    """A database that no test changes: whatever they write is rolled back."""
    fresh = Fresh(shelf, Clock())
    try:
        db = fresh(request.param)
    except NoPostgres as error:
        pytest.skip(str(error))
    with db.write() as tx:
        for study_id in ("P0001", "P0002"):
            tx.run(insert(table(Participant)), **valid(table(Participant), study_id=study_id))
        tx.run(insert(table(AllocationList)), **valid(table(AllocationList), sha256="parent"))
        tx.run(insert(table(Screening)), **valid(table(Screening), number="parent", participant_id=None))
        tx.run(insert(table(TherapyGroup)), **valid(table(TherapyGroup), code="parent"))
        tx.run(insert(table(AlertRow)), **valid(table(AlertRow), rule="parent"))
        tx.run(insert(table(DueItem)), **valid(table(DueItem), item="parent"))
    yield db
    fresh.close()


@pytest.fixture
def tx(ruled: Database) -> Iterator[Tx]:
    """A transaction that is rolled back at the end of the test."""
    with ruled.engine.connect() as conn, conn.begin() as transaction:
        yield Tx(conn, START, ruled.keys)
        transaction.rollback()


def valid(of: Table, **given: Any) -> dict[str, Any]:
    """A row the table takes, without its number."""
    row = {c.name: plain(c.type) for c in of.columns if not (c.primary_key and isinstance(c.type, types.Integer))}
    row |= {column: words[0] for column, words in word_lists(of)}
    row |= {column: low for column, low, _ in ranges(of)}
    return row | given


def plain(of: types.TypeEngine[Any]) -> Any:
    inner = of.impl_instance if isinstance(of, types.TypeDecorator) else of
    return next(value for kind, value in PLAIN if isinstance(inner, kind))


def checks(of: Table) -> list[tuple[str, str]]:
    return [(str(c.name), str(c.sqltext)) for c in of.constraints if isinstance(c, CheckConstraint)]


def word_lists(of: Table) -> list[tuple[str, list[str]]]:
    found = (re.fullmatch(r"(\w+) IN \((.+)\)", rule) for _, rule in checks(of))
    return [(m[1], re.findall(r"'(\w+)'", m[2])) for m in found if m]


def ranges(of: Table) -> list[tuple[str, int, int]]:
    found = (re.fullmatch(r"(\w+) BETWEEN (\d+) AND (\d+)", rule) for _, rule in checks(of))
    return [(m[1], int(m[2]), int(m[3])) for m in found if m]


def refuses(tx: Tx, of: Table, **values: Any) -> None:
    with pytest.raises(IntegrityError), tx.conn.begin_nested():
        tx.run(insert(of), **valid(of, **values))


def takes(tx: Tx, of: Table, **values: Any) -> None:
    with tx.conn.begin_nested() as attempt:
        tx.run(insert(of), **valid(of, **values))
        attempt.rollback()


by_table = pytest.mark.parametrize("of", TABLES, ids=[t.name for t in TABLES])


@by_table
def test_a_column_that_must_be_filled_refuses_nothing(tx: Tx, of: Table) -> None:
    takes(tx, of)
    for name in valid(of):
        if of.c[name].nullable:
            takes(tx, of, **{name: None})
        elif not of.c[name].primary_key and not isinstance(of.c[name].type, types.JSON):
            refuses(tx, of, **{name: None})


@by_table
def test_a_word_that_is_not_on_the_list_is_refused(tx: Tx, of: Table) -> None:
    for column, words in word_lists(of):
        refuses(tx, of, **{column: "no such word"})
        for word in words:
            takes(tx, of, **MAY_BE_MISSING.get(of.name, {}), **{column: word})


@by_table
def test_a_number_outside_its_range_is_refused(tx: Tx, of: Table) -> None:
    for column, low, high in ranges(of):
        for value in (low - 1, high + 1):
            refuses(tx, of, **{column: value})
        for value in (low, high):
            takes(tx, of, **{column: value})


@by_table
def test_every_other_rule_of_a_table_refuses_what_it_should(tx: Tx, of: Table) -> None:
    for name, rule in checks(of):
        if " IN (" in rule or " BETWEEN " in rule:
            continue
        for values in BY_HAND[name]:
            refuses(tx, of, **values)


def another(column: Any) -> Any:
    """A value other than the plain one; of a number, one that another row has."""
    return 2 if isinstance(column.type, types.Integer) else f"another {column.name}"


@by_table
def test_what_may_be_there_once_is_refused_a_second_time(tx: Tx, of: Table) -> None:
    once = [c for c in of.constraints if isinstance(c, UniqueConstraint)]
    if not once:
        return
    tx.run(insert(of), **valid(of))
    for rule in once:
        others = {c.name: another(c) for other in once if other is not rule for c in other.columns}
        others = {n: v for n, v in others.items() if n not in rule.columns}
        refuses(tx, of, **others)


@by_table
def test_a_row_that_points_at_nothing_is_refused(tx: Tx, of: Table) -> None:
    for key in of.foreign_keys:
        refuses(tx, of, **{key.parent.name: 999_999})


def test_a_person_has_one_talk_in_front_and_any_number_parked(tx: Tx) -> None:
    talks = table(ConversationRow)
    for state in ("parked", "parked", "ended", "front"):
        tx.run(insert(talks), **valid(talks, state=state))
    refuses(tx, talks, state="front")


def test_a_person_has_one_open_alert_of_a_rule_and_strangers_have_any_number(tx: Tx) -> None:
    alerts = table(AlertRow)
    for state in ("closed", "closed", "acknowledged"):
        tx.run(insert(alerts), **valid(alerts, state=state, rule="sedation"))
    refuses(tx, alerts, state="open", rule="sedation")
    for _ in range(2):
        tx.run(insert(alerts), **valid(alerts, participant_id=None, state="open", rule="sedation"))


def test_messages_without_an_occurrence_may_be_many(tx: Tx) -> None:
    for _ in range(2):
        tx.run(insert(table(Outbox)), **valid(table(Outbox), occurrence=None))


def test_an_instant_comes_back_aware_and_in_utc_whatever_zone_it_was_given_in(tx: Tx) -> None:
    given = datetime(2026, 3, 2, 23, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    values = valid(table(Participant), study_id="P7", created_at=given, enrolled_on=date(2026, 3, 2))
    tx.run(insert(table(Participant)), **values)
    row = people.by_study_id(tx, "P7")
    assert row.created_at == given
    assert row.created_at.tzinfo is UTC
    assert row.created_at.isoformat() == "2026-03-02T17:45:00.123456+00:00"
    assert row.enrolled_on == date(2026, 3, 2)


def test_an_instant_without_a_zone_is_refused(tx: Tx) -> None:
    naive = START.replace(tzinfo=None)
    with pytest.raises(StatementError, match="timezone"), tx.conn.begin_nested():
        tx.run(insert(table(Participant)), **valid(table(Participant), study_id="P7", created_at=naive))


def test_a_refused_row_is_named_without_its_values(ruled: Database) -> None:
    with ruled.engine.connect() as conn, pytest.raises(IntegrityError) as refused:
        Tx(conn, START, ruled.keys).run(
            insert(table(Participant)), **valid(table(Participant), study_id="P0001", hold="her name")
        )
    assert "her name" not in str(refused.value)


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def write_and_fall() -> None:
        with database.write() as tx:
            meta.put(tx, "a", "1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fall()
    with database.read() as tx:
        assert meta.get(tx, "a") is None


def test_two_processes_that_count_up_the_same_value_lose_nothing(database: Database, fresh: Fresh) -> None:
    def count_up(db: Database) -> None:
        for _ in range(50):
            with db.write() as tx:
                meta.put(tx, "counted", str(int(meta.get(tx, "counted") or 0) + 1))
                audit.note(tx, "P0001", "counted", "P0001")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(count_up, [database, fresh.open(url_of(database))]))
    with database.read() as tx:
        assert meta.get(tx, "counted") == "100"
        assert list(audit.broken_links(tx)) == []
        assert tx.first(select(func.count()).select_from(table(AuditEntry)))[0] == 100


def test_a_snapshot_sees_no_later_write_and_holds_up_no_writer(database: Database) -> None:
    with database.write() as tx:
        meta.put(tx, "a", "before")
    with database.read() as snapshot:
        assert meta.get(snapshot, "a") == "before"
        with database.write() as tx:
            meta.put(tx, "a", "after")
            tx.run(insert(table(Meta)), name="b", value="new")
        assert meta.get(snapshot, "a") == "before"
        assert meta.get(snapshot, "b") is None
    with database.read() as tx:
        assert meta.get(tx, "a") == "after"


def test_a_reader_is_not_held_up_by_an_open_write(database: Database, fresh: Fresh) -> None:
    with database.write() as tx:
        meta.put(tx, "a", "not yet")
        with fresh.open(url_of(database)).read() as reader:
            assert meta.get(reader, "a") is None


def test_nothing_can_be_written_through_a_read(database: Database) -> None:
    with database.read() as tx, pytest.raises(DBAPIError), tx.conn.begin_nested():
        tx.run(insert(table(Meta)), name="a", value="1")
    with database.write() as tx:
        assert meta.get(tx, "a") is None


def test_the_instant_of_a_transaction_is_taken_when_it_is_its_turn(database: Database, clock: Clock) -> None:
    with database.write() as tx:
        assert tx.now == clock.at
    clock.move(hours=1)
    with database.read() as tx:
        assert tx.now == START + timedelta(hours=1)
