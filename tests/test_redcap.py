"""REDCap in a box: what stands in the five files, and the judge that no fault gets past."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from coordinator.export_folder import ExportRefused
from coordinator.redcap import box, lint, lint_data
from coordinator.redcap.dictionary import plan
from coordinator.redcap.lint import Fault
from coordinator.redcap.lint_data import Setting
from coordinator.redcap.shape import HEADER, Field, Project, unique_event_name
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


def data(study: Study, **asked: Any) -> Rows:
    return read(study.exports(format="redcap", **asked), box.DATA)


def filled(row: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if value}


# what stands in the files


def test_the_box_holds_five_files_and_what_to_click(study: Study, ann: Person) -> None:
    export = study.exports(format="redcap")
    assert sorted(path.name for path in export.folder.iterdir()) == sorted([*FILES, box.README, "manifest.json"])
    assert read(export, box.ARMS) == [{"arm_num": "1", "name": "All participants"}]
    assert [row["event_name"] for row in read(export, box.EVENTS)][:2] == ["Baseline", "Month 3"]
    assert next(csv.reader([(export.folder / box.DICTIONARY).read_text("utf-8").splitlines()[0]])) == list(HEADER)
    assert {"arm_num": "1", "unique_event_name": "diary_arm_1", "form": "dose_log"} in read(export, box.MAPPING)
    text = (export.folder / box.README).read_text("utf-8")
    assert "[x] dose_log" in text
    assert 'At the event "Diary"' in text


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
    assert (month_3["peg_missing"], month_3["peg_complete"], month_3["peg_dt"]) == (
        "p=skipped",
        "0",
        "2026-03-02 10:00:00",
    )
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
        dictionary = read(export, box.DICTIONARY)
        assert list(lint.dictionary_faults(dictionary)) == []
        assert [fault for name in FILES for fault in lint.text_faults((export.folder / name).read_bytes())] == []
        rows = read(export, box.DATA)
        forms: dict[str, set[str]] = {}
        for each in read(export, box.MAPPING):
            forms.setdefault(each["unique_event_name"], set()).add(each["form"])
        setting = Setting(
            dictionary, {event: frozenset(found) for event, found in forms.items()}, box.setting(project).repeating
        )
        assert list(lint_data.data_faults(list(rows[0]), [list(row.values()) for row in rows], setting)) == []


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


# planted faults: the dictionary (redcap-fhir.md 5.2)

RECORD = Field("record_id", "first", "text", "Record")
PAIN = Field("pain", "first", "text", "Pain", validation="integer", low="0", high="10")
HOW = Field("how", "first", "radio", "How", choices="1, One | 2, Two")


def judged(*fields: Field, **changed: str) -> list[tuple[str, int]]:
    """Rule and row of each fault; `changed` are cells of the last field, by the header's words."""
    rows = [field.row() for field in fields]
    rows[-1] |= {next(name for name in HEADER if name.startswith(start)): to for start, to in changed.items()}
    return [(fault.rule, fault.row) for fault in lint.dictionary_faults(rows)]


def test_a_dictionary_without_fault_has_none_found() -> None:
    assert judged(RECORD, PAIN, HOW) == []
    assert list(lint.header_faults(HEADER)) == []


