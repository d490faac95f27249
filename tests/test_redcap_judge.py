"""The judge of REDCap's files: each planted fault of the rules is found, with its row, its column and its rule."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from coordinator.redcap import lint, lint_data
from coordinator.redcap.lint import Fault
from coordinator.redcap.lint_data import Setting
from coordinator.redcap.lint_files import Files
from coordinator.redcap.shape import ARMS_HEADER, EVENTS_HEADER, HEADER, MAPPING_HEADER, Field, Project

# planted faults: the dictionary (redcap-fhir.md 5.2)

RECORD = Field("record_id", "first", "text", "Record")
PAIN = Field("pain", "first", "text", "Pain", validation="integer", low="0", high="10")
HOW = Field("how", "first", "radio", "How", choices="1, One | 2, Two")


def column(start: str) -> str:
    return next(name for name in HEADER if name.startswith(start))


def judged(*fields: Field, **changed: str) -> list[tuple[str, int, str]]:
    """Rule, row and column of each fault; `changed` are cells of the last field, by the header's words."""
    rows = [field.row() for field in fields]
    rows[-1] |= {column(start): to for start, to in changed.items()}
    return [
        (fault.rule, fault.row, fault.column) for fault in lint.dictionary_faults(rows, {"month_3_arm_1": {"first"}})
    ]


def test_a_dictionary_without_fault_has_none_found() -> None:
    assert judged(RECORD, PAIN, HOW, GRID, replace(GRID, name="grid_2")) == []
    for logic in TRUE_LOGIC:
        assert judged(*LOGICAL, PAIN, Branching=logic) == [], logic
    day = {"Text Validation Type": "time", "Text Validation Min": "00:00", "Text Validation Max": "23:59"}
    assert judged(RECORD, PAIN, **day) == []
    slider = {"Field Type": "slider", "Choices": "no | some | all", "Text Validation Type": "number"}
    assert judged(RECORD, PAIN, **slider) == []
    assert list(lint.header_faults(HEADER)) == []


GRID = Field("grid", "first", "radio", "Grid", choices="1, One | 2, Two", matrix="grid")


def planted() -> Iterator[tuple[str, str, str, tuple[Field, ...], dict[str, str]]]:
    """Rule, column, what is wrong, the fields, and cells of the last one."""
    named, choices, limit = "Variable", "Choices", "Text Validation Min"
    yield "D1", "Field Type", "no text first", (HOW,), {}
    for name in ("Pain", "1pain", "pain__now", "pain_", "pa in", "x" * 27):
        yield "D2", named, f"name {name}", (RECORD, PAIN), {named: name}
    yield "D2", named, "the same name twice", (RECORD, PAIN, PAIN), {}
    yield "D2", "Form", "a form's name", (RECORD, PAIN), {"Form": "First Form"}
    yield "D2", "Form", "a long name of a form", (RECORD, PAIN), {"Form": "f" * 27}
    yield "D3", "Form", "a form in two parts", (RECORD, Field("a", "second", "text", "A"), PAIN), {}
    yield "D4", "Field Type", "a type of REDCap's inside", (RECORD, HOW), {"Field Type": "select"}
    for listed in ("", "1 One", "1, One | 1, Two", "a b, One", "1, One | 2,", "1, One | Two | 3, Three"):
        yield "D5", choices, f"choices {listed!r}", (RECORD, HOW), {choices: listed}
    yield "D5", choices, "letters in a checkbox", (RECORD, HOW), {"Field Type": "checkbox", choices: "a, One"}
    yield "D6", choices, "a slider of two labels", (RECORD, HOW), {"Field Type": "slider", choices: "low | high"}
    validation = "Text Validation Type"
    yield "D7", validation, "an unknown validation", (RECORD, PAIN), {validation: "whole", limit: ""}
    yield "D7", validation, "a validation of a choice", (RECORD, HOW), {validation: "integer"}
    yield "D7", limit, "limits without validation", (RECORD, PAIN), {validation: ""}
    for other in ("2026-01-01", "1.5", "low"):
        yield "D7", limit, f"a limit of another type: {other}", (RECORD, PAIN), {limit: other}
    yield "D7", limit, "a number as the limit of a time", (RECORD, PAIN), {validation: "time", limit: "8"}
    for clock in ("99:99", "24:00", "08:60"):
        yield "D7", limit, f"a time no clock shows: {clock}", (RECORD, PAIN), {validation: "time", limit: clock}
    yield "D7", limit, "a limit of a mail address", (RECORD, PAIN), {validation: "email", limit: "1"}
    yield "D7", limit, "lowest above highest", (RECORD, PAIN), {limit: "11"}
    for flag in ("Identifier?", "Required", "Matrix Ranking?"):
        yield "D8", flag, flag, (RECORD, PAIN), {flag: "yes"}
    yield "D8", "Custom", "an alignment", (RECORD, PAIN), {"Custom": "left"}
    group = "Matrix Group"
    yield "D10", group, "a text in a matrix", (RECORD, PAIN), {group: "grid"}
    yield "D10", group, "other choices in a matrix", (RECORD, GRID, replace(GRID, name="b", choices="1, One")), {}
    yield "D10", group, "a matrix in two parts", (RECORD, GRID, PAIN, replace(GRID, name="b")), {}
    yield "D10", group, "a matrix in two forms", (RECORD, GRID, replace(GRID, name="b", form="second")), {}
    for name in ("first_complete", "first_timestamp", "redcap_event"):
        yield "D11", named, name, (RECORD, PAIN), {named: name}


