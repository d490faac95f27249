"""The wide file: one row a person, and the same figures as in the long tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from content.exports import exports
from content.wide import ScoreAt, score_column
from records import people
from records.database import Database
from study.facts import GroupAssigned
from tests.databases import Clock
from tests.exported import Person, Study, at, dose, evening, only, said, scored_elsewhere, window


@pytest.fixture
def study(database: Database, clock: Clock, tmp_path: Path) -> Study:
    return Study(database, clock, tmp_path)


@pytest.fixture
def ann(study: Study) -> Person:
    person = study.adds().enrols(date(2026, 2, 2))
    for visit, target in (("baseline", date(2026, 2, 2)), ("month_3", date(2026, 5, 2))):
        person.logs(window(visit, target))
    for item, value in (("p", 5), ("e", 6), ("g", 8)):
        person.logs(said(item, value, "baseline"))
    person.logs(dose("2026-02-20T09:00:00", 2.0))
    person.logs(evening(date(2026, 2, 20), "all_logged"))
    study.clock.at = at("2026-05-03T12:00:00")
    return person


def test_each_figure_of_a_check_in_stands_in_a_column_of_its_own(study: Study, ann: Person) -> None:
    row = only(study.rows("wide"))
    assert (row["peg_score_m0"], row["peg_score_m3"]) == (repr(19 / 3), "")
    assert (row["visit_status_m0"], row["visit_status_m3"], row["visit_status_m6"]) == ("partial", "open", "")
    assert (row["target_on_m3"], row["in_window_m0"], row["in_window_m3"]) == ("2026-05-02", "1", "")
    assert (row["mme_log_observed_m0"], row["mme_log_days_m0"], row["mme_log_window_m0"]) == ("15.0", "1", "")
    assert "arm" not in row


def test_what_was_entered_beside_the_list_of_the_protocol_stands_in_columns_behind_the_others(
    study: Study, ann: Person
) -> None:
    planned = study.exports().cells("wide")[0]
    ann.logs(scored_elsewhere(38.25, "month_3"))
    ann.logs(scored_elsewhere(20.0, "baseline", instrument="odi", score="odi_as_given"))
    export = study.exports()
    header, row = export.cells("wide")[0], only(export.rows("wide"))
    assert header[: len(planned)] == planned
    assert (row["sf12_physical_m3"], row["odi_as_given_m0"]) == ("38.25", "20.0")
    labels = {each["column"]: each["label"] for each in export.rows("codebook") if each["table"] == "wide"}
    assert list(labels) == header
    assert labels["sf12_physical_m3"].endswith(", month 3")
    of_visit = study.exports(visit="month_3").cells("wide")[0]
    assert ("sf12_physical_m3" in of_visit, "odi_as_given_m0" in of_visit) == (True, False)


def test_who_stands_where_is_the_same_here_and_in_the_list_of_participants(study: Study, ann: Person) -> None:
    with study.database.write() as tx:
        people.change(tx, ann.id, "participant:completed", completed_on=date(2026, 5, 2))
    study.adds()
    export = study.exports()
    standing = [(row["study_id"], row["status"]) for row in export.rows("participants")]
    assert standing == [(row["study_id"], row["status"]) for row in export.rows("wide")]
    assert standing == [("P0001", "completed"), ("P0002", "invited")]


def test_a_check_in_answered_in_part_has_the_day_of_its_last_answer(study: Study, ann: Person) -> None:
    row, of_visit = only(study.rows("wide")), study.rows("visits")[0]
    assert (row["visit_status_m0"], row["completed_at_m0"], row["last_answered_on_m0"]) == ("partial", "", "2026-03-02")
    assert (of_visit["last_answered_on"], study.rows("visits")[1]["last_answered_on"]) == ("2026-03-02", "")


def test_everybody_is_one_row_also_of_whom_nothing_is_known_yet(study: Study, ann: Person) -> None:
    study.adds("cbt")
    ann.logs(GroupAssigned(group=7, at=study.clock.at))
    with study.database.write() as tx:
        people.change(tx, ann.id, "participant:completed", completed_on=date(2026, 5, 1))
    export = study.exports(unblind=True)
    assert export.rows("wide")[0]["status"] == "completed"
    assert [row["therapy_group"] for row in export.rows("participants")] == ["G7", ""]
    assert [(row["study_id"], row["arm"]) for row in export.rows("wide")] == [("P0001", "mbt"), ("P0002", "cbt")]
    assert [row["status"] for row in export.rows("wide")] == [row["status"] for row in export.rows("participants")]
    known = {name for name, value in export.rows("wide")[1].items() if value}
    assert known == {"study_id", "site", "status", "arm"}


def test_the_wide_file_says_what_the_long_tables_say(study: Study, ann: Person) -> None:
    beth = study.adds().enrols(date(2026, 2, 3))
    for item in ("p", "e", "g"):
        beth.logs(said(item, 3, "month_3"))
    export = study.exports()
    wide = {row["study_id"]: row for row in export.rows("wide")}
    for row in export.rows("scores"):
        place = str(score_column(ScoreAt(row["instrument"], row["score"], row["visit"])))
        assert wide[row["study_id"]][place] == row["value"]


def test_a_wide_file_of_one_check_in_has_no_columns_of_the_others(study: Study, ann: Person) -> None:
    export = study.exports(visit="month_3")
    header = export.cells("wide")[0]
    assert "peg_score_m3" in header
    assert [name for name in header if name.endswith(("_m0", "_m6", "_m9", "_m12"))] == []


def test_since_leaves_nothing_out_of_the_wide_file(study: Study, ann: Person) -> None:
    assert only(study.rows("wide", since=study.clock.at))["peg_score_m0"] == repr(19 / 3)


def test_names_are_short_enough_for_redcap_and_each_is_there_once() -> None:
    names = next(table for table in exports().tables if table.name == "wide").names
    assert max(map(len, names)) <= 26
    assert len(set(names)) == len(names)
    assert {"peg_score_m0", "peg_score_m12", "pain_average_item_m3", "pain_mean_m3", "rmdq_score_m9"} <= set(names)
    assert "pgic_score_m0" not in names