def planted() -> Iterator[tuple[str, str, tuple[Field, ...], dict[str, str]]]:
    """Rule, what is wrong, the fields, and cells of the last one."""
    yield "D1", "no text first", (HOW,), {}
    for name in ("Pain", "1pain", "pain__now", "pain_", "pa in", "x" * 27):
        yield "D2", f"name {name}", (RECORD, PAIN), {"Variable": name}
    yield "D2", "the same name twice", (RECORD, PAIN, PAIN), {}
    yield "D2", "a form's name", (RECORD, PAIN), {"Form": "First Form"}
    yield "D3", "a form in two parts", (RECORD, Field("a", "second", "text", "A"), PAIN), {}
    yield "D4", "a type of REDCap's inside", (RECORD, HOW), {"Field Type": "select"}
    for choices in ("", "1 One", "1, One | 1, Two", "a b, One", "1, One | 2,"):
        yield "D5", f"choices {choices!r}", (RECORD, HOW), {"Choices": choices}
    yield "D5", "letters in a checkbox", (RECORD, HOW), {"Field Type": "checkbox", "Choices": "a, One"}
    yield "D6", "a slider of two labels", (RECORD, HOW), {"Field Type": "slider", "Choices": "low | high"}
    yield "D7", "an unknown validation", (RECORD, PAIN), {"Text Validation Type": "whole", "Text Validation Min": ""}
    yield "D7", "a validation of a choice", (RECORD, HOW), {"Text Validation Type": "integer"}
    yield "D7", "limits without validation", (RECORD, PAIN), {"Text Validation Type": ""}
    yield "D7", "a limit of another type", (RECORD, PAIN), {"Text Validation Min": "2026-01-01"}
    yield "D7", "lowest above highest", (RECORD, PAIN), {"Text Validation Min": "11"}
    yield "D8", "a flag", (RECORD, PAIN), {"Identifier": "yes"}
    yield "D8", "an alignment", (RECORD, PAIN), {"Custom": "left"}
    yield "D9", "double quotes", (RECORD, PAIN, HOW), {"Branching": '[pain] = "1"'}
    yield "D9", "an unknown field", (RECORD, HOW), {"Branching": "[ache] = '1'"}
    yield "D9", "an unknown choice", (RECORD, HOW, PAIN), {"Branching": "[how(3)] = '1'"}
    yield "D10", "a text in a matrix", (RECORD, PAIN), {"Matrix Group": "grid"}
    for name in ("first_complete", "first_timestamp", "redcap_event"):
        yield "D11", name, (RECORD, PAIN), {"Variable": name}


@pytest.mark.parametrize(("rule", "what", "fields", "changed"), list(planted()), ids=lambda each: str(each)[:30])
def test_a_planted_fault_of_the_dictionary_is_found(
    rule: str, what: str, fields: tuple[Field, ...], changed: dict[str, str]
) -> None:
    assert (rule, max(len(fields), 1) + 1) in judged(*fields, **changed), what


def test_a_header_that_is_not_redcaps_and_other_bytes_are_found() -> None:
    header = list(HEADER)
    header[3] = "Type"
    assert [fault.rule for fault in lint.header_faults(header)] == ["D1"]
    assert [fault.rule for fault in lint.header_faults(HEADER[:-1])] == ["D1"]
    assert [fault.rule for fault in lint.text_faults(b"\xef\xbb\xbfa,b\n")] == ["D12"]
    assert [(fault.rule, fault.row) for fault in lint.text_faults("a\né".encode("latin-1"))] == [("D12", 2)]


def test_events_and_mapping_that_redcap_would_not_take_are_found() -> None:
    def rules(events: list[str], mapping: list[tuple[str, str]]) -> list[str]:
        return [fault.rule for fault in lint.event_faults(events, mapping, ["first", "second"])]

    assert rules(["Baseline", "Month 3"], [("baseline_arm_1", "first")]) == []
    assert rules(["Baseline", "baseline"], []) == ["E1"]
    assert rules(["A very long name of an event", "Month  3"], []) == ["E1", "E1"]
    assert rules(["Baseline"], [("baseline_arm_1", "second")]) == ["E2"]
    assert rules(["Baseline"], [("baseline_arm_1", "first"), ("baseline_arm_1", "third")]) == ["E3"]


# planted faults: the data (redcap-fhir.md 5.4)

SKILLS = Field("skills", "log", "checkbox", "Skills", choices="1, One | 2, Two")
WHEN = Field("taken_dt", "log", "text", "When", validation="datetime_seconds_ymd")
SUM = Field("total", "log", "calc", "Sum")
SMALL = Setting(
    [each.row() for each in (RECORD, PAIN, HOW, SKILLS, WHEN, SUM)],
    {"baseline_arm_1": frozenset({"first"}), "diary_arm_1": frozenset({"log"})},
    {"diary_arm_1": frozenset({"log"})},
)
COLUMNS = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"]
COLUMNS += ["pain", "how", "first_complete", "skills___1", "taken_dt"]
VISIT_ROW = ["P0001", "baseline_arm_1", "", "", "5", "1", "2", "", ""]
LOG_ROW = ["P0001", "diary_arm_1", "log", "1", "", "", "", "1", "2026-03-28 21:14:05"]


