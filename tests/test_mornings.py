"""A coordinator's morning: the watch over logged days, calls and their tries, checklists, and who needs what today."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot import alarms, watching
from coordinator import alerting, calls, checklists, enrolling, ledger
from coordinator import today as mornings
from coordinator.calls import NoCallTask
from coordinator.checklists import NotOnTheList
from coordinator.today import Need
from records import due, facts, people, watched
from records.alert_tables import ChecklistDone
from records.alerts import NoSuchAlert
from records.due import Planned
from records.facts import Where
from records.tables import table
from study.facts import (
    DiaryAnswer,
    DiaryDay,
    DiaryDose,
    DoseTaken,
    MedicineEpisode,
    PatchWear,
    RedFlagsAnswered,
    TlfbDay,
)
from tests.clinic import FENTANYL, OXYCODONE, START, Clinic, Patient, clinic_over, fresh_sqlite
from tests.logged import due_states, wrote
from tests.test_visits import JUNE_2, joined, skip_to
from tests.visiting import begins

pytestmark = pytest.mark.weeks

TODAY = date(2026, 3, 2)
OXY = "P0001-m0"


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Clinic]:
    """Where the kind of database makes no difference."""
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


# the watch, from what is kept


def calendar(clinic: Clinic, counts: Iterable[float | None], visit: str = "month_3") -> None:
    """A calendar that looks back from yesterday, the oldest day first; None is a day not remembered."""
    listed = list(counts)
    with clinic.database.write() as tx:
        person = people.by_study_id(tx, "P0001")
        for n, count in enumerate(listed):
            on = clinic.clock().date() - timedelta(days=len(listed) - n)
            status = "dont_remember" if count is None else "zero" if count == 0 else "different"
            day = {"visit": visit, "on": on, "medicine": OXY, "count": count, "status": status, "zone": "UTC"}
            kept = TlfbDay.model_validate(day | {"answered_at": tx.now, "answered_local": "2026-03-02T10:00:00"})
            facts.write(tx, f"{visit}-{on}", kept, Where(person.id, "P0001", "test"))


async def watch(clinic: Clinic) -> int:
    return await watching.watch_everybody(clinic.node)


def raised(clinic: Clinic) -> list[tuple[str, str]]:
    return [(line.rule, line.notes[0].split(": ", 2)[-1]) for line in alerting.listed(clinic.database, closed=True)]


async def test_a_fall_in_the_calendar_is_told_once_and_again_only_after_a_fortnight(clinic: Clinic) -> None:
    await clinic.enrolled()
    calendar(clinic, [4.0] * 25 + [2.0] * 3)
    assert await watch(clinic) == 1
    told = "From the days that are known: MME a day 15 over 3 days, 30 before."
    assert raised(clinic) == [("dose_drop", told.split(": ", 1)[1])]
    alerting.close(clinic.database, 1, "dana", "called: a taper they agreed on by phone")
    assert await watch(clinic) == 0
    calendar(clinic, [4.0] * 22 + [4.0, None, 4.0, 1.0, 1.0, 1.0], "month_6")
    clinic.clock.move(days=13)
    assert await watch(clinic) == 0


async def test_who_took_much_less_is_asked_once_at_a_free_hour_and_not_while_on_a_break(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    calendar(clinic, [4.0] * 25 + [2.0] * 3)
    clinic.clock.move(hours=16)  # two in the morning, where Ann is
    await watch(clinic)
    await clinic.settle()
    assert "less than before" not in ann.last.text
    await clinic.passes(hours=7)
    assert ann.last.text.startswith("Your entries show less than before. Did something change")
    assert due_states(clinic, "amount_check") == ["answered"]
    ben = await clinic.enrolled("cbt", "Ben")
    with clinic.database.write() as tx:
        person = people.by_study_id(tx, "P0002")
        people.change(tx, person.id, "test", break_until=tx.now + timedelta(days=3))
        due.plan(tx, Planned(person.id, "amount_check", "2026-03-02", tx.now, person.zone))
    await clinic.passes(hours=2)
    assert "less than before" not in ben.last.text
    assert due_states(clinic, "amount_check") == ["answered", "skipped"]


async def test_a_day_over_the_list_is_told_and_the_same_day_not_twice(clinic: Clinic) -> None:
    await clinic.enrolled()
    calendar(clinic, [5.0, 4.0], "baseline")
    assert await watch(clinic) == 0
    assert [line.said for line in checklists.of(clinic.database, "P0001")] == ["over 120 % of the list on 2026-02-28"]
    clinic.clock.move(days=30)
    calendar(clinic, [4.0, 5.0, 4.0])
    assert await watch(clinic) == 1
    alerting.close(clinic.database, 1, "dana", "a slip")
    assert await watch(clinic) == 0
    with clinic.database.read() as tx:
        assert watched.told_on(tx, 1, "dose_excess") == {date(2026, 3, 30)}


async def test_nobody_on_hold_is_watched_and_days_on_hold_count_for_nothing(clinic: Clinic) -> None:
    await clinic.enrolled()
    clinic.clock.move(days=30)
    calendar(clinic, [4.0] * 27 + [9.0])
    enrolling.hold(clinic.database, "P0001", "hospital", "dana")
    assert await watch(clinic) == 0
    clinic.clock.move(days=1)
    enrolling.hold(clinic.database, "P0001", None, "dana")
    with clinic.database.read() as tx:
        held = watched.held_days(tx, people.by_study_id(tx, "P0001"), date(2026, 2, 1))
    assert held == {date(2026, 4, 1), date(2026, 4, 2)}
    assert await watch(clinic) == 1


async def test_days_that_only_have_entries_in_the_log_raise_nothing_until_the_person_says_that_was_all(
    small: Clinic,
) -> None:
    ann = await small.enrolled()
    calendar(small, [4.0] * 28)
    small.clock.move(days=4)
    await ann.does(">/dose", "1 tablet (usual)", "Now")
    small.clock.move(hours=24)
    assert await watch(small) == 0
    wrote(small, *(evening(date(2026, 3, 2) + timedelta(days=n)) for n in range(5)))
    with small.database.read() as tx:
        person = people.by_study_id(tx, "P0001")
        known = [use for use in watched.uses(tx, person, date(2026, 3, 1)) if use.complete]
    assert [(use.on.day, use.count) for use in sorted(known, key=lambda use: use.on)] == [
        (1, 4),
        (2, 0),
        (3, 0),
        (4, 0),
        (5, 0),
        (6, 1),
    ]
    assert known[-1].last_local is not None


def evening(on: date, answer: DiaryAnswer = "all_logged") -> DiaryDay:
    return DiaryDay(on=on, answer=answer, answered_at=START, answered_local=f"{on}T18:30:00", zone="America/New_York")


async def test_amounts_said_in_the_evening_count_unless_the_log_by_now_holds_more(small: Clinic) -> None:
    ann = await small.enrolled()
    said = DiaryDose(
        on=TODAY,
        medicine="P0001-m0",
        count=2,
        status="different",
        logged=0,
        answered_at=START,
        answered_local=f"{TODAY}T18:30:00",
        zone="America/New_York",
    )
    wrote(small, said, evening(TODAY, "different"), evening(TODAY - timedelta(days=1), "rather_not_say"))
    with small.database.read() as tx:
        person = people.by_study_id(tx, "P0001")
        assert [(use.on, use.count, use.complete) for use in watched.uses(tx, person, date(2026, 3, 1))] == [
            (TODAY, 2, True)
        ]
    for _ in range(3):
        await ann.does(">/dose", "1 tablet (usual)", "Now")
        small.clock.move(minutes=20)
    with small.database.read() as tx:
        (use,) = watched.uses(tx, people.by_study_id(tx, "P0001"), date(2026, 3, 1))
    assert (use.count, use.complete) == (2, False)


async def test_patches_count_by_the_hours_worn_and_an_unknown_amount_is_no_zero(small: Clinic) -> None:
    await small.enrolled("mbt", "Ann", FENTANYL, OXYCODONE)
    worn = PatchWear(
        medicine="P0001-m0",
        product="fentanyl",
        strength=25,
        unit="mcg/h",
        put_on_at=START + timedelta(hours=6),
        put_on_local="2026-03-02T16:00:00",
        zone="America/New_York",
    )
    unsure = DoseTaken(
        medicine="P0001-m1",
        product="oxycodone",
        form="tablet",
        strength=5,
        unit="mg",
        count=None,
        status="not_sure",
        taken_at=START,
        taken_local="2026-03-02T10:00:00",
        zone="America/New_York",
        time_quality="said",
    )
    wrote(small, worn, unsure, evening(TODAY), evening(TODAY + timedelta(days=1)))
    with small.database.read() as tx:
        person = people.by_study_id(tx, "P0001")
        found = watched.uses(tx, person, TODAY)
    assert {(use.medicine, use.on.day): (use.count, use.complete) for use in found if use.on.day < 4} == {
        ("P0001-m0", 2): (0.5, True),
        ("P0001-m0", 3): (1.0, True),
        ("P0001-m1", 2): (None, False),
        ("P0001-m1", 3): (0, True),
    }


# calls


async def called(clinic: Clinic) -> Patient:
    """Somebody whose 3-month check-in was handed to staff."""
    ann = await joined(clinic)
    await skip_to(clinic, JUNE_2 + timedelta(days=10, hours=1))
    return ann


def task(clinic: Clinic, number: int = 1) -> str | None:
    return next(line.to_do for line in alerting.listed(clinic.database) if line.number == number)


async def test_a_call_has_three_tries_at_different_hours_and_never_stops_the_next_check_in(clinic: Clinic) -> None:
    await called(clinic)
    assert (task(clinic) or "").endswith("Try 1 of 3: 2026-06-12 15:00 (America/New_York)")
    said = [calls.tried(clinic.database, 1, result, "dana") for result in ("no answer", "voicemail", "No Answer")]
    assert said == [
        "Try 2 of 3: 2026-06-13 18:30 (America/New_York)",
        "Try 3 of 3: 2026-06-15 10:30 (America/New_York)",
        "All 3 tries were made and nothing more is planned; the next check-in comes in any case.",
    ]
    await skip_to(clinic, JUNE_2 + timedelta(days=92 + 11))
    assert ledger.check(clinic.database) == []
    (call,) = [need for need in mornings.today(clinic.database).participants if need.kind == "call"]
    assert call.what.startswith("month_6: Try 1 of 3: 2026-09-12 15:00")


async def test_who_was_reached_needs_no_further_try(small: Clinic) -> None:
    await called(small)
    said = calls.tried(small.database, 1, "spoke", "dana", "will answer tonight")
    assert said.startswith("Spoken with.")
    (line,) = alerting.listed(small.database)
    assert (line.state, line.acknowledged_by, line.notes[-1].split(": ", 1)[1]) == (
        "acknowledged",
        "dana",
        "will answer tonight",
    )


async def test_a_try_is_refused_where_there_is_nothing_to_call_about(small: Clinic) -> None:
    ann = await called(small)
    await ann.does(">/team", ">please call me back")
    with pytest.raises(NoCallTask, match="no task to call"):
        calls.tried(small.database, 2, "spoke", "dana")
    with pytest.raises(NoCallTask, match="one of: no answer"):
        calls.tried(small.database, 1, "shouted", "dana")
    alerting.close(small.database, 1, "dana", "moved away")
    with pytest.raises(NoSuchAlert, match="closed"):
        calls.tried(small.database, 1, "spoke", "dana")
    with pytest.raises(NoSuchAlert):
        calls.tried(small.database, 99, "spoke", "dana")


async def test_no_contact_for_a_long_time_is_a_call_with_tries_of_its_own(small: Clinic) -> None:
    await small.enrolled()
    with small.database.write() as tx:
        person = people.by_study_id(tx, "P0001")
        alarms.raise_about(small.node.world, tx, person, "lost_contact", tx.now)
    assert (task(small) or "").endswith("Try 1 of 3: 2026-03-02 15:00 (America/New_York)")
    assert calls.tried(small.database, 1, "no answer", "dana").startswith("Try 2 of 3: 2026-03-03 18:30")


async def test_an_answered_check_in_needs_no_call(small: Clinic) -> None:
    ann = await called(small)
    await begins(small, ann, "month_3", "pgic")
    await ann.taps("no change")
    assert "The check-in was answered, nobody needs to call" in (task(small) or "")


# checklists


def flags(clinic: Clinic, naloxone: str | None) -> None:
    wrote(clinic, RedFlagsAnswered.model_validate({"ticked": "", "naloxone": naloxone, "answered_at": START}))


async def test_what_is_expected_at_the_beginning_is_a_checklist_and_no_alert(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", FENTANYL)
    flags(clinic, "no")
    await begins(clinic, ann, "baseline", "phq4", "co_use")
    await ann.does("More than half the days", "Several days", "Not at all", "Not at all", "Alcohol", "Done")
    assert alerting.listed(clinic.database) == []
    open_ = checklists.of(clinic.database, "P0001")
    assert [(line.item, line.said) for line in open_] == [
        ("naloxone", "no; the list allows 60 MME a day"),
        ("co_use", "co_use.alcohol 1"),
        ("phq4_high", "gad2 3"),
    ]
    checklists.done(clinic.database, "P0001", "co_use", "dana")
    checklists.done(clinic.database, "P0001", "co_use", "eli")
    assert [line.done_by for line in checklists.of(clinic.database, "P0001")] == [None, "dana", None]
    assert enrolling.shown(clinic.database, "P0001")["checklist"] == ["naloxone", "phq4_high"]
    with pytest.raises(NotOnTheList, match="coach checklist P0001"):
        checklists.done(clinic.database, "P0001", "red_flags", "dana")
    enrolling.erase(clinic.database, "P0001", "dana")
    assert checklists.of(clinic.database, "P0001") == clinic.rows(table(ChecklistDone).select()) == []


@pytest.mark.parametrize(
    ("said", "listed"), [("yes", []), ("rather_not_say", []), (None, []), ("not_sure", ["naloxone"])]
)
async def test_naloxone_is_on_the_list_only_for_who_said_no_or_not_sure(
    small: Clinic, said: str | None, listed: list[str]
) -> None:
    await small.enrolled()
    flags(small, said)
    assert [line.item for line in checklists.of(small.database, "P0001")] == listed


async def test_a_high_score_that_was_there_at_baseline_is_told_when_it_gets_worse(small: Clinic) -> None:
    ann = await small.enrolled()
    often = ("Not at all", "Several days", "More than half the days", "Nearly every day")
    for visit, values in (("baseline", (2, 1)), ("month_3", (2, 1)), ("month_6", (3, 2))):
        await begins(small, ann, visit, "phq4")
        await ann.does(*(often[value] for value in (*values, 0, 0)))
        assert [line.rule for line in alerting.listed(small.database)] == (["phq4_high"] if visit == "month_6" else [])


# today


def kinds(needs: Iterable[Need]) -> list[str]:
    return [need.kind for need in needs]


async def test_the_morning_lists_who_needs_what_and_nobodys_name(clinic: Clinic) -> None:
    ann = await joined(clinic)
    clinic.invited()
    own = OXYCODONE.model_copy(update={"confirmed": False, "source": "chat"})
    wrote(clinic, own)
    flags(clinic, "not_sure")
    await skip_to(clinic, JUNE_2 - timedelta(days=18))
    assert "month_3 opens in 4 days" in [need.what for need in mornings.today(clinic.database).participants]
    await skip_to(clinic, JUNE_2 + timedelta(days=22))
    await ann.says("i drank wine with my pills")
    found = mornings.today(clinic.database)
    assert kinds(found.participants) == ["alert", "call", "check_in", "medicines", "checklist", "unreached"]
    assert found.participants[0].tier == 2
    assert found.participants[2].what == "month_3 open, closes in 6 days"
    assert found.participants[-1].study_id == "P0002"
    assert found.test_people == []
    assert "Ann" not in found.model_dump_json()
    assert "wine" not in found.model_dump_json()


async def test_test_people_stand_apart_and_lost_letters_are_counted(small: Clinic) -> None:
    small.invited(test=True)
    ann = await small.enrolled()
    ann.person.blocks()
    await small.settle()
    found = mornings.today(small.database)
    assert kinds(found.test_people) == ["unreached"]
    assert ("unreached", "the chat refuses our messages") in [(n.kind, n.what) for n in found.participants]
    with small.database.write() as tx:
        alarms.to_chat(small.node.world, tx, alarms.subject("P0001", 0), -999, "lost")
    await small.settle()
    assert [need.what for need in mornings.today(small.database).installation] == ["messages refused (staff): 1"]


async def test_a_medicine_that_was_left_off_is_one_alert_and_waits_to_be_confirmed(small: Clinic) -> None:
    ann = await small.enrolled()
    await ann.does(">/medicines", "oxy", "I no longer take it", ">it made me dizzy", "Today")
    found = mornings.today(small.database).participants
    assert [(need.kind, need.tier) for need in found] == [("alert", 2), ("medicines", None)]
    (episode,) = small.kept(MedicineEpisode)
    assert episode.change == "stopped"