@pytest.mark.parametrize(("rule", "at", "what", "fields", "changed"), list(planted()), ids=lambda each: str(each)[:30])
def test_a_planted_fault_of_the_dictionary_is_found(
    rule: str, at: str, what: str, fields: tuple[Field, ...], changed: dict[str, str]
) -> None:
    assert (rule, len(fields) + 1, column(at)) in judged(*fields, **changed), what


def test_a_header_that_is_not_redcaps_is_found() -> None:
    header = list(HEADER)
    header[3] = "Type"
    assert [fault.rule for fault in lint.header_faults(header)] == ["D1"]
    assert [fault.rule for fault in lint.header_faults(HEADER[:-1])] == ["D1"]


MANY = Field("many", "first", "checkbox", "Many", choices="1, One | 2, Two")
YES = Field("yes", "first", "yesno", "Yes")
LATER = Field("later", "second", "text", "Later")
LOGICAL = (RECORD, HOW, MANY, YES, replace(PAIN, name="ache"))
TRUE_LOGIC = (
    "[ache]<>'a = 1' or ([how] >= [how])",
    "[month_3_arm_1][how] = '1' and [many(2)] = '1'",
    "([how]='2'AND([many(1)]<>'1' or [yes] != '0')) or [ache] > '0'",
    " [how] = '' ",
    "[month_3_arm_1][many(1)] = [yes]",
)
FALSE_LOGIC = {
    "double quotes": '[ache] = "1"',
    "curly quotes": "[ache] = \u20181\u2019",
    "an open quote": "[ache] = '1",
    "a bare value": "[ache] = 1",
    "a bare value, close": "[ache]>=1",
    "a bare word": "[ache] = '1' and [how] = x",
    "nothing to compare with": "[ache] = '1' or [ache] <>",
    "a value first": "'1' = [how]",
    "a bare value first": "1 = [how]",
    "no brackets": "how = '1'",
    "a bracket that stays open": "[how = '1'",
    "a bracket that only closes": "how] = '1'",
    "empty brackets": "[] = '1'",
    "a parenthesis that stays open": "([how] = '1'",
    "a parenthesis that only closes": "[how] = '1')",
    "parentheses the wrong way round": ")[how] = '1'(",
    "nothing in parentheses": "()",
    "a comparison of two signs": "[how] == '1'",
    "no comparison": "[how] '1'",
    "only a field": "[how]",
    "nothing between two": "[how] = '1' [ache] = '1'",
    "a sign between two": "[how] = '1' & [ache] = '1'",
    "ends with and": "[how] = '1' and",
    "three in a row": "[how] = '1' = '2'",
    "a function": "sum([ache], [how]) > '1'",
    "an unknown field": "[aches] = '1'",
    "a capital": "[HOW] = '1'",
    "an unknown field on the right": "[how] = [aches]",
    "an unknown event": "[month_4_arm_1][how] = '1'",
    "an event without a field": "[month_3_arm_1] = '1'",
    "a field for an event": "[how][ache] = '1'",
    "a field of a form that is not at the event": "[month_3_arm_1][later] = '1'",
    "a checkbox without a code": "[many] = '1'",
    "a checkbox at an event without a code": "[month_3_arm_1][many] = '1'",
    "a choice no checkbox has": "[many(9)] = '1'",
    "a code that is not closed": "[many(1] = '1'",
    "a code on a radio": "[how(1)] = '1'",
    "a choice no radio has": "[how] = '9'",
    "a choice no radio at an event has": "[month_3_arm_1][how] <> '9'",
    "neither yes nor no": "[yes] = '2'",
    "neither ticked nor not": "[many(1)] = 'checked'",
}