def found(*rows: list[str], header: list[str] | None = None) -> list[tuple[str, int, str]]:
    every: list[Fault] = list(lint_data.data_faults(header or COLUMNS, rows, SMALL))
    return [(fault.rule, fault.row, fault.column) for fault in every]


def changed(row: list[str], **cells: str) -> list[str]:
    return [cells.get(name, cell) for name, cell in zip(COLUMNS, row, strict=True)]


def test_data_without_fault_have_none_found() -> None:
    assert found(VISIT_ROW, LOG_ROW) == []


@pytest.mark.parametrize(
    ("rule", "header"),
    [
        ("I1", ["pain", *COLUMNS]),
        ("I1", [*COLUMNS, "skills"]),
        ("I1", [*COLUMNS, "ache"]),
        ("I2", [name for name in COLUMNS if name != "redcap_event_name"]),
        ("I3", [name for name in COLUMNS if name != "redcap_repeat_instance"]),
        ("I9", [*COLUMNS, "redcap_data_access_group"]),
        ("I9", [*COLUMNS, "total"]),
        ("I10", [*COLUMNS, ""]),
    ],
)
def test_a_planted_fault_of_the_columns_is_found(rule: str, header: list[str]) -> None:
    assert rule in [each[0] for each in found(header=header)]


@pytest.mark.parametrize(
    ("rule", "column", "row"),
    [
        ("I1", "record_id", changed(VISIT_ROW, record_id="")),
        ("I2", "redcap_event_name", changed(VISIT_ROW, redcap_event_name="Baseline")),
        ("I3", "redcap_repeat_instrument", changed(LOG_ROW, redcap_repeat_instance="")),
        ("I3", "redcap_repeat_instance", changed(LOG_ROW, redcap_repeat_instance="0")),
        (
            "I3",
            "redcap_repeat_instrument",
            changed(VISIT_ROW, redcap_repeat_instrument="first", redcap_repeat_instance="1"),
        ),
        ("I4", "record_id", VISIT_ROW),
        ("I5", "pain", changed(LOG_ROW, pain="5")),
        ("I5", "taken_dt", changed(VISIT_ROW, taken_dt="2026-03-28 21:14:05")),
        ("I6", "how", changed(VISIT_ROW, how="One")),
        ("I6", "how", changed(VISIT_ROW, how="99")),
        ("I6", "skills___1", changed(LOG_ROW, skills___1="yes")),
        ("I6", "first_complete", changed(VISIT_ROW, first_complete="Complete")),
        ("I6", "pain", changed(VISIT_ROW, pain="about 5")),
        ("I7", "taken_dt", changed(LOG_ROW, taken_dt="28.03.2026 21:14")),
        ("I7", "taken_dt", changed(LOG_ROW, taken_dt="2026-03-28T21:14:05")),
        ("I10", "how", changed(VISIT_ROW, how="TRUE")),
        ("I10", "taken_dt", [*LOG_ROW, ""]),
    ],
)
def test_a_planted_fault_of_a_row_is_found_with_its_row_and_column(rule: str, column: str, row: list[str]) -> None:
    first = VISIT_ROW if rule == "I4" else changed(VISIT_ROW, record_id="P0000")
    assert (rule, 3, column) in found(first, row)


def test_a_fault_says_where_it_is_and_which_rule_it_breaks() -> None:
    fault = Fault("I6", 3, "how", "'99' is no code of its choices")
    assert str(fault) == "row 3, how: '99' is no code of its choices (I6)"


def test_a_project_of_one_form_has_its_columns_in_the_order_of_its_fields() -> None:
    assert Project((RECORD, PAIN, SKILLS), ()).columns()[4:] == ["pain", "first_complete", "skills", "log_complete"]
