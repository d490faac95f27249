"""Somebody who does not answer: one message in three days, then staff; and what waits is told to who can hear it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from coordinator import alerting, enrolling
from records import facts
from records.tables import AlertRow, table
from study.facts import CheckInFinished
from tests.clinic import MORPHINE, Clinic, Patient, clinic_over, fresh_sqlite
from tests.golden import check
from tests.living import books, days, joined, prompts_sent, rows_of, until

NOON = MORPHINE.model_copy(update={"times": "12:00"})


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


def lost(clinic: Clinic) -> list[datetime]:
    alerts = table(AlertRow)
    return [row.aware_at for row in clinic.rows(alerts.select().where(alerts.c.rule == "lost_contact"))]


def kinds(clinic: Clinic, since: datetime) -> set[str]:
    """What kinds of messages reached the chat after an instant."""
    return {row.message_key.split(".")[0] for row in prompts_sent(clinic) if row.created_at > since}


async def test_three_weeks_of_silence(clinic: Clinic) -> None:
    ann = await joined(clinic, NOON, since=85)
    begun = clinic.clock()
    await days(clinic, 21)
    sent = [row.created_at for row in prompts_sent(clinic)]
    fading = [at for at in sent if at - begun > timedelta(days=4)]
    assert len(sent) > len(fading)
    assert all(later - earlier > timedelta(days=2) for earlier, later in pairwise(fading))
    assert kinds(clinic, begun + timedelta(days=4)) <= {"visit", "session", "diary"}
    assert kinds(clinic, begun + timedelta(days=15)) <= {"visit"}
    (told,) = lost(clinic)
    assert timedelta(days=14) <= told - begun <= timedelta(days=16)
    await ann.says("/pain 4")
    heard = clinic.clock()
    await days(clinic, 3)
    assert len([row for row in prompts_sent(clinic) if row.created_at > heard]) > 1, "who is back gets what is usual"
    assert len(lost(clinic)) == 1
    for alert in alerting.listed(clinic.database):
        alerting.close(clinic.database, alert.number, "dana", "called, all is well")
    await days(clinic, 16)
    assert len(lost(clinic)) == 2, "another silence is another task"
    assert books(clinic) == []


async def test_nobody_is_given_a_task_about_who_is_in_hospital(clinic: Clinic) -> None:
    ann = await joined(clinic, NOON, since=21)
    await ann.says("I am in hospital")
    await days(clinic, 18)
    assert lost(clinic) == []


async def test_a_break_over_an_invitation_moves_it_and_says_so(clinic: Clinic) -> None:
    ann = await joined(clinic, since=90)
    await ann.says("/break 2 days")
    check("break_moves_a_check_in", ann.transcript())
    await until(clinic, datetime(2026, 3, 4, 14, 0, tzinfo=UTC))
    (invite,) = rows_of(clinic, "visit.month_3.invite")
    assert invite.state == "sent"
    assert invite.sent_at >= datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
    assert len(waited(ann)) == 1
    assert books(clinic) == []


def waited(ann: Patient) -> list[str]:
    """The messages that say they come later than planned."""
    return [m.text for m in ann.person.messages if m.from_bot and "later than planned" in m.text]


async def test_a_break_over_the_end_of_a_check_in_says_when_it_closes(clinic: Clinic) -> None:
    ann = await joined(clinic, since=107)
    await ann.says("/break 14")
    check("break_over_a_check_in", ann.transcript())
    await days(clinic, 16)
    (last,) = rows_of(clinic, "visit.month_3.last")
    assert (last.state, last.reason) == ("skipped", "on a break")
    assert books(clinic) == []


async def test_a_check_in_already_answered_is_not_named_by_a_break(clinic: Clinic) -> None:
    ann = await joined(clinic, since=107)
    with clinic.database.write("study") as tx:
        where = facts.Where(1, "P0001", "test")
        facts.write(tx, "done", CheckInFinished(visit="month_3", complete=False, at=tx.now), where)
    await ann.says("/break 14")
    assert "closes on" not in ann.hears


async def test_after_a_hold_the_first_message_says_that_it_had_waited(clinic: Clinic) -> None:
    ann = await joined(clinic, since=91)
    enrolling.hold(clinic.database, "P0001", "hospital", "dana")
    await days(clinic, 5)
    ann.script.clear()
    enrolling.hold(clinic.database, "P0001", None, "dana")
    await days(clinic, 4)
    told = [text for text in waited(ann) if "3-month" in text]
    assert len(told) == 1, "once, and not with the next reminder"
    first = next(m.text for m in ann.person.messages if m.from_bot and "3-month" in m.text)
    assert first == told[0]
    check("check_in_after_a_hold", "\n".join(line for line in ann.script if "3-month" in line) + "\n")
    assert books(clinic) == []


async def test_after_silent_days_the_message_that_came_later_says_so(clinic: Clinic) -> None:
    ann = await joined(clinic, NOON, since=86)
    await days(clinic, 12)
    invited = [m.text for m in ann.person.messages if m.from_bot and "3-month" in m.text]
    moved = [
        row for row in rows_of(clinic, "visit.month_3") if row.sent_at and row.due_local[:10] < f"{row.look_at:%F}"
    ]
    assert waited(ann) == invited[: len(moved)]
    assert waited(ann)
    assert books(clinic) == []
