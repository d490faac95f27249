"""The backup drill: what was kept comes back whole into either database, and nothing else is taken for a backup."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlmodel import SQLModel

from coordinator.backup import LOST_TALKS, BackupRefused, backup, check, restore
from records import audit, facts, meta, people, portable, schema, talks
from records.database import Database
from records.fact_tables import DoseRow
from records.tables import AuditEntry, Chat, DueItem, Meta, table
from tests.databases import KEY, START, Fresh, other
from tests.samples import FREE_TEXT, RAW_UPDATE, lived_in

pytestmark = pytest.mark.weeks

Lines = list[Any]
RESTORED = ("audit", "audit_head")


@pytest.fixture
def kept(kind: str, fresh: Fresh) -> Database:
    return fresh(kind, filled=lived_in)


Maker = Callable[[str], Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the backup of each kind of database is made, once."""
    return tmp_path_factory.mktemp("backups")


@pytest.fixture
def backup_of(fresh: Fresh, made: Path, tmp_path: Path) -> Maker:
    """Gives a backup of what `kept` holds, to do anything with."""

    def copied(kind: str) -> Path:
        found = next((made / kind).glob("coach-*"), None) or backup(fresh(kind, filled=lived_in), made / kind)
        (tmp_path / "backups").mkdir()
        return Path(shutil.copy2(found, tmp_path / "backups"))

    return copied


@pytest.fixture
def file(kind: str, backup_of: Maker) -> Path:
    """A backup of each kind of database."""
    return backup_of(kind)


@pytest.fixture
def one(backup_of: Maker) -> Path:
    """A backup, where it does not matter of what: the file is the same for both."""
    return backup_of("sqlite")


@pytest.fixture
def empty(fresh: Fresh) -> Database:
    return fresh("sqlite")


def everything(db: Database) -> dict[str, list[Any]]:
    """Every row of every table in plain values."""
    with db.read() as tx:
        return {table.name: list(portable.rows(tx, table)) for table in portable.tables(tx)}


def is_empty(db: Database) -> bool:
    with db.read() as tx:
        return tx.rows(text("SELECT chain FROM audit UNION SELECT study_id FROM participant")) == []


def faults(db: Database) -> list[audit.Fault]:
    with db.read() as tx:
        return [*audit.broken_links(tx), *facts.altered(tx)]


def lines_of(file: Path) -> Lines:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def rewritten(file: Path, change: Callable[[Lines], None], *, checksum: bool = False) -> Path:
    """The backup with something changed in it; with `checksum`, its last line is made to fit."""
    lines = lines_of(file)
    change(lines)
    texts = [json.dumps(line, separators=(",", ":")) + "\n" for line in lines]
    if checksum:
        digest = hashlib.sha256("".join(texts[:-1]).encode()).hexdigest()
        texts[-1] = json.dumps(lines[-1] | {"sha256": digest}) + "\n"
    copy = file.with_name("rewritten.jsonl.gz")
    with gzip.open(copy, "wt", encoding="utf-8") as out:
        out.writelines(texts)
    return copy


def first_row_of(lines: Lines, name: str) -> list[Any]:
    row: list[Any] = lines[lines.index({"table": name}) + 1]
    return row


def test_a_backup_is_restored_into_the_other_kind_of_database_row_by_row(
    kept: Database, kind: str, fresh: Fresh, file: Path
) -> None:
    restored = fresh(other(kind), migrated=False)
    restore(restored, file)
    before, after = everything(kept), everything(restored)
    assert all(before.values()), "a table without a row proves nothing"
    assert sum(map(len, before.values())) > 500
    assert {n: rows for n, rows in after.items() if n not in RESTORED} == {
        n: rows for n, rows in before.items() if n not in RESTORED
    }
    assert after["audit"][:-1] == before["audit"]
    assert faults(restored) == []
    assert schema.is_current(restored)


