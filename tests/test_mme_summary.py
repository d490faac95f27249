"""Average morphine equivalents before a check-in: four definitions, two sources, and what is missing."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from content.medicines import limit
from records.database import Database
from study.mme_summary import averages
from tests.databases import Clock
from tests.exported import Export, Person, Study, at, dose, evening, medicine, only, remembered, said, window

FIRST = date(2026, 2, 2)
AVERAGES = ("mme_mean28_observed", "mme_mean28_window", "mme_mean28_therapy", "mme_max28_day")


@pytest.fixture
def study(database: Database, clock: Clock, tmp_path: Path) -> Study:
    return Study(database, clock, tmp_path)


@pytest.fixture
def ann(study: Study) -> Person:
    """Answers the 3-month check-in on 2 March, 28 days after her enrolment."""
    person = study.adds().enrols(FIRST)
    person.logs(window())
    person.logs(said("p", 5))
    study.clock.at = at("2026-03-03T12:00:00")
    return person


def by_source(export: Export) -> dict[str, dict[str, str]]:
    return {row["source"]: row for row in export.rows("mme_summary")}


def test_a_log_that_no_diary_says_is_whole_is_no_day_known(study: Study, ann: Person) -> None:
    ann.logs(dose("2026-02-10T09:00:00", 2.0))
    row = by_source(study.exports())["log"]
    assert (row["days_known"], row["mme_mean28_observed"], row["reason"]) == ("0", "", "no_days")


def test_the_four_definitions_differ_as_in_the_worked_case() -> None:
    """Oxycodone 60 MME a day on days 1 to 15, morphine 30 on days 11 to 20, of 30 days (clinical.md 3.7)."""
    days = [60.0 * (day <= 15) + 30.0 * (11 <= day <= 20) for day in range(1, 31)]
    made = averages(days, from_50=50, from_90=90)
    assert (made.observed, made.therapy, made.window, made.most) == (40.0, 60.0, 40.0, 90.0)
    assert (made.days_known, made.at_50, made.at_90) == (30, 15, 5)


def test_missing_days_leave_the_mean_of_the_known_and_no_mean_of_the_window() -> None:
    made = averages([60.0, None, 0.0, None], from_50=50, from_90=90)
    assert (made.observed, made.window, made.therapy, made.most) == (30.0, None, 60.0, 60.0)
    assert (made.days_known, made.window_reason, made.reason) == (2, "days_missing", None)
    assert averages([0.0, 0.0], from_50=50, from_90=90).therapy_reason == "all_zero"
    assert averages([None], from_50=50, from_90=90).reason == "no_days"


def test_the_limits_are_met_unrounded_and_at_least() -> None:
    made = averages([49.99, 50.0, 89.99, 90.0], from_50=50, from_90=90)
    assert (made.at_50, made.at_90) == (3, 1)


def test_the_columns_name_the_days_of_the_window() -> None:
    assert limit("mme_window_days") == 28


def test_the_log_is_averaged_over_the_28_days_before_the_first_answer(study: Study, ann: Person) -> None:
    for day in range(28):
        ann.logs(dose(f"{FIRST + timedelta(days=day)}T09:00:00", 12.0 if day < 14 else 4.0))
        ann.logs(evening(FIRST + timedelta(days=day), "all_logged"))
    ann.logs(dose("2026-03-02T11:00:00", 40.0))
    row = by_source(study.exports())["log"]
    assert (row["visit"], row["source"], row["counted_from"]) == ("month_3", "log", "answered")
    assert (row["from_on"], row["to_on"], row["days_known"]) == ("2026-02-02", "2026-03-01", "28")
    assert [row[name] for name in AVERAGES] == ["60.0", "60.0", "60.0", "90.0"]
    assert (row["days_share_at_50"], row["days_share_at_90"]) == ("0.5", "0.5")
    assert (row["mean_at_50"], row["mean_at_90"], row["low_coverage"], row["reason"]) == ("1", "0", "0", "")


def test_days_without_an_entry_are_missing_and_said_to_be(study: Study, ann: Person) -> None:
    ann.logs(dose("2026-02-10T09:00:00", 2.0))
    ann.logs(evening(date(2026, 2, 10), "all_logged"))
    row = by_source(study.exports())["log"]
    assert [row[name] for name in AVERAGES] == ["15.0", "", "15.0", "15.0"]
    assert (row["days"], row["days_known"], row["low_coverage"]) == ("28", "1", "1")
    assert row["window_reason"] == "days_missing"


def test_the_calendar_stands_beside_the_log_and_is_never_added_to_it(study: Study, ann: Person) -> None:
    listed = ann.logs(medicine())
    ann.logs(dose("2026-02-10T09:00:00", 2.0))
    ann.logs(evening(date(2026, 2, 10), "all_logged"))
    ann.logs(remembered(date(2026, 2, 10), listed, 4))
    ann.logs(remembered(date(2026, 2, 11), listed, 0))
    ann.logs(remembered(date(2026, 2, 12), listed, None))
    export = study.exports()
    log, calendar = by_source(export)["log"], by_source(export)["tlfb"]
    assert (log["mme_mean28_observed"], calendar["counted_from"]) == ("15.0", "calendar")
    assert [calendar[name] for name in AVERAGES] == ["15.0", "", "30.0", "30.0"]
    assert (calendar["days"], calendar["days_known"]) == ("28", "2")
    asked = [row for row in export.rows("mme_days") if row["on"] in ("2026-02-10", "2026-02-11", "2026-02-12")]
    of_days = [row for row in asked if row["source"] != "diary"]
    assert [(row["on"][-2:], row["source"], row["mme"], row["reason"]) for row in of_days] == [
        ("10", "log", "15.0", ""),
        ("10", "tlfb", "30.0", ""),
        ("11", "log", "", "no_entry"),
        ("11", "tlfb", "0.0", ""),
        ("12", "log", "", "no_entry"),
        ("12", "tlfb", "", "dont_remember"),
    ]


def test_a_check_in_without_an_answer_is_looked_at_from_its_target_once_that_is_past(study: Study) -> None:
    beth = study.adds().enrols(FIRST)
    beth.logs(window("month_3", date(2026, 3, 1)))
    beth.logs(window("month_6", date(2026, 6, 1)))
    study.clock.at = at("2026-03-03T12:00:00")
    row = only(study.rows("mme_summary"))
    assert (row["visit"], row["counted_from"], row["to_on"], row["reason"]) == (
        "month_3",
        "target",
        "2026-02-28",
        "no_days",
    )
    assert {row[name] for name in AVERAGES} == {""}
