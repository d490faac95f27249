"""The audit: what was altered, taken out or cut off is found; what was rightly erased is not held against anybody."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from records import audit, facts, people
from records.audit import Fault
from records.database import Database
from records.fact_tables import TABLE_OF, ConsentRow, DoseRow, NoteRow
from records.facts import Where
from records.tables import AuditEntry, AuditHead, table
from study.facts import DoseTaken, Note
from tests.databases import Clock, Fresh, url_of
from tests.samples import SAMPLES

entries, heads, doses, notes = table(AuditEntry), table(AuditHead), table(DoseRow), table(NoteRow)
DOSE = next(fact for fact in SAMPLES if isinstance(fact, DoseTaken))
NOTE = next(fact for fact in SAMPLES if isinstance(fact, Note))


@pytest.fixture
def kept(database: Database, clock: Clock) -> Database:
    """Two people, each with a dose (revised once) and a note."""
    for _ in range(2):
        with database.write("participant") as tx:
            study_id = people.add(tx, arm="mbt", test=False)
            where = Where(people.by_study_id(tx, study_id).id, study_id, "step")
            facts.write(tx, f"{study_id}-dose", DOSE, where)
            facts.write(tx, f"{study_id}-note", NOTE, where)
        clock.move(minutes=5)
        with database.write("AB") as tx:
            facts.write(tx, f"{study_id}-dose", DOSE.model_copy(update={"count": 2}), where, why="two, not one")
    return database


def all_faults(db: Database) -> list[Fault]:
    with db.read() as tx:
        return [*audit.broken_links(tx), *facts.altered(tx)]


def tamper(db: Database, statement: Any) -> None:
    with db.write() as tx:
        assert tx.run(statement) >= 1


def link_of(db: Database, chain: str, seq: int) -> Any:
    with db.read() as tx:
        return tx.first(select(entries).where(entries.c.chain == chain, entries.c.seq == seq))


def test_an_untouched_audit_is_whole(kept: Database) -> None:
    assert all_faults(kept) == []


def test_a_fact_of_every_kind_verifies_and_is_missed_when_gone(database: Database) -> None:
    with database.write() as tx:
        study_id = people.add(tx, arm="mbt", test=False)
        where = Where(people.by_study_id(tx, study_id).id, study_id, "step")
        for number, fact in enumerate(SAMPLES):
            facts.write(tx, f"e{number}", fact, where)
            facts.void(tx, f"e{number}", where, "undone")
    assert all_faults(database) == []
    with database.write() as tx:
        for kind in TABLE_OF.values():
            assert tx.run(delete(table(kind)).where(table(kind).c.revision == 1)) == 1
    assert [fault.reason for fault in all_faults(database)] == [f"e{n}.1 is gone" for n in range(len(SAMPLES))]


@pytest.mark.parametrize(
    "altered",
    [
        {"count": 3.0},
        {"strength": 5.0},
        {"taken_local": "2026-03-02T03:00:00"},
        {"time_quality": "no such quality"},
        {"state": "voided"},
        {"why": "another reason"},
        {"recorded_by": "somebody else"},
        {"participant_id": 2},
        {"recorded_at": DOSE.taken_at},
    ],
    ids=lambda altered: next(iter(altered)),
)
def test_an_altered_row_is_found_whatever_was_altered(kept: Database, altered: dict[str, Any]) -> None:
    revision = (doses.c.entity == "P0001-dose") & (doses.c.revision == 2)
    tamper(kept, update(doses).where(revision).values(**altered))
    [fault] = all_faults(kept)
    assert fault.chain == "P0001"
    assert "DoseTaken P0001-dose.2" in fault.reason


def test_altered_sealed_words_are_found(kept: Database) -> None:
    resealed = kept.keys.seal("something nicer")
    tamper(kept, update(notes).where(notes.c.entity == "P0001-note").values(text=resealed))
    tamper(kept, update(notes).where(notes.c.entity == "P0002-note").values(text=resealed[:-1]))
    first, second = all_faults(kept)
    assert first.reason == "Note P0001-note.1 was altered"
    assert "cannot be read" in second.reason


def test_a_row_written_past_the_audit_is_found(kept: Database) -> None:
    with kept.write() as tx:
        row = tx.first(select(doses).where(doses.c.entity == "P0001-dose"))._asdict()
        tx.run(insert(doses), **{n: v for n, v in row.items() if n != "id"} | {"entity": "smuggled"})
    [fault] = all_faults(kept)
    assert fault.reason == "DoseTaken smuggled.1 was written past the audit"


@pytest.mark.parametrize("altered", ["actor", "action", "subject", "content_hash"])
def test_an_altered_entry_no_longer_fits_its_link(kept: Database, altered: str) -> None:
    here = (entries.c.chain == "P0001") & (entries.c.seq == 2)
    tamper(kept, update(entries).where(here).values(**{altered: "x"}))
    with kept.read() as tx:
        assert [(f.chain, f.seq) for f in audit.broken_links(tx)] == [("P0001", 2)]


def test_an_entry_moved_in_time_is_found(kept: Database, clock: Clock) -> None:
    tamper(kept, update(entries).where(entries.c.seq == 2).values(at=clock.at))
    with kept.read() as tx:
        assert {(f.chain, f.seq) for f in audit.broken_links(tx)} == {("P0001", 2), ("P0002", 2)}


def test_a_deleted_entry_leaves_a_hole_that_is_found(kept: Database) -> None:
    tamper(kept, delete(entries).where(entries.c.chain == "P0001", entries.c.seq == 2))
    with kept.read() as tx:
        assert list(audit.broken_links(tx)) == [Fault("P0001", 3, "follows 1: a link is missing")]


def test_a_cut_end_is_found_by_the_head(kept: Database) -> None:
    tamper(kept, delete(entries).where(entries.c.chain == "P0001", entries.c.seq == 4))
    with kept.read() as tx:
        [fault] = audit.broken_links(tx)
    assert fault == Fault("P0001", 3, "the chain's head is another link: its end was cut")


def test_a_cut_end_with_its_head_moved_back_is_found_by_the_fact_left_without_a_link(kept: Database) -> None:
    cut_back(kept, "P0001", to=3)
    [fault] = all_faults(kept)
    assert fault.reason == "DoseTaken P0001-dose.2 was written past the audit"


def test_a_cut_end_without_its_fact_is_found_by_the_head_that_was_anchored_outside(kept: Database) -> None:
    with kept.read() as tx:
        anchors = audit.heads(tx)
        assert list(audit.lost(tx, anchors)) == []
    cut_back(kept, "P0001", to=3)
    tamper(kept, delete(doses).where(doses.c.entity == "P0001-dose", doses.c.revision == 2))
    assert all_faults(kept) == []
    with kept.read() as tx:
        assert [fault.chain for fault in audit.lost(tx, anchors)] == ["P0001"]


def test_a_whole_chain_taken_out_is_found(kept: Database) -> None:
    tamper(kept, delete(entries).where(entries.c.chain == "P0001"))
    with kept.read() as tx:
        assert [(f.chain, f.seq) for f in audit.broken_links(tx)] == [("P0001", 0)]


def test_erased_words_without_their_salt_leave_the_audit_whole(kept: Database) -> None:
    tamper(kept, update(notes).where(notes.c.entity == "P0001-note").values(text=b"", salt=""))
    tamper(kept, update(doses).where(doses.c.entity == "P0001-dose").values(product="", count=None, salt=""))
    assert all_faults(kept) == []


def test_a_person_who_was_erased_leaves_no_hole_and_the_others_are_still_watched(kept: Database) -> None:
    with kept.write("AB") as tx:
        person = people.by_study_id(tx, "P0001")
        assert facts.erase(tx, person.id) == 3
        people.change(tx, person.id, facts.ERASED, status="data_removed")
    assert all_faults(kept) == []
    tamper(kept, delete(notes).where(notes.c.entity == "P0002-note"))
    assert [fault.reason for fault in all_faults(kept)] == ["P0002-note.1 is gone"]


def test_facts_that_were_taken_out_after_an_erasure_are_missed(kept: Database) -> None:
    with kept.write("AB") as tx:
        person = people.by_study_id(tx, "P0001")
        facts.erase(tx, person.id)
        people.change(tx, person.id, facts.ERASED, status="data_removed")
        facts.write(tx, "again", NOTE, Where(person.id, "P0001", "step"))
    tamper(kept, delete(notes).where(notes.c.entity == "again"))
    assert [fault.reason for fault in all_faults(kept)] == ["again.1 is gone"]


def test_a_consent_may_not_even_go_with_an_erasure(database: Database) -> None:
    with database.write() as tx:
        study_id = people.add(tx, arm="mbt", test=False)
        where = Where(people.by_study_id(tx, study_id).id, study_id, "step")
        facts.write(tx, "consent", SAMPLES[0], where)
        facts.erase(tx, where.participant_id)
        people.change(tx, where.participant_id, facts.ERASED, status="data_removed")
    assert all_faults(database) == []
    tamper(database, delete(table(ConsentRow)))
    assert [fault.reason for fault in all_faults(database)] == ["consent.1 is gone"]


def test_another_key_is_told_apart_from_nothing_wrong(kept: Database, fresh: Fresh) -> None:
    reasons = [fault.reason for fault in all_faults(fresh.open(url_of(kept), key="quite another secret key"))]
    assert len(reasons) == 2
    assert all("sealed under another key" in reason for reason in reasons)


def test_each_person_has_a_chain_of_their_own_and_the_study_has_one(kept: Database) -> None:
    with kept.write("AB") as tx:
        audit.note(tx, audit.STUDY, "export:made", "cut 1")
        assert sorted(audit.heads(tx)) == ["P0001", "P0002", "study"]
    assert all_faults(kept) == []


def test_the_same_content_hashes_differently_under_another_salt() -> None:
    assert audit.content_hash("a", [1]) != audit.content_hash("b", [1])
    assert audit.content_hash("a", {"x": 1, "y": 2}) == audit.content_hash("a", {"y": 2, "x": 1})


def cut_back(db: Database, chain: str, to: int) -> None:
    link = link_of(db, chain, to)
    tamper(db, delete(entries).where(entries.c.chain == chain, entries.c.seq > to))
    tamper(db, update(heads).where(heads.c.chain == chain).values(seq=to, link=link.link))
