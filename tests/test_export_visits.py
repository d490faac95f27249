"""Check-ins in an export: windows, answers, scores and the days looked back on; missing is never zero."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from records.database import Database
from tests.databases import START, Clock
from tests.exported import (
    FIRST_DAY,
    Person,
    Study,
    evening,
    finished,
    medicine,
    only,
    remembered,
    said,
    scored_elsewhere,
    used,
    window,
)

pytestmark = pytest.mark.weeks


@pytest.fixture
def study(database: Database, clock: Clock, tmp_path: Path) -> Study:
    return Study(database, clock, tmp_path)


@pytest.fixture
def ann(study: Study) -> Person:
    return study.adds().enrols()


# visits


def test_a_visit_is_one_row_with_its_window_and_what_became_of_it(study: Study, ann: Person) -> None:
    ann.logs(window())
    for item, value in (("p", 7), ("e", 8), ("g", 6)):
        ann.logs(said(item, value))
    ann.logs(finished())
    assert [row["completed_at"] for row in study.rows("visits")] == [""]
    assert study.rows("visits", unblind=True) == [
        {
            "study_id": "P0001",
            "visit": "month_3",
            "anchor_on": "2025-12-02",
            "target_on": "2026-03-02",
            "opens_on": "2026-02-16",
            "closes_on": "2026-03-30",
            "status": "complete",
            "completed_at": "2026-03-02T15:00:00Z",
            "in_window": "1",
            "mode": "chat",
            "last_answered_on": "2026-03-02",
        }
    ]


@pytest.mark.parametrize(
    ("target_on", "status"),
    [
        (FIRST_DAY + timedelta(days=15), "planned"),
        (FIRST_DAY + timedelta(days=14), "open"),
        (FIRST_DAY - timedelta(days=28), "open"),
        (FIRST_DAY - timedelta(days=29), "missed"),
    ],
)
def test_a_visit_without_an_answer_says_where_its_window_stands(
    study: Study, ann: Person, target_on: date, status: str
) -> None:
    ann.logs(window(target_on=target_on))
    row = only(study.rows("visits"))
    assert (row["status"], row["completed_at"], row["in_window"], row["mode"]) == (status, "", "", "")


def test_the_short_core_alone_is_a_partial_visit(study: Study, ann: Person) -> None:
    ann.logs(window())
    ann.logs(said("p", 7))
    ann.logs(finished(complete=False))
    row = only(study.rows("visits"))
    assert (row["status"], row["completed_at"], row["in_window"]) == ("partial", "", "1")


def test_an_answer_after_the_window_is_kept_and_marked_late(study: Study, ann: Person) -> None:
    ann.logs(window(target_on=FIRST_DAY - timedelta(days=40)))
    ann.logs(said("p", 7))
    row = only(study.rows("visits"))
    assert (row["status"], row["in_window"]) == ("partial", "0")


def test_answers_in_the_chat_and_on_the_phone_make_a_mixed_visit(study: Study, ann: Person) -> None:
    ann.logs(window())
    ann.logs(said("p", 7))
    ann.logs(said("e", 8, mode="phone"))
    assert only(study.rows("visits"))["mode"] == "mixed"


def test_a_window_that_moved_stands_as_it_is_now_and_its_history_in_corrections(study: Study, ann: Person) -> None:
    entity = ann.logs(window(target_on=FIRST_DAY - timedelta(days=3)))
    ann.logs(window(), entity, actor="study", why="allocated")
    assert only(study.rows("visits"))["target_on"] == "2026-03-02"
    changed = {(row["table"], row["row_id"], row["column"]) for row in study.rows("corrections")}
    assert ("visits", "month_3", "target_on") in changed


def test_a_visit_as_it_stood_at_an_earlier_cut(study: Study, ann: Person, clock: Clock) -> None:
    ann.logs(window())
    clock.move(days=1)
    ann.logs(said("p", 7))
    assert only(study.rows("visits", as_of=START))["status"] == "open"
    assert only(study.rows("visits"))["status"] == "partial"


# responses


def test_a_response_row_has_the_value_or_the_reason_there_is_none(study: Study, ann: Person) -> None:
    ann.logs(said("p", 0))
    ann.logs(said("e", None))
    ann.logs(said("g", None, status="rather_not_say"))
    rows = {row["item"]: (row["value"], row["status"]) for row in study.rows("responses")}
    assert rows == {"p": ("0", "answered"), "e": ("", "skipped"), "g": ("", "rather_not_say")}


def test_of_two_answers_to_one_item_the_one_recorded_last_counts(study: Study, ann: Person) -> None:
    ann.logs(said("p", 7))
    ann.logs(said("p", 3, mode="phone"))
    row = only(study.rows("responses"))
    assert (row["value"], row["mode"]) == ("3", "phone")


def test_a_response_said_again_is_in_the_history(study: Study, ann: Person) -> None:
    entity = ann.logs(said("p", 7))
    ann.logs(said("p", 5), entity)
    row = only(study.rows("corrections"))
    assert (row["table"], row["row_id"], row["column"], row["old"], row["new"]) == (
        "responses",
        "month_3.peg.p",
        "value",
        "7",
        "5",
    )


def test_an_answer_that_another_one_overtook_is_in_the_history_with_who_and_why(
    study: Study, ann: Person, clock: Clock
) -> None:
    ann.logs(said("p", 7, mode="phone", taken_by="dana"), actor="erin")
    first = clock()
    clock.move(hours=1)
    entity = ann.logs(said("p", 3))
    told = study.rows("corrections")
    assert [(row["column"], row["old"], row["new"]) for row in told] == [("mode", "phone", "chat"), ("value", "7", "3")]
    assert {(row["table"], row["row_id"], row["entity"], row["revision"]) for row in told} == {
        ("responses", "month_3.peg.p", entity, "1")
    }
    assert {(row["recorded_by"], row["why"].split(":")[0]) for row in told} == {("participant", "overtaken")}
    assert study.rows("corrections", as_of=first) == []
    ann.takes_back(entity)
    clock.move(hours=1)
    ann.logs(said("p", 4), entity)
    found = [
        (row["revision"], row["column"], row["old"], row["new"]) for row in study.rows("corrections", since=clock())
    ]
    assert found == [("3", "mode", "phone", "chat"), ("3", "state", "voided", "recorded"), ("3", "value", "7", "4")]


def test_days_and_scores_said_twice_are_in_the_history_too(study: Study, ann: Person) -> None:
    white = ann.logs(medicine())
    for count, score in ((1, 38.25), (2, 40.0)):
        ann.logs(remembered(FIRST_DAY, white, count))
        ann.logs(scored_elsewhere(score))
        ann.logs(evening(FIRST_DAY, "as_usual" if count == 1 else "different"))
        ann.logs(used(FIRST_DAY, white, count))
    told = [(r["table"], r["row_id"], r["column"], r["old"], r["new"]) for r in study.rows("corrections")]
    day = only(study.rows("tlfb_days"))["tlfb_id"]
    assert sorted(told) == [
        ("diary", "2026-03-02.M1", "count", "1.0", "2.0"),
        ("diary_days", "2026-03-02", "answer", "as_usual", "different"),
        ("given_scores", "month_3.sf12.sf12_physical", "value", "38.25", "40.0"),
        ("tlfb_days", day, "count", "1.0", "2.0"),
    ]
    assert {r["row_id"] for r in study.rows("corrections", study_days=True)} >= {"day0000", "day0000.M1"}


# scores


def test_scores_are_made_from_the_responses_unrounded(study: Study, ann: Person) -> None:
    for item, value in (("p", 5), ("e", 6), ("g", 8)):
        ann.logs(said(item, value))
    assert study.rows("scores") == [
        {
            "study_id": "P0001",
            "visit": "month_3",
            "instrument": "peg",
            "score": "peg",
            "value": repr(19 / 3),
            "n_missing": "0",
            "scorer_version": "peg-1",
            "reason": "",
        }
    ]


def test_a_score_that_cannot_be_made_is_blank_with_a_reason(study: Study, ann: Person) -> None:
    ann.logs(said("p", 5))
    ann.logs(said("e", None))
    row = only(study.rows("scores"))
    assert (row["value"], row["n_missing"], row["reason"]) == ("", "2", "skipped")


def test_answers_to_another_version_are_not_scored_by_this_one(study: Study, ann: Person) -> None:
    for item in ("p", "e", "g"):
        ann.logs(said(item, 5, instrument_version="peg-0"))
    row = only(study.rows("scores"))
    assert (row["value"], row["n_missing"], row["reason"]) == ("", "3", "other_version")


def test_questions_of_our_own_make_no_score(study: Study, ann: Person) -> None:
    ann.logs(said("fall", 1, instrument="events", instrument_version="events-1"))
    assert study.rows("scores") == []
    assert len(study.rows("responses")) == 1


# looking back


def days_known(study: Study) -> dict[str, tuple[str, str, str]]:
    return {row["score"]: (row["value"], row["n_missing"], row["reason"]) for row in study.rows("scores")}


def test_a_day_of_the_calendar_is_one_row_a_medicine(study: Study, ann: Person) -> None:
    listed = ann.logs(medicine())
    ann.logs(remembered(FIRST_DAY, listed, 1.5))
    row = only(study.rows("tlfb_days"))
    assert (row["on"], row["medicine"], row["count"], row["status"]) == ("2026-03-02", "M1", "1.5", "different")


def test_the_mean_of_the_calendar_is_over_the_days_that_are_known(study: Study, ann: Person) -> None:
    listed = ann.logs(medicine())
    for day in range(22):
        ann.logs(remembered(FIRST_DAY - timedelta(days=day), listed, 2 if day < 11 else 0))
    for day in range(22, 28):
        ann.logs(remembered(FIRST_DAY - timedelta(days=day), listed, None))
    assert days_known(study) == {"days_known": ("22.0", "6", ""), "mean_daily_mme": ("7.5", "6", "")}


def test_a_mean_of_few_days_says_so(study: Study, ann: Person) -> None:
    listed = ann.logs(medicine())
    ann.logs(remembered(FIRST_DAY, listed, 2))
    assert days_known(study) == {"days_known": ("1.0", "27", ""), "mean_daily_mme": ("15.0", "27", "low_coverage")}


def test_a_day_on_which_one_medicine_is_not_remembered_is_not_known(study: Study, ann: Person) -> None:
    first, second = ann.logs(medicine()), ann.logs(medicine("morphine"))
    ann.logs(remembered(FIRST_DAY, first, 2))
    ann.logs(remembered(FIRST_DAY, second, None))
    assert days_known(study)["mean_daily_mme"] == ("", "28", "not_answered")


def test_none_on_every_day_is_a_mean_of_zero(study: Study, ann: Person) -> None:
    listed = ann.logs(medicine())
    for day in range(28):
        ann.logs(remembered(FIRST_DAY - timedelta(days=day), listed, 0))
    assert days_known(study)["mean_daily_mme"] == ("0.0", "0", "")


def test_a_patch_worn_all_day_counts_as_24_hours(study: Study, ann: Person) -> None:
    patch = medicine("fentanyl", form="patch", strength=25.0, unit="mcg/h", schedule="scheduled")
    listed = ann.logs(patch)
    ann.logs(remembered(FIRST_DAY, listed, 1, status="as_usual"))
    assert days_known(study)["mean_daily_mme"][0] == "60.0"
