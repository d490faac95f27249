"""An export of what is new since an instant: with it, files taken then are brought to what a whole export has now."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from content.exports import exported
from coordinator.study_days import without_dates
from records import allocation, people
from records.database import Database
from tests.databases import START, Clock
from tests.exported import (
    Export,
    Person,
    Study,
    begun,
    dose,
    ended,
    finished,
    led,
    medicine,
    only,
    patch,
    practised,
    said,
    window,
)
from tests.samples import lived_in
from tests.test_export_cut import a_life, live_on

pytestmark = pytest.mark.weeks


@pytest.fixture
def study(database: Database, clock: Clock, tmp_path: Path) -> Study:
    return Study(database, clock, tmp_path)


Files = dict[str, dict[str, dict[str, str]]]


def files(export: Export, *, days: bool, all_of_it: bool) -> Files:
    """By table its rows by key, without the history, which is told piece by piece."""
    found: Files = {}
    for table in exported(unblinded=all_of_it, free_text=all_of_it):
        shown = without_dates(table) if days else table
        if table.since != "itself":
            rows = export.rows(table.name)
            found[table.name] = {".".join(row[name] for name in shown.key): row for row in rows}
    return found


def kept_up(old: Files, news: Files, gone: list[dict[str, str]]) -> Files:
    """What somebody has who does as the codebook says."""
    whole = {table.name for table in exported(free_text=True) if table.since == "whole"}
    made = {name: news[name] if name in whole else old[name] | news[name] for name in old}
    listed = {(row["table"], row["row_id"]) for row in gone}
    return {name: {at: row for at, row in rows.items() if (name, at) not in listed} for name, rows in made.items()}


@pytest.mark.parametrize("asked", [{}, {"study_days": True}, {"unblind": True, "free_text": True}])
def test_files_that_are_kept_up_are_those_of_a_whole_export(study: Study, asked: dict[str, bool]) -> None:
    lived_in(study.database)
    ann = study.adds().enrols()
    a_life(study, ann)
    pause = ann.logs(begun())
    facts = {
        "led": led(pause),
        "ended": ended(pause),
        "practice": practised(),
        "dose": dose(),
        "patch": patch("2026-02-20T10:00:00"),
        "medicine": medicine("morphine"),
        "p": said("p", 7, "month_3"),
        "e": said("e", 6, "month_3"),
        "g": said("g", 5, "month_6"),
        "end": finished("month_3"),
    }
    first = {name: ann.logs(fact) for name, fact in facts.items()}
    ann.logs(window("month_3", target_on=START.date() + timedelta(days=20)))
    shape = {"days": "study_days" in asked, "all_of_it": "free_text" in asked}
    study.clock.move(seconds=1)
    old, since = files(study.exports(**asked), **shape), study.clock.at
    study.clock.move(hours=1)
    live_on(study, ann)
    study.clock.move(days=30)
    for entity in first.values():
        ann.takes_back(entity)
    ann.logs(said("e", 9, "month_3"), first["e"])
    study.clock.move(days=60)
    export = study.exports(since=since, **asked)
    news, gone, now = files(export, **shape), export.rows("taken_back"), files(study.exports(**asked), **shape)
    assert kept_up(old, news, gone) == now
    assert {row["table"] for row in gone} >= {"doses", "patch_wear", "medicines", "practice", "responses", "scores"}
    assert {row["study_id"] for row in gone} == {ann.study_id}
    assert [int(row["number"]) for row in gone] == list(range(1, len(gone) + 1))
    assert len(news["responses"]) < len(now["responses"])


def test_what_changed_without_a_new_row_in_force_is_news(study: Study) -> None:
    ann = study.adds().enrols()
    ann.logs(window("month_6", target_on=START.date() + timedelta(days=20)))
    ann.logs(window())
    pause = ann.logs(begun())
    ann.logs(led(pause))
    end = ann.logs(ended(pause))
    ann.logs(said("p", 4))
    answers = [ann.logs(said(item, 7)) for item in "peg"]
    study.clock.move(days=1)
    since = study.clock.at
    for entity in (end, answers[0], answers[2]):
        ann.takes_back(entity)
    export = study.exports(since=since)
    assert only(export.rows("pauses"))["status"].startswith("incomplete")
    assert [(row["item"], row["value"]) for row in export.rows("responses")] == [("p", "4")]
    assert {row["score"]: row["value"] for row in export.rows("scores")} == {"peg": ""}
    assert [row["row_id"] for row in export.rows("taken_back")] == ["P0001.month_3.peg.g"]
    study.clock.move(days=80)
    missed = {row["visit"]: row["status"] for row in study.rows("visits", since=since + timedelta(days=1))}
    assert missed["month_6"] == "missed"
    assert study.rows("visits", since=study.clock.at) == []


def test_rows_of_who_was_found_to_be_of_another_site_are_gone_from_the_first(study: Study) -> None:
    ann, ben = study.adds(site="boston").enrols(), study.adds(site="boston").enrols()
    known = [person.logs(dose()) for person in (ann, ben)]
    study.clock.move(days=1)
    with study.database.write("AB") as tx:
        allocation.correct_site(tx, people.by_study_id(tx, ann.study_id), None, "madison", "entered at the other")
    there, here = (study.exports(site=site, since=study.clock.at) for site in ("madison", "boston"))
    assert [row["dose_id"] for row in there.rows("doses")] == known[:1]
    assert (here.rows("doses"), only(here.rows("taken_back"))["row_id"]) == ([], known[0])


def test_of_one_check_in_only_what_is_of_it_is_told_to_be_gone(study: Study) -> None:
    ann: Person = study.adds().enrols()
    answers = {visit: ann.logs(said("p", 4, visit)) for visit in ("baseline", "month_3")}
    study.clock.move(days=1)
    for entity in answers.values():
        ann.takes_back(entity)
    gone = study.rows("taken_back", since=study.clock.at, visit="month_3")
    assert {row["row_id"].split(".")[1] for row in gone} == {"month_3"}
    assert "taken_back" not in study.exports().tables