def test_a_backup_goes_there_and_back_without_a_difference(
    kept: Database, kind: str, fresh: Fresh, file: Path, tmp_path: Path
) -> None:
    there, back = fresh(other(kind)), fresh(kind)
    restore(there, file)
    restore(back, backup(there, tmp_path / "there"))
    with back.read() as tx:
        assert [row.action for row in tx.rows(select(table(AuditEntry)).order_by(table(AuditEntry).c.id))][-2:] == [
            "backup:restored"
        ] * 2
    first, last = everything(kept), everything(back)
    assert {n for n in first if first[n] != last[n]} == set(RESTORED)
    assert faults(back) == []


def test_the_study_goes_on_after_a_restore(kind: str, fresh: Fresh, file: Path) -> None:
    restored = fresh(other(kind))
    restore(restored, file)
    lived_in_again(restored)
    assert faults(restored) == []


def lived_in_again(db: Database) -> None:
    """New rows get new numbers, in every table that numbers its rows."""
    with db.write() as tx:
        study_id = people.add(tx, arm="mbt", test=False)
        where = facts.Where(people.by_study_id(tx, study_id).id, study_id, "step")
        for kept in list(facts.in_force(tx, facts.KIND["Note"], None)):
            facts.write(tx, f"new-{kept.entity}", kept.fact, where)


def test_buttons_of_talks_that_were_lost_find_no_talk_of_the_same_number(
    kept: Database, kind: str, fresh: Fresh, file: Path
) -> None:
    restored = fresh(other(kind))
    restore(restored, file)
    with kept.read() as before, restored.write() as tx:
        last = max(row.id for row in before.rows(select(talks.talks.c.id)))
        person = people.by_study_id(tx, people.add(tx, arm="mbt", test=False))
        number = talks.start(tx, person.id, "pause", START - START, "0.1")
    assert number == last + LOST_TALKS + 1


def test_a_backup_is_of_one_moment_while_the_bot_writes_on(kept: Database, tmp_path: Path, empty: Database) -> None:
    def write_on(_done: int, _of: int) -> None:
        with kept.write() as tx:
            people.add(tx, arm="mbt", test=False)

    before = everything(kept)
    restore(empty, backup(kept, tmp_path, write_on))
    assert everything(kept) != before
    assert everything(empty)["participant"] == before["participant"]


def test_what_is_sealed_stays_sealed_and_the_key_is_not_in_it(kept: Database, file: Path) -> None:
    text = gzip.decompress(file.read_bytes()).decode()
    secrets = (KEY, FREE_TEXT, FREE_TEXT.splitlines()[0], RAW_UPDATE, "5000000000", "Błaszczyk", "Traceback")
    assert not [secret for secret in secrets if secret in text or json.dumps(secret)[1:-1] in text]
    assert kept.url.render_as_string(hide_password=False) not in text


def test_a_backup_says_what_it_is(kept: Database, kind: str, file: Path) -> None:
    manifest = check(file, kept.keys)
    with kept.read() as tx:
        assert manifest.heads == audit.heads(tx)
    assert manifest.rows == {name: len(rows) for name, rows in everything(kept).items()}
    assert (manifest.schema, manifest.database, manifest.made_at) == (schema.head(), kind, START.isoformat())
    assert file.name == "coach-20260302T150000Z.jsonl.gz"


def test_only_its_owner_may_read_a_backup_and_nothing_half_written_is_left(kept: Database, tmp_path: Path) -> None:
    file = backup(kept, tmp_path / "backups")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(file.parent.iterdir()) == [file]


def test_a_backup_that_breaks_off_leaves_no_file(kept: Database, tmp_path: Path) -> None:
    def fall(done: int, of: int) -> None:
        if done == of:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        backup(kept, tmp_path, fall)
    assert list(tmp_path.iterdir()) == []


def test_a_second_backup_of_the_same_second_does_not_replace_the_first(kept: Database, file: Path) -> None:
    with pytest.raises(BackupRefused, match="is there already"):
        backup(kept, file.parent)


