"""What stands in the files of an export: which rows, which values, and why a cell is blank."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from content.exercises import exercises
from content.exports import exported
from records import alerts, due, screening, talks
from records.database import Database
from records.due import Planned
from study.facts import AdverseEvent, ConsentGiven, Note, PainRated
from tests.databases import START, Clock
from tests.exported import (
    FIRST_DAY,
    ZONE,
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
from tests.samples import lived_in

pytestmark = pytest.mark.weeks


@pytest.fixture
def study(database: Database, clock: Clock, tmp_path: Path) -> Study:
    return Study(database, clock, tmp_path)


@pytest.fixture
def ann(study: Study) -> Person:
    return study.adds().enrols()


COLUMNS_PROMISED = {
    "participants": "study_id, site, enrolled_on, language, zone, status, protocol_version",
    "visits": "study_id, visit, anchor_on, target_on, opens_on, closes_on, status, completed_at, in_window, mode",
    "responses": "study_id, visit, instrument, instrument_version, item, value, status, answered_at, answered_local, "
    "zone, mode",
    "scores": "study_id, visit, instrument, score, value, n_missing, scorer_version, reason",
    "pauses": "pause_id, study_id, medicine, pain_before, urge_before, nature, exercise, seconds, completed, "
    "pain_after, urge_after, decision, status, started_at, started_local, zone",
    "doses": "dose_id, study_id, pause_id, medicine, product, form, strength, unit, count, taken_at, taken_local, "
    "zone, recorded_at, source, time_quality, status",
    "diary": "study_id, on, medicine, count, status, logged, answered_at, answered_local, zone",
    "mme_days": "study_id, on, mme, complete, factor_set, source, reason",
    "practice": "practice_id, study_id, exercise, minutes, source, done_at, done_local, zone",
    "due_items": "study_id, item, occurrence, due_at, due_local, zone, state, sent_at, final_at, reason",
}


@pytest.mark.parametrize("table", COLUMNS_PROMISED)
def test_tables_that_others_rely_on_have_the_columns_promised_in_their_order(table: str) -> None:
    found = next(each for each in exported() if each.name == table)
    promised = COLUMNS_PROMISED[table].split(", ")
    assert list(found.names[: len(promised)]) == promised  # what came since stands behind them


def test_a_participant_is_one_row_without_identity(study: Study, ann: Person) -> None:
    study.adds("cbt", site="south")
    assert study.rows("participants") == [
        {
            "study_id": "P0001",
            "site": "main",
            "enrolled_on": "2026-03-02",
            "language": "en",
            "zone": ZONE,
            "status": "enrolled",
            "protocol_version": "1",
        },
        {
            "study_id": "P0002",
            "site": "south",
            "enrolled_on": "",
            "language": "en",
            "zone": "UTC",
            "status": "invited",
            "protocol_version": "1",
        },
    ]


def screened(person: Person, marker: str) -> None:
    """A screening of the person, decided and joined."""
    with person.study.database.write("dana") as tx:
        row = screening.by_number(tx, screening.add(tx, site="main", test=False, criteria="stamp", version="1"))
        screening.write(tx, row, "criterion", "age", "54", met=True, why=marker)
        screening.join(tx, row, person.id, person.study_id)


def log_everything(person: Person, marker: str) -> None:
    """One entry of every kind, each with the marker in a text."""
    person.logs(ConsentGiven(version=marker, language="en", sha256="0" * 64, answer="agreed", at=START))
    listed = person.logs(medicine(marker))
    person.logs(dose(product=marker, medicine=listed))
    person.logs(dose(count=2), person.logs(dose(count=1)))
    person.logs(patch("2026-03-01T10:00:00", product=marker))
    pause = person.logs(begun(listed))
    person.logs(led(pause))
    person.logs(ended(pause))
    person.logs(practised())
    person.logs(PainRated(pain=5, rated_at=START, rated_local="2026-03-02T10:00:00", zone=ZONE))
    person.logs(evening(FIRST_DAY, "different"))
    person.logs(used(FIRST_DAY, listed, 2))
    person.logs(looked_back(FIRST_DAY, "more", 90))
    person.logs(window())
    screened(person, marker)
    person.logs(said("p", 7))
    person.logs(said("e", 7, mode="phone", taken_by="dana"))
    person.logs(scored_elsewhere(version=marker))
    person.logs(remembered(FIRST_DAY, listed))
    for fact in of_a_session():
        person.logs(fact)
    event = person.logs(AdverseEvent(description=marker, related_to=None, aware_at=START))
    person.logs(Note(text=marker, to_team=True, written_at=START))
    with person.study.database.write() as tx:
        raised = alerts.raise_(tx, person.id, "sedation", 1, 1, START, entity=event, study_id=person.study_id)
        alerts.add_note(tx, raised.id, marker, "participant")
        item = due.plan(tx, Planned(person.id, "pre_dose", marker, START, ZONE))
        assert item is not None
        due.close(tx, item, "expired", marker)
        talks.start(tx, person.id, "pause", timedelta(hours=2), marker)


def test_test_participants_are_in_no_file(study: Study, ann: Person) -> None:
    log_everything(study.adds(test=True).enrols(), "planted")
    export = study.exports(unblind=True, free_text=True)
    assert "planted" not in export.everything
    assert "T0001" not in export.everything
    assert {file["rows"] for file in export.manifest["files"] if file["name"] == "participants.csv"} == {1}


def test_every_kind_of_entry_of_a_participant_is_in_its_table(study: Study, ann: Person) -> None:
    study.clock.move(days=2)
    log_everything(ann, "planted")
    study.adds().becomes("declined")
    export = study.exports(unblind=True, free_text=True)
    assert {table for table in export.tables if not export.rows(table)} == set()


def test_nothing_is_kept_of_who_declined(study: Study, ann: Person) -> None:
    beth = study.adds().enrols()
    log_everything(beth, "planted")
    beth.becomes("declined")
    export = study.exports(unblind=True, free_text=True)
    assert "planted" not in export.everything
    assert "P0002" not in export.everything
    assert export.manifest["left_out"] == {"declined": 1, "data_removed": 0}


def test_of_who_had_their_data_removed_only_the_consent_stays(study: Study, ann: Person) -> None:
    beth = study.adds().enrols()
    log_everything(beth, "planted")
    beth.becomes("data_removed")
    export = study.exports(unblind=True, free_text=True)
    with_beth = {table for table in export.tables if any("P0002" in row.values() for row in export.rows(table))}
    assert with_beth == {"consents"}
    assert export.manifest["left_out"] == {"declined": 0, "data_removed": 1}


def test_one_site_can_be_asked_for(study: Study, ann: Person) -> None:
    south = study.adds(site="south").enrols()
    log_everything(ann, "north")
    log_everything(south, "planted")
    export = study.exports(site="south")
    assert {row["study_id"] for table in export.tables for row in export.rows(table)} == {south.study_id}
    assert "north" not in export.everything


# medicines, doses, patches


def test_medicines_have_codes_in_the_persons_order_of_first_entry(study: Study, ann: Person) -> None:
    beth = study.adds().enrols()
    first = ann.logs(medicine("oxycodone"), "f2")
    hers = beth.logs(medicine("tramadol"), "f1")
    second = ann.logs(medicine("morphine", schedule="scheduled", max_per_day=2.0, times="08:00,20:00"), "f0")
    for person, entity in ((ann, second), (ann, first), (beth, hers)):
        person.logs(dose(medicine=entity))
    export = study.exports()
    found = [(row["study_id"], row["medicine"], row["product"]) for row in export.rows("medicines")]
    assert found == [("P0001", "M1", "oxycodone"), ("P0001", "M2", "morphine"), ("P0002", "M1", "tramadol")]
    assert [row["medicine"] for row in export.rows("doses")] == ["M2", "M1", "M1"]


def test_a_medicine_taken_back_leaves_the_codes_of_the_others(study: Study, ann: Person) -> None:
    wrong, right = ann.logs(medicine("oxycodon")), ann.logs(medicine("oxycodone"))
    ann.takes_back(wrong)
    ann.logs(dose(medicine=right))
    export = study.exports()
    assert only(export.rows("medicines"))["medicine"] == "M2"
    assert only(export.rows("doses"))["medicine"] == "M2"


def test_a_medicine_row_says_what_the_label_says(study: Study, ann: Person) -> None:
    ann.logs(
        medicine(strength=2.5, schedule="scheduled", times="08:00,20:00", confirmed=True, ends_on=date(2026, 4, 1))
    )
    row = only(study.rows("medicines"))
    assert row | {"recorded_at": ""} == {
        "study_id": "P0001",
        "medicine": "M1",
        "product": "oxycodone",
        "form": "tablet",
        "strength": "2.5",
        "unit": "mg",
        "schedule": "scheduled",
        "usual_count": "1.0",
        "max_per_day": "",
        "times": "08:00,20:00",
        "starts_on": "2026-03-02",
        "ends_on": "2026-04-01",
        "change": "enrolled",
        "confirmed": "1",
        "source": "chat",
        "recorded_at": "",
    }


def test_a_dose_row_has_instants_in_utc_and_the_clock_where_the_person_was(study: Study, ann: Person) -> None:
    study.clock.move(hours=1, seconds=7, microseconds=999_999)
    entity = ann.logs(dose("2026-03-02T09:00:00", 1.5))
    assert only(study.rows("doses")) == {
        "dose_id": entity,
        "study_id": "P0001",
        "pause_id": "",
        "medicine": "",
        "product": "oxycodone",
        "form": "tablet",
        "strength": "5.0",
        "unit": "mg",
        "count": "1.5",
        "taken_at": "2026-03-02T14:00:00Z",
        "taken_local": "2026-03-02T09:00:00",
        "zone": ZONE,
        "recorded_at": "2026-03-02T16:00:07Z",
        "source": "chat",
        "time_quality": "said",
        "status": "taken",
    }


@pytest.mark.parametrize("status", ["missed", "not_sure"])
def test_a_dose_not_taken_has_a_blank_count_and_says_why(study: Study, ann: Person, status: str) -> None:
    ann.logs(dose("2026-03-02", None, status=status))
    row = only(study.rows("doses"))
    assert (row["count"], row["status"]) == ("", status)
    assert (row["taken_at"], row["taken_local"], row["time_quality"]) == ("", "2026-03-02", "unknown")


def test_a_patch_still_worn_has_no_end_and_says_so(study: Study, ann: Person) -> None:
    ann.logs(patch("2026-03-01T10:00:00"), "a")
    ann.logs(patch("2026-03-01T10:00:00", "2026-03-02T08:00:00"), "b")
    worn, off = study.rows("patch_wear")
    assert (worn["removed_at"], worn["removed_local"], worn["status"]) == ("", "", "wearing")
    assert (off["removed_at"], off["removed_local"], off["status"]) == (
        "2026-03-02T13:00:00Z",
        "2026-03-02T08:00:00",
        "taken_off",
    )


# pauses and practice


def test_a_pause_is_one_row_from_before_to_after(study: Study, ann: Person) -> None:
    listed = ann.logs(medicine())
    pause = ann.logs(begun(listed))
    ann.logs(led(pause, "stop", 61))
    ann.logs(ended(pause, decision="took"))
    taken = ann.logs(dose(pause=pause, medicine=listed))
    export = study.exports()
    assert only(export.rows("pauses")) == {
        "pause_id": pause,
        "study_id": "P0001",
        "medicine": "M1",
        "pain_before": "6",
        "urge_before": "7",
        "nature": "both",
        "exercise": exercises()["stop"].neutral,
        "seconds": "61",
        "completed": "1",
        "pain_after": "4",
        "urge_after": "2",
        "decision": "took",
        "status": "complete",
        "started_at": "2026-03-02T15:00:00Z",
        "started_local": "2026-03-02T10:00:00",
        "zone": ZONE,
    }
    assert (only(export.rows("doses"))["dose_id"], only(export.rows("doses"))["pause_id"]) == (taken, pause)


def test_a_pause_left_early_is_incomplete_and_its_cells_are_blank_not_zero(study: Study, ann: Person) -> None:
    ann.logs(begun(pain=None, urge=None, nature=None))
    row = only(study.rows("pauses"))
    blank = ("pain_before", "urge_before", "nature", "exercise", "seconds", "completed", "pain_after", "decision")
    assert {row[name] for name in blank} == {""}
    assert row["status"] == "incomplete"


@pytest.mark.parametrize("missing", [{"pain": None}, {"decision": None}])
def test_a_pause_that_lacks_the_rating_after_or_the_decision_is_incomplete(
    study: Study, ann: Person, missing: dict[str, None]
) -> None:
    pause = ann.logs(begun())
    ann.logs(led(pause))
    ann.logs(ended(pause, **missing))
    assert only(study.rows("pauses"))["status"] == "incomplete"


def test_rather_not_say_is_an_answer_and_zero_is_a_rating(study: Study, ann: Person) -> None:
    pause = ann.logs(begun(pain=0, urge=None))
    ann.logs(led(pause, completed=False, seconds=0))
    ann.logs(ended(pause, pain=0, urge=None, decision="rather_not_say"))
    row = only(study.rows("pauses"))
    assert (row["pain_before"], row["pain_after"], row["seconds"], row["completed"]) == ("0", "0", "0", "0")
    assert (row["urge_before"], row["decision"], row["status"]) == ("", "rather_not_say", "complete")


def test_of_two_exercises_in_one_pause_the_row_has_the_last_and_practice_both(study: Study, ann: Person) -> None:
    pause = ann.logs(begun())
    ann.logs(led(pause, "stop"), "b")
    ann.logs(led(pause, "anchor"), "a")
    export = study.exports(unblind=True)
    assert only(export.rows("pauses"))["exercise"] == "anchor"
    assert [row["exercise"] for row in export.rows("practice")] == ["anchor", "stop"]


def test_a_pause_taken_back_is_gone_and_so_is_a_part_of_it_taken_back(study: Study, ann: Person) -> None:
    gone, stays = ann.logs(begun()), ann.logs(begun())
    ann.takes_back(gone)
    ann.takes_back(ann.logs(ended(stays)))
    row = only(study.rows("pauses"))
    assert (row["pause_id"], row["decision"]) == (stays, "")


def test_practice_counts_what_was_led_and_what_was_reported_with_one_decimal(study: Study, ann: Person) -> None:
    pause = ann.logs(begun())
    ann.logs(led(pause, seconds=61), "a")
    ann.logs(led(None, seconds=620), "b")
    ann.logs(practised(minutes=20), "c")
    ann.logs(practised(minutes=30, exercise="anchor", source="diary"), "d")
    found = [(row["practice_id"], row["minutes"], row["source"], row["exercise"]) for row in study.rows("practice")]
    stop, anchor = exercises()["stop"].neutral, exercises()["anchor"].neutral
    assert found == [
        ("a", "1.0", "pause", stop),
        ("b", "10.3", "led", stop),
        ("c", "20.0", "chat", ""),
        ("d", "30.0", "diary", anchor),
    ]


# what the programme kept


def test_due_items_are_those_that_went_out_or_ended(study: Study, ann: Person) -> None:
    with study.database.write() as tx:
        planned = [due.plan(tx, Planned(ann.id, "pre_dose", f"day{n}", START, ZONE)) for n in range(3)]
        pending, sent, final = (number or 0 for number in planned)
        due.sent(tx, sent)
        due.close(tx, final, "expired", "too late")
    assert pending
    first, second = study.rows("due_items", unblind=True)
    assert first == {
        "study_id": "P0001",
        "item": "pre_dose",
        "occurrence": "day1",
        "due_at": "2026-03-02T15:00:00Z",
        "due_local": "2026-03-02T10:00:00",
        "zone": ZONE,
        "state": "sent",
        "sent_at": "2026-03-02T15:00:00Z",
        "final_at": "",
        "reason": "",
    }
    assert (second["occurrence"], second["state"], second["sent_at"]) == ("day2", "expired", "")
    assert (second["final_at"], second["reason"]) == ("2026-03-02T15:00:00Z", "too late")
    instants = {"due_at": "", "sent_at": "", "final_at": ""}
    assert study.rows("due_items") == [first | instants, second | instants]


def test_what_was_put_off_is_planned_for_a_day_when_blinded(study: Study, ann: Person) -> None:
    with study.database.write() as tx:
        due.sent(tx, due.plan(tx, Planned(ann.id, "again", "e1", START, ZONE)) or 0)
    assert only(study.rows("due_items", unblind=True))["due_local"] == "2026-03-02T10:00:00"
    assert only(study.rows("due_items"))["due_local"] == "2026-03-02"


def test_timers_of_exercises_show_only_when_unblinded(study: Study, ann: Person) -> None:
    with study.database.write() as tx:
        due.close(tx, due.plan(tx, Planned(ann.id, "step", "1.4", START, ZONE)) or 0, "answered")
    assert study.rows("due_items") == []
    assert only(study.rows("due_items", unblind=True))["item"] == "step"


def test_an_alert_says_how_often_and_where_it_stands(study: Study, ann: Person) -> None:
    with study.database.write() as tx:
        for _ in range(3):
            raised = alerts.raise_(tx, ann.id, "sedation", 1, 2, START, study_id=ann.study_id)
        alerts.raise_(tx, None, "overdose", 0, 1, START)
    study.clock.move(minutes=5)
    with study.database.write("AB") as tx:
        alerts.acknowledge(tx, raised.id, "AB")
    row = only(study.rows("alerts"))
    assert (row["tier"], row["rule"], row["rule_version"], row["times"]) == ("1", "sedation", "2", "3")
    assert (row["status"], row["acknowledged_at"], row["acknowledged_by"]) == (
        "acknowledged",
        "2026-03-02T15:05:00Z",
        "AB",
    )
    assert (row["closed_at"], row["closed_by"]) == ("", "")


def test_conversations_are_exported_without_a_word_of_them(study: Study, ann: Person) -> None:
    with study.database.write() as tx:
        number = talks.start(tx, ann.id, "pause", timedelta(hours=2), "0.1")
    study.clock.move(minutes=3)
    row = only(study.rows("conversations"))
    assert (row["talk"], row["release"], row["state"], row["ended_at"]) == ("pause", "0.1", "open", "")
    with study.database.write() as tx:
        talks.move(tx, number, "ended")
    row = only(study.rows("conversations"))
    assert (row["state"], row["started_at"], row["ended_at"]) == (
        "ended",
        "2026-03-02T15:00:00Z",
        "2026-03-02T15:03:00Z",
    )


def test_a_database_that_has_been_lived_in_is_exported_whole(study: Study) -> None:
    lived_in(study.database)
    for asked in ({}, {"unblind": True, "free_text": True}):
        export = study.exports(**asked)
        for file in export.manifest["files"]:
            if file["rows"] is not None:
                assert len(export.rows(file["name"].removesuffix(".csv"))) == file["rows"]
