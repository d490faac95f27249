"""A cut of the records: as of an instant, since another, in one snapshot; and the history of what was corrected."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from content.exercises import exercises
from coordinator.export import Request, export_csv
from coordinator.export_folder import ExportRefused
from records import alerts, due, people, talks
from records.database import Database
from records.due import Planned
from study.facts import AdverseEvent, PainRated
from tests.databases import START, Clock
from tests.exported import (
    ZONE,
    Export,
    Person,
    Study,
    begun,
    dose,
    ended,
    evening,
    finished,
    led,
    looked_back,
    medicine,
    of_a_session,
    only,
    patch,
    practised,
    remembered,
    said,
    used,
    window,
)
from tests.samples import lived_in

pytestmark = pytest.mark.weeks

HOUR = timedelta(hours=1)


@pytest.fixture
def study(database: Database, clock: Clock, tmp_path: Path) -> Study:
    return Study(database, clock, tmp_path)


@pytest.fixture
def ann(study: Study) -> Person:
    return study.adds().enrols()


# frozen cuts


def live_on(study: Study, ann: Person) -> None:
    """Everything that can change after a cut, changes."""
    study.clock.move(hours=1)
    ann.logs(dose(count=4), "d1")
    ann.takes_back("d2")
    ann.logs(medicine(strength=10.0), "m1")
    ann.logs(medicine("tramadol"))
    ann.logs(patch("2026-02-26T10:00:00", "2026-03-02T10:00:00"), "w1")
    ann.logs(begun(pain=1), "p1")
    ann.logs(led("p1", "anchor"))
    ann.logs(ended("p1"))
    ann.logs(practised())
    ann.logs(said("p", 2), "r1")
    ann.logs(said("e", 3))
    ann.logs(said("g", 4))
    ann.logs(finished())
    for fact in of_a_session():
        ann.logs(fact)
    ann.logs(remembered(START.date(), "m1", 3), "t1")
    ann.logs(evening(START.date(), "different"), "e1")
    ann.logs(used(START.date(), "m1", 3), "u1")
    ann.logs(looked_back(START.date(), "less", 10), "k1")
    study.adds("cbt").enrols()
    with study.database.write("AB") as tx:
        alerts.raise_(tx, ann.id, "sedation", 1, 1, START, study_id=ann.study_id)
        alerts.close(tx, alerts.open_of(tx, ann.id)[0].id, "AB", "called")
        alerts.raise_(tx, ann.id, "ran_out", 1, 1, START, study_id=ann.study_id)
        due.cancel(tx, ann.id, None, "stopped: study")
        talks.start(tx, ann.id, "dose", HOUR, "0.2")
        talks.move(tx, 1, "expired")
        people.change(tx, ann.id, "participant:settings", zone="Europe/Berlin", language="de")
        people.change(tx, ann.id, "participant:stopped:study", status="stopped")


def a_life(study: Study, ann: Person) -> None:
    study.clock.move(hours=-80)
    ann.logs(medicine(), "m1")
    ann.logs(patch("2026-02-26T10:00:00"), "w1")
    study.clock.move(hours=80)
    for entity in ("d1", "d2"):
        ann.logs(dose(medicine="m1"), entity)
    ann.logs(dose(count=2), "d1")
    ann.logs(begun("m1"), "p1")
    ann.logs(window())
    ann.logs(said("p", 7), "r1")
    ann.logs(remembered(START.date(), "m1"), "t1")
    ann.logs(evening(START.date(), "none"), "e1")
    ann.logs(used(START.date(), "m1", 0), "u1")
    ann.logs(looked_back(START.date(), "fits"), "k1")
    ann.logs(AdverseEvent(description="dizzy", related_to=None, aware_at=START))
    with study.database.write() as tx:
        alerts.raise_(tx, ann.id, "sedation", 1, 1, START, study_id=ann.study_id)
        for n in range(3):
            item = due.plan(tx, Planned(ann.id, "pre_dose", f"day{n}", START - n * HOUR, ZONE)) or 0
            due.sent(tx, item) if n else None
            due.close(tx, item, "answered") if n == 2 else None
        talks.move(tx, talks.start(tx, ann.id, "pause", HOUR, "0.1"), "parked")


@pytest.mark.parametrize("asked", [{}, {"unblind": True, "free_text": True}])
def test_a_frozen_cut_is_made_again_byte_for_byte_after_the_study_went_on(
    study: Study, ann: Person, asked: dict[str, bool]
) -> None:
    a_life(study, ann)
    before, as_of = study.exports(**asked), study.clock.at
    live_on(study, ann)
    assert study.exports(as_of=as_of, **asked).digests == before.digests
    after = study.exports(**asked)
    assert {name for name in after.digests if after.digests[name] == before.digests[name]} <= {
        "adverse_events.csv",
        "alert_notes.csv",
        "analysis.R",
        "analysis.dcf",
        "analysis.py",
        "attendance.csv",
        "codebook.csv",
        "codebook.html",
        "drawing.R",
        "drawing.py",
        "figures.R",
        "figures.py",
        "pictures.R",
        "pictures.py",
        "showing.R",
        "showing.py",
        "consents.csv",
        "load.R",
        "load.py",
        "mme_days.csv",
        "notes.csv",
        "pain_ratings.csv",
        "given_scores.csv",
        "left_out.csv",
        "questions.csv",
        "taken_down.csv",
        "screening.csv",
        "screening_criteria.csv",
    }


def test_the_same_cut_of_a_database_that_has_been_lived_in_is_the_same(study: Study) -> None:
    lived_in(study.database)
    assert study.exports(free_text=True).digests == study.exports(free_text=True).digests


def test_a_cut_shows_the_day_as_it_was_known_then(study: Study, ann: Person) -> None:
    entity = ann.logs(dose(count=1))
    study.clock.move(days=1)
    ann.logs(dose(count=3), entity)
    assert only(study.rows("doses", as_of=START))["count"] == "1.0"
    assert study.rows("corrections", as_of=START) == []
    assert only(study.rows("doses"))["count"] == "3.0"
    assert only(study.rows("doses"))["recorded_at"] == "2026-03-02T15:00:00Z"


def test_who_asked_for_removal_since_is_not_in_an_older_cut_either(study: Study, ann: Person) -> None:
    ann.logs(dose())
    study.clock.move(days=1)
    ann.becomes("data_removed")
    export = study.exports(as_of=START)
    assert export.rows("participants") == export.rows("doses") == []


def test_who_declined_since_is_in_an_older_cut_and_who_came_back_is_not_in_one_between(study: Study) -> None:
    invited = study.adds()
    first, as_of = study.exports(), study.clock.at
    study.clock.move(days=1)
    invited.becomes("declined")
    assert study.exports(as_of=as_of).digests == first.digests
    between, declined_at = study.exports(), study.clock.at
    assert (between.rows("participants"), between.manifest["left_out"]["declined"]) == ([], 1)
    study.clock.move(days=1)
    invited.becomes("invited")
    assert study.exports(as_of=declined_at).digests == between.digests
    back = study.exports()
    assert (only(back.rows("participants"))["status"], back.manifest["left_out"]["declined"]) == ("invited", 0)


def test_a_participant_stands_as_they_did_at_the_cut(study: Study, ann: Person) -> None:
    study.clock.move(days=10)
    ann.becomes("prompts_stopped")
    beth = study.adds()
    study.clock.move(days=1)
    beth.enrols(START.date(), "Europe/Berlin")
    first, second = study.rows("participants", as_of=START + timedelta(days=10))
    assert (first["status"], first["zone"], first["enrolled_on"]) == ("prompts_stopped", ZONE, "2026-03-02")
    assert (second["status"], second["zone"], second["enrolled_on"]) == ("invited", "UTC", "")
    assert [row["status"] for row in study.rows("participants", as_of=START)] == ["enrolled"]
    ann.becomes("prompts_stopped", completed_on=START.date())
    assert [row["status"] for row in study.rows("participants")] == ["completed", "enrolled"]
    assert study.rows("participants", as_of=START + timedelta(days=10))[0]["status"] == "prompts_stopped"


def test_a_cut_that_lies_ahead_is_refused(study: Study) -> None:
    with pytest.raises(ExportRefused, match="lies ahead: it is 2026-03-02T15:00:00Z"):
        study.exports(as_of=START + HOUR)


# since


def test_since_keeps_what_was_recorded_or_changed_since(study: Study, ann: Person) -> None:
    a_life(study, ann)
    ann.logs(dose(), "d3")
    study.clock.move(minutes=30)
    since = study.clock.at
    live_on(study, ann)
    export = study.exports(since=since)
    assert [row["dose_id"] for row in export.rows("doses")] == ["d1"]
    assert only(export.rows("pauses"))["exercise"] == exercises()["anchor"].neutral
    assert {row["rule"] for row in export.rows("alerts")} == {"sedation", "ran_out"}
    assert {row["occurrence"] for row in export.rows("due_items")} == {"day0", "day1"}
    assert {row["talk"] for row in export.rows("conversations")} == {"pause", "dose"}
    changed = study.rows("corrections", since=since, unblind=True)
    assert {row["recorded_at"] for row in changed} == {"2026-03-02T16:30:00Z"}
    assert len(export.rows("participants")) == 2
    assert export.manifest["since"] == "2026-03-02T15:30:00Z"


def test_a_pause_counts_as_changed_when_a_part_of_it_came_later(study: Study, ann: Person) -> None:
    pause = ann.logs(begun())
    study.clock.move(minutes=5)
    ann.logs(ended(pause))
    assert only(study.rows("pauses", since=START + timedelta(minutes=1)))["pause_id"] == pause


def test_since_after_the_cut_is_refused(study: Study) -> None:
    with pytest.raises(ExportRefused, match="since lies after the cut"):
        study.exports(since=START + HOUR)


# one snapshot


def test_what_is_written_during_the_export_is_not_in_it(study: Study, ann: Person) -> None:
    ann.logs(dose())
    ann.logs(practised())

    def writes(table: str, rows: int) -> None:
        ann.logs(dose())
        ann.logs(practised())

    out = study.folder / "snapshot"
    made = export_csv(study.database, Request(out=out), actor="staff", progress=writes)
    export = Export(out, made.model_dump())
    assert (len(export.rows("doses")), len(export.rows("practice"))) == (1, 1)


# corrections


def test_a_correction_says_what_was_changed_by_whom_when_and_why(study: Study, ann: Person) -> None:
    entity = ann.logs(dose(count=1))
    study.clock.move(hours=1)
    ann.logs(dose("2026-03-02T08:00:00", count=2.5), entity, why="fixed")
    common = {
        "study_id": "P0001",
        "table": "doses",
        "row_id": entity,
        "fact": "dose",
        "entity": entity,
        "revision": "2",
        "recorded_at": "2026-03-02T16:00:00Z",
        "recorded_by": "participant",
        "why": "fixed",
    }
    assert study.rows("corrections") == [
        common | {"column": "count", "old": "1.0", "new": "2.5"},
        common | {"column": "taken_at", "old": "2026-03-02T14:00:00Z", "new": "2026-03-02T13:00:00Z"},
        common | {"column": "taken_local", "old": "2026-03-02T09:00:00", "new": "2026-03-02T08:00:00"},
    ]


def test_an_entry_taken_back_and_put_in_again_has_both_in_its_history(study: Study, ann: Person) -> None:
    entity = ann.logs(PainRated(pain=3, rated_at=START, rated_local="2026-03-02T10:00:00", zone=ZONE))
    ann.takes_back(entity)
    ann.logs(PainRated(pain=4, rated_at=START, rated_local="2026-03-02T10:00:00", zone=ZONE), entity)
    found = [(row["revision"], row["column"], row["old"], row["new"]) for row in study.rows("corrections")]
    assert found == [
        ("2", "state", "recorded", "voided"),
        ("3", "pain", "3", "4"),
        ("3", "state", "voided", "recorded"),
    ]
    assert only(study.rows("pain_ratings"))["pain"] == "4"


def test_saying_the_same_again_is_told_as_unchanged(study: Study, ann: Person) -> None:
    entity = ann.logs(dose())
    ann.logs(dose(), entity)
    row = only(study.rows("corrections"))
    assert (row["column"], row["old"], row["new"]) == ("unchanged", "", "")


def test_a_pause_corrected_is_found_under_its_row_whichever_part_it_was(study: Study, ann: Person) -> None:
    pause = ann.logs(begun())
    done, end = ann.logs(led(pause, "stop")), ann.logs(ended(pause, decision="took"))
    alone = ann.logs(led(None, seconds=60))
    ann.logs(begun(pain=2), pause)
    ann.logs(led(pause, "body_scan", completed=False), done)
    ann.logs(ended(pause, decision=None), end)
    ann.logs(led(None, seconds=90), alone)
    found = [(r["table"], r["row_id"], r["column"], r["old"], r["new"]) for r in study.rows("corrections")]
    before, after = exercises()["stop"].neutral, exercises()["body_scan"].neutral
    assert found == [
        ("pauses", pause, "completed", "1", "0"),
        ("pauses", pause, "exercise", before, after),
        ("practice", alone, "minutes", "1.0", "1.5"),
        ("pauses", pause, "pain_before", "6", "2"),
        ("pauses", pause, "decision", "took", ""),
    ]


def test_a_medicine_corrected_is_found_by_its_code_and_so_is_a_dose_moved_to_another(study: Study, ann: Person) -> None:
    first, second = ann.logs(medicine()), ann.logs(medicine("morphine"))
    ann.logs(medicine(confirmed=True), first)
    ann.logs(dose(medicine=second), ann.logs(dose(medicine=first)))
    of_dose, of_medicine = study.rows("corrections")
    assert (of_dose["column"], of_dose["old"], of_dose["new"]) == ("medicine", "M1", "M2")
    assert (of_medicine["table"], of_medicine["row_id"], of_medicine["column"]) == ("medicines", "M1", "confirmed")
    assert (of_medicine["old"], of_medicine["new"]) == ("0", "1")


def test_free_text_and_what_staff_typed_are_in_the_history_only_on_request(study: Study, ann: Person) -> None:
    entity = ann.logs(medicine(nickname="Zoë's"))
    ann.logs(medicine(nickname="Bob's"), entity, actor="AB", why="Bob called")
    row = only(study.rows("corrections"))
    assert (row["column"], row["old"], row["new"], row["recorded_by"], row["why"]) == ("unchanged", "", "", "AB", "")
    row = only(study.rows("corrections", free_text=True))
    assert (row["column"], row["old"], row["new"], row["why"]) == ("nickname", "Zoë's", "Bob's", "Bob called")


def test_the_history_is_sorted_by_its_key_and_each_key_is_there_once(study: Study) -> None:
    lived_in(study.database)
    keys = [
        (row["fact"], row["entity"], int(row["revision"]), row["column"])
        for row in study.rows("corrections", free_text=True)
    ]
    assert keys == sorted(set(keys))
    assert len(keys) > 40
