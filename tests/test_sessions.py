"""Weekly sessions: opened, led, left, gone on with, ended; each arm has its own, under the same codes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from content.catalogue import Text, catalogue
from content.exercises import ARMS, Arm
from content.loading import ContentRefused
from content.sessions import LessonStep, boosters, checked, lesson_texts, lessons, told_apart
from coordinator import ledger
from records import people
from records.tables import DueItem, table
from scheduler import planning
from study.facts import ExerciseLed, PlanMade, SessionDone, SessionPartDone
from tests import golden
from tests.clinic import Clinic, clinic_over, fresh_sqlite
from tests.sessions import begins, in_week_one, until, walks_on

pytestmark = pytest.mark.weeks

items = table(DueItem)
LATER = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)


@pytest.fixture
async def june(tmp_path: Path) -> AsyncIterator[Clinic]:
    """A clinic in which every session is open."""
    async with clinic_over(fresh_sqlite(tmp_path), at=LATER) as clinic:
        yield clinic


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("number", range(1, 9))
async def test_a_session_is_walked_to_its_end(june: Clinic, arm: Arm, number: int) -> None:
    ann = await in_week_one(june, arm)
    lesson = lessons(arm)[f"S{number}"]
    await ann.says("/session")
    await ann.taps(next(button for button in ann.buttons if button.startswith(f"{number}. ")))
    await walks_on(ann)
    golden.check(f"session_{arm}_s{number}", ann.transcript())
    parts = june.kept(SessionPartDone)
    assert [(each.session, each.part, each.status) for each in parts] == [
        (lesson.code, part.code, "done") for part in lesson.parts
    ]
    assert [each.session for each in june.kept(SessionDone)] == [lesson.code]
    assert [each.exercise for each in june.kept(ExerciseLed)] == list(lesson.exercises)
    assert [each.session for each in june.kept(PlanMade)] == [lesson.code]


WEEK_1 = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)  # 10:30 in New York, the day after the baseline
SPRING = timedelta(hours=-1)  # New York is an hour nearer from 8 March on


def opens(clinic: Clinic) -> dict[str, str]:
    rows = clinic.rows(items.select().order_by(items.c.due_at))
    return {r.item: r.state for r in rows if r.item.startswith("session.")}


async def test_a_session_is_left_and_gone_on_with_days_later_and_counts_once(clinic: Clinic) -> None:
    ann = await in_week_one(clinic)
    await ann.says("/session")
    assert ann.hears == "Your weekly sessions have not begun yet. I will tell you when the first one opens."
    await until(clinic, WEEK_1 - timedelta(minutes=1))
    assert "Session 1" not in ann.last.text
    await until(clinic, WEEK_1 + timedelta(minutes=1))
    assert ann.last.text == "Session 1 is open: On automatic pilot. It takes about 20 minutes."
    await ann.taps("Why do I get this?")
    assert "Session 1 opened in week 1 of your course, which began on" in ann.hears
    await ann.taps("Begin")
    await walks_on(ann, stop_at="Part 3 of 5")
    await ann.taps("Enough for today")
    assert ann.hears == "That is fine. It stays open at part 3. /session goes on with it on any day."
    assert opens(clinic)["session.S1.open"] == "answered"
    await until(clinic, WEEK_1 + timedelta(days=3))
    await ann.says("/session")
    assert "We go on with part 3 of 5." in ann.hears
    await walks_on(ann)
    assert [each.part for each in clinic.kept(SessionPartDone)] == [part.code for part in lessons("mbt")["S1"].parts]
    assert len(clinic.kept(ExerciseLed)) == 2
    await ann.says("/session")
    await ann.taps("1. On automatic pilot, 20 min")
    await walks_on(ann)
    assert (len(clinic.kept(SessionPartDone)), len(clinic.kept(SessionDone))) == (5, 1)


async def test_missed_weeks_stay_open_are_named_and_the_books_hold(clinic: Clinic) -> None:
    ann = await in_week_one(clinic, "cbt")
    await until(clinic, WEEK_1 + timedelta(days=6))
    await ann.says("hello")
    await until(clinic, WEEK_1 + timedelta(days=7) + SPRING + timedelta(minutes=1))
    assert ann.last.text.startswith("Session 2 is open: Breath and muscles.")
    assert ann.last.text.endswith("You can still do session 1 too.")
    await ann.does("Later", "In 2 hours")
    await until(clinic, clinic.clock() + timedelta(hours=3))
    assert ann.last.text == "You asked me to come back about session 2. Shall we begin?"
    await ann.taps("Begin")
    await walks_on(ann)
    await until(clinic, WEEK_1 + timedelta(days=70))
    assert ledger.check(clinic.database) == []
    assert set(opens(clinic).values()) == {"answered", "expired", "skipped"}
    told = ledger.why(clinic.database, "P0001", "S2")
    assert told.startswith(
        "P0001 S2: opens in week 2, counted from allocation; session.S2.open 2026-03-10 10:30 went out"
    )
    assert told.endswith("; done as a whole.")
    await ann.says("/session")
    assert "7 sessions are open. They stay open. Which one?" in ann.hears


async def test_who_moves_or_stops_prompts_after_a_message_leaves_no_finding(june: Clinic) -> None:
    june.clock.at = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    ann = await in_week_one(june)
    await until(june, WEEK_1 + timedelta(minutes=5))
    with june.database.write("study") as tx:
        people.change(tx, 1, "test", zone="America/Los_Angeles")
        planning.replan(tx, 1)
    assert ledger.check(june.database) == []
    await ann.does("Later", "In 2 hours")
    with june.database.write("study") as tx:
        people.change(tx, 1, "test", status="prompts_stopped")
        planning.replan(tx, 1)
    await until(june, WEEK_1 + timedelta(days=8))
    assert ledger.check(june.database) == []
    assert opens(june) == {"session.S1.open": "answered"} | dict.fromkeys(list(opens(june))[1:], "superseded")


async def test_what_was_begun_before_its_message_needs_none(june: Clinic) -> None:
    june.clock.at = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    ann = await in_week_one(june)
    await until(june, WEEK_1 - timedelta(hours=2))
    await ann.says("/session")
    await walks_on(ann, stop_at="Part 2 of 5")
    await until(june, WEEK_1 + timedelta(hours=1))
    assert opens(june)["session.S1.open"] == "superseded"


async def test_a_release_that_adds_a_part_asks_for_that_part_only(
    june: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await in_week_one(june)
    await ann.says("/session")
    await ann.taps(next(button for button in ann.buttons if button.startswith("3. ")))
    await walks_on(ann, stop_at="Part 4 of 4")
    lesson = lessons("mbt")["S3"]
    await ann.taps("Enough for today")
    step = LessonStep(key="more", say={"en": "There is one more thing."})
    added = lesson.parts[0].model_copy(update={"code": "idea_2", "steps": (step,)})
    monkeypatch.setitem(catalogue().texts, "lesson.mbt.s3.idea_2.more", Text(en=step.say["en"]))
    newer = lesson.model_copy(update={"parts": (lesson.parts[0], added, *lesson.parts[1:])})
    release = {**lessons("mbt"), "S3": newer}
    for room in ("handlers.session", "handlers.planning"):
        monkeypatch.setattr(f"{room}.lessons", lambda arm: release if arm == "mbt" else lessons(arm))
    await ann.says("/session")
    await ann.taps(next(button for button in ann.buttons if button.startswith("3. ")))
    assert "We go on with part 2 of 5." in ann.hears
    await walks_on(ann)
    assert [each.part for each in june.kept(SessionPartDone)].count("idea_2") == 1
    assert sorted(each.part for each in june.kept(SessionPartDone)) == sorted(part.code for part in newer.parts)
    assert len(june.kept(ExerciseLed)) == len(lesson.exercises)


async def test_one_that_made_it_worse_ends_the_session_and_is_left_out_from_then_on(june: Clinic) -> None:
    ann = await in_week_one(june)
    await ann.says("/session")
    await ann.taps(next(button for button in ann.buttons if button.startswith("1. ")))
    await walks_on(ann, stop_at="Sit or lie down")
    await ann.taps("This is making it worse")
    assert "That was session" not in ann.hears
    await ann.says("/session")
    await ann.taps(next(button for button in ann.buttons if button.startswith("1. ")))
    await walks_on(ann, stop_at="once because it made things worse")
    await walks_on(ann)
    assert {each.part: each.status for each in june.kept(SessionPartDone)}["practice"] == "left_out"
    assert [each.ended for each in june.kept(ExerciseLed)] == ["worse", "completed"]


def test_no_transcript_of_one_arm_says_a_word_of_the_other() -> None:
    said = {arm: "".join(map(_read, _transcripts(arm))) for arm in ARMS}
    texts = {
        arm: {text["en"] for key, text, _, _ in lesson_texts() if key.startswith(f"lesson.{arm}.")} for arm in ARMS
    }
    for arm, other in zip(ARMS, ARMS[::-1], strict=True):
        own = [text for text in texts[arm] - texts[other] if len(text) > 40]
        assert [text for text in own if text not in said[arm]] == []
        assert [text for text in own if text in said[other]] == []


def _transcripts(arm: str) -> list[Path]:
    return [*golden.FOLDER.glob(f"session_{arm}_s*.txt"), golden.FOLDER / f"boosters_{arm}.txt"]


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("arm", ARMS)
async def test_every_booster_is_led_and_looks_at_the_plan(june: Clinic, arm: Arm) -> None:
    ann = await in_week_one(june, arm)
    await ann.says("/session")
    await ann.taps(next(button for button in ann.buttons if button.startswith("4. ")))
    await walks_on(ann)
    ann.script.clear()
    for week in range(9, 9 + len(boosters(arm))):
        await begins(june, ann, "booster", week=week)
        await walks_on(ann, stop_at="That was it for this week")
    golden.check(f"boosters_{arm}", ann.transcript())
    titles = [message.text for message in ann.person.messages if message.text.startswith("A short one")]
    assert len(set(titles)) == len(boosters(arm)) >= 8
    await begins(june, ann, "booster", week=9)
    await walks_on(ann, stop_at="Does it still fit?")
    await ann.does("Change it", ">Sit on the porch")
    assert "Your plan is now: Sit on the porch. In the morning. Every day." in ann.hears


async def test_without_an_arm_there_is_one_kind_line(june: Clinic) -> None:
    ann = await in_week_one(june, None)
    await ann.says("/session")
    assert ann.hears.startswith("Your weekly sessions have not begun yet.")
    assert "session.S1.open" not in opens(june)


def test_a_session_that_is_too_long_or_of_the_other_arm_is_refused() -> None:
    tables = lessons("mbt")["S1"].model_dump(mode="json")
    longer = tables | {"parts": [tables["parts"][0], *tables["parts"][1:4], tables["parts"][4]]}
    longer["parts"][0] = longer["parts"][0] | {
        "steps": [s | {"key": f"k{n}"} for n, s in enumerate(longer["parts"][0]["steps"] * 3)]
    }
    with pytest.raises(ContentRefused, match="minutes, not 10 to 20"):
        checked(longer, "mbt/s1.toml")
    with pytest.raises(ContentRefused, match="is no exercise of the arm cbt"):
        checked(tables | {"arm": "cbt"}, "cbt/s1.toml")


def test_every_session_takes_ten_to_twenty_minutes_and_the_arms_look_alike() -> None:
    assert all(10 <= each.minutes <= 20 for arm in ARMS for each in lessons(arm).values())
    assert all(len(lessons(arm)) == 8 for arm in ARMS)
    assert list(told_apart()) == []


async def test_an_offer_put_aside_by_a_pause_is_still_answered_when_tapped(clinic: Clinic) -> None:
    ann = await in_week_one(clinic, "mbt")
    await until(clinic, WEEK_1)
    assert ann.buttons[:2] == ["Begin", "Later"]
    offered = ann.person.messages[-1].message_id
    await ann.does(">/pause", "6")
    await clinic.passes(seconds=30)
    ann.person.taps(offered, "Later")
    await clinic.settle()
    assert "In 30 minutes" in ann.buttons
    assert ann.person.messages[-1].message_id != offered
    await ann.taps("In 2 hours")
    assert "You were in the middle of something: your pause." in ann.hears