def test_each_planted_fault_of_branching_logic_is_found() -> None:
    where = ("D9", len(LOGICAL) + 3, column("Branching"))
    assert [
        what for what, logic in FALSE_LOGIC.items() if where not in judged(*LOGICAL, PAIN, LATER, Branching=logic)
    ] == []


# planted faults: the data (redcap-fhir.md 5.4)

SKILLS = Field("skills", "log", "checkbox", "Skills", choices="1, One | 2, Two")
WHEN = Field("taken_dt", "log", "text", "When", validation="datetime_seconds_ymd")
ONE = Field("one", "first", "text", "One decimal", validation="number_1dp")
SUM = Field("total", "log", "calc", "Sum")
SMALL = Setting(
    [each.row() for each in (RECORD, PAIN, HOW, ONE, SKILLS, WHEN, SUM)],
    {"baseline_arm_1": frozenset({"first"}), "diary_arm_1": frozenset({"log"})},
    {"diary_arm_1": frozenset({"log"})},
)
COLUMNS = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"]
COLUMNS += ["pain", "how", "first_complete", "skills___1", "taken_dt", "one"]
VISIT_ROW = ["P0001", "baseline_arm_1", "", "", "5", "1", "2", "", "", "5.5"]
LOG_ROW = ["P0001", "diary_arm_1", "log", "1", "", "", "", "1", "2026-03-28 21:14:05", ""]


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
        ("I1", [*COLUMNS, "pain"]),
        ("I2", [name for name in COLUMNS if name != "redcap_event_name"]),
        ("I3", [name for name in COLUMNS if name != "redcap_repeat_instance"]),
        ("I9", [*COLUMNS, "redcap_data_access_group"]),
        ("I9", [*COLUMNS, "redcap_survey_identifier"]),
        ("I9", [*COLUMNS, "first_timestamp"]),
        ("I9", [*COLUMNS, "total"]),
        ("I10", [*COLUMNS, ""]),
    ],
)
def test_a_planted_fault_of_the_columns_is_found(rule: str, header: list[str]) -> None:
    assert (rule, 1) in [each[:2] for each in found(header=header)]


def test_a_project_in_which_nothing_repeats_has_no_columns_for_it() -> None:
    once = Setting(SMALL.dictionary, SMALL.forms, {})
    plain = ["record_id", "redcap_event_name", "pain"]
    assert list(lint_data.data_faults(plain, [["P0001", "baseline_arm_1", "5"]], once)) == []
    assert [fault.rule for fault in lint_data.data_faults(COLUMNS, [], once)] == ["I3"]


