"""The migrations lead to the tables the models describe, on both databases, and never half-way."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import bindparam, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from records import due, schema, upgrade
from records.database import Database
from records.migrations.__main__ import draft
from records.upgrade import SchemaRefused
from tests.databases import START, Fresh, url_of
from tests.samples import lived_in

SOMEBODY = """
INSERT INTO participant
    (id, study_id, site, test, language, zone, quiet_from, quiet_to, discreet, status, protocol_version, created_at)
VALUES (1, 'P0001', 'main', false, 'en', 'UTC', '21:00', '08:00', false, 'invited', '1', '2026-03-02 15:00:00')
"""
DUE = """
INSERT INTO due_item (participant_id, item, occurrence, due_at, due_local, zone, protocol_version, payload, state)
VALUES (1, 'diary', :name, :at, '2026-03-02T10:00:00', 'America/New_York', '1', '{}', 'pending')
"""


def tables_of(db: Database) -> dict[str, Any]:
    """All the database knows about its tables: columns, types, defaults, keys, rules, indexes."""
    with db.read() as tx:
        seen = inspect(tx.conn)
        return {
            name: {
                "columns": {c["name"]: (str(c["type"]), c["nullable"], c["default"]) for c in seen.get_columns(name)},
                "key": seen.get_pk_constraint(name),
                "points": by_name(seen.get_foreign_keys(name)),
                "unique": by_name(seen.get_unique_constraints(name)),
                "checks": by_name(seen.get_check_constraints(name)),
                "indexes": by_name(seen.get_indexes(name)),
            }
            for name in seen.get_table_names()
            if name != schema.VERSION_TABLE
        }


def by_name(found: Any) -> dict[str, Any]:
    return {each["name"]: said(each) for each in found}


def said(value: Any) -> Any:
    """A value as text all through: two equal conditions of an index are different objects."""
    return {name: said(inner) for name, inner in value.items()} if isinstance(value, dict) else str(value)


def test_an_empty_database_gets_every_revision_in_order(kind: str, fresh: Fresh) -> None:
    db = fresh(kind, migrated=False)
    assert not schema.is_current(db)
    assert upgrade.pending(db) == list(schema.known())
    assert upgrade.upgrade(db) == list(schema.known())
    assert schema.is_current(db)
    assert upgrade.pending(db) == []


def test_a_second_upgrade_does_nothing(database: Database) -> None:
    before = tables_of(database)
    assert upgrade.upgrade(database) == []
    assert tables_of(database) == before


def test_alembic_sees_no_difference_between_the_migrations_and_the_models(database: Database) -> None:
    with database.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx.conn), SQLModel.metadata) == []


def test_the_migrations_give_exactly_what_the_models_would_make(kind: str, database: Database, fresh: Fresh) -> None:
    made = fresh(kind, migrated=False)
    SQLModel.metadata.create_all(made.engine)
    assert tables_of(database) == tables_of(made)


def test_every_rule_has_a_name_so_that_a_later_migration_can_change_it(database: Database) -> None:
    for table in tables_of(database).values():
        assert all([*table["points"], *table["unique"], *table["checks"], *table["indexes"]])


def test_a_failed_upgrade_leaves_nothing_behind(kind: str, fresh: Fresh) -> None:
    db = fresh(kind, migrated=False)

    def upgrade_and_fall() -> None:
        with upgrade.changing(db) as tx:
            upgrade.apply(tx)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        upgrade_and_fall()
    assert tables_of(db) == {}
    assert upgrade.pending(db) == list(schema.known())


def test_two_processes_upgrading_at_once_both_succeed(kind: str, fresh: Fresh) -> None:
    first = fresh(kind, migrated=False)
    second = fresh.open(url_of(first))
    with ThreadPoolExecutor(2) as pool:
        applied = list(pool.map(upgrade.upgrade, [first, second]))
    assert sorted(applied) == [[], list(schema.known())]


def test_tables_of_a_newer_release_are_refused(database: Database) -> None:
    with database.write() as tx:
        tx.run(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not schema.is_current(database)
    with pytest.raises(SchemaRefused, match="newer release"):
        upgrade.pending(database)
    with pytest.raises(SchemaRefused, match="newer release"):
        upgrade.upgrade(database)


def test_tables_that_no_migration_made_are_refused(kind: str, fresh: Fresh) -> None:
    db = fresh(kind, migrated=False)
    SQLModel.metadata.create_all(db.engine)
    with pytest.raises(SchemaRefused, match="not made by"):
        upgrade.upgrade(db)


def test_a_change_of_tables_that_leaves_a_row_pointing_nowhere_is_refused(fresh: Fresh) -> None:
    db = fresh("sqlite")

    def leave_a_loose_end() -> None:
        with upgrade.changing(db) as tx:
            tx.run(text("INSERT INTO alert_note VALUES (1, 99, '2026-03-02 15:00:00.000000', 'me', x'00')"))

    with pytest.raises(SchemaRefused, match="alert_note points at a row of alert"):
        leave_a_loose_end()
    with db.read() as tx:
        assert tx.rows(text("SELECT * FROM alert_note")) == []


def test_foreign_keys_are_enforced_again_after_a_change_of_tables(fresh: Fresh) -> None:
    db = fresh("sqlite")
    with upgrade.changing(db) as tx:
        assert tx.first(text("PRAGMA foreign_keys"))[0] == 0
    with db.write() as tx:
        assert tx.first(text("PRAGMA foreign_keys"))[0] == 1


def test_a_path_with_a_percent_sign_is_no_hindrance() -> None:
    assert upgrade.config(Path("/a%20b")).get_main_option("script_location") == "/a%20b"


def test_a_draft_of_a_revision_says_what_the_models_have_and_the_revisions_lack(tmp_path: Path) -> None:
    drafted = draft("nothing new", shutil.copytree(schema.FOLDER, tmp_path / "migrations"))
    assert drafted.name == f"{int(schema.head()) + 1:04d}_nothing_new.py"
    assert "def upgrade() -> None:" in drafted.read_text()
    assert "participant" not in drafted.read_text()


def test_the_url_of_a_test_database_leads_to_it(database: Database, fresh: Fresh) -> None:
    assert schema.is_current(fresh.open(url_of(database)))


def test_a_later_revision_changes_a_table_under_its_rows(
    kind: str, fresh: Fresh, next_release: Callable[[], None]
) -> None:
    db = fresh(kind, filled=lived_in)
    before = tables_of(db)
    next_release()
    assert upgrade.pending(db) == ["9000"]
    assert upgrade.upgrade(db) == ["9000"]
    after = tables_of(db)
    assert {name for name in after if after[name] != before[name]} == {"participant"}
    with db.write() as tx:
        assert tx.run(text("UPDATE participant SET arm = 'waiting' WHERE colour = 'blue'")) == 8
        assert tx.first(text("SELECT count(*) FROM chat JOIN participant p ON p.id = participant_id"))[0] == 8
    with pytest.raises(IntegrityError), db.write() as tx:
        tx.run(text("DELETE FROM participant"))


def test_what_was_put_off_before_gets_back_when_it_was_due(kind: str, fresh: Fresh) -> None:
    db, hour = fresh(kind, migrated=False), timedelta(hours=1)
    turns = {"on time": START, "to the second": START.replace(microsecond=7), "put off": START + hour}
    with upgrade.changing(db) as tx:
        upgrade.apply(tx, "0010")
        tx.run(text(SOMEBODY))
        for name, at in turns.items():
            tx.run(text(DUE).bindparams(bindparam("at", type_=due.due.c.due_at.type)), name=name, at=at)
    assert upgrade.upgrade(db)[0] == "0011"
    with db.read() as tx:
        found = {row.occurrence: row for row in due.all_of(tx, 1)}
        assert {name: row.look_at for name, row in found.items()} == turns
        assert {name: row.due_at for name, row in found.items()} == turns | {"put off": START}


def test_the_revisions_this_release_knows_are_those_of_the_migrations() -> None:
    scripts = ScriptDirectory(str(schema.FOLDER)).walk_revisions()
    assert schema.known() == tuple(script.revision for script in scripts)[::-1]
