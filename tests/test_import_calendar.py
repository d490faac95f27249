"""The calendar of 28 days from the phone and from paper: the template, the same facts as in the chat, what follows."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.taken_down import follow
from coordinator import alerting
from coordinator.answer_file import ANSWERS, FileRefused, written
from coordinator.calendar_file import CALENDAR, calendar_template
from coordinator.importing import Imported, Order, import_answers, import_calendar
from records import audit, facts
from study.facts import CheckInFinished, MedicineEpisode, TlfbDay
from tests.clinic import FENTANYL, MORPHINE, OXYCODONE, Clinic, Patient, clinic_over, fresh_sqlite
from tests.databases import Shelf
from tests.exported import Study
from tests.test_importing import everything
from tests.test_visits import joined, rows, skip_to
from tests.visiting import begins

pytestmark = pytest.mark.weeks

JUNE_3 = datetime(2026, 6, 3, 20, 0, tzinfo=UTC)
LAST, FIRST = date(2026, 6, 2), date(2026, 5, 6)
ON = {"answered_on": "2026-06-03", "mode": "phone", "taken_by": "dana"}
Lines = list[dict[str, str]]
LISTED = tuple(each.model_copy(update={"change": "enrolled"}) for each in (OXYCODONE, MORPHINE, FENTANYL))


class Desk:
    """A coordinator with the calendar of one person."""

    def __init__(self, clinic: Clinic, folder: Path) -> None:
        self.clinic, self.folder, self.file = clinic, folder, folder / "calendar.csv"
        self.study = Study(clinic.database, clinic.clock, folder)  # type: ignore[arg-type]

    def template(self, visit: str = "month_3", answered_on: date | None = None) -> Lines:
        with self.clinic.database.read() as tx:
            lines = list(calendar_template(tx, "P0001", visit, answered_on))
        return list(csv.DictReader(io.StringIO("\n".join([written(CALENDAR.every), *lines]))))

    def filled(self, told: Callable[[str, date], str], **more: str) -> Lines:
        """The template with what `told` says of each medicine and day: a number, a status, or nothing."""
        lines = self.template()
        for line in lines:
            said = told(line["medicine"], date.fromisoformat(line["on"]))
            line.update(ON | {"value" if said[:1].isdigit() else "status": said} | more if said else {})
        return lines

    def brings(self, lines: Lines, **order: Any) -> Imported:
        with self.file.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, CALENDAR.every)
            writer.writeheader()
            writer.writerows(lines)
        return self.again(**order)

    def again(self, **order: Any) -> Imported:
        world = self.clinic.node.world
        return import_calendar(self.clinic.database, Order(self.file, "erin", **order), follow(world), staffed=False)

    def refused(self, lines: Lines, **order: Any) -> list[str]:
        with pytest.raises(FileRefused) as refused:
            self.brings(lines, **order)
        return [line.removeprefix("calendar.csv:") for line in refused.value.lines]

    def brings_answers(self) -> Imported:
        """Everything else of the check-in, on the same call."""
        file = self.folder / "answers.csv"
        with file.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, ANSWERS.every)
            writer.writeheader()
            writer.writerows(everything("month_3"))
        world = self.clinic.node.world
        return import_answers(self.clinic.database, Order(file, "erin"), follow(world), staffed=False)

    def exported(self, table: str) -> Lines:
        return self.study.rows(table)

    def figures(self) -> dict[str, tuple[str, str, str]]:
        """The days of the export that the calendar tells of: mg, whether it is whole, and why there is none."""
        told = [row for row in self.exported("mme_days") if row["source"] == "tlfb"]
        return {row["on"]: (row["mme"], row["complete"], row["reason"]) for row in told}


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    """On SQLite; the journey below runs on both."""
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


@pytest.fixture
async def either(kind: str, shelf: Shelf) -> AsyncIterator[Clinic]:
    async with clinic_over(shelf.url(kind)) as clinic:
        yield clinic


@pytest.fixture
def desk(clinic: Clinic, tmp_path: Path) -> Desk:
    return Desk(clinic, tmp_path)


async def at_month_3(clinic: Clinic, *medicines: MedicineEpisode) -> Patient:
    """Ann on the day after her three months, with oxycodone as needed, morphine at set times and a patch."""
    ann = await joined(clinic)
    clinic.give_medicines("P0001", *(medicines or LISTED))
    await skip_to(clinic, JUNE_3)
    return ann


def as_told(medicine: str, on: date) -> str:
    """A month: oxycodone as it comes, morphine as usual but for two days, the patch once not remembered."""
    day = (on - FIRST).days
    return {
        "M1": {27: "1.5", 26: "0", 25: "dont_remember"}.get(day, "2"),
        "M2": {20: "1", 19: "0", 3: "skipped"}.get(day, "as_usual"),
        "M3": "2" if day == 10 else "as_usual",
    }[medicine]


def said(days: Iterable[TlfbDay]) -> dict[tuple[str, date], float | None]:
    return {(day.medicine, day.on): day.count for day in days}


# a calendar on the phone


async def test_a_calendar_on_the_phone_is_the_same_calendar_as_in_the_chat(either: Clinic, tmp_path: Path) -> None:
    clinic, desk = either, Desk(either, tmp_path)
    ann = await at_month_3(clinic)
    lines = desk.filled(as_told)
    assert len(lines) == 84
    assert desk.brings(lines, dry_run=True).written == 84
    assert clinic.kept(TlfbDay) == []
    done = desk.brings(lines)
    assert (done.written, done.corrected, done.left_blank) == (84, 0, 0)
    on_the_phone, facts_of_phone = desk.figures(), clinic.kept(TlfbDay)
    with clinic.database.read() as tx:
        assert list(audit.broken_links(tx)) == []
        assert list(facts.altered(tx)) == []
    with clinic.database.write("staff") as tx:
        for kept in list(facts.in_force(tx, TlfbDay)):
            facts.void(tx, kept.entity, facts.Where(1, "P0001", "test"), "to be told again in the chat")
    await told_in_the_chat(clinic, ann)
    assert desk.figures() == on_the_phone
    assert len(on_the_phone) == 28
    assert Counter(reason for _, _, reason in on_the_phone.values()) == {"": 26, "dont_remember": 1, "skipped": 1}
    assert on_the_phone["2026-06-02"] == ("101.25", "1", "")
    assert facts_of_phone[0].looks_to == LAST
    assert said(facts_of_phone) == said(clinic.kept(TlfbDay))


async def told_in_the_chat(clinic: Clinic, ann: Patient) -> None:
    """The same month, told to the coach."""
    await begins(clinic, ann, "month_3", "tlfb")
    await ann.taps("As usual")
    await ann.does("2 tablets", *["As the day before: 2 tablets"] * 3, "I do not remember", "None")
    await ann.does("Another amount", ">1.5", "As usual on all 7 days", "As usual on all 7 days")
    await ann.does("2 tablets", "2 tablets on all 6 days left")
    await ann.does("Some days were different", "Monday 25 May", "Tuesday 26 May", "Done", "None", "1 tablet")
    await ann.does("As usual on all 7 days", "2 tablets on all 7 days too", "As usual on all 7 days")
    await ann.does("Some days were different", "Saturday 16 May", "Done", "2 patches")
    await ann.does("2 tablets on all 7 days too", "Some days were different", "Saturday 9 May", "Done", "Skip")
    await ann.taps("As usual on all 7 days")
    assert len(clinic.kept(TlfbDay)) == 84


async def test_the_export_says_how_by_whom_and_when_a_day_was_taken_down(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    desk.brings(desk.filled(as_told, mode="paper", answered_at="10:15"))
    found = [row for row in desk.exported("tlfb_days") if row["on"] == "2026-05-31" and row["medicine"] == "M1"]
    assert [{name: row[name] for name in found[0] if name not in ("tlfb_id", "recorded_at")} for row in found] == [
        {
            "study_id": "P0001",
            "visit": "month_3",
            "on": "2026-05-31",
            "medicine": "M1",
            "count": "",
            "status": "dont_remember",
            "answered_at": "",  # blinded, the day alone is told
            "answered_local": "2026-06-03",
            "zone": "America/New_York",
            "mode": "paper",
            "taken_by": "dana",
            "recorded_by": "erin",
        }
    ]


async def test_the_full_form_is_complete_with_the_calendar_and_not_before(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    (answered,) = desk.brings_answers().visits
    assert (answered.status, answered.calendar_open) == ("core", 84)
    half = desk.filled(lambda medicine, on: "" if medicine == "M3" else as_told(medicine, on))
    (left,) = desk.brings(half).visits
    assert (left.status, left.calendar_open) == ("core", 28)
    desk.clinic.clock.move(minutes=5)
    (all_of_it,) = desk.brings(desk.filled(as_told)).visits
    assert (all_of_it.status, all_of_it.timing, all_of_it.calendar_open) == ("complete", "in_window", 0)
    (end,) = [end for end in clinic.kept(CheckInFinished) if end.visit == "month_3"]
    assert (end.complete, end.mode) == (True, "phone")
    assert rows(clinic, "visit.month_3")["visit.month_3.invite"] == "answered"
    (visit,) = [row for row in desk.exported("visits") if row["visit"] == "month_3"]
    assert (visit["status"], visit["in_window"], visit["mode"]) == ("complete", "1", "phone")


async def test_a_calendar_that_stood_open_asks_no_more_about_days_told_on_the_phone_meanwhile(
    clinic: Clinic, desk: Desk
) -> None:
    ann = await at_month_3(clinic)
    await begins(clinic, ann, "month_3", "tlfb")
    await ann.taps("As usual")
    await ann.taps("2 tablets")
    desk.brings([line for line in desk.filled(as_told) if line["on"] not in ("2026-06-02", "2026-06-01", "2026-05-30")])
    await ann.taps("2 tablets")  # the 28th was open when they called
    assert "30 May" in ann.last.text
    await ann.does("None", "None on all 2 days left", "As usual on all 3 days", "As usual on all 3 days")
    days = said(clinic.kept(TlfbDay))
    assert len(days) == 84
    assert len(clinic.kept(TlfbDay)) == 85  # the 28th by both ways
    assert [days["P0001-m0", date(2026, 5, day)] for day in (31, 30, 29)] == [None, 0, 2]


async def test_a_calendar_alone_is_a_part_of_its_check_in(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    assert [visit.status for visit in desk.brings(desk.filled(as_told)).visits] == ["partial"]
    (visit,) = [row for row in desk.exported("visits") if row["visit"] == "month_3"]
    assert (visit["status"], visit["mode"]) == ("partial", "phone")
    assert desk.brings_answers().visits[0].status == "complete"


async def test_the_watch_looks_at_a_calendar_from_the_phone(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic, *LISTED[:1])
    desk.brings_answers()
    over = {date(2026, 5, 30): "9", date(2026, 5, 31): "dont_remember"}
    desk.brings(desk.filled(lambda _, on: over.get(on, "2")))
    (excess,) = [alert for alert in alerting.listed(clinic.database) if alert.rule == "dose_excess"]
    assert excess.event_at.date() == date(2026, 5, 30)


# begun in one way, gone on with in another


async def test_what_the_phone_left_open_is_asked_in_the_chat_of_the_same_days(clinic: Clinic, desk: Desk) -> None:
    ann = await at_month_3(clinic, *LISTED[1:2])
    newest = {LAST - timedelta(days=n) for n in range(3)}
    desk.brings(desk.filled(lambda _, on: "" if on in newest else "2"))
    await clinic.later(days=2)
    await begins(clinic, ann, "month_3", "tlfb")
    await ann.does("As usual", "As usual on all 3 days")
    assert "whole check-in" in ann.hears
    assert {day.on for day in clinic.kept(TlfbDay)} == {FIRST + timedelta(days=n) for n in range(28)}


async def test_one_day_told_in_the_chat_keeps_the_days_that_the_template_and_a_new_talk_look_back_on(
    clinic: Clinic, desk: Desk
) -> None:
    ann = await at_month_3(clinic, *LISTED[:1])
    await begins(clinic, ann, "month_3", "tlfb")
    await ann.does("As usual", "2 tablets")
    await clinic.later(days=3)
    days = [line["on"] for line in desk.template()]
    assert (days[0], days[-1], len(days)) == (LAST.isoformat(), FIRST.isoformat(), 28)
    await begins(clinic, ann, "month_3", "tlfb")
    assert "Thursday 28 May" in ann.hears


async def test_a_list_printed_for_a_call_fits_when_the_call_comes_some_days_later(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic, *LISTED[:1])
    lines = desk.filled(lambda _, on: "2", answered_on="2026-06-06")
    clinic.clock.move(days=4)
    done = desk.brings(lines)
    assert (done.written, done.visits[0].calendar_open) == (28, 0)
    with clinic.database.read() as tx:
        kept = [each.fact.on for each in facts.in_force(tx, TlfbDay)]
    assert (min(kept), max(kept)) == (FIRST, LAST)


async def test_the_template_is_of_the_days_and_medicines_the_chat_would_ask(clinic: Clinic, desk: Desk) -> None:
    started = MORPHINE.model_copy(update={"change": "started", "starts_on": date(2026, 5, 31)})
    await at_month_3(clinic, LISTED[0], started)
    lines = desk.template(answered_on=date(2026, 6, 2))
    days = [(line["medicine"], line["on"]) for line in lines]
    assert days[:2] == [("M1", "2026-06-01"), ("M1", "2026-05-31")]
    assert [on for medicine, on in days if medicine == "M2"] == ["2026-06-01", "2026-05-31"]
    assert {line["answered_on"] for line in lines} == {"2026-06-02"}
    assert lines[0]["label"] == "oxycodone 5 mg tablet, as needed"
    assert lines[-1]["allowed"] == (
        "0 to 1000 tablets, whole ones only; or status dont_remember, skipped, rather_not_say, as_usual (2)"
    )


# twice, other amounts


async def test_twice_doubles_nothing_and_another_amount_needs_a_reason(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic, *LISTED[:1])
    desk.brings(desk.filled(lambda _, on: "dont_remember" if on == FIRST else "0" if on == LAST else "2"))
    again = desk.again()
    assert (again.written, again.corrected, again.there_already) == (0, 0, 28)
    other = desk.filled(lambda _, on: "3" if on in (FIRST, LAST) else "2")
    assert desk.refused(other) == ["2:value: M1 on 2026-06-02 is answered: 0 (phone, 2026-06-03); see --correct"]
    assert len([line for line in clinic.kept(TlfbDay) if line.count == 2]) == 26
    done = desk.brings(other, correct="read wrong")
    assert (done.written, done.corrected, done.there_already) == (0, 2, 26)
    assert len(clinic.kept(TlfbDay)) == 28
    (old,) = [r for r in desk.exported("corrections") if (r["column"], r["old"]) == ("status", "zero")]
    assert (old["table"], old["new"], old["recorded_by"]) == ("tlfb_days", "different", "erin")


async def test_none_blank_not_remembered_skipped_and_rather_not_said_stay_apart(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic, *LISTED[:1])
    told = {
        LAST - timedelta(days=n): said for n, said in enumerate(["0", "rather_not_say", "dont_remember", "skipped"])
    }
    done = desk.brings(desk.filled(lambda _, on: told.get(on, "")))
    assert (done.written, done.left_blank, done.visits[0].calendar_open) == (4, 24, 24)
    kept = {row["on"]: (row["count"], row["status"]) for row in desk.exported("tlfb_days")}
    assert kept == {
        "2026-06-02": ("0.0", "zero"),
        "2026-06-01": ("", "rather_not_say"),
        "2026-05-31": ("", "dont_remember"),
        "2026-05-30": ("", "skipped"),
    }
    assert desk.figures()["2026-06-02"] == ("0.0", "1", "")
    assert desk.figures()["2026-06-01"] == ("", "0", "rather_not_say")


# what is wrong


async def test_everything_wrong_is_said_by_line_and_column_with_what_is_allowed(clinic: Clinic, desk: Desk) -> None:
    await at_month_3(clinic)
    before = [*desk.template()[:1], *desk.template()[28:29], *desk.template()[56:57]]
    oxy, morphine, patch = ({**line, **ON, "value": "1"} for line in before)
    as_usual = {"value": "", "status": "as_usual"}
    wrong = desk.refused(
        [
            oxy,
            oxy | {"on": "2026-06-02"},
            oxy | {"on": "2026-05-05"},
            oxy | {"on": "2026-06-03"},
            oxy | {"on": "2 June"},
            oxy | {"on": "2026-06-01", "value": "-1"},
            morphine | {"value": "1.5"},
            patch | {"value": "0.5"},
            oxy | {"on": "2026-05-31", "value": "1,5"},
            oxy | {"medicine": "M9"},
            oxy | {"on": "2026-05-30", "status": "skipped"},
            oxy | {"on": "2026-05-29", "status": "asleep"},
            oxy | {"on": "2026-05-28"} | as_usual,
            morphine | {"on": "2026-05-28", "value": "3", "status": "as_usual"},
            morphine | {"on": "2026-05-27", "status": "zero"},
            oxy | {"on": "2026-05-27", "mode": "fax", "taken_by": "Dana the nurse"},
            oxy | {"on": "2026-05-26", "answered_on": "2026-06-09"},
            oxy | {"visit": "month_4"},
            oxy | {"study_id": "P0099"},
        ]
    )
    assert [": ".join(each.split(": ")[:1]) for each in wrong] == [
        "3:on", "4:on", "5:on", "6:on", "7:value", "8:value", "9:value", "10:value", "11:medicine", "12:status",
        "13:status", "14:status", "15:value", "16:value", "17:mode", "17:taken_by", "18:answered_on", "19:visit",
        "20:study_id",
    ]  # fmt: skip
    assert all("allowed" in each for each in wrong if ":study_id" not in each)
    assert wrong[1].endswith("2026-05-05 is not among the days this check-in looks back on; allowed: "
                             "2026-05-06 to 2026-06-02")  # fmt: skip
    assert "whole ones only" in wrong[5]
    assert "allowed: M1, M2, M3" in wrong[8]
    assert clinic.kept(TlfbDay) == []


async def test_a_file_of_answers_is_no_calendar_and_says_what_prints_one(clinic: Clinic, desk: Desk) -> None:
    desk.file.write_text(written(ANSWERS.every) + "\n", encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        desk.again()
    assert "calendar.csv:1:medicine: this column is missing; `coach import template --calendar` prints all" in (
        refused.value.lines
    )