@pytest.mark.parametrize(
    ("rule", "column", "row"),
    [
        ("I1", "record_id", changed(VISIT_ROW, record_id="")),
        ("I2", "redcap_event_name", changed(VISIT_ROW, redcap_event_name="Baseline")),
        ("I3", "redcap_repeat_instrument", changed(LOG_ROW, redcap_repeat_instance="")),
        ("I3", "redcap_repeat_instance", changed(LOG_ROW, redcap_repeat_instance="0")),
        ("I2", "redcap_event_name", changed(VISIT_ROW, redcap_event_name="")),
        (
            "I3",
            "redcap_repeat_instrument",
            changed(VISIT_ROW, redcap_repeat_instrument="first", redcap_repeat_instance="1"),
        ),
        ("I4", "record_id", VISIT_ROW),
        ("I5", "pain", changed(LOG_ROW, pain="5")),
        ("I5", "taken_dt", changed(LOG_ROW, redcap_repeat_instrument="", redcap_repeat_instance="")),
        ("I5", "taken_dt", changed(VISIT_ROW, taken_dt="2026-03-28 21:14:05")),
        ("I6", "how", changed(VISIT_ROW, how="One")),
        ("I6", "how", changed(VISIT_ROW, how="99")),
        ("I6", "skills___1", changed(LOG_ROW, skills___1="yes")),
        ("I6", "first_complete", changed(VISIT_ROW, first_complete="Complete")),
        ("I6", "pain", changed(VISIT_ROW, pain="about 5")),
        ("I6", "pain", changed(VISIT_ROW, pain="TRUE")),
        ("I6", "one", changed(VISIT_ROW, one="5")),
        ("I7", "taken_dt", changed(LOG_ROW, taken_dt="28.03.2026 21:14")),
        ("I7", "taken_dt", changed(LOG_ROW, taken_dt="2026-03-28T21:14:05")),
        ("I7", "taken_dt", changed(LOG_ROW, taken_dt="2026-03-28 21:14:05+01:00")),
        ("I7", "taken_dt", changed(LOG_ROW, taken_dt="2026-02-30 21:14:05")),
        ("I7", "taken_dt", changed(LOG_ROW, taken_dt="2026-03-28")),
        ("I10", "how", changed(VISIT_ROW, how="TRUE")),
        ("I10", "one", [*LOG_ROW, ""]),
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


# planted faults: the files as they lie there (D1, D12, and what no row can show)


@pytest.fixture
def box(tmp_path: Path) -> Files:
    """A small project in five files without a fault."""
    fields = (RECORD, PAIN, SKILLS)
    mapping = [("1", "baseline_arm_1", "first"), ("1", "diary_arm_1", "log")]
    data_columns = [*COLUMNS[:4], "pain", "first_complete", "skills___1", "log_complete"]
    made: dict[str, list[Sequence[str]]] = {
        "arms": [ARMS_HEADER, ("1", "All")],
        "events": [EVENTS_HEADER, ("Baseline", "1", "", ""), ("Diary", "1", "", "")],
        "dictionary": [HEADER, *([field.row()[name] for name in HEADER] for field in fields)],
        "mapping": [MAPPING_HEADER, *mapping],
        "data": [data_columns, ("P1", "baseline_arm_1", "", "", "5", "2", "", "")],
    }
    for name, rows in made.items():
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    arms, events, dictionary, maps, data = (tmp_path / name for name in made)
    return Files(arms, events, dictionary, maps, data, {"diary_arm_1": frozenset({"log"})})


def told(box: Files) -> list[str]:
    return [f"{name}: {fault}" for name, fault in box.faults()]


def test_files_without_fault_have_none_found(box: Files) -> None:
    assert told(box) == []


PLANTED = (
    ("arms", "1,All\n", "", "row 2, arm_num", "E4"),
    ("arms", "1,All", "1,All\n1,Again", "row 3, arm_num", "E4"),
    ("arms", "1,All", "x,All", "row 2, arm_num", "E4"),
    ("arms", "1,All", "0,All", "row 2, arm_num", "E4"),
    ("arms", "1,All", "1,", "row 2, name", "E4"),
    ("arms", "arm_num", "arm", "row 1, (header)", "E1"),
    ("events", "event_name", "name", "row 1, (header)", "E1"),
    ("events", "Diary,1,,", "Diary,1,diary_arm_1,", "row 3, unique_event_name", "E1"),
    ("events", "Diary,1", "Diary,x", "row 3, arm_num", "E1"),
    ("events", "Diary,1", "Diary,2", "row 3, arm_num", "E1"),
    ("events", "Diary,1", "Diary,", "row 3, arm_num", "E1"),
    ("events", "Diary,1", "A very long name of an event,1", "row 3, event_name", "E1"),
    ("events", "Diary,1", "The  diary,1", "row 3, event_name", "E1"),
    ("events", "Diary,1", "baseline,1", "row 3, event_name", "E1"),
    ("events", "Baseline,1,,\nDiary,1,,\n", "", "row 2, event_name", "E1"),
    ("mapping", "1,baseline_arm_1,first\n1,diary_arm_1,log\n", "", "row 2, form", "E2"),
    ("mapping", "baseline_arm_1,first", "diary_arm_1,first", "row 2, form", "E2"),
    ("mapping", "1,diary_arm_1,log", "7,diary_arm_1,log", "row 3, arm_num", "E3"),
    ("mapping", "diary_arm_1,log", "diary_arm_1,logs", "row 3, form", "E3"),
    ("mapping", "diary_arm_1,log", "month_9_arm_1,log", "row 3, unique_event_name", "E3"),
    ("mapping", "diary_arm_1,log", "diary_arm_1,log\n1,diary_arm_1,log", "row 4, form", "E3"),
    ("mapping", "1,diary_arm_1,log\n", "", "row 3, form", "E3"),
    ("dictionary", "Field Type", "Type", "row 1, Type", "D1"),
    ("dictionary", ",Field Annotation", "", "row 1, (end)", "D1"),
    ("dictionary", "record_id,first,,text", "record_id,first,,notes", "row 2, Field Type", "D1"),
    ("dictionary", "0,10,", "0,10,,,,", "row 3, Field Annotation", "D1"),
    ("dictionary", "Pain", "P\u00e4in", "row 3, (file)", "D12"),
    ("dictionary", "Pain", "Pa\0in", "row 3, (file)", "D12"),
    ("dictionary", "Variable", "\ufeffVariable", "row 1, (file)", "D12"),
    ("dictionary", ",Pain,", ',"Pain,', "row 3, (file)", "D12"),
    ("dictionary", ",Pain,", ',"The "one" pain",', "row 3, (file)", "D12"),
    ("dictionary", ",Pain,", ',The "one" pain,', "row 3, (file)", "D12"),
    ("dictionary", ",Pain,", ',Pain",', "row 3, (file)", "D12"),
    ("data", "5,2", "11.5,2", "row 2, pain", "I6"),
    ("data", "5,2", '"5,2', "row 2, (file)", "D12"),
    ("data", "P1,", 'P"1",', "row 2, (file)", "D12"),
    ("data", "5,2,,", "5,2,,,", "row 2, log_complete", "I10"),
    ("data", "5,2,,\n", "5,2,,\nP1,diary_arm_1,,,,,,\n", "row 3, redcap_repeat_instrument", "I3"),
)
"""File, what stands there and what is put in its place, where the fault is and which rule names it."""


def test_each_planted_fault_of_a_file_is_found(box: Files) -> None:
    for file, old, new, where, rule in PLANTED:
        path: Path = getattr(box, file)
        sound = path.read_bytes()
        text = sound.decode()
        assert text.count(old) >= 1, old
        path.write_bytes(text.replace(old, new, 1).encode("latin-1" if "\u00e4" in new else "utf-8"))
        faults = told(box)
        begins, ends = f"{file}: {where}:", f"({rule})"
        assert [each for each in faults if each.startswith(begins) and each.endswith(ends)], (file, new, faults)
        path.write_bytes(sound)


def test_files_that_are_empty_are_judged_and_quotes_that_are_doubled_are_no_fault(box: Files) -> None:
    sound = box.dictionary.read_text("utf-8")
    box.dictionary.write_text(
        sound.replace(",Pain,", ',"The ""one"", said\r\nin two lines",'), encoding="utf-8", newline=""
    )
    assert told(box) == []
    box.dictionary.write_text(sound.partition("\n")[0] + "\n", encoding="utf-8")
    assert [fault.rpartition("(")[2] for fault in told(box)] == ["E3)", "E3)", "D1)"]
    for path in (box.arms, box.events, box.dictionary, box.mapping, box.data):
        path.write_bytes(b"")
        assert told(box) != []


def test_bytes_are_judged_line_by_line_and_a_mark_at_the_beginning_is_still_read(box: Files) -> None:
    latin = BytesIO("a\n\u00e9".encode("latin-1"))
    assert [(fault.rule, fault.row) for fault in lint.text_faults(latin)] == [("D12", 2)]
    box.data.write_bytes(b"\xef\xbb\xbf" + box.data.read_bytes().replace(b"5,2", b"five,2"))
    assert [fault.rpartition("(")[2] for fault in told(box)] == ["D12)", "I6)"]
