"""What repeats in the REDCap box: the diary, weeks, sessions, meetings, alerts; and entries that keep their place."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from content.exercises import exercises
from content.instruments import instruments
from coordinator.export import Request, export
from coordinator.redcap import box, lint
from coordinator.redcap.dictionary import Answered, plan
from coordinator.redcap.logs import LOGS
from records import alerts, facts, screening, talks
from records.database import Database
from records.fact_tables import TABLE_OF
from records.tables import table
from study.facts import AdverseEvent, DoseTaken, PainRated
from tests.databases import START, Clock, Fresh
from tests.exported import (
    ZONE,
    Export,
    Person,
    Study,
    begun,
    dose,
    ended,
    evening,
    led,
    looked_back,
    medicine,
    of_a_session,
    only,
    patch,
    practised,
    remembered,
    said,
    scored_elsewhere,
    used,
    window,
)

Row = dict[str, str]
NUMBERS = ("record_id", "pause_id", "dose_id", "patch_id", "pain_rating_id", "practice_id", "event_id", "alert_id")
"""What tells a person or an entry, and nothing else."""
TODAY = START.date()


@pytest.fixture
def study(fresh: Fresh, clock: Clock, tmp_path: Path) -> Study:
    return Study(fresh("sqlite"), clock, tmp_path)


@pytest.fixture
def either(database: Database, clock: Clock, tmp_path: Path) -> Study:
    """A study over each kind of database."""
    return Study(database, clock, tmp_path)


def lives(person: Person, exercise: str) -> dict[str, str]:
    """An entry of every kind; gives the entities of some."""
    listed = person.logs(medicine())
    for visit in ("baseline", "month_3"):
        person.logs(window(visit))
    for item, value in (("p", 7), ("e", None), ("g", 6)):
        person.logs(said(item, value, "week_03"))
    pause = person.logs(begun(listed))
    person.logs(led(pause, exercise))
    person.logs(ended(pause))
    person.logs(practised(exercise=exercise))
    person.logs(PainRated(pain=4, rated_at=START, rated_local="2026-03-02T10:00:00", zone=ZONE))
    person.logs(patch("2026-03-01T10:00:00"))
    person.logs(evening(TODAY, "different"))
    person.logs(looked_back(TODAY, "more", 90))
    person.logs(remembered(TODAY, listed, 0))
    person.logs(AdverseEvent(description="a fall", related_to=None, aware_at=START))
    for fact in of_a_session():
        person.logs(fact)
    with person.study.database.write("staff") as tx:
        alerts.raise_(tx, person.id, "sedation", 1, 1, START, study_id=person.study_id)
    amount = person.logs(used(TODAY, listed, 0))
    return {"medicine": listed, "dose": person.logs(dose(medicine=listed)), "amount": amount}


def screened(person: Person) -> str:
    with person.study.database.write("staff") as tx:
        number = screening.add(tx, site="main", test=False, criteria="stamp", version="1")
        screening.join(tx, screening.by_number(tx, number), person.id, person.study_id)
        return number


def data(export: Export, name: str = box.DATA) -> list[Row]:
    with (export.folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def of_form(rows: Sequence[Row], form: str) -> list[Row]:
    return [row for row in rows if row["redcap_repeat_instrument"] == form]


def shown(row: Mapping[str, str]) -> Row:
    """What a row says, without the numbers of entries."""
    return {name: cell for name, cell in row.items() if name not in (*NUMBERS, "cal_tlfb_id", "dose_pause_id")}


def place(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in box.PLACE)


def test_all_that_is_logged_repeats_at_the_diary_and_the_evening_has_a_form_of_its_own(either: Study) -> None:
    ann, ben = either.adds().enrols(), either.adds("cbt").enrols()
    known = lives(ann, "stop")
    ben.logs(evening(TODAY, "none"))
    rows = data(either.exports(format="redcap", unblind=True))
    repeated = [row for row in rows if row["redcap_repeat_instrument"]]
    assert {row["redcap_repeat_instrument"] for row in repeated} == {*(log.form for log in LOGS.values()), "week_peg"}
    assert {row["redcap_event_name"] for row in repeated} == {"diary_arm_1"}
    assert {row["redcap_event_name"] for row in rows if row not in repeated} == {"baseline_arm_1", "month_3_arm_1"}

    day, other = of_form(rows, "diary_day")
    assert (day["diary_date"], day["diary_answer"], day["diary_answered_dt"]) == (
        "2026-03-02",
        "different",
        "2026-03-02 18:30:00",
    )
    assert (other["record_id"], other["redcap_repeat_instance"], other["diary_day_complete"]) == ("P0002", "1", "2")
    amount = only(of_form(rows, "diary_medicine"))
    assert (amount["use_medicine"], amount["use_count"], amount["use_status"]) == ("M1", "0.0", "zero")
    week = only(of_form(rows, "week_peg"))
    assert (week["redcap_repeat_instance"], week["wk_peg_week"], week["wk_peg_p"]) == ("3", "3", "7")
    assert (week["wk_peg_e"], week["wk_peg_missing"], week["wk_peg_nmiss"]) == ("", "e=skipped", "1")
    assert (week["wk_peg_score"], week["wk_peg_why"], week["week_peg_complete"]) == ("", "skipped", "2")
    assert only(of_form(rows, "week_practice"))["wk_minutes"] == "90"
    assert {row["ses_part"] for row in of_form(rows, "session_log")} == {"idea", "whole"}
    assert only(of_form(rows, "attendance_log"))["att_status"] == "present"
    assert only(of_form(rows, "calendar_log"))["cal_count"] == "0.0"
    assert only(of_form(rows, "alert_log"))["alert_rule"] == "sedation"
    assert only(of_form(rows, "dose_log"))["dose_id"] == known["dose"]


def test_an_entry_keeps_its_instance_and_what_was_taken_back_is_listed(either: Study) -> None:
    ann = either.adds().enrols()
    known = lives(ann, "stop")
    ann.logs(evening(TODAY + timedelta(days=1), "none"))
    before = either.exports(format="redcap")
    told = {place(row): row for row in data(before) if row["redcap_repeat_instrument"]}
    assert data(before, box.TAKEN_BACK) == []
    either.clock.move(hours=2)
    since = either.clock()

    ann.logs(evening(TODAY, "as_usual"))
    ann.logs(evening(TODAY - timedelta(days=3), "none"))
    ann.logs(used(TODAY, known["medicine"], 2))
    ann.takes_back(known["dose"])
    ann.logs(dose("2026-03-02T11:00:00"))
    asked: tuple[dict[str, Any], ...] = ({}, {"since": since})
    for again in asked:
        after = either.exports(format="redcap", **again)
        now = {place(row): row for row in data(after) if row["redcap_repeat_instrument"]}
        days = sorted(
            (int(row["redcap_repeat_instance"]), row["diary_date"], row["diary_answer"])
            for row in of_form(list(now.values()), "diary_day")
        )
        changed = [(1, "2026-03-02", "as_usual"), (3, "2026-02-27", "none")]
        assert days == (changed if again else [changed[0], (2, "2026-03-03", "none"), changed[1]])
        assert only(of_form(list(now.values()), "diary_medicine"))["use_count"] == "2.0"
        assert only(of_form(list(now.values()), "dose_log"))["redcap_repeat_instance"] == "2"
        assert [place(row) for row in data(after, box.TAKEN_BACK)] == [("P0001", "diary_arm_1", "dose_log", "1")]
    whole = data(either.exports(format="redcap"))
    assert told.keys() - {place(row) for row in whole} == {("P0001", "diary_arm_1", "dose_log", "1")}


def test_what_a_blinded_download_leaves_out_is_not_taken_back_and_has_no_number(
    either: Study,
) -> None:
    ann = either.adds().enrols()
    with either.database.write() as tx:
        talk = talks.start(tx, ann.id, "session", timedelta(days=1), "1")
    alone, ann.where = ann.where, replace(ann.where, conversation_id=talk)
    ann.logs(led())
    ann.where = alone
    wrong, _ = ann.logs(practised()), ann.logs(practised())
    ann.takes_back(wrong)
    either.clock.move(hours=2)
    asked: tuple[dict[str, Any], ...] = ({}, {"since": either.clock()})
    for again in asked:
        for unblinded, shown_ones, gone in ((False, ["2"], "1"), (True, ["1", "3"], "2")):
            made = either.exports(format="redcap", unblind=unblinded, **again)
            there = [row["redcap_repeat_instance"] for row in of_form(data(made), "practice_log")]
            assert sorted(there) == ([] if again else shown_ones)
            assert [place(row) for row in data(made, box.TAKEN_BACK)] == [
                ("P0001", "diary_arm_1", "practice_log", gone)
            ]


def test_a_meeting_leaves_no_gap_among_the_sessions_of_a_blinded_download(either: Study) -> None:
    ann = either.adds().enrols()
    _, _, met = of_a_session("S1")
    part, _, _ = of_a_session("S2")
    for fact in (met, part):
        ann.logs(fact)
        either.clock.move(hours=1)
    for unblinded, numbers in ((False, ["1"]), (True, ["1", "2"])):
        made = either.exports(format="redcap", unblind=unblinded)
        assert sorted(row["redcap_repeat_instance"] for row in of_form(data(made), "session_log")) == numbers
        assert data(made, box.TAKEN_BACK) == []


def test_that_a_meeting_was_taken_back_is_told_unblinded_alone(study: Study) -> None:
    ann = study.adds().enrols()
    *_, met = of_a_session()
    ann.takes_back(ann.logs(met))
    assert data(study.exports(format="redcap"), box.TAKEN_BACK) == []
    gone = data(study.exports(format="redcap", unblind=True), box.TAKEN_BACK)
    assert [row["redcap_repeat_instrument"] for row in gone] == ["session_log", "attendance_log"]


def test_a_week_that_was_taken_back_whole_is_listed(either: Study) -> None:
    ann = either.adds().enrols()
    whole = [ann.logs(said(item, 5, "week_03")) for item in "peg"]
    part = [ann.logs(said(item, 5, "week_12")) for item in "peg"]
    ann.logs(said("p", 5, "week_04"))
    either.clock.move(hours=2)
    for entity in (*whole, part[0]):
        ann.takes_back(entity)
    asked: tuple[dict[str, Any], ...] = ({}, {"since": either.clock()})
    for again in asked:
        after = either.exports(format="redcap", **again)
        assert [place(row) for row in data(after, box.TAKEN_BACK)] == [("P0001", "diary_arm_1", "week_peg", "3")]
    weeks = of_form(data(either.exports(format="redcap")), "week_peg")
    assert [(row["redcap_repeat_instance"], row["wk_peg_p"]) for row in weeks] == [("4", "5"), ("12", "")]


def test_news_of_a_check_in_are_the_whole_check_in(study: Study) -> None:
    ann = study.adds().enrols()
    for visit in ("baseline", "month_3"):
        ann.logs(window(visit))
        for item in "peg":
            ann.logs(said(item, 5, visit))
    study.clock.move(hours=2)
    since = study.clock()
    ann.logs(said("p", 6, "month_3"))
    baseline, month_3 = data(study.exports(format="redcap", since=since))
    assert baseline["who_enrolled_date"] == "2026-03-02"
    assert (month_3["peg_p"], month_3["peg_e"], month_3["peg_complete"], month_3["peg_missing"]) == ("6", "5", "2", "")


def test_a_check_in_of_which_something_was_taken_back_or_only_time_passed_is_news(study: Study) -> None:
    ann = study.adds().enrols()
    for visit in ("baseline", "month_3"):
        ann.logs(window(visit, target_on=TODAY + timedelta(days=10)))
    answers = [ann.logs(said(item, 5, "baseline")) for item in "peg"]
    study.clock.move(hours=2)
    since = study.clock()
    for entity in answers:
        ann.takes_back(entity)
    (baseline,) = data(study.exports(format="redcap", since=since))
    assert (baseline["redcap_event_name"], baseline["peg_p"]) == ("baseline_arm_1", "")
    study.clock.move(days=60)
    _, missed = data(study.exports(format="redcap", since=since + timedelta(days=1)))
    assert (missed["redcap_event_name"], missed["visit_status"]) == ("month_3_arm_1", "missed")


def test_screening_stands_only_where_there_was_one(study: Study) -> None:
    ann, ben = study.adds().enrols(), study.adds("cbt").enrols()
    number = screened(ann)
    rows = {row["record_id"]: row for row in data(study.exports(format="redcap"))}
    found = rows[ann.study_id]
    assert (found["screening_no"], found["screening_status"], found["screening_complete"]) == (number, "joined", "2")
    assert [name for name, cell in rows[ben.study_id].items() if name.startswith("screening") and cell] == []


def test_an_instrument_that_was_imported_has_a_form_though_no_protocol_lists_it(study: Study) -> None:
    ann = study.adds().enrols()
    ann.logs(window("month_3"))
    plain = study.exports(format="redcap")
    assert "odi" not in (plain.folder / box.MAPPING).read_text("utf-8")
    ann.logs(said("1", 3, instrument="odi", instrument_version="odi-10-sections", mode="paper", taken_by="dana"))
    ann.logs(scored_elsewhere())
    export = study.exports(format="redcap")
    assert {"odi", "sf12"} <= {
        row["form"] for row in data(export, box.MAPPING) if "month_3" in row["unique_event_name"]
    }
    row = next(row for row in data(export) if row["redcap_event_name"] == "month_3_arm_1")
    assert (row["odi_1"], row["odi_mode"], row["odi_complete"]) == ("3", "paper", "0")
    assert (row["sf12_physical"], row["sf12_mental"], row["sf12_given_by"]) == ("38.25", "", "sf12_physical=SF-12v2")


def test_no_instrument_gives_a_name_that_redcap_refuses() -> None:
    every = frozenset(instruments())
    made = plan(unblinded=True, free_text=True, beyond=Answered(every, every))
    assert list(lint.dictionary_faults(made.project.dictionary(), {})) == []


def test_two_people_of_the_same_days_differ_in_nothing_but_their_numbers(study: Study) -> None:
    mine, theirs = (
        sorted(e.id for e in exercises().values() if e.arm == arm and e.minutes == 1)[0] for arm in ("mbt", "cbt")
    )
    for arm, exercise in (("mbt", mine), ("cbt", theirs)):
        lives(study.adds(arm).enrols(), exercise)
    export = study.exports(format="redcap")
    first, second = (
        [shown(row) for row in data(export) if row["record_id"] == person] for person in ("P0001", "P0002")
    )
    assert first == second
    assert [word for word in ("mbt", "cbt", mine, theirs) if word in export.everything.casefold()] == []


def test_the_readme_says_what_to_click_in_which_order_and_how_much_there_is(study: Study) -> None:
    lives(study.adds().enrols(), "stop")
    export = study.exports(format="redcap")
    text = (export.folder / box.README).read_text("utf-8")
    steps = [step.split("\n\n")[0] for step in re.split(r"\n  [1-7]\. ", text)[1:]]
    for step, file in zip(steps[1:4], (box.EVENTS, box.DICTIONARY, box.MAPPING), strict=True):
        assert file in step
    assert "[x] week_peg\n" in steps[4]
    assert box.DATA in steps[5]
    assert all(f"[x] {log.form}\n" in text for log in LOGS.values())
    for event in ("Baseline   baseline_arm_1", "Month 12   month_12_arm_1", "Diary      diary_arm_1"):
        assert event in text
    rows = data(export)
    assert f"The file has {len(rows)} rows of 1 records" in text
    assert "dose_log         1\n" in text
    assert "An import sends no mail and fires no alert" in text
    assert "errors stand in the body of an answer" in text
    assert 'Blank values: "overwrite"' in text
    assert max(map(len, text.splitlines())) <= 120
    part = study.exports(format="redcap", since=datetime(2026, 1, 1, tzinfo=UTC))
    assert 'Blank values: "overwrite"' not in (part.folder / box.README).read_text("utf-8")


def test_rows_go_to_the_file_as_they_are_made(study: Study) -> None:
    person, rows = study.adds().enrols(), table(TABLE_OF[DoseTaken])
    with study.database.write("participant") as tx:
        facts.write(tx, "first", dose(), person.where)
        one = {**tx.rows(rows.select())[0]._mapping}
        one.pop("id")
        tx.conn.execute(rows.insert(), [one | {"entity": f"{number:04}"} for number in range(1200)])
    written: dict[str, int] = {}

    def look(name: str, _: int) -> None:
        (file,) = study.folder.glob(f".*/{box.DATA}")
        written[name] = file.stat().st_size

    made = export(study.database, Request(study.folder / "out", format="redcap"), actor="staff", progress=look)
    assert written["participants"] == 0 < written["tlfb_days"] < written["checks"]
    assert next(file.rows for file in made.files if file.name == box.DATA) == 1202