def test_a_folder_that_cannot_be_written_is_named(kept: Database, tmp_path: Path) -> None:
    (tmp_path / "no folder").write_text("")
    with pytest.raises(BackupRefused, match="cannot be written"):
        backup(kept, tmp_path / "no folder")


def test_a_database_without_tables_has_nothing_to_back_up(fresh: Fresh, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="coach db upgrade"):
        backup(fresh("sqlite", migrated=False), tmp_path)


def test_tables_of_other_programs_are_left_out(kept: Database, kind: str, fresh: Fresh, tmp_path: Path) -> None:
    with kept.write() as tx:
        tx.run(text("CREATE TABLE another_program (id INTEGER PRIMARY KEY)"))
        tx.run(text("INSERT INTO another_program VALUES (1)"))
    assert "another_program" not in check(backup(kept, tmp_path), kept.keys).rows
    restored = fresh(kind)
    restore(restored, backup(kept, tmp_path / "again"))


def test_a_database_with_rows_is_refused(kept: Database, file: Path) -> None:
    before = everything(kept)
    with pytest.raises(BackupRefused, match="the database has rows already"):
        restore(kept, file)
    assert everything(kept) == before


@pytest.mark.parametrize("kept_share", [0.0, 0.01, 0.5, 0.999])
def test_a_backup_that_was_cut_off_is_refused(one: Path, empty: Database, kept_share: float) -> None:
    whole = one.read_bytes()
    one.write_bytes(whole[: int(len(whole) * kept_share)])
    with pytest.raises(BackupRefused, match=r"cut off|not a backup"):
        restore(empty, one)
    assert is_empty(empty)


@pytest.mark.parametrize("lines_left", [1, 5, -2, -1])
def test_a_backup_whose_end_was_cut_cleanly_is_refused(one: Path, empty: Database, lines_left: int) -> None:
    def cut(lines: Lines) -> None:
        del lines[lines_left:]

    with pytest.raises(BackupRefused, match="damaged"):
        restore(empty, rewritten(one, cut))


def test_a_backup_with_a_flipped_bit_is_refused_wherever_it_is(one: Path, empty: Database) -> None:
    whole = one.read_bytes()
    for place in range(20, len(whole), len(whole) // 40):
        one.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        with pytest.raises(BackupRefused):
            check(one, empty.keys)


def one_dose_more(lines: Lines) -> None:
    row = first_row_of(lines, "dose")
    lines.insert(lines.index({"table": "dose"}) + 1, [999, *row[1:]])


def one_dose_less(lines: Lines) -> None:
    del lines[lines.index({"table": "dose"}) + 1]


def another_count(lines: Lines) -> None:
    columns = list(lines[0]["tables"]["dose"])
    first_row_of(lines, "dose")[columns.index("count")] = 9.0


@pytest.mark.parametrize("change", [one_dose_more, one_dose_less, another_count])
def test_an_altered_backup_is_refused_by_its_checksum(
    one: Path, empty: Database, change: Callable[[Lines], None]
) -> None:
    with pytest.raises(BackupRefused, match="checksum does not fit"):
        restore(empty, rewritten(one, change))
    assert is_empty(empty)


def test_an_altered_backup_with_a_new_checksum_is_refused_for_want_of_the_key(one: Path, empty: Database) -> None:
    with pytest.raises(BackupRefused, match="altered by somebody without the secret key"):
        restore(empty, rewritten(one, another_count, checksum=True))


def test_a_file_that_is_no_backup_is_refused(empty: Database, tmp_path: Path) -> None:
    contents = {"text": b"hello", "gzip": gzip.compress(b"hello"), "json": gzip.compress(b"{}\n[]\n"), "none": b""}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BackupRefused, match=r"not a backup|cut off"):
            restore(empty, tmp_path / name)
    with pytest.raises(BackupRefused, match="No such file"):
        restore(empty, tmp_path / "nowhere")
    with pytest.raises(BackupRefused, match="cannot be read"):
        restore(empty, tmp_path)


