"""Coaching stops at once: by words, by staff, by leaving in the same second; and no burst comes afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coordinator import alerting, enrolling
from records import people
from records.tables import ConversationRow, table
from scheduler import planning
from study.facts import Note, PainRated
from tests.clinic import MORPHINE, Clinic, Patient, clinic_over, fresh_sqlite
from tests.golden import check
from tests.living import books, days, joined, letters, prompts_sent, rows_of, until

pytestmark = pytest.mark.weeks

NOON = MORPHINE.model_copy(update={"times": "12:00"})
WORDS = {
    "this is his wife. he passed away on sunday": "died",
    "my mother passed away": "bereavement",
    "the funeral is on friday": "bereavement",
    "i am in hospital": "hospital",
}
OPEN = {
    "nothing": (),
    "a question": (">/dose",),
    "an exercise": (">/practice", "Lead me one now", "1 minute", "One quiet minute"),
    "a pause": (">/pause", "6"),
    "settings": (">/settings",),
    "words for the team": (">/team",),
}


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


def hold_of(clinic: Clinic) -> str | None:
    with clinic.database.read() as tx:
        hold: str | None = people.by_study_id(tx, "P0001").hold
        return hold


def read(ann: Patient) -> int:
    """How many messages of the bot the person has."""
    return len([m for m in ann.person.messages if m.from_bot])


@pytest.mark.parametrize(
    ("words", "state"),
    [*((words, "an exercise") for words in WORDS), *(("the funeral is on friday", state) for state in OPEN)],
)
async def test_words_stop_it_at_once_in_every_state(clinic: Clinic, words: str, state: str) -> None:
    ann = await joined(clinic, NOON, since=21)
    await ann.does(*OPEN[state])
    await ann.says(words)
    assert hold_of(clinic) == WORDS[words]
    assert rows_of(clinic, "step") == [] or {r.state for r in rows_of(clinic, "step")} <= {"cancelled", "answered"}
    assert words in [note.text for note in clinic.kept(Note)]
    before = read(ann)
    await days(clinic, 2)
    assert read(ann) == before
    assert {a.rule for a in alerting.listed(clinic.database)} & {"participant_died", "bereavement", "hospital"}


async def test_inside_a_check_in_it_stops_but_a_stay_that_is_asked_about_is_an_answer(clinic: Clinic) -> None:
    ann = await joined(clinic, since=92)
    await ann.says("/checkin")
    await ann.says("I am in hospital")
    assert hold_of(clinic) == "hospital"
    await ann.taps("Send messages again")
    assert hold_of(clinic) is None
    assert "your check-in" in ann.hears


@pytest.mark.parametrize("words", [w for w, hold in WORDS.items() if hold != "died"])
async def test_one_tap_takes_it_back_at_once_or_days_later(clinic: Clinic, words: str) -> None:
    ann = await joined(clinic, NOON, since=21)
    await ann.says(words)
    check("hold_" + words.replace(" ", "_"), ann.transcript())
    await ann.does(">/pain", "4")
    assert "in the middle of something" not in ann.hears
    await clinic.passes(days=2)
    await ann.taps("Send messages again")
    assert ann.hears == "Messages can come again now."
    assert hold_of(clinic) is None
    before = read(ann)
    await clinic.passes(hours=1)
    assert read(ann) == before, "no burst"
    await days(clinic, 1)
    assert read(ann) > before
    assert books(clinic) == []


@pytest.mark.parametrize("reason", enrolling.HOLDS)
async def test_a_hold_of_staff_keeps_back_letters_that_wait(clinic: Clinic, reason: str) -> None:
    ann = await joined(clinic, NOON, since=21)
    await until_waiting(clinic)
    before = read(ann)
    enrolling.hold(clinic.database, "P0001", reason, "dana")
    waiting = clinic.rows(letters.select().where(letters.c.state == "waiting"))
    assert waiting == []
    await days(clinic, 1)
    assert read(ann) == before
    (row,) = [r for r in rows_of(clinic, "pre_dose") if r.due_local.startswith("2026-03-03")]
    assert (row.state, row.reason) == ("cancelled", f"hold: {reason}")


@pytest.mark.parametrize("reason", enrolling.HOLDS)
async def test_a_hold_of_staff_stops_an_open_exercise(clinic: Clinic, reason: str) -> None:
    ann = await joined(clinic, since=21)
    await ann.does(">/practice", "Lead me one now", "1 minute", "One quiet minute")
    assert [r.state for r in rows_of(clinic, "step")] == ["pending"]
    enrolling.hold(clinic.database, "P0001", reason, "dana")
    assert [(r.state, r.reason) for r in rows_of(clinic, "step")] == [("cancelled", f"hold: {reason}")]
    before = read(ann)
    await clinic.passes(minutes=5)
    assert read(ann) == before


async def until_waiting(clinic: Clinic) -> None:
    """Live until a prompt waits in the outbox that Telegram does not take yet."""
    await until(clinic, datetime(2026, 3, 3, 16, 54, tzinfo=UTC))
    clinic.pretend.faults.next("flood", method="sendMessage", retry_after=60)
    await clinic.passes(minutes=1, seconds=1)
    assert [r.kind for r in clinic.rows(letters.select().where(letters.c.state == "waiting"))] == ["prompt"]


@pytest.mark.parametrize("reason", enrolling.HOLDS)
async def test_lifting_a_hold_brings_no_burst_and_coaching_goes_on(clinic: Clinic, reason: str) -> None:
    ann = await joined(clinic, NOON, since=21)
    await days(clinic, 2, ann)
    enrolling.hold(clinic.database, "P0001", reason, "dana")
    await days(clinic, 3)
    before = read(ann)
    enrolling.hold(clinic.database, "P0001", None, "dana")
    with clinic.database.write("study") as tx:
        planning.roll(tx)
    await clinic.passes(minutes=30)
    assert read(ann) == before
    await days(clinic, 2, ann)
    assert len(prompts_sent(clinic)) > 0
    assert read(ann) > before
    assert [r.state for r in rows_of(clinic, "visit.month_3.close")] in ([], ["pending"])
    assert books(clinic) == []


async def test_a_check_in_that_a_hold_kept_back_comes_after_it_and_only_once(clinic: Clinic) -> None:
    ann = await joined(clinic, since=90, arm=None)
    enrolling.hold(clinic.database, "P0001", "hospital", "dana")
    await days(clinic, 8)
    before = read(ann)
    enrolling.hold(clinic.database, "P0001", None, "dana")
    await days(clinic, 1)
    told = [m.text for m in ann.person.messages if m.from_bot][before:]
    assert len([text for text in told if "3-month check-in" in text]) == 1
    assert len(told) <= 2


@pytest.mark.parametrize("how", ["chat", "staff"])
async def test_who_leaves_in_the_same_second_gets_nothing(clinic: Clinic, how: str) -> None:
    ann = await joined(clinic, NOON, since=21)
    await until_waiting(clinic)
    shown = len(asked(ann))
    if how == "chat":
        await ann.does(">/stop", ">2: Leave the study", ">Yes, do this")
    else:
        enrolling.withdraw(clinic.database, "P0001", "study", "dana")
    await days(clinic, 2)
    assert len(asked(ann)) == shown


def asked(ann: Patient) -> list[str]:
    """The prompts before a dose that were delivered."""
    return [m.text for m in ann.person.messages if "Turn these off" in m.button_texts]


async def test_unblocking_brings_no_burst(clinic: Clinic) -> None:
    ann = await joined(clinic, NOON, since=88)
    await days(clinic, 1, ann)
    ann.person.blocks()
    await days(clinic, 6)
    before = read(ann)
    ann.person.unblocks()
    await clinic.settle()
    await clinic.passes(minutes=5)
    assert read(ann) == before
    await days(clinic, 1)
    assert read(ann) - before <= 3
    assert {r.state for r in rows_of(clinic, "practice_nudge") if r.due_local < "2026-03-08"} >= {"undeliverable"}
    assert books(clinic) == []


async def test_logging_goes_on_while_messages_rest(clinic: Clinic) -> None:
    ann = await joined(clinic, NOON, since=21)
    await ann.does(">my mother passed away", ">/pain 5")
    assert len(clinic.kept(PainRated)) == 1
    talks = table(ConversationRow)
    assert clinic.rows(talks.select().where(talks.c.talk == "held"))[0].state == "stopped"
    await ann.says("/settings")
    await ann.taps("Send messages again")
    assert hold_of(clinic) is None
