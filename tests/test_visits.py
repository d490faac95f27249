"""Check-ins over the year: offered in their windows, put off, answered, handed over, closed; to the minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest

from bot.prompted import SENDERS
from content.prompt_rules import Family
from coordinator import alerting
from records import due, meta, people, visits
from records.due import Planned
from records.tables import DueItem, table
from scheduler import planning
from study.facts import CheckInFinished, Enrolled
from tests.clinic import Clinic, Patient

pytestmark = pytest.mark.weeks

items = table(DueItem)


async def joined(clinic: Clinic, baseline_on: date | None = date(2026, 3, 2)) -> Patient:
    """Somebody whose set-up is over, with the baseline answered on a day (None: not yet)."""
    ann = await clinic.enrolled(None)
    with clinic.database.write("study") as tx:
        from records import facts
        from records.facts import Where

        person = people.by_study_id(tx, "P0001")
        facts.write(tx, "joined", Enrolled(on=tx.now.date()), Where(person.id, "P0001", "test"))
        people.change(tx, person.id, "test", enrolled_on=baseline_on)
        if baseline_on is not None:
            done = CheckInFinished(visit="baseline", complete=True, at=tx.now)
            facts.write(tx, "baseline-done", done, Where(person.id, "P0001", "test"))
        planning.replan(tx, person.id)
    return ann


def rows(clinic: Clinic, like: str = "visit.") -> dict[str, str]:
    return {r.item: r.state for r in clinic.rows(items.select().order_by(items.c.due_at)) if r.item.startswith(like)}


def told(ann: Patient) -> str:
    """Everything the coach wrote to somebody."""
    return "\n".join(message.text for message in ann.person.messages if message.from_bot)


async def skip_to(clinic: Clinic, at: datetime) -> None:
    """Live until an instant, a week at a time: the nightly roll writes the rows that come into sight."""
    while clinic.clock() < at:
        await clinic.passes(seconds=min((at - clinic.clock()).total_seconds(), 7 * 86400))
        with clinic.database.write("study") as tx:
            planning.roll(tx)
            meta.polled(tx, clinic.node.world.bot)


JUNE_2 = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)  # 10:00 in New York, three months after 2 March


async def test_windows_count_calendar_months_from_the_day_of_enrolment(clinic: Clinic) -> None:
    await joined(clinic)
    with clinic.database.read() as tx:
        kept = visits.windows(tx, 1)
    assert kept["month_3"].target_on == date(2026, 6, 2)
    assert (kept["month_6"].opens_on, kept["month_6"].closes_on) == (date(2026, 8, 19), date(2026, 9, 30))
    assert kept["month_12"].target_on == date(2027, 3, 2)


async def test_a_visit_is_offered_on_its_day_at_its_hour_and_can_be_begun(clinic: Clinic) -> None:
    ann = await joined(clinic)
    await skip_to(clinic, JUNE_2 - timedelta(minutes=1))
    assert "3-month" not in ann.last.text
    await clinic.passes(minutes=2)
    assert ann.last.text.startswith("Your 3-month check-in is open until Tuesday 30 June.")
    await ann.taps("Begin")
    assert "check-in: about" in ann.hears


async def test_why_explains_and_then_begins(clinic: Clinic) -> None:
    ann = await joined(clinic)
    await skip_to(clinic, JUNE_2 + timedelta(minutes=1))
    await ann.taps("Why do I get this?")
    assert "Your 3-month check-in counts from Monday 2 March" in ann.hears
    await ann.taps("Begin")
    assert "check-in: about" in ann.hears


async def test_put_off_it_comes_back_when_the_person_said(clinic: Clinic) -> None:
    ann = await joined(clinic)
    await skip_to(clinic, JUNE_2 + timedelta(minutes=1))
    await ann.does("Later", "In 2 hours")
    assert "I will come back" in ann.hears
    await clinic.passes(hours=3)
    assert ann.last.text == "You asked me to come back about your 3-month check-in. Shall we begin?"


async def test_not_answered_it_is_nudged_shortened_handed_to_staff_said_for_the_last_time_and_closed(
    clinic: Clinic,
) -> None:
    ann = await joined(clinic)
    await skip_to(clinic, datetime(2026, 7, 2, 14, 0, tzinfo=UTC))
    said = [m.text for m in ann.person.messages if "3-month" in m.text]
    assert [t.split(".")[0] for t in said] == [
        "Your 3-month check-in is open until Tuesday 30 June",
        "Your 3-month check-in is still open, until Tuesday 30 June",
        "A short form of your 3-month check-in takes about two minutes",
        "This is my last message about your 3-month check-in",
    ]
    assert [a.rule for a in alerting.listed(clinic.database)] == ["missed_assessments"]
    assert rows(clinic, "visit.month_3") == {
        "visit.month_3.invite": "superseded",
        "visit.month_3.nudge": "superseded",
        "visit.month_3.core": "superseded",
        "visit.month_3.call": "expired",
        "visit.month_3.last": "expired",
        "visit.month_3.close": "expired",
    }


async def test_each_try_comes_at_another_time_of_day(clinic: Clinic) -> None:
    await joined(clinic)
    await skip_to(clinic, datetime(2026, 5, 20, 12, 0, tzinfo=UTC))
    hours = [
        r.due_local[11:16]
        for r in clinic.rows(items.select().order_by(items.c.due_at))
        if r.item.startswith("visit.month_3.") and not r.item.endswith((".close", ".call"))
    ]
    assert len(hours) == len(set(hours)) == 4


async def test_a_missed_visit_is_not_a_withdrawal_the_next_one_still_comes(clinic: Clinic) -> None:
    ann = await joined(clinic)
    await skip_to(clinic, datetime(2026, 9, 2, 14, 1, tzinfo=UTC))
    assert "6-month check-in" in ann.last.text


async def test_it_stops_at_the_answer(clinic: Clinic) -> None:
    ann = await joined(clinic)
    await skip_to(clinic, JUNE_2 + timedelta(minutes=1))
    with clinic.database.write("study") as tx:
        from bot import consequences, turns
        from records import facts
        from records.facts import Where

        person = people.by_study_id(tx, "P0001")
        done = CheckInFinished(visit="month_3", complete=True, at=tx.now)
        facts.write(tx, "done", done, Where(person.id, "P0001", "test"))
        desk = turns._of(clinic.node.world, tx, person, people.chat_of(tx, person.id))
        consequences.carry_out(desk, "done", done, 1)
    shown = len(ann.person.messages)
    await skip_to(clinic, datetime(2026, 7, 2, 14, 0, tzinfo=UTC))
    assert len(ann.person.messages) == shown
    assert rows(clinic, "visit.month_3")["visit.month_3.invite"] == "answered"
    assert rows(clinic, "visit.month_3")["visit.month_3.close"] == "answered"


async def test_nothing_goes_to_somebody_on_a_break_and_it_comes_after_it(clinic: Clinic) -> None:
    ann = await joined(clinic)
    await skip_to(clinic, datetime(2026, 6, 1, 14, 0, tzinfo=UTC))
    await ann.does(">/break", "3 days")
    assert "moves to Thursday 4 June" in ann.hears
    invitation = "Your 3-month check-in is open"
    await clinic.passes(days=2)
    assert invitation not in told(ann)
    await clinic.passes(days=2)
    assert invitation in told(ann)


async def test_nothing_goes_to_somebody_who_left(clinic: Clinic) -> None:
    from coordinator import enrolling

    ann = await joined(clinic)
    await skip_to(clinic, datetime(2026, 6, 1, 14, 0, tzinfo=UTC))
    enrolling.withdraw(clinic.database, "P0001", "study", "dana")
    shown = len(ann.person.messages)
    await clinic.passes(days=40)
    assert len(ann.person.messages) == shown
    assert "pending" not in rows(clinic).values()


@pytest.mark.parametrize("away", [timedelta(hours=6), timedelta(days=3)])
async def test_after_an_outage_nobody_gets_a_burst(clinic: Clinic, away: timedelta) -> None:
    from bot.node import Node

    ann = await joined(clinic)
    await skip_to(clinic, JUNE_2 - timedelta(hours=1))
    await ann.says("/pain 4")  # somebody who is silent would hear from us more rarely
    old = clinic.node
    clinic.clock.at += away
    shown = len(ann.person.messages)
    clinic.node = Node(old.storage, old.bot, old.world, old.pacer, parcels=old.parcels)
    clinic.node.offset = old.offset
    await clinic.node.start()
    await clinic.settle()
    await clinic.passes(hours=1)
    invite, outage = "Your 3-month check-in is", "I was away for a while. "
    assert [m.text[:24] for m in ann.person.messages[shown:]] == [invite if away.days == 0 else outage]
    await clinic.passes(hours=1)
    assert ann.last.text.startswith(invite)


async def test_another_zone_moves_what_is_to_come_and_nothing_that_went_out(clinic: Clinic) -> None:
    ann = await joined(clinic)
    await skip_to(clinic, datetime(2026, 5, 20, 12, 0, tzinfo=UTC))
    before = {r.item: r.due_at for r in clinic.rows(items.select())}
    with clinic.database.write("study") as tx:
        people.change(tx, 1, "test", zone="America/Los_Angeles")
        planning.replan(tx, 1)
    after = {r.item: r.due_at for r in clinic.rows(items.select())}
    assert after["visit.month_3.invite"] - before["visit.month_3.invite"] == timedelta(hours=3)
    assert ann.last is not None


async def test_planning_again_changes_nothing(clinic: Clinic) -> None:
    await joined(clinic)
    await skip_to(clinic, datetime(2026, 5, 20, 12, 0, tzinfo=UTC))
    before = [tuple(r) for r in clinic.rows(items.select().order_by(items.c.id))]
    with clinic.database.write("study") as tx:
        assert planning.replan(tx, 1) == planning.Replanned()
    assert [tuple(r) for r in clinic.rows(items.select().order_by(items.c.id))] == before


async def test_the_command_begins_what_is_open_and_says_so_when_nothing_is(clinic: Clinic) -> None:
    ann = await joined(clinic)
    await ann.says("/checkin")
    assert "No check-in is open" in ann.hears
    await skip_to(clinic, JUNE_2 - timedelta(days=3))
    await ann.says("/checkin")
    assert "check-in: about" in ann.hears


async def test_the_baseline_is_offered_until_it_is_answered(clinic: Clinic) -> None:
    ann = await joined(clinic, baseline_on=None)
    await clinic.passes(days=1)
    assert "first check-in" in ann.last.text
    with clinic.database.read() as tx:
        assert set(visits.windows(tx, 1)) == {"baseline"}
        assert due.next_due_at(tx) is not None


async def test_the_books_of_a_year_hold_and_explain_themselves(clinic: Clinic) -> None:
    from coordinator import ledger

    await joined(clinic)
    await skip_to(clinic, datetime(2026, 7, 2, 14, 0, tzinfo=UTC))
    assert ledger.check(clinic.database) == []
    sentence = ledger.why(clinic.database, "P0001", "month_3")
    assert sentence.startswith("P0001 month_3: counted from 2026-03-02 (enrolment), open 2026-05-19 to 2026-06-30;")
    assert "invite 2026-06-02 10:00 went out → superseded (overtaken by nudge)" in sentence
    assert "→ expired (window closed)" in sentence


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("DELETE FROM due_item WHERE item = 'visit.month_3.nudge'", "missing"),
        ("UPDATE due_item SET state = 'answered' WHERE item = 'visit.month_3.last'", "answered without an answer"),
        ("UPDATE due_item SET item = 'visit.month_3.gift' WHERE item = 'visit.month_3.last'", "extra"),
        (
            "UPDATE due_item SET state = 'sent', final_at = NULL WHERE item = 'visit.month_3.last'",
            "open past its window",
        ),
        ("UPDATE outbox SET message_id = NULL WHERE due_item_id IS NOT NULL", "sent without Telegram's id"),
        (
            "UPDATE outbox SET due_item_id = (SELECT min(due_item_id) FROM outbox) WHERE due_item_id IS NOT NULL",
            "doubled",
        ),
    ],
)
async def test_a_fault_in_the_books_is_found(clinic: Clinic, fault: str, found: str) -> None:
    from sqlalchemy import text

    from coordinator import ledger

    await joined(clinic)
    await skip_to(clinic, datetime(2026, 7, 2, 14, 0, tzinfo=UTC))
    with clinic.database.write("nobody") as tx:
        if "DELETE" in fault:
            tx.run(text("UPDATE outbox SET due_item_id = NULL"))
        tx.run(text(fault))
    assert found in {f.what for f in ledger.check(clinic.database)}


async def test_before_the_baseline_nothing_is_due_and_why_says_so(clinic: Clinic) -> None:
    from coordinator import ledger

    await joined(clinic, baseline_on=None)
    assert "the day it counts from is not known yet" in ledger.why(clinic.database, "P0001", "month_6")


async def test_a_reminder_put_off_by_a_break_survives_the_nightly_roll(clinic: Clinic) -> None:
    ann = await joined(clinic)
    await skip_to(clinic, datetime(2026, 6, 1, 14, 0, tzinfo=UTC))
    await ann.does(">/break", "3 days")
    await clinic.passes(days=1, hours=1)
    with clinic.database.write("study") as tx:
        assert planning.roll(tx).superseded == 0
    assert rows(clinic, "visit.month_3")["visit.month_3.invite"] == "pending"
    await clinic.passes(days=3)
    assert "Your 3-month check-in is open" in told(ann)


def test_every_family_of_the_plan_is_sent_by_something() -> None:
    assert set(SENDERS) == set(get_args(Family))


async def test_an_item_the_plan_let_go_of_is_wanted_again_when_the_plan_asks_for_it_again(clinic: Clinic) -> None:
    await clinic.enrolled("mbt")
    later = Planned(1, "diary", "2026-03-02", clinic.clock() + timedelta(days=1), "America/New_York")
    with clinic.database.write() as tx:
        assert due.plan_all(tx, [later], planning.NO_LONGER) == 1
        assert due.plan_all(tx, [later], planning.NO_LONGER) == 0
        (row,) = [r for r in due.pending_of(tx, 1) if r.item == "diary"]
        due.close(tx, row.id, "superseded", planning.NO_LONGER)
        moved = replace(later, due_at=later.due_at + timedelta(hours=1))
        assert due.plan_all(tx, [moved], planning.NO_LONGER) == 1
        again = due.by_id(tx, row.id)
        assert again is not None
        assert (again.state, again.final_at, again.due_at) == ("pending", None, moved.due_at)
        due.close(tx, row.id, "skipped", "too late")
        assert due.plan_all(tx, [moved], planning.NO_LONGER) == 0
