"""Twins of both arms who do the same in their sessions, their practice and their weeks: no table tells them apart."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

from content.exercises import ARMS, Minutes, for_practice
from content.exports import exported
from coordinator.projections.watched import PROMPTED_TALKS
from handlers.book import talks
from records.home_practice import SESSION_TALKS
from study.facts import ExerciseLed
from tests.clinic import Clinic, Patient, clinic_over, fresh_sqlite
from tests.evenings import evening
from tests.exported import Export
from tests.protocols import living_by, put
from tests.sessions import begins, in_week_one, leads_on, until
from tests.test_export_arms import add_group, exports_of, told_apart
from tests.test_groups import IN_GROUPS

TUESDAY, WEDNESDAY, SUNDAY = date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 8)
IN_EXERCISE = {"Stop here", "This is making it worse"}
LENGTHS: dict[Minutes, str] = {1: "1 minute", 3: "3 minutes", 5: "5 minutes", 10: "10 minutes"}
OF_THEIR_OWN = (
    {
        "enrol",
        "dose",
        "pause",
        "late_pause",
        "practice_led",
        "pain",
        "late_pre_dose",
        "preferences",
        "travel",
        "practice",
    }
    | {
        "late_diary",
        "late_weekly",
        "medicines",
        "settings",
        "break",
        "stop",
        "team",
        "undo",
        "fix",
        "progress",
        "mydata",
    }
    | {"urgent", "safe_check", "died", "held", "late_held"}
)
"""Talks that only what a person taps or writes begins."""


async def test_twins_whose_diary_waits_for_a_session_cannot_be_told_apart_by_any_table(tmp_path: Path) -> None:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        twins = [await in_week_one(clinic, arm, name=arm.upper()) for arm in ARMS]
        await until(clinic, evening(TUESDAY, "18:18"))
        for twin in twins:
            await begins(clinic, twin, "session")
        arrived = [at - evening(TUESDAY) for at in await through_the_session_and_the_diary(clinic, twins)]
        assert arrived[0] - arrived[1] > timedelta(minutes=5)
        await until(clinic, evening(WEDNESDAY, "13:00"))
        for twin in twins:
            await twin.taps("Not today")
        await every_exercise(clinic, twins)
        await until(clinic, evening(SUNDAY, "12:00"))
        for twin in twins:
            await twin.says("/help")
        await until(clinic, evening(SUNDAY, "18:31"))
        for twin in twins:
            await twin.does("None on this day", "It was more", "120 min", "6", "Skip", "4")
        await clinic.passes(hours=30)
        blinded, unblinded = exports_of(clinic, tmp_path)
    assert told_apart(blinded, ["P0001"], ["P0002"]) == {}
    assert same_rows(blinded, "P0001", "P0002") == []
    weeks = [(row["led_minutes"], row["minutes"]) for row in blinded.rows("practice_weeks")]
    assert weeks == [weeks[0]] * 2 == [(weeks[0][0], "120")] * 2
    inside = [int(row["session_minutes"]) for row in unblinded.rows("practice_weeks")]
    assert inside[0] > inside[1] > 0


async def test_members_of_two_groups_who_answer_as_soon_as_they_are_asked_do_not_fall_into_two(tmp_path: Path) -> None:
    arms = [arm for arm in ARMS for _ in (1, 2)]
    with living_by(put(tmp_path, "stamp.toml", IN_GROUPS)):
        async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
            members = [await in_week_one(clinic, arm, name=arm) for arm in arms]
            for code, arm, numbers, day in (("G-A", "mbt", (1, 2), "05"), ("G-B", "cbt", (3, 4), "06")):
                add_group(clinic, code, arm, numbers, f"2026-03-{day} 18:00")
            await until(clinic, evening(date(2026, 3, 5), "17:00"))
            for _ in range(28 * 6):
                await clinic.passes(minutes=10)
                for each in members:
                    if "None on this day" in each.last.button_texts:
                        await each.taps("None on this day")
            blinded, unblinded = exports_of(clinic, tmp_path)
    groups = (["P0001", "P0002"], ["P0003", "P0004"])
    assert {("diary_days", "answered_at"), ("diary", "answered_local")} <= told_apart(unblinded, *groups).keys()
    assert len(blinded.rows("diary_days")) == 8
    assert told_apart(blinded, *groups) == {}


async def through_the_session_and_the_diary(clinic: Clinic, twins: list[Patient]) -> list[datetime]:
    """Both go on as soon as they can and answer the diary once it is there; gives when it was, of each."""
    answered: dict[int, datetime] = {}
    for _ in range(300):
        for number, twin in enumerate(twins):
            if "None on this day" in twin.last.button_texts:
                answered[number] = clinic.clock()
                await twin.taps("None on this day")
            elif "That was session" not in twin.transcript() and not set(twin.buttons) >= IN_EXERCISE:
                await twin.taps(leads_on(twin.buttons))
        if len(answered) == len(twins):
            return [answered[number] for number in range(len(twins))]
        await clinic.passes(seconds=15)
    raise AssertionError(f"the diary came to {sorted(answered)} alone")


async def every_exercise(clinic: Clinic, twins: list[Patient]) -> None:
    """Each exercise of either arm once, one length after the other; where an arm has fewer it begins again."""
    for minutes, button in LENGTHS.items():
        for turn in range(max(len(for_practice(arm, minutes, False)) for arm in ARMS)):
            for twin in twins:
                await twin.does(">/practice", "Lead me one now")
                await twin.taps(next(each for each in twin.buttons if each.startswith(button)))
                titles = [each for each in twin.buttons if each not in ("« Back", "Not now")]
                if not set(twin.buttons) >= IN_EXERCISE:
                    await twin.taps(titles[turn % len(titles)])
            await clinic.passes(minutes=minutes + 1)
    kinds = {kept.exercise for kept in clinic.kept(ExerciseLed)}
    assert kinds >= {each.id for arm in ARMS for each in for_practice(arm, None, False)}


def same_rows(files: Export, one: str, other: str) -> list[str]:
    """Tables whose rows of two people differ in more than the ids of what they say."""
    ids = {(table.name, column.name) for table in exported() for column in table.columns if column.type == "id"}
    ids |= {("conversations", "conversation_id"), ("alerts", "alert_id")}

    def of(table: str, who: str) -> Counter[tuple[str, ...]]:
        mine = [row for row in files.rows(table) if row["study_id"] == who]
        return Counter(tuple(v for name, v in row.items() if (table, name) not in ids) for row in mine)

    named = [table for table in files.tables if "study_id" in files.cells(table)[0]]
    return [table for table in named if of(table, one) != of(table, other)]


def test_of_each_talk_it_is_known_whether_a_prompt_leads_to_it() -> None:
    assert set(talks()) == {*PROMPTED_TALKS, *SESSION_TALKS} | OF_THEIR_OWN
    assert not OF_THEIR_OWN & {*PROMPTED_TALKS, *SESSION_TALKS}
