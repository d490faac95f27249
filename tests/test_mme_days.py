"""MME of each study day from what was logged: which day an entry belongs to, patches by wear, days that are missing."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from records.database import Database
from tests.databases import Clock
from tests.exported import Person, Study, at, dose, medicine, only, patch

pytestmark = pytest.mark.weeks

NO_ENTRY = ("", "0", "no_entry")
NOT_SAID = "no_diary"
"""Only the diary says that a day is whole: tests/test_export_diary.py."""


@pytest.fixture
def study(database: Database, clock: Clock, tmp_path: Path) -> Study:
    return Study(database, clock, tmp_path)


@pytest.fixture
def ann(study: Study) -> Person:
    person = study.adds().enrols(date(2026, 3, 2))
    person.logs(medicine())
    study.clock.at = at("2026-03-06T12:00:00")
    return person


def days(study: Study, **asked: object) -> dict[str, tuple[str, str, str]]:
    """Day → what is known of it, complete, reason; no day here is complete, so none has a figure of the whole day."""
    rows = study.rows("mme_days", **asked)
    assert {row["mme"] for row in rows} <= {""}
    return {row["on"]: (row["mme_known"], row["complete"], row["reason"]) for row in rows}


def test_a_day_adds_up_its_doses_and_says_by_which_factors(study: Study, ann: Person) -> None:
    ann.logs(dose("2026-03-03T08:00:00", 2.0))
    ann.logs(dose("2026-03-03T20:00:00", 1.0, product="morphine", strength=15.0))
    row = next(row for row in study.rows("mme_days") if row["on"] == "2026-03-03")
    assert row == {
        "study_id": "P0001",
        "on": "2026-03-03",
        "mme": "",
        "complete": "0",
        "factor_set": "cdc2022",
        "source": "log",
        "reason": "no_diary",
        "mme_known": "30.0",
    }


def test_a_day_without_an_entry_is_missing_and_never_zero(study: Study, ann: Person) -> None:
    ann.logs(dose("2026-03-04T08:00:00"))
    assert days(study) == {
        "2026-03-02": NO_ENTRY,
        "2026-03-03": NO_ENTRY,
        "2026-03-04": ("7.5", "0", NOT_SAID),
        "2026-03-05": NO_ENTRY,
    }


def test_the_figure_is_not_rounded(study: Study, ann: Person) -> None:
    ann.logs(dose("2026-03-04T08:00:00", 33.3, strength=1.0))
    assert days(study)["2026-03-04"][0] == "49.95"


def test_the_study_day_ends_at_four_in_the_morning(study: Study, ann: Person) -> None:
    ann.logs(dose("2026-03-04T03:59:59", 1.0))
    ann.logs(dose("2026-03-04T04:00:00", 3.0))
    assert [days(study)[on][0] for on in ("2026-03-03", "2026-03-04")] == ["7.5", "22.5"]


def test_a_dose_of_which_only_the_date_is_known_counts_on_that_date(study: Study, ann: Person) -> None:
    ann.logs(dose("2026-03-04", 2.0))
    assert days(study)["2026-03-04"] == ("15.0", "0", NOT_SAID)


def test_a_dose_counts_on_the_day_of_the_clock_where_it_was_taken(study: Study, ann: Person) -> None:
    ann.logs(dose("2026-03-04T05:00:00", zone="Asia/Tokyo"))
    assert days(study)["2026-03-04"][0] == "7.5"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"count": None, "status": "missed"}, "no_dose_logged"),
        ({"count": None, "status": "not_sure"}, "not_sure"),
        ({"count": None}, "amount_unknown"),
        ({"product": "gabapentin"}, "unknown_medicine"),
        ({"product": "buprenorphine", "form": "film"}, "partial_agonist"),
        ({"product": "levorphanol"}, "no_factor"),
        ({"form": "suppository"}, "route"),
        ({"form": "patch"}, "unit"),
        ({"unit": "tablets"}, "not_usable"),
        ({"strength": 0.0}, "not_usable"),
    ],
)
def test_a_day_that_cannot_be_counted_is_missing_with_its_reason(
    study: Study, ann: Person, given: dict[str, object], reason: str
) -> None:
    ann.logs(dose("2026-03-04T08:00:00", **{"count": 1.0} | given))  # type: ignore[arg-type]
    assert days(study)["2026-03-04"] == ("", "0", reason)


def test_one_dose_that_cannot_be_counted_makes_the_whole_day_missing(study: Study, ann: Person) -> None:
    ann.logs(dose("2026-03-04T08:00:00"))
    ann.logs(dose("2026-03-04T09:00:00", None, status="not_sure"))
    assert days(study)["2026-03-04"] == ("", "0", "not_sure")


def test_a_missed_dose_beside_one_taken_takes_nothing_away(study: Study, ann: Person) -> None:
    ann.logs(dose("2026-03-04T08:00:00"))
    ann.logs(dose("2026-03-04", None, status="missed"))
    assert days(study)["2026-03-04"] == ("7.5", "0", NOT_SAID)


def test_a_dose_taken_back_or_corrected_changes_its_day(study: Study, ann: Person) -> None:
    ann.takes_back(ann.logs(dose("2026-03-03T08:00:00")))
    ann.logs(dose("2026-03-04T08:00:00", 2.0), ann.logs(dose("2026-03-04T08:00:00")))
    found = days(study)
    assert (found["2026-03-03"], found["2026-03-04"]) == (NO_ENTRY, ("15.0", "0", NOT_SAID))


def test_a_patch_counts_by_the_hours_it_was_worn_each_day(study: Study, ann: Person) -> None:
    ann.logs(patch("2026-03-02T16:00:00", "2026-03-04T10:00:00"))
    assert days(study) == {
        "2026-03-02": ("30.0", "0", NOT_SAID),
        "2026-03-03": ("60.0", "0", NOT_SAID),
        "2026-03-04": ("15.0", "0", NOT_SAID),
        "2026-03-05": NO_ENTRY,
    }


def test_two_patches_at_once_add_up_and_so_do_doses_beside_them(study: Study, ann: Person) -> None:
    for _ in range(2):
        ann.logs(patch("2026-03-02T04:00:00", "2026-03-05T04:00:00"))
    ann.logs(dose("2026-03-03T08:00:00"))
    assert days(study)["2026-03-03"] == ("127.5", "0", NOT_SAID)


def test_a_patch_nobody_took_off_counts_for_three_days(study: Study, ann: Person) -> None:
    study.clock.at = at("2026-03-08T12:00:00")
    ann.logs(patch("2026-03-02T16:00:00"))
    assert [figure for figure, _, _ in days(study).values()] == ["30.0", "60.0", "60.0", "30.0", "", ""]


def test_a_patch_worn_all_day_counts_once_also_when_the_clocks_change(study: Study, ann: Person) -> None:
    study.clock.at = at("2026-03-12T12:00:00")
    ann.logs(patch("2026-03-07T04:00:00", "2026-03-10T04:00:00"))
    found = days(study)
    assert [found[f"2026-03-{day:02}"][0] for day in (7, 8, 9)] == ["60.0"] * 3


def test_days_are_listed_when_they_are_over(study: Study, ann: Person) -> None:
    study.clock.at = at("2026-03-05T03:59:00")
    assert list(days(study)) == ["2026-03-02", "2026-03-03"]
    study.clock.at = at("2026-03-05T04:00:00")
    assert list(days(study)) == ["2026-03-02", "2026-03-03", "2026-03-04"]


def test_days_are_listed_up_to_the_one_a_person_left_on(study: Study, ann: Person) -> None:
    study.clock.at = at("2026-03-04T12:00:00")
    ann.becomes("stopped")
    study.clock.at = at("2026-03-20T12:00:00")
    assert list(days(study)) == ["2026-03-02", "2026-03-03", "2026-03-04"]


def test_days_go_on_for_who_wants_no_prompts_and_for_who_came_back(study: Study, ann: Person) -> None:
    study.clock.at = at("2026-03-03T12:00:00")
    ann.becomes("stopped")
    study.clock.move(hours=1)
    ann.becomes("prompts_stopped")
    study.clock.at = at("2026-03-06T12:00:00")
    assert len(days(study)) == 4


def test_an_entry_before_enrolment_begins_the_list_and_who_is_invited_has_none(study: Study, ann: Person) -> None:
    ann.logs(dose("2026-03-01T08:00:00"))
    study.adds()
    rows = study.rows("mme_days")
    assert {row["study_id"] for row in rows} == {"P0001"}
    assert rows[0]["on"] == "2026-03-01"


def test_other_factors_can_be_asked_for(study: Study, ann: Person) -> None:
    ann.logs(dose("2026-03-05T08:00:00", product="tramadol", strength=50.0))
    row = only([row for row in study.rows("mme_days", factors="cdc2018_file") if row["mme_known"]])
    assert (row["mme_known"], row["factor_set"]) == ("5.0", "cdc2018_file")


def test_a_cut_counts_what_was_known_then(study: Study, ann: Person) -> None:
    entity = ann.logs(dose("2026-03-04T08:00:00"))
    as_of = study.clock.at
    study.clock.move(hours=1)
    ann.logs(dose("2026-03-04T08:00:00", 4.0), entity)
    assert days(study, as_of=as_of)["2026-03-04"][0] == "7.5"
    assert days(study)["2026-03-04"][0] == "30.0"
    assert days(study, as_of=as_of - timedelta(hours=1))["2026-03-04"] == NO_ENTRY
