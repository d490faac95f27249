"""What is put into the records comes back, on SQLite and on PostgreSQL: people, talks, post, time, safety, facts."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from records import alerts, due, facts, meta, people, post, roster, talks
from records.alerts import NoSuchAlert
from records.database import Database, Tx
from records.due import Planned
from records.facts import KIND, Where
from records.people import NoSuchParticipant
from records.post import Address, Letter, Sent
from records.roster import NoSuchStaff, Reader
from records.tables import Inbox, Outbox, table
from study.facts import DoseTaken, PainRated
from study.steps import Fact
from tests.databases import START, Clock
from tests.samples import FREE_TEXT, RAW_UPDATE, REPLY, SAMPLES

NURSE = Reader("NN", "Nóra Nagy", "nurse", "12345", "09:00", "17:00", "Europe/Budapest")
HOUR = timedelta(hours=1)


def person(tx: Tx, **given: Any) -> Any:
    study_id = people.add(tx, arm="mbt", test=False, **given)
    return people.by_study_id(tx, study_id)


def letter(tx: Tx, participant_id: int | None = None, **given: Any) -> int:
    body = Letter(**({"kind": "prompt", "method": "sendMessage", "key": "prompt", "body": {"text": "hi"}} | given))
    put = post.put(tx, "1", Address(participant_id, "hash", tx.keys.seal("77")), body, "v1")
    assert put is not None
    return put


def states(tx: Tx) -> list[str]:
    sent = table(Outbox)
    return [row.state for row in tx.rows(select(sent.c.state).order_by(sent.c.id))]


def test_people_are_numbered_one_after_the_other_and_test_people_apart(database: Database) -> None:
    with database.write() as tx:
        added = [people.add(tx, arm=None, test=test) for test in (False, True, False, True)]
    assert added == ["P0001", "T0001", "P0002", "T0002"]
    with database.read() as tx:
        assert [row.study_id for row in people.everyone(tx)] == sorted(added)
        with pytest.raises(NoSuchParticipant):
            people.by_study_id(tx, "P0003")


def test_an_invitation_is_found_by_its_link_and_by_its_code_however_it_is_typed(database: Database) -> None:
    with database.write() as tx:
        invited = people.invite(tx, people.add(tx, arm="cbt", test=False), 14)
    typed = f" {invited.code[:4].lower()}-{invited.code[4:]} "
    with database.read() as tx:
        found = [people.invitation(tx, given) for given in (invited.token, invited.code, typed)]
        assert {row and (row.study_id, row.used_at, row.expires_at, row.relink) for row in found} == {
            ("P0001", None, START + timedelta(days=14), False)
        }
        assert people.invitation(tx, "NOBODYS1") is None
    with database.write() as tx:
        assert found[0] is not None
        people.use(tx, found[0].id)
        again = people.invitation(tx, invited.code)
        assert again is not None
        assert again.used_at == START


def test_a_new_invitation_ends_the_one_before(database: Database) -> None:
    with database.write() as tx:
        study_id = people.add(tx, arm="cbt", test=False)
        first = people.invite(tx, study_id, 14)
        people.invite(tx, study_id, 14, relink=True)
        old = people.invitation(tx, first.code)
        assert old is not None
        assert old.expires_at == tx.now


def test_a_person_is_found_by_the_chat_and_an_old_phone_falls_silent(database: Database) -> None:
    with database.write() as tx:
        me = person(tx)
        people.link(tx, me.id, 7_000_000_001)
        people.link(tx, me.id, 7_000_000_002)
    with database.read() as tx:
        old, new = people.by_chat(tx, 7_000_000_001), people.by_chat(tx, 7_000_000_002)
        assert old is not None
        assert new is not None
        assert (old.study_id, old.active, new.study_id, new.active) == ("P0001", False, "P0001", True)
        linked = people.chat_of(tx, me.id)
        assert linked is not None
        assert tx.keys.open(linked.sealed_chat) == "7000000002"
        assert people.by_chat(tx, 3) is None
    with database.write() as tx:
        people.link(tx, me.id, 7_000_000_001)
        people.unreachable(tx, linked.chat_hash, tx.now)
        back = people.by_chat(tx, 7_000_000_001)
        assert back is not None
        assert back.active
        people.unlink(tx, me.id)
        assert people.chat_of(tx, me.id) is None


def test_wrong_codes_are_counted_within_a_window(database: Database, clock: Clock) -> None:
    for expected in (1, 2):
        with database.write() as tx:
            assert people.wrong_code(tx, 9, HOUR) == expected
    with database.read() as tx:
        assert (people.wrong_codes(tx, 9, HOUR), people.wrong_codes(tx, 10, HOUR)) == (2, 0)
    clock.move(hours=2)
    with database.write() as tx:
        assert people.wrong_codes(tx, 9, HOUR) == 0
        assert people.wrong_code(tx, 9, HOUR) == 1


def test_a_talk_comes_back_with_its_replies_and_its_open_question(database: Database) -> None:
    with database.write() as tx:
        me = person(tx)
        number = talks.start(tx, me.id, "pause", 2 * HOUR, "0.1")
        fresh = talks.front(tx, me.id)
        assert fresh is not None
        assert (fresh.id, fresh.log, fresh.ticked, fresh.expires_at) == (number, (), (), START + 2 * HOUR)
        talks.save(tx, number, (REPLY,), state="front", ask_seq=2, ask_key="after", repeats=1)
        talks.tick(tx, number, ("a", "b"))
    with database.read() as tx:
        kept = talks.by_id(tx, number)
        assert kept == talks.front(tx, me.id)
        assert kept is not None
        assert (kept.log, kept.ask_seq, kept.ask_key, kept.ticked) == ((REPLY,), 2, "after", ("a", "b"))
        assert talks.by_id(tx, number + 1) is None


def test_parked_talks_come_newest_first_and_only_in_their_life(database: Database, clock: Clock) -> None:
    with database.write() as tx:
        me = person(tx)
        short = talks.start(tx, me.id, "dose", HOUR, "0.1")
        talks.move(tx, short, "parked")
        long = talks.start(tx, me.id, "check_in", 5 * HOUR, "0.1")
        talks.move(tx, long, "parked")
        assert [t.id for t in talks.parked(tx, me.id)] == [long, short]
    clock.move(hours=1)
    with database.write() as tx:
        assert [t.id for t in talks.parked(tx, me.id)] == [long]
        talks.move(tx, long, "front")
        front = talks.front(tx, me.id)
        assert front is not None
        assert front.id == long


def test_an_update_that_comes_twice_is_received_once(database: Database) -> None:
    with database.write() as tx:
        first = post.receive(tx, "1", [(10, RAW_UPDATE), (11, RAW_UPDATE)])
    with database.write() as tx:
        second = post.receive(tx, "1", [(11, "another text"), (12, RAW_UPDATE), (12, RAW_UPDATE)], delayed=True)
        other_bot = post.receive(tx, "2", [(10, RAW_UPDATE)])
    assert (len(first), len(second), len(other_bot)) == (2, 1, 1)
    with database.read() as tx:
        rows = post.open_rows(tx, "1")
        assert [(row.seq, row.update_id, row.delayed) for row in rows] == [
            (first[0], 10, False),
            (first[1], 11, False),
            (second[0], 12, True),
        ]
        assert {tx.keys.open(row.sealed_raw) for row in rows} == {RAW_UPDATE}
        assert post.last_received_at(tx, "1") == START
        assert post.last_received_at(tx, "3") is None


def test_raw_updates_are_purged_once_old_and_settled_and_their_keys_stay(database: Database, clock: Clock) -> None:
    with database.write() as tx:
        done, aside, _left_open = post.receive(tx, "1", [(n, RAW_UPDATE) for n in range(3)])
        post.done(tx, done)
        post.set_aside(tx, aside, "Traceback")
    clock.move(days=8)
    with database.write() as tx:
        assert post.purge(tx, timedelta(days=7)) == 2
        assert post.receive(tx, "1", [(0, RAW_UPDATE), (1, RAW_UPDATE)]) == []
        assert [row.update_id for row in post.open_rows(tx, "1")] == [2]
        kept = tx.rows(select(table(Inbox).c.sealed_raw.is_(None)).order_by(table(Inbox).c.seq))
        assert [bool(row[0]) for row in kept] == [True, True, False]


def test_letters_go_by_urgency_then_age_and_wait_until_they_may(database: Database, clock: Clock) -> None:
    with database.write() as tx:
        prompt = letter(tx)
        later = letter(tx, not_before=START + HOUR)
        answer, emergency = letter(tx, kind="answer"), letter(tx, kind="emergency")
        assert [row.id for row in post.waiting(tx, "1", 10)] == [emergency, answer, prompt]
        assert [row.id for row in post.waiting(tx, "1", 1)] == [emergency]
        assert post.waiting(tx, "2", 10) == []
        assert post.next_waiting_at(tx, "1") == START + HOUR
        assert tx.keys.open_json(post.claim(tx, [prompt], 1)[0].sealed_body) == {"text": "hi"}
    clock.move(hours=1)
    with database.read() as tx:
        assert [row.id for row in post.waiting(tx, "1", 10)][-1] == later


def test_a_letter_for_an_occurrence_is_written_once(database: Database) -> None:
    with database.write() as tx:
        letter(tx, occurrence="P0001/pre_dose/1")
        twice = Letter("prompt", "sendMessage", "prompt", {}, occurrence="P0001/pre_dose/1")
        assert post.put(tx, "1", Address(None, "hash", b"x"), twice, "v1") is None


def test_what_became_of_letters_is_noted_and_only_of_those_in_flight(database: Database) -> None:
    with database.write() as tx:
        ids = [letter(tx) for _ in range(3)]
        post.claim(tx, ids[:2], fence=4)
        again = Sent(ids[1], "waiting", not_before=START + HOUR, doubted=True)
        post.note(tx, [Sent(ids[0], "sent", message_id=8), again, Sent(ids[2], "sent", message_id=9)])
    sent = table(Outbox)
    with database.read() as tx:
        rows = tx.rows(select(sent).order_by(sent.c.id))
        assert [(r.state, r.attempts, r.fence, r.message_id) for r in rows] == [
            ("sent", 1, 4, 8),
            ("waiting", 1, 4, None),
            ("waiting", 0, None, None),
        ]
        assert (rows[0].sent_at, rows[1].not_before, rows[1].doubted) == (START, START + HOUR, True)


def test_after_a_crash_each_letter_in_flight_is_settled_by_its_kind(database: Database) -> None:
    with database.write() as tx:
        question, prompt, waiting = (letter(tx, doubt=doubt) for doubt in ("once_more", "never", "never"))
        post.claim(tx, [question, prompt], 1)
        elsewhere = post.put(tx, "2", Address(None, "h", b"x"), Letter("answer", "m", "k", {}), "v1")
        assert elsewhere is not None
        post.claim(tx, [elsewhere], 1)
    with database.write() as tx:
        assert post.settle(tx, "1") == (1, 1)
        assert states(tx) == ["waiting", "unknown", "waiting", "sending"]
        assert {row.id for row in post.waiting(tx, "1", 9)} == {question, waiting}
        assert post.settle(tx, "1") == (0, 0)


def test_a_letter_that_was_in_flight_at_every_crash_is_left_alone_at_last(database: Database) -> None:
    with database.write() as tx:
        question = letter(tx)
        settled = []
        for crash in range(post.MOST_ATTEMPTS + 1):
            post.claim(tx, [question], crash)
            settled.append(post.settle(tx, "1"))
    assert settled == [(1, 0)] * (post.MOST_ATTEMPTS - 1) + [(0, 1), (0, 0)]


def test_waiting_letters_of_a_kind_are_cancelled(database: Database) -> None:
    with database.write() as tx:
        me = person(tx)
        for kind in ("prompt", "step", "answer"):
            letter(tx, me.id, kind=kind)
        assert post.cancel(tx, me.id, ("prompt", "step"), "withdrawn") == 2
        assert states(tx) == ["cancelled", "cancelled", "waiting"]


def test_a_due_item_is_planned_once_with_the_wall_clock_it_came_from(database: Database) -> None:
    with database.write() as tx:
        me = person(tx)
        planned = Planned(me.id, "pre_dose", "1", START, "America/New_York", START + HOUR, {"medicines": ["é"]})
        number = due.plan(tx, planned)
        assert due.plan(tx, planned) is None
        assert number is not None
        row = due.by_id(tx, number)
        assert row is not None
        assert (row.due_at, row.due_local, row.latest_at) == (START, "2026-03-02T10:00:00", START + HOUR)
        assert row.payload == {"medicines": ["é"]}
        assert due.by_id(tx, number + 1) is None


def test_due_items_come_when_their_time_has_come_and_end_once(database: Database, clock: Clock) -> None:
    with database.write() as tx:
        me = person(tx)
        late, now, early = (
            due.plan(tx, Planned(me.id, "item", name, START + h * HOUR, "UTC"))
            for name, h in (("late", 1), ("now", 0), ("early", -1))
        )
        assert late is not None
        assert now is not None
        assert early is not None
        assert [row.id for row in due.due_now(tx, 9)] == [early, now]
        assert [row.id for row in due.due_now(tx, 1)] == [early]
        due.postpone(tx, early, START + 2 * HOUR)
        due.sent(tx, now)
        assert due.next_due_at(tx) == START + HOUR
        assert due.close(tx, now, "answered", "in time")
        assert not due.close(tx, now, "expired")
        assert due.cancel(tx, me.id, "item", "withdrawn", occurrence="late") == 1
        assert due.cancel(tx, me.id, None, "withdrawn") == 1
        assert due.next_due_at(tx) is None
        row = due.by_id(tx, now)
        assert row is not None
        assert (row.state, row.sent_at, row.final_at, row.reason) == ("answered", START, START, "in time")


def test_a_second_alert_of_a_rule_counts_into_the_open_one(database: Database) -> None:
    with database.write() as tx:
        me = person(tx)
        first = alerts.raise_(tx, me.id, "sedation", 1, 2, START, entity="e1", study_id="P0001")
        again = alerts.raise_(tx, me.id, "sedation", 1, 2, START, study_id="P0001")
        other = alerts.raise_(tx, me.id, "overdose", 0, 1, START)
        assert (first.new, again.new, again.id == first.id, other.new) == (True, False, True, True)
        assert [row.rule for row in alerts.open_of(tx, me.id)] == ["overdose", "sedation"]
        assert [row.times for row in alerts.about(tx, "e1")] == [2]
        assert alerts.open_of(tx, me.id, (2, 3)) == []


def test_strangers_can_raise_the_same_alert_each(database: Database) -> None:
    with database.write() as tx:
        assert [alerts.raise_(tx, None, "overdose", 0, 1, START).new for _ in range(2)] == [True, True]
        assert [row.study_id for row in alerts.listed(tx)] == [None, None]


def test_an_alert_is_acknowledged_and_closed_with_its_notes(database: Database) -> None:
    with database.write() as tx:
        me = person(tx)
        raised = alerts.raise_(tx, me.id, "sedation", 1, 2, START)
        alerts.add_note(tx, raised.id, FREE_TEXT, "participant")
        alerts.acknowledge(tx, raised.id, "NN")
        with pytest.raises(NoSuchAlert):
            alerts.acknowledge(tx, raised.id, "NN")
        assert alerts.close(tx, raised.id, "NN", "called") == me.id
        with pytest.raises(NoSuchAlert):
            alerts.close(tx, raised.id, "NN", "called")
        assert alerts.notes_of(tx, raised.id) == [(START, "participant", FREE_TEXT), (START, "NN", "called")]
        assert alerts.listed(tx) == []
        assert [(row.study_id, row.test, row.closed_at) for row in alerts.listed(tx, closed=True)] == [
            ("P0001", False, START)
        ]


def test_the_roster_keeps_who_is_on_it_and_who_was(database: Database) -> None:
    with database.write() as tx:
        roster.add(tx, NURSE)
        assert roster.readers(tx) == [NURSE]
        roster.disable(tx, "NN")
        assert roster.readers(tx) == []
        assert [(r.name, r.disabled) for r in roster.everyone(tx)] == [(NURSE.name, True)]
        with pytest.raises(NoSuchStaff):
            roster.disable(tx, "NN")


def test_small_values_are_kept_and_each_process_of_a_bot_has_its_own_fence_number(database: Database) -> None:
    with database.write() as tx:
        assert [meta.next_fence(tx, bot) for bot in ("1", "1", "2")] == [1, 2, 1]
        assert meta.last_poll_at(tx, "1") is None
        meta.polled(tx, "1")
        assert meta.last_poll_at(tx, "1") == START


def test_there_is_a_sample_of_every_kind_of_fact() -> None:
    assert {type(sample).__name__ for sample in SAMPLES} == set(KIND)


@pytest.mark.parametrize("fact", SAMPLES, ids=lambda fact: type(fact).__name__)
def test_a_fact_comes_back_as_it_was_written(database: Database, fact: Fact) -> None:
    with database.write("participant") as tx:
        me = person(tx)
        assert facts.write(tx, "e1", fact, Where(me.id, "P0001", "step", 3, 4)) == 1
    with database.read() as tx:
        kept = facts.find(tx, "e1")
        assert kept is not None
        assert (kept.fact, kept.state, kept.recorded_at) == (fact, "recorded", START)
        assert kept.recorded_at.tzinfo is UTC
        assert [k.fact for k in facts.in_force(tx, type(fact), me.id)] == [fact]


def test_the_highest_revision_is_in_force_and_a_voided_one_is_not(database: Database) -> None:
    dose = next(fact for fact in SAMPLES if isinstance(fact, DoseTaken))
    with database.write() as tx:
        where = Where(person(tx).id, "P0001", "step")
        facts.write(tx, "e1", dose, where)
        facts.write(tx, "e2", dose, where)
        assert facts.write(tx, "e1", dose.model_copy(update={"count": 0.5}), where, why="half") == 2
        standing = [(k.entity, k.revision, k.fact.count) for k in facts.in_force(tx, DoseTaken)]
        assert sorted(standing) == [("e1", 2, 0.5), ("e2", 1, 1.5)]
        assert facts.void(tx, "e1", where, "undone") is not None
        assert facts.void(tx, "e1", where, "undone") is None
        assert facts.void(tx, "e3", where, "undone") is None
        assert [k.entity for k in facts.in_force(tx, DoseTaken)] == ["e2"]
        rows = facts.in_force(tx, DoseTaken, None, facts.column(DoseTaken, "count") > 2)
        assert list(rows) == []
        assert list(facts.in_force(tx, PainRated)) == []


def test_the_number_of_an_erased_talk_is_never_given_again(database: Database) -> None:
    with database.write() as tx:
        me = person(tx)
        erased = talks.start(tx, me.id, "pause", HOUR, "0.1")
        tx.run(delete(talks.talks))
        assert talks.start(tx, me.id, "pause", HOUR, "0.1") > erased
