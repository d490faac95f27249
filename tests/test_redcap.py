"""REDCap in a box: what stands in the five files, and the judge that no fault gets past."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from content.exports import exported
from content.instruments import instruments
from coordinator.export_folder import ExportRefused
from coordinator.redcap import box
from coordinator.redcap.dictionary import Answered, plan
from coordinator.redcap.shape import HEADER, unique_event_name
from coordinator.redcap.sources import sources
from tests.databases import Clock, Fresh
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

FILES = [box.ARMS, box.EVENTS, box.DICTIONARY, box.MAPPING, box.DATA]
Rows = list[dict[str, str]]


@pytest.fixture
def study(fresh: Fresh, clock: Clock, tmp_path: Path) -> Study:
    return Study(fresh("sqlite"), clock, tmp_path)


@pytest.fixture
def ann(study: Study) -> Person:
    person = study.adds().enrols(date(2026, 2, 1))
    for visit in ("baseline", "month_3"):
        person.logs(window(visit))
    for item, value in (("p", 7), ("e", 8), ("g", 6)):
        person.logs(said(item, value, "baseline"))
    person.logs(said("p", None, "month_3", mode="phone"))
    person.logs(finished("baseline"))
    return person


def read(export: Export, name: str) -> Rows:
    with (export.folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def data_of(export: Export) -> Rows:
    return read(export, box.DATA)


def data(study: Study, **asked: Any) -> Rows:
    return data_of(study.exports(format="redcap", **asked))


def filled(row: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if value}


# what stands in the files


def test_the_box_holds_five_files_and_what_to_click(study: Study, ann: Person) -> None:
    export = study.exports(format="redcap")
    assert sorted(path.name for path in export.folder.iterdir()) == sorted(
        [*FILES, box.FIELDS, box.TAKEN_BACK, box.README, "manifest.json"]
    )
    assert read(export, box.ARMS) == [{"arm_num": "1", "name": "All participants"}]
    assert [row["event_name"] for row in read(export, box.EVENTS)][:2] == ["Baseline", "Month 3"]
    assert next(csv.reader([(export.folder / box.DICTIONARY).read_text("utf-8").splitlines()[0]])) == list(HEADER)
    assert {"arm_num": "1", "unique_event_name": "diary_arm_1", "form": "dose_log"} in read(export, box.MAPPING)
    text = (export.folder / box.README).read_text("utf-8")
    assert "[x] dose_log" in text
    assert "fields.csv, not for import" in text
    assert 'At the event "Diary"' in text


@pytest.mark.parametrize("unblinded", [False, True])
def test_each_field_says_which_column_of_the_export_it_repeats(unblinded: bool) -> None:
    every = frozenset(instruments())
    made = plan(unblinded=unblinded, free_text=True, beyond=Answered(every, every))
    told = sources(made)
    assert [row[:2] for row in told] == [(field.form, field.name) for field in made.project.fields]
    tables = {table.name: set(table.names) for table in exported(unblinded=unblinded, free_text=True)}
    assert [row for row in told if row[3] not in tables[row[2]]] == []
    known = {field: source for _, field, *source in told}
    assert known["dose_taken_utc"] == ["doses", "taken_at", ""]
    assert known["peg_p"] == ["responses", "value", "instrument=peg; item=p"]
    assert known["wk_peg_why"] == ["scores", "reason", "instrument=peg; score=peg; visit=week_*"]
    assert ("rand_group" in known) == unblinded


def test_no_two_fields_of_a_form_have_the_same_label_and_figures_name_their_source_and_unit() -> None:
    every = frozenset(instruments())
    fields = plan(unblinded=True, free_text=True, beyond=Answered(every, every)).project.fields
    told = Counter((field.form, field.label) for field in fields)
    assert [label for label, times in told.items() if times > 1] == []
    label = {field.name: field.label for field in fields}
    assert label["mme_tlfb_max"].startswith("MME, the calendar a check-in looks back on: Highest day")
    assert {label[f"mme_{source}_observed"][-10:] for source in ("log", "diary", "tlfb")} == {"(mg a day)"}
    assert label["dose_taken_dt"] == "When it was taken, or was to be taken, as said by the person (local)"


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({}, "blinded, without free text"),
        ({"unblind": True}, "unblinded, without free text"),
        ({"free_text": True, "visit": "month_3"}, "blinded, with free text"),
    ],
)
def test_a_download_says_of_which_kind_it_is_and_no_step_deletes_a_field(
    study: Study, ann: Person, asked: dict[str, Any], kind: str
) -> None:
    export = study.exports(format="redcap", **asked)
    assert read(export, box.DICTIONARY)[0]["Field Note"].endswith(f": {kind}")
    text = " ".join((export.folder / box.README).read_text("utf-8").split())
    new, _, later = text.partition("B. Each later download")
    assert f"This download is {kind}." in new
    assert f"This one is {kind};" in later
    assert "None may go" in later
    assert "a project of its own" in later
    assert "Submit Changes for Review" in later
    assert "steps 3 to 5 again" not in text


def test_a_check_in_is_a_row_with_answers_scores_and_what_is_missing(study: Study, ann: Person) -> None:
    baseline, month_3 = data(study)
    assert (baseline["record_id"], baseline["redcap_event_name"]) == ("P0001", "baseline_arm_1")
    assert (baseline["peg_p"], baseline["peg_score"], baseline["peg_nmiss"]) == ("7", "7.0", "0")
    assert (baseline["peg_complete"], baseline["visit_complete"], baseline["who_enrolled_date"]) == (
        "2",
        "2",
        "2026-02-01",
    )
    assert (month_3["peg_p"], month_3["peg_score"], month_3["peg_why"]) == ("", "", "not_answered")
    assert (month_3["peg_missing"], month_3["peg_complete"], month_3["peg_dt"]) == ("p=skipped", "0", "")
    assert month_3["visit_last_answered_date"] == "2026-03-02"
    assert data(study, unblind=True)[1]["peg_dt"] == "2026-03-02 10:00:00"
    assert (baseline["peg_mode"], month_3["peg_mode"], month_3["visit_mode"]) == ("chat", "phone", "phone")
    assert {baseline["redcap_repeat_instrument"], month_3["redcap_repeat_instance"]} == {""}


def test_what_is_logged_repeats_on_an_event_of_its_own_and_keeps_its_number(study: Study, ann: Person) -> None:
    listed = ann.logs(medicine())
    pause = ann.logs(begun(listed, urge=None))
    ann.logs(led(pause))
    ann.logs(ended(pause))
    ann.logs(patch("2026-03-01T10:00:00"))
    ann.logs(practised())
    wrong = ann.logs(dose("2026-03-02"))
    kept = ann.logs(dose("2026-03-02T09:00:00", 1.5, medicine=listed))
    rows = [row for row in data(study) if row["redcap_event_name"] == "diary_arm_1"]
    assert {row["redcap_repeat_instrument"] for row in rows} == {
        "medicine_list",
        "pause_log",
        "dose_log",
        "patch_log",
        "practice_log",
    }
    ann.takes_back(wrong)
    row = only([row for row in data(study) if row["redcap_repeat_instrument"] == "dose_log"])
    assert (row["dose_id"], row["redcap_repeat_instance"]) == (kept, "2")
    assert (row["dose_taken_dt"], row["dose_taken_utc"], row["dose_taken_date"]) == (
        "2026-03-02 09:00:00",
        "2026-03-02 14:00:00",
        "2026-03-02",
    )
    assert (row["dose_count"], row["dose_medicine"], row["dose_status"]) == ("1.5", "M1", "taken")


def test_the_arm_stands_in_a_field_of_its_own_and_only_unblinded(study: Study, ann: Person) -> None:
    export = study.exports(format="redcap")
    assert [name for name in FILES if "rand_group" in (export.folder / name).read_text("utf-8")] == []
    assert "mbt" not in export.everything.casefold()
    assert data(study, unblind=True)[0]["rand_group"] == "mbt"


def test_every_export_passes_the_judge_who_reads_the_files_themselves(study: Study, ann: Person) -> None:
    lived_in(study.database)
    for asked in ({}, {"unblind": True, "free_text": True}, {"visit": "month_3"}):
        export = study.exports(format="redcap", **asked)
        project = plan(unblinded="unblind" in asked, free_text="free_text" in asked).project
        assert list(box.files(export.folder, project).faults()) == []
        assert len(data_of(export)) > 3


def test_a_faulty_file_is_never_handed_over(study: Study, ann: Person) -> None:
    ann.logs(begun(nature="a code of another release"))
    with pytest.raises(ExportRefused, match=r"5_data\.csv: row 4, pause_nature: 'a code .* is no code .*\(I6\)"):
        study.exports(format="redcap")
    assert [path for path in study.folder.iterdir() if path.is_dir()] == []


@pytest.mark.parametrize(
    ("name", "arm", "unique"),
    [
        ("Baseline", 1, "baseline_arm_1"),
        ("Month 12", 1, "month_12_arm_1"),
        ("3 Month", 1, "3_month_arm_1"),
        ("Deadline to opt out of study", 2, "deadline_to_opt_ou_arm_2"),
    ],
)
def test_unique_names_of_events_are_those_redcap_makes(name: str, arm: int, unique: str) -> None:
    assert unique_event_name(name, arm) == unique
