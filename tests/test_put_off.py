"""What a person puts off: offered only while it can still come, silent at night, never on top of another message."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from coordinator import allocating, enrolling, ledger
from records import people, post, visits
from records.post import Letter
from records.tables import DueItem, Outbox, table
from study.facts import DiaryDay
from tests.clinic import FENTANYL, MORPHINE, Clinic, Patient, clinic_over, fresh_sqlite
from tests.golden import check
from tests.living import days, joined, rows_of, until
from tests.test_visits import joined as consented
from tests.visiting import begins

items, letters = table(DueItem), table(Outbox)
INVITED = datetime(2026, 3, 4, 15, 1, tzinfo=UTC)
"""A minute after the invitation of month 3 to somebody who joined 88 days before the clock begins."""


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


def states(clinic: Clinic, item: str) -> dict[str, str]:
    return {row.item: row.state for row in rows_of(clinic, item)}


def was_silent(clinic: Clinic, row: Any) -> bool:
    (letter,) = clinic.rows(letters.select().where(letters.c.due_item_id == row.id))
    return bool(clinic.database.keys.open_json(letter.sealed_body).get("disable_notification"))


async def to_the_invitation(clinic: Clinic, *, hours_before_close: float) -> Patient:
    """Somebody whose check-in of month 3 closes in so many hours, and who is offered it now."""
    ann = await joined(clinic, since=92)
    (close,) = [row for row in rows_of(clinic, "visit.month_3") if row.item.endswith(".close")]
    await until(clinic, close.due_at - timedelta(hours=hours_before_close))
    await ann.says("/help")
    return ann


async def offers(clinic: Clinic, ann: Patient) -> None:
    """The message of the ladder that stands in the chat, with its buttons."""
    shown = [m for m in ann.person.messages if m.from_bot and "Later" in m.button_texts][-1]
    ann.seen = len(ann.person.messages)
    ann.person.taps(shown.message_id, "Later")
    await clinic.settle()


async def test_a_time_after_the_window_is_not_offered(clinic: Clinic) -> None:
    ann = await to_the_invitation(clinic, hours_before_close=1)
    await offers(clinic, ann)
    assert [each for each in ann.buttons if "«" not in each] == ["In 30 minutes"]


async def test_without_a_time_left_that_is_said(clinic: Clinic) -> None:
    ann = await to_the_invitation(clinic, hours_before_close=0.25)
    await offers(clinic, ann)
    assert "so there is no later time left. /checkin begins it until then." in ann.hears
    assert states(clinic, "visit_again") == {}


async def test_what_was_put_off_and_missed_by_an_outage_is_not_told_days_late(clinic: Clinic) -> None:
    ann = await joined(clinic, since=88)
    await until(clinic, INVITED)
    assert "3-month check-in" in ann.last.text
    await ann.does("Later", "Tomorrow")
    clinic.clock.move(days=3)
    await clinic.node.start()
    await clinic.settle()
    assert states(clinic, "visit_again") == {"visit_again": "expired"}
    assert ledger.check(clinic.database) == []


async def test_after_a_short_outage_it_follows_the_other_message_at_the_usual_distance(clinic: Clinic) -> None:
    ann = await joined(clinic, since=88)
    await until(clinic, INVITED)
    await ann.does("Later", "Tomorrow")
    clinic.clock.move(hours=26)
    await clinic.node.start()
    await clinic.settle()
    told_at = clinic.clock()
    prompts = clinic.rows(letters.select().where(letters.c.kind == "prompt", letters.c.created_at >= told_at))
    assert len(prompts) == 1
    await clinic.passes(hours=4)
    (again,) = rows_of(clinic, "visit_again")
    assert again.state == "answered"
    assert again.final_at - told_at >= timedelta(minutes=90)


async def test_what_was_asked_for_in_quiet_hours_comes_without_a_sound(clinic: Clinic) -> None:
    ann = await joined(clinic, arm=None, since=88)
    await until(clinic, INVITED)
    await clinic.passes(hours=10, minutes=30)  # 20:30 in New York
    await offers(clinic, ann)
    await ann.taps("In 2 hours")
    await clinic.passes(hours=3)
    (again,) = rows_of(clinic, "again")
    assert again.state == "answered"
    assert was_silent(clinic, again)


async def test_the_diary_is_put_off_within_its_evening_and_asked_again_once(clinic: Clinic) -> None:
    ann = await joined(clinic, MORPHINE, since=45)
    await until(clinic, datetime(2026, 3, 2, 23, 31, tzinfo=UTC))
    assert "The diary for" in ann.last.text
    await ann.taps("Later")
    assert [each for each in ann.buttons if "«" not in each] == ["In 30 minutes", "In 2 hours", "Tonight"]
    await ann.taps("In 30 minutes")
    assert "/diary begins it before that" in ann.hears
    await clinic.passes(minutes=31)
    await ann.does("As usual", "Yes, write it down")
    check("diary_put_off", ann.transcript())
    assert [each.on.isoformat() for each in clinic.kept(DiaryDay)] == ["2026-03-02"]
    assert ledger.check(clinic.database) == []


async def test_a_diary_answered_in_the_meantime_is_not_asked_again(clinic: Clinic) -> None:
    ann = await joined(clinic, MORPHINE, since=45)
    await until(clinic, datetime(2026, 3, 2, 23, 31, tzinfo=UTC))
    await ann.does("Later", "In 30 minutes", ">/diary", "Rather not say")
    await clinic.passes(hours=1)
    assert states(clinic, "again") == {"again": "superseded"}


async def test_the_week_can_be_put_off_too(clinic: Clinic) -> None:
    ann = await joined(clinic, FENTANYL, since=45)
    await until(clinic, datetime(2026, 3, 8, 20, 0, tzinfo=UTC))
    await ann.does(">/diary", "Rather not say")
    await until(clinic, datetime(2026, 3, 9, 2, 0, tzinfo=UTC))
    assert "Later" in ann.buttons
    ann.script.clear()
    await ann.does("Later", "In 30 minutes")
    await clinic.passes(minutes=31)
    check("weekly_put_off", ann.transcript())
    assert "Begin" in ann.buttons


# what ends a check-in, and what does not


async def test_only_a_whole_baseline_is_the_day_of_enrolment_and_no_short_form_of_it_is_offered(clinic: Clinic) -> None:
    ann = await consented(clinic, baseline_on=None)
    await days(clinic, 8, writes=ann)
    offered = [m.text for m in ann.person.messages if m.from_bot and "first check-in" in m.text]
    assert not any("short form" in text for text in offered)
    assert "A few questions at a time are enough" in offered[-1]
    with clinic.database.read() as tx:
        assert people.by_study_id(tx, "P0001").enrolled_on is None
    await begins(clinic, ann, "baseline", "peg", core=["peg"])
    await ann.does("5", "5", "5")
    with clinic.database.read() as tx:
        assert people.by_study_id(tx, "P0001").enrolled_on == clinic.clock().date()
        done = visits.finished(tx, 1, "baseline")
    assert done is not None
    assert done.complete


async def test_reminders_that_never_went_out_are_not_answered(clinic: Clinic) -> None:
    ann = await joined(clinic, since=88)
    await until(clinic, INVITED)
    await begins(clinic, ann, "month_3", "peg", core=["peg"])
    await ann.does("5", "5", "5")
    assert states(clinic, "visit.month_3") == {
        "visit.month_3.invite": "answered",
        "visit.month_3.nudge": "superseded",
        "visit.month_3.core": "superseded",
        "visit.month_3.call": "superseded",
        "visit.month_3.last": "superseded",
        "visit.month_3.close": "pending",
    }
    assert ledger.check(clinic.database) == []


@pytest.mark.parametrize("by", ["staff", "chat"])
async def test_who_wants_no_messages_is_still_called_about_a_missed_check_in(clinic: Clinic, by: str) -> None:
    ann = await joined(clinic, since=95)
    await clinic.passes(hours=1)
    if by == "staff":
        enrolling.withdraw(clinic.database, "P0001", "prompts", "dana")
    else:
        await ann.does(">/stop", "1: Messages only", "Yes, do this")
    assert states(clinic, "visit.month_3")["visit.month_3.close"] == "pending"
    await days(clinic, 32)
    after = states(clinic, "visit.month_3")
    assert after["visit.month_3.call"] in ("expired", "superseded")
    assert after["visit.month_3.close"] == "expired"
    assert "cancelled" not in after.values()


async def test_staff_who_withdraw_somebody_end_the_talk_in_front_too(clinic: Clinic) -> None:
    ann = await joined(clinic, since=45)
    await ann.does(">/pause", "6")
    enrolling.withdraw(clinic.database, "P0001", "study", "dana")
    await clinic.passes(minutes=30)
    ann.seen = len(ann.person.messages)
    await clinic.passes(days=2)
    assert ann.heard == []


async def test_who_skipped_a_first_question_has_answered_the_baseline_and_can_be_drawn(clinic: Clinic) -> None:
    ann = await consented(clinic, baseline_on=None)
    await begins(clinic, ann, "baseline", "peg", core=["peg"])
    await ann.does("5", "Skip", "5")
    with clinic.database.write("dana") as tx:
        allocating.load(tx, "sequence,stratum,arm\n1,main,cbt\n2,main,mbt\n")
        assert allocating.draw(tx, "P0001").sequence == 1


async def test_the_ladder_of_the_baseline_says_why_at_each_step(clinic: Clinic) -> None:
    ann = await consented(clinic, baseline_on=None)
    for day in (1, 3, 7, 21):
        await until(clinic, datetime(2026, 3, 2 + day, 23, 0, tzinfo=UTC))
        ann.script.append(f"(day {day})")
        await ann.taps("Why do I get this?")
        assert "first check-in" in ann.hears
    check("baseline_ladder", ann.transcript())


async def test_a_sunday_diary_is_put_off_within_its_day_and_then_asks_the_week_too(clinic: Clinic) -> None:
    ann = await joined(clinic, MORPHINE, arm=None, since=45)
    await until(clinic, datetime(2026, 3, 8, 23, 40, tzinfo=UTC), writes=ann)
    assert "The diary for Sunday" in ann.last.text
    await ann.taps("Later")
    assert "Tomorrow" not in ann.buttons
    await ann.does("In 30 minutes", ">/diary", "Rather not say")
    ann.script.clear()
    await clinic.passes(minutes=40)
    assert "Now the week from Monday 2 March to Sunday 8 March" in ann.last.text


async def test_messages_only_ends_what_was_put_off_too(clinic: Clinic) -> None:
    ann = await joined(clinic, arm=None, since=88)
    await until(clinic, INVITED)
    await ann.does("Later", "Tomorrow", ">/stop", "1: Messages only", "Yes, do this")
    assert states(clinic, "visit_again") == {"visit_again": "cancelled"}


async def test_a_letter_of_a_former_bot_holds_nobody_back(clinic: Clinic) -> None:
    ann = await joined(clinic, arm=None, since=88)
    with clinic.database.write("study") as tx:
        chat = people.chat_of(tx, 1)
        former = Letter("prompt", "sendMessage", "visit.invite", {"text": "of another bot"})
        assert chat is not None
        post.put(tx, "another", post.Address(1, chat.chat_hash, chat.sealed_chat), former, "1")
    await until(clinic, INVITED)
    assert "3-month check-in" in ann.last.text
