"""Diary and log of a day in the export: two accounts, never added up, each saying whether it is the whole day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from coordinator.export import Request, export_csv
from records.database import Database
from study.diary import Account, diary_is_short, log_is_short
from study.facts import DiaryAnswer
from tests.clinic import Clinic
from tests.databases import Clock, Shelf
from tests.evenings import TUESDAY, clinic_of_evenings, joined, until
from tests.evenings import evening as clock_time
from tests.exported import Export, Person, Study, at, dose, evening, looked_back, medicine, only, patch, used

pytestmark = pytest.mark.weeks

ON = date(2026, 3, 4)


@pytest.fixture
def study(database: Database, clock: Clock, tmp_path: Path) -> Study:
    return Study(database, clock, tmp_path)


@pytest.fixture
def ann(study: Study) -> Person:
    person = study.adds().enrols(date(2026, 3, 2))
    study.clock.at = at("2026-03-06T12:00:00")
    return person


def days(study: Study, on: date = ON) -> dict[str, tuple[str, str, str]]:
    """Source → what is known, complete, reason, of one day; only a day that is complete has a figure."""
    return by_source([row for row in study.rows("mme_days") if row["on"] == on.isoformat()])


def by_source(rows: list[dict[str, str]]) -> dict[str, tuple[str, str, str]]:
    assert [row["mme"] for row in rows] == [row["mme_known"] if row["complete"] == "1" else "" for row in rows]
    return {row["source"]: (row["mme_known"], row["complete"], row["reason"]) for row in rows}


def test_two_accounts_of_a_day_stand_side_by_side_and_are_never_added(study: Study, ann: Person) -> None:
    oxy = ann.logs(medicine())
    ann.logs(dose("2026-03-04T08:00:00", 2, medicine=oxy))
    ann.logs(used(ON, oxy, 2, logged=2, status="as_logged"))
    ann.logs(evening(ON, "all_logged"))
    assert days(study) == {"diary": ("15.0", "1", ""), "log": ("15.0", "1", "")}


def test_a_log_that_holds_less_than_the_diary_is_not_whole(study: Study, ann: Person) -> None:
    oxy = ann.logs(medicine())
    ann.logs(dose("2026-03-04T08:00:00", 1, medicine=oxy))
    ann.logs(used(ON, oxy, 3, logged=1))
    ann.logs(evening(ON, "different"))
    assert days(study) == {"diary": ("22.5", "1", ""), "log": ("7.5", "0", "not_all_logged")}


def test_none_makes_an_empty_log_a_zero_and_no_diary_leaves_it_missing(study: Study, ann: Person) -> None:
    ann.logs(used(ON, ann.logs(medicine()), 0))
    ann.logs(evening(ON, "none"))
    assert days(study) == {"diary": ("0.0", "1", ""), "log": ("0.0", "1", "")}
    assert days(study, ON - timedelta(days=1)) == {"log": ("", "0", "no_entry")}


def test_none_beside_doses_leaves_the_log_disputed_until_it_is_put_right(study: Study, ann: Person) -> None:
    oxy = ann.logs(medicine())
    logged = ann.logs(dose("2026-03-04T08:00:00", 1, medicine=oxy))
    ann.logs(used(ON, oxy, 0, logged=1))
    ann.logs(evening(ON, "none"))
    assert days(study) == {"diary": ("0.0", "1", ""), "log": ("7.5", "0", "log_has_more")}
    ann.takes_back(logged)
    assert days(study)["log"] == ("0.0", "1", "")


def test_of_a_diary_answered_again_only_what_was_said_then_counts(study: Study, ann: Person) -> None:
    """A medicine of the first answer that is off the list by the second is not asked any more."""
    ann.logs(used(ON, ann.logs(medicine()), 4))
    ann.logs(evening(ON, "different"))
    assert days(study)["diary"] == ("30.0", "1", "")
    ann.logs(evening(ON, "none", "19:00:00"))
    assert days(study) == {"diary": ("0.0", "1", ""), "log": ("0.0", "1", "")}


def test_an_amount_not_remembered_and_rather_not_say_are_missing(study: Study, ann: Person) -> None:
    oxy = ann.logs(medicine())
    ann.logs(used(ON, oxy, None))
    ann.logs(evening(ON, "different"))
    assert days(study) == {"diary": ("", "0", "diary_unclear"), "log": ("", "0", "no_entry")}
    ann.logs(used(ON, oxy, None, status="rather_not_say"))
    ann.logs(evening(ON, "rather_not_say"))
    assert days(study)["diary"] == ("", "0", "rather_not_say")
    assert only(study.rows("diary_days"))["answer"] == "rather_not_say"


def test_a_patch_of_the_diary_counts_as_worn_all_day(study: Study, ann: Person) -> None:
    worn = ann.logs(medicine("fentanyl", form="patch", strength=25.0, unit="mcg/h", schedule="scheduled"))
    ann.logs(patch("2026-03-03T10:00:00", medicine=worn))
    ann.logs(used(ON, worn, 1, logged=1, status="as_usual"))
    ann.logs(evening(ON, "as_usual"))
    assert days(study) == {"diary": ("60.0", "1", ""), "log": ("60.0", "1", "")}


def test_the_tables_of_the_diary_name_medicines_by_code_and_keep_what_the_log_held(study: Study, ann: Person) -> None:
    oxy = ann.logs(medicine())
    ann.logs(used(ON, oxy, 1, logged=0))
    ann.logs(used(ON, oxy, 2, logged=1))
    row = only(study.rows("diary", unblind=True))
    assert only(study.rows("diary")) == row | {"answered_at": "", "answered_local": "2026-03-04"}
    assert row == {
        "study_id": "P0001",
        "on": "2026-03-04",
        "medicine": "M1",
        "count": "2.0",
        "status": "different",
        "logged": "1.0",
        "answered_at": "2026-03-04T23:30:00Z",
        "answered_local": "2026-03-04T18:30:00",
        "zone": "America/New_York",
    }
    ann.logs(looked_back(ON, "more", 90))
    row = only(study.rows("practice_weeks"))
    assert (row["led_minutes"], row["reported_minutes"], row["answer"], row["minutes"]) == ("5", "40", "more", "90")


@pytest.mark.parametrize(
    ("answer", "account", "log", "diary"),
    [
        ("all_logged", Account(2, 2, 3), None, "logged_later"),
        ("all_logged", Account(2, 2, 1), None, "log_changed"),
        ("as_usual", Account(2, 1, 1), "not_all_logged", None),
        ("as_usual", Account(2, 1, 2), None, None),
        ("as_usual", Account(2, 1, 3), None, "logged_later"),
        ("different", Account(1, 2, 2), "log_has_more", None),
        ("different", Account(1, 2, 1), None, None),
        ("none", Account(0, 0, 1), None, "logged_later"),
        ("different", Account(1, None, None), "diary_unclear", None),
    ],
)
def test_what_is_logged_after_the_diary_is_told_by_both(
    answer: DiaryAnswer, account: Account, log: str | None, diary: str | None
) -> None:
    assert (log_is_short(answer, [account]), diary_is_short(answer, [account])) == (log, diary)


@pytest.fixture
async def clinic(kind: str, shelf: Shelf) -> AsyncIterator[Clinic]:
    async with clinic_of_evenings(shelf.url(kind)) as clinic:
        yield clinic


async def test_a_dose_logged_or_fixed_after_the_diary_asks_nothing_again_and_is_told_in_the_export(
    clinic: Clinic, tmp_path: Path
) -> None:
    ann = await joined(clinic)
    await until(clinic, clock_time(TUESDAY, "17:00"))
    await ann.does(">/dose", "1 tablet (usual)", "Now")
    await until(clinic, clock_time(TUESDAY, "18:31"))
    await ann.taps("That was all")
    assert "A dose you log later still counts" in ann.hears
    await until(clinic, clock_time(TUESDAY, "21:30"))
    await ann.does(">/dose", "2 tablets", "Now")
    assert "diary" not in ann.hears
    await until(clinic, clock_time(TUESDAY + timedelta(days=1), "12:00"))
    assert told(clinic, tmp_path / "a") == {"diary": ("7.5", "0", "logged_later"), "log": ("22.5", "1", "")}
    await ann.does(">/undo", "Yes")
    assert told(clinic, tmp_path / "b") == {"diary": ("7.5", "1", ""), "log": ("7.5", "1", "")}


def told(clinic: Clinic, out: Path) -> dict[str, Any]:
    made = export_csv(clinic.database, Request(out=out), actor="staff")
    rows = [row for row in Export(out, made.model_dump()).rows("mme_days") if row["on"] == TUESDAY.isoformat()]
    return by_source(rows)