def test_another_secret_key_is_noticed(kind: str, fresh: Fresh, file: Path) -> None:
    elsewhere = fresh(other(kind), key="quite another secret key")
    with pytest.raises(BackupRefused, match="another COACH_SECRET_KEY"):
        restore(elsewhere, file)
    assert is_empty(elsewhere)


def test_rows_sealed_under_an_older_key_are_noticed_although_the_backup_itself_opens(
    kept: Database, fresh: Fresh, tmp_path: Path
) -> None:
    url = kept.url.render_as_string(hide_password=False)
    with_new_key = fresh.open(url, key="quite another secret key")
    with pytest.raises(BackupRefused, match="another COACH_SECRET_KEY"):
        check(backup(with_new_key, tmp_path), with_new_key.keys)


def test_a_backup_of_a_newer_release_is_refused(kept: Database, empty: Database, tmp_path: Path) -> None:
    with kept.write() as tx:
        tx.run(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BackupRefused, match=r"newer release \(schema 9999\)"):
        restore(empty, backup(kept, tmp_path))


def test_a_backup_of_an_older_release_is_restored_and_brought_up_to_date(
    file: Path, kind: str, fresh: Fresh, next_release: Callable[[], None]
) -> None:
    next_release()
    restored = fresh(other(kind), migrated=False)
    assert restore(restored, file).schema != schema.head()
    assert schema.is_current(restored)
    assert faults(restored) == []
    with restored.read() as tx:
        assert tx.first(text("SELECT count(*) FROM participant WHERE colour = 'blue'"))[0] == 8


def test_an_empty_database_of_another_revision_is_made_anew(file: Path, kind: str, fresh: Fresh) -> None:
    unversioned = fresh(kind, migrated=False)
    SQLModel.metadata.create_all(unversioned.engine)
    restore(unversioned, file)
    assert schema.is_current(unversioned)
    assert faults(unversioned) == []


def test_faults_that_were_backed_up_are_named_and_restored_only_when_accepted(
    kept: Database, kind: str, fresh: Fresh, tmp_path: Path
) -> None:
    doses = table(DoseRow)
    with kept.write() as tx:
        tx.run(update(doses).where(doses.c.id == 1).values(strength=99.0))
    file, restored = backup(kept, tmp_path), fresh(other(kind))
    with pytest.raises(BackupRefused, match=r"faults in the audit when it was made: 1, .* DoseTaken .* was altered"):
        restore(restored, file)
    assert is_empty(restored)
    restore(restored, file, accept_faults=True)
    assert len(faults(restored)) == 1


def test_an_empty_database_makes_a_backup_too(kind: str, fresh: Fresh, tmp_path: Path) -> None:
    restored = fresh(other(kind))
    manifest = restore(restored, backup(fresh(kind), tmp_path))
    assert sum(manifest.rows.values()) == 0
    with restored.read() as tx:
        assert list(audit.heads(tx)) == [audit.STUDY]


def test_every_value_comes_back_as_it_was(kept: Database, kind: str, fresh: Fresh, tmp_path: Path) -> None:
    odd = {"name": "line\u2028break \u0000"[:-1] + '"\\\n', "value": "\U0001f642 é"}
    payload = {"nested": [None, 1.5, True, "ü"], "b": 1, "a": 2}
    due = table(DueItem)
    with kept.write() as tx:
        tx.run(insert(table(Meta)), **odd)
        tx.run(update(due).where(due.c.id == 1).values(payload=payload, reason=""))
    restored = fresh(other(kind))
    restore(restored, backup(kept, tmp_path))
    with restored.read() as tx:
        assert meta.get(tx, odd["name"]) == odd["value"]
        row = tx.first(select(due).where(due.c.id == 1))
        assert (row.payload, list(row.payload), row.reason) == (payload, list(payload), "")
        assert tx.keys.open(tx.first(select(table(Chat).c.sealed_chat)).sealed_chat).startswith("50000000")
