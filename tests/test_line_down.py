"""Telegram cannot be reached for hours while the coach runs: when the line is back nothing comes in a burst."""

from __future__ import annotations

from bot.studio.faults import Fate
from records.tables import DueItem, Outbox, table
from tests.clinic import FENTANYL, Clinic, Patient
from tests.living import joined

items, letters = table(DueItem), table(Outbox)
FOR_EVER = 10**6


def breaks(clinic: Clinic) -> None:
    clinic.pretend.faults.next(Fate.REFUSED, FOR_EVER, None)


async def back(clinic: Clinic) -> None:
    clinic.pretend.faults.clear()
    await clinic.passes(seconds=10)


def read(patient: Patient) -> list[str]:
    """What the person has from the bot."""
    return [m.text for m in patient.person.messages if m.from_bot]


async def test_an_exercise_whose_words_do_not_arrive_is_interrupted_and_does_not_come_in_one_go(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "6", "4", "Both", "10 minutes")
    await ann.taps(ann.buttons[0])
    before = len(read(ann))
    breaks(clinic)
    await clinic.passes(minutes=10)
    await back(clinic)
    arrived = read(ann)[before:]
    assert [text.startswith("We were interrupted") for text in arrived].count(True) == 1
    assert len(arrived) <= 4, arrived
    assert {"Next", "Take my dose now", "Stop here"} <= set(ann.buttons)


async def test_what_falls_due_behind_a_message_that_waits_stays_behind_it(clinic: Clinic) -> None:
    ann = await joined(clinic, FENTANYL, since=45)
    breaks(clinic)
    written = []
    for _ in range(27):
        await clinic.passes(minutes=20)
        written = clinic.rows(letters.select().where(letters.c.kind == "prompt", letters.c.state == "waiting"))
        assert len(written) <= 1, [row.message_key for row in written]
    assert written
    before = len(read(ann))
    await back(clinic)
    assert len(read(ann)) == before + 1


async def test_a_message_that_the_line_held_back_comes_when_there_is_room_again(clinic: Clinic) -> None:
    """The one behind it goes by its own rules then: after the spacing, within its lateness."""
    ann = await joined(clinic, FENTANYL, since=45)
    breaks(clinic)
    await clinic.passes(hours=3)
    await back(clinic)
    held = clinic.rows(items.select().where(items.c.state == "sent"))
    before = len(read(ann))
    await clinic.passes(hours=9)
    later = clinic.rows(items.select().where(items.c.state == "sent"))
    assert len(read(ann)) > before
    assert len(later) > len(held)
