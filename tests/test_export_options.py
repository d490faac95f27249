"""Exports of a part: one check-in, one site, what is new; and exports without dates."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from coordinator.export_folder import ExportRefused
from records import due
from records.due import Planned
from tests.databases import START, Clock, Fresh
from tests.exported import Person, Study, at, dose, finished, medicine, only, patch, said, window
from tests.samples import lived_in

A_DATE = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")


@pytest.fixture
def study(fresh: Fresh, clock: Clock, tmp_path: Path) -> Study:
    return Study(fresh("sqlite"), clock, tmp_path)


@pytest.fixture
def ann(study: Study) -> Person:
    return study.adds().enrols()


def test_an_export_of_one_check_in_has_its_rows_the_people_and_nothing_else(study: Study, ann: Person) -> None:
    ann.logs(dose())
    for visit in ("month_3", "month_6"):
        ann.logs(window(visit))
        ann.logs(said("p", 4, visit))
    export = study.exports(visit="month_3")
    assert {"participants", "visits", "responses", "scores", "tlfb_days"} <= set(export.tables)
    assert not {"doses", "pauses", "due_items", "corrections"} & set(export.tables)
    assert {row["visit"] for name in ("visits", "responses", "scores") for row in export.rows(name)} == {"month_3"}
    assert {row["table"] for row in export.rows("codebook")} == set(export.tables)
    assert export.manifest["visit"] == "month_3"


def test_a_check_in_that_does_not_exist_is_refused_with_those_there_are(study: Study) -> None:
    with pytest.raises(ExportRefused, match="no check-in 'month_4': baseline, month_3"):
        study.exports(visit="month_4")


def test_study_days_leave_no_date_in_any_file(study: Study) -> None:
    lived_in(study.database)
    ann = study.adds().enrols(date(2026, 2, 20))
    entity = ann.logs(dose("2026-03-01T09:00:00"))
    ann.logs(dose("2026-03-01T10:30:00"), entity)
    ann.logs(patch("2026-03-01T10:00:00"))
    ann.logs(medicine(ends_on=date(2026, 4, 1)))
    ann.logs(window())
    ann.logs(said("p", 7))
    ann.logs(finished())
    with study.database.write() as tx:
        due.close(tx, due.plan(tx, Planned(ann.id, "diary", "2026-03-02", START, "UTC")) or 0, "expired")
    export = study.exports(study_days=True, unblind=True)
    assert A_DATE.findall(export.everything) == []
    assert export.manifest["as_of"] is None
    assert {name for name in export.digests if name.endswith(".py")} == {"analysis.py", "load.py"}
    # the tables and the codebook still agree
    described = {(row["table"], row["column"]) for row in export.rows("codebook")}
    assert described == {(name, column) for name in export.tables for column in export.cells(name)[0]}


def test_days_count_from_enrolment_by_the_clock_where_the_person_was(study: Study, ann: Person) -> None:
    ann.logs(dose("2026-02-28T23:30:00"))
    export = study.exports(study_days=True)
    row = only(export.rows("doses"))
    assert (row["taken_day"], row["taken_time"], row["recorded_day"]) == ("-2", "23:30:00", "0")
    assert "taken_at" not in row
    assert only(export.rows("participants"))["enrolled_day"] == "0"


def test_a_day_alone_has_no_time_and_who_is_not_enrolled_has_no_days(study: Study, ann: Person) -> None:
    ann.logs(dose("2026-03-02"))
    study.adds().logs(dose("2026-03-02T09:00:00"))
    known, unknown = study.rows("doses", study_days=True)
    assert (known["taken_day"], known["taken_time"]) == ("0", "")
    assert (unknown["taken_day"], unknown["taken_time"]) == ("", "09:00:00")


def test_what_is_dated_inside_a_text_becomes_a_day_too(study: Study, ann: Person) -> None:
    with study.database.write() as tx:
        due.close(tx, due.plan(tx, Planned(ann.id, "diary", "2026-03-05", START, "UTC")) or 0, "expired")
    ann.logs(dose("2026-03-04T09:00:00"), ann.logs(dose("2026-03-03T09:00:00")))
    export = study.exports(study_days=True)
    assert only(export.rows("due_items"))["occurrence"] == "day0003"
    old = {row["column"]: row["old"] for row in export.rows("corrections")}
    assert old["taken_local"] == "day0001T09:00:00"


def test_the_days_of_morphine_equivalents_are_numbered(study: Study, ann: Person) -> None:
    study.clock.at = at("2026-03-04T12:00:00")
    ann.logs(dose("2026-03-03T09:00:00"))
    rows = study.rows("mme_days", study_days=True)
    assert [(row["day"], row["mme_known"]) for row in rows] == [("0", ""), ("1", "7.5")]


def test_free_text_is_not_given_together_with_study_days(study: Study, ann: Person) -> None:
    with pytest.raises(ExportRefused, match="free text may name dates"):
        study.exports(study_days=True, free_text=True)
