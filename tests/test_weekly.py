"""The look back on a week: with Sunday's diary or alone, kept answer by answer, shown as a picture with its words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.node import Node
from bot.pictures import png
from coordinator import ledger
from records.tables import Outbox, table
from study.facts import DiaryDay, PracticeDone, PracticeWeek, Response, SettingsChanged
from tests.clinic import MORPHINE, OXYCODONE, Clinic, Patient, fresh_sqlite
from tests.databases import Shelf
from tests.evenings import MONDAY, SUNDAY, TUESDAY, clinic_of_evenings, evening, items, joined, states, until
from tests.golden import check
from tests.visiting import kept

pytestmark = pytest.mark.weeks

outbox = table(Outbox)
WEEK = timedelta(days=7)


@pytest.fixture
async def clinic(kind: str, shelf: Shelf) -> AsyncIterator[Clinic]:
    """Over each kind of database."""
    async with clinic_of_evenings(shelf.url(kind)) as clinic:
        yield clinic


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Clinic]:
    """Over SQLite, where the database makes no difference."""
    async with clinic_of_evenings(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


async def lives(clinic: Clinic, ann: Patient, *, days: int = 6) -> None:
    """Days before Sunday: a pause, some practice, the diary."""
    for n in range(1, days):
        day = MONDAY + timedelta(days=n)
        await until(clinic, evening(day, "14:00"))
        await ann.does(">/pause", "oxy", str(4 + n), "4", "Both")
        await ann.does(next(button for button in ann.buttons if button.startswith("1 minute")), "One quiet minute")
        await clinic.passes(minutes=1)
        await ann.does("5", "3", "I took it, or take it now", "1 tablet (usual)")
        if n % 2:
            await ann.does(f">/practice {10 * n}", "Now")
        await until(clinic, evening(day, "18:31"))
        await ann.taps("That was all")


def pictures(clinic: Clinic) -> list[dict[str, Any]]:
    """The pictures that letters carried, as data."""
    rows = clinic.rows(outbox.select().where(outbox.c.method == "sendPhoto").order_by(outbox.c.id))
    with clinic.database.read() as tx:
        return [json.loads(tx.keys.open_json(row.sealed_body)["picture"]) for row in rows]


async def sunday(clinic: Clinic, ann: Patient) -> None:
    """Sunday evening of somebody who was heard of at noon: who is silent for days gets fewer messages."""
    await until(clinic, evening(SUNDAY, "12:00"))
    await ann.says("/help")
    ann.script.clear()
    await until(clinic, evening(SUNDAY, "18:31"))


async def away(clinic: Clinic, at: datetime) -> None:
    """The process stops, and is up again at an instant."""
    old = clinic.node
    clinic.clock.at = at
    clinic.node = Node(old.storage, old.bot, old.world, old.pacer, parcels=old.parcels)
    clinic.node.offset = old.offset
    await clinic.node.start()
    await clinic._with_patients_listening()


async def test_sunday_asks_the_day_and_the_week_in_one_go_and_shows_it(clinic: Clinic) -> None:
    ann = await joined(clinic, OXYCODONE, MORPHINE, arm="mbt")
    await lives(clinic, ann)
    ann.script.clear()
    await until(clinic, evening(SUNDAY, "18:31"))
    await ann.does("None on this day", "It was more", "150 min", "6", "Skip", "4")
    check("weekly", ann.transcript())
    (practice,) = clinic.kept(PracticeWeek)
    assert (practice.on, practice.answer, practice.minutes) == (SUNDAY, "more", 150)
    assert (practice.led_minutes, practice.reported_minutes) == (5, 90)
    assert {item: (g.value, g.status) for item, g in kept(clinic, "week_01", "peg").items()} == {
        "p": (6, "answered"),
        "e": (None, "skipped"),
        "g": (4, "answered"),
    }
    (picture,) = pictures(clinic)
    assert picture["minutes"] == [0, 11, 1, 31, 1, 51, 0]
    assert picture["diary"] == [False, True, True, True, True, True, True]
    assert [len(panel["joined"]) for panel in picture["panels"]] == [5, 5]
    assert png(picture)[:4] == b"\x89PNG"
    assert states(clinic, "weekly", "week_picture") == {
        "weekly 2026-03-08": "superseded",
        "week_picture 2026-03-08": "superseded",
    }
    assert ledger.check(clinic.database) == []


async def test_what_fits_is_told_by_its_effort(small: Clinic) -> None:
    ann = await joined(small)
    await until(small, evening(TUESDAY, "12:00"))
    await ann.does(">/practice 20", "Now")
    await sunday(small, ann)
    await ann.does("Rather not say", "Yes, that fits", "7", "8", "6")
    assert "You practised on one day: 20 minutes." in ann.hears
    assert "no ratings" in ann.hears
    assert [p.answer for p in small.kept(PracticeWeek)] == ["fits"]
    check("weekly_fits", ann.transcript())


@pytest.mark.parametrize(
    ("acts", "answer", "minutes"),
    [
        (("It was less", "0 min"), "less", 0),
        (("It was less", ">half an hour"), "less", 30),
        (("It was more", ">1500"), "more", 1500),
        (("It was more", "Skip"), "skipped", None),
        (("Skip",), "skipped", None),
    ],
)
async def test_minutes_that_are_said_stand_beside_those_known(
    small: Clinic, acts: tuple[str, ...], answer: str, minutes: int | None
) -> None:
    ann = await joined(small)
    await until(small, evening(SUNDAY, "12:00"))
    await ann.does(">/practice 45", "Now")
    await until(small, evening(SUNDAY, "18:31"))
    await ann.does("None on this day", *acts)
    assert "1 of 3" in ann.hears
    (said,) = small.kept(PracticeWeek)
    assert (said.answer, said.minutes, said.led_minutes, said.reported_minutes) == (answer, minutes, 0, 45)
    assert [p.minutes for p in small.kept(PracticeDone)] == [45]


async def test_an_answer_is_kept_when_the_rest_is_left_and_the_week_then_closes(small: Clinic) -> None:
    ann = await joined(small)
    await sunday(small, ann)
    await ann.does("None on this day", "Yes, that fits", "7")
    await until(small, evening(SUNDAY + timedelta(days=1), "18:35"))
    await ann.taps("8")
    assert "That day is over" in ann.hears
    assert {r.item: r.value for r in small.kept(Response)} == {"p": 7}
    assert len(small.kept(PracticeWeek)) == 1


async def test_a_diary_answered_before_leaves_the_week_to_come_alone(small: Clinic) -> None:
    ann = await joined(small)
    await until(small, evening(SUNDAY, "12:00"))
    await ann.does(">/diary", "None on this day")
    ann.script.clear()
    await until(small, evening(SUNDAY, "18:31"))
    await ann.does("Why do I get this?", "Begin", "Yes, that fits", "7", "8", "6")
    assert "Your week, Monday 2 March to Sunday 8 March." in ann.hears
    check("weekly_alone", ann.transcript())
    assert states(small, "weekly", "week_picture") == {
        "weekly 2026-03-08": "answered",
        "week_picture 2026-03-08": "superseded",
    }
    assert ledger.check(small.database) == []


async def test_a_picture_by_itself_is_offered_and_shown_only_when_wanted(small: Clinic) -> None:
    from bot import talking, turns
    from records import due, people

    ann = await joined(small)
    await until(small, evening(SUNDAY, "12:00"))
    await ann.does(">/pain 9")
    ann.script.clear()
    with small.database.write("study") as tx:
        person = people.by_study_id(tx, "P0001")
        desk = turns._of(small.node.world, tx, person, people.chat_of(tx, person.id))
        week = {"on": SUNDAY.isoformat(), "picture": True}
        on = {"on": SUNDAY.isoformat()}
        row = due.plan(tx, due.Planned(1, "week_picture", "by itself", tx.now, person.zone, payload=on))
        assert row is not None
        due.sent(tx, row)
        talking.begin(desk, "week_picture", {"week": week, "anchor_on": MONDAY.isoformat()}, prompt=row)
    ann.seen = len(ann.person.messages)
    await small.settle()
    ann._note()
    await ann.does("Why do I get this?", "Show it")
    assert "Your last number was 9 of 10. That is a lot." in ann.hears
    check("week_picture", ann.transcript())


async def test_in_discreet_mode_neither_words_nor_picture_say_what_it_is_about(small: Clinic) -> None:
    ann = await joined(small, OXYCODONE, MORPHINE, arm="mbt")
    await lives(small, ann, days=3)
    await ann.does(">/settings", "Turn discreet words on")
    assert len(small.kept(SettingsChanged)) == 1
    await sunday(small, ann)
    await ann.does("None on this day", "Yes, that fits", "Skip", "Skip", "Skip")
    assert "How strong: 4 ratings" in ann.hears
    (picture,) = pictures(small)
    assert "ain" not in json.dumps([panel["title"] for panel in picture["panels"]])
    check("weekly_discreet", ann.transcript())


async def test_the_diary_comes_at_its_hour_on_the_days_the_clocks_change(small: Clinic) -> None:
    await joined(small)
    await until(small, evening(SUNDAY, "23:00"))
    sent = {r.occurrence: r.sent_at for r in small.rows(items.select()) if r.item == "diary" and r.sent_at}
    assert sent["2026-03-03"] == datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    assert sent["2026-03-08"] == datetime(2026, 3, 8, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize("hours", [6, 72])
async def test_after_an_outage_one_message_tells_it_and_no_day_is_filled_in(small: Clinic, hours: int) -> None:
    ann = await joined(small)
    await until(small, evening(SUNDAY, "18:00"))
    await ann.says("/help")
    shown = len(ann.person.messages)
    await away(small, evening(SUNDAY, "18:00") + timedelta(hours=hours))
    await small.passes(minutes=5)
    told = [m.text for m in ann.person.messages[shown:]]
    assert len(told) <= 1
    await until(small, evening(SUNDAY + timedelta(days=3), "23:00"))
    later = [m.text for m in ann.person.messages[shown:]]
    assert not any("Sunday 8 March" in text.splitlines()[0] and text.startswith("The diary") for text in later)
    assert sum("I was away" in text for text in later) == 1
    assert states(small, "diary")["diary 2026-03-08"] == "superseded"
    assert small.kept(DiaryDay) == []
    assert ledger.check(small.database) == []


async def test_three_weeks_of_evenings_leave_the_books_without_a_finding(small: Clinic) -> None:
    ann = await joined(small)
    for n in range(1, 22):
        await until(small, evening(MONDAY + timedelta(days=n), "18:31"))
        match n % 7:
            case 6:
                await ann.does("None on this day", "Yes, that fits", "5", "5", "5")
            case 2:
                await ann.taps("Not today")
            case 4:
                pass
            case _:
                await ann.taps("None on this day")
    await until(small, evening(MONDAY + timedelta(days=23), "12:00"))
    assert ledger.check(small.database) == []
    assert {r.visit for r in small.kept(Response)} == {"week_01", "week_02", "week_03"}
    found = states(small, "diary")
    assert sum(state == "answered" for state in found.values()) == 18
    assert found["diary 2026-03-06"] == "expired"
    why = ledger.why(small.database, "P0001", "diary")
    assert why.startswith(
        "P0001 diary: 22 due since 2026-03-03 (18 answered, 3 expired, 1 sent); the last, 2026-03-24:"
    )
    assert ledger.why(small.database, "P0001", "weekly/2026-03-15") == (
        "P0001 weekly/2026-03-15: planned by protocol 1; 2026-03-15 18:30, did not go out by itself → superseded "
        "(asked together)."
    )
