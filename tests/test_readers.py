"""What independent programs make of an export: pandas, polars, pyreadstat and R read every file and agree."""

from __future__ import annotations

import csv
import importlib.util
import itertools
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import mean
from typing import Any

import pandas
import polars
import pyreadstat
import pytest
from sqlalchemy import delete

from content.exports import Column, Table, exported
from content.missing_codes import missing_code
from content.wide import with_more
from coordinator import enrolling, labelled
from coordinator.export_folder import ExportRefused
from records import due, talks
from records.database import Database
from records.due import Planned
from records.fact_tables import TABLE_OF
from records.tables import table as rows_of
from study.facts import Attendance, ConsentGiven, GroupAssigned
from tests.databases import START, Clock, Fresh, Shelf
from tests.exported import (
    Export,
    Study,
    at,
    begun,
    dose,
    ended,
    evening,
    finished,
    led,
    medicine,
    remembered,
    said,
    used,
    window,
)
from tests.samples import lived_in

MAY_BE_EMPTY = ("taken_back",)
NUMBERS = ("integer", "decimal", "boolean")


@pytest.fixture(scope="module")
def study(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    clock = Clock()
    fresh = Fresh(shelf, clock)
    yield Study(fresh("sqlite"), clock, tmp_path_factory.mktemp("exports"))
    fresh.close()


def without_groups(database: Database) -> None:
    """A blinded export of a study with therapy groups leaves whole tables out; these are to be read here."""
    with database.write("test") as tx:
        for kind in (GroupAssigned, Attendance):
            tx.run(delete(rows_of(TABLE_OF[kind])))


@pytest.fixture(scope="module")
def exports(study: Study) -> dict[str, Export]:
    """One study in every format, with an answer of each kind and odd texts."""
    lived_in(study.database)
    without_groups(study.database)
    for arm in ("mbt", "cbt"):
        person = study.adds(arm).enrols(date(2026, 3, 1))
        listed = person.logs(medicine(unit='mg, "old"', nickname="=SUM(1)\nnew line — Zoë"))
        person.logs(dose(medicine=listed))
        person.logs(dose("2026-03-02", None, status="not_sure"))
        pause = person.logs(begun(listed, pain=0, urge=None))
        person.logs(led(pause))
        person.logs(ended(pause))
        person.logs(begun(nature=None))
        for visit in ("month_3", "month_6"):
            person.logs(window(visit))
        for item, value in (("p", 0), ("e", None), ("g", 10)):
            person.logs(said(item, value))
        person.logs(finished(complete=False))
        person.logs(remembered(date(2026, 3, 1), listed, None))
        person.logs(remembered(date(2026, 3, 2), listed, 0))
        with study.database.write() as tx:
            sent = due.plan(tx, Planned(person.id, "diary", "2026-03-02", START, "UTC")) or 0
            due.close(tx, sent, "answered")
            talks.move(tx, talks.start(tx, person.id, "pause", timedelta(hours=1), "0.1"), "parked")
        person.logs(used(date(2026, 3, 2), listed, 2))
        person.logs(evening(date(2026, 3, 2), "different"))
        person.logs(said("p", 4, "month_6", mode="phone", taken_by="dana"))
        person.logs(ConsentGiven(version="1", language="en", sha256="0" * 64, answer="agreed", at=START))
    gone = study.adds("mbt").enrols(date(2026, 3, 1))
    enrolling.erase(study.database, gone.study_id, "dana")
    study.clock.at = at("2026-03-06T12:00:00")
    return {kind: study.exports(format=kind, free_text=True) for kind in ("csv", "sav", "dta")}


def tables() -> list[Table]:
    every = [table.listed(unblinded=False) for table in exported(free_text=True)]
    return [with_more(table, [("sf12", "month_3")]) if table.name == "wide" else table for table in every]


@pytest.fixture(scope="module")
def filled(exports: dict[str, Export]) -> dict[tuple[str, str], int]:
    """How many cells of each column are not blank, as the csv module counts them."""
    rows = {table.name: exports["csv"].rows(table.name) for table in tables()}
    return {
        (table.name, column): sum(row[column] != "" for row in rows[table.name])
        for table in tables()
        for column in table.names
    }


Counts = dict[tuple[str, str], int]


def test_what_the_readers_are_given_has_rows_in_every_table(exports: dict[str, Export]) -> None:
    assert [table.name for table in tables() if not exports["csv"].rows(table.name)] == ["attendance"]


def test_polars_reads_the_codebook_and_the_questions_too(exports: dict[str, Export]) -> None:
    for name, listed in (("codebook", "table"), ("questions", "instrument")):
        frame = polars.read_csv(exports["csv"].folder / f"{name}.csv", infer_schema_length=None)
        assert frame.height == len(exports["csv"].rows(name))
        assert frame[listed].null_count() == 0


def test_polars_reads_every_file_and_its_own_guess_of_types_agrees(exports: dict[str, Export], filled: Counts) -> None:
    export = exports["csv"]
    for table in tables():
        frame = polars.read_csv(export.folder / f"{table.name}.csv", infer_schema_length=None, try_parse_dates=True)
        for column in table.columns:
            if frame.height:
                assert frame.height - frame[column.name].null_count() == filled[table.name, column.name]
            if frame[column.name].null_count() < frame.height and column.type in ("integer", "boolean", "decimal"):
                assert frame[column.name].dtype.is_numeric(), (table.name, column.name)
            if frame[column.name].null_count() < frame.height and column.type in ("date", "instant"):
                assert frame[column.name].dtype.is_temporal(), (table.name, column.name)


def loader(export: Export) -> Any:
    """The Python script that came with an export."""
    spec = importlib.util.spec_from_file_location("load", export.folder / "load.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


KINDS = ("csv", "sav", "dta")
DTYPES = {
    "integer": "Int64",
    "decimal": "Float64",
    "boolean": "boolean",
    "date": "datetime64[ns]",
    "instant": "datetime64[ns, UTC]",
    "code": "category",
}


def reason_of(table: Table, column: Column, row: dict[str, str]) -> str:
    """Why a cell is blank, as the codebook's reading notes say it; empty where nothing does."""
    if row[column.name] != "":
        return ""
    why = table.column(column.reason_in) if column.reason_in else None
    reason = row[why.name] if why else next(iter(column.missing), "")
    if why and reason == "":  # the column that says why is blank, for one reason
        reason = next((each for each in why.missing if each in column.missing), "")
    return reason if reason in column.missing else ""


def test_the_python_script_loads_the_same_from_every_format(exports: dict[str, Export], filled: Counts) -> None:
    data = {kind: loader(exports[kind]).load_export(exports[kind].folder) for kind in KINDS}
    why = loader(exports["csv"]).reasons
    for kind, table in itertools.product(KINDS, tables()):
        frame, rows = data[kind][table.name], exports["csv"].rows(table.name)
        assert list(frame.columns) == list(table.names)
        for column in table.columns:
            found = frame[column.name]
            assert int(found.notna().sum()) == filled[table.name, column.name], (kind, table.name, column.name)
            assert str(found.dtype) == DTYPES.get(column.type, "string"), (kind, table.name, column.name)
            assert frame.attrs["labels"][column.name] == column.label["en"]
            assert list(why(frame, column.name).fillna("")) == [reason_of(table, column, row) for row in rows]
            if column.type in NUMBERS and rows:
                numbers = [float(row[column.name]) for row in rows if row[column.name] != ""]
                assert found.astype("Float64").mean() == pytest.approx(mean(numbers)) if numbers else found.isna().all()
        pandas.testing.assert_frame_equal(frame, data["csv"][table.name])
    for each in data.values():
        assert "=SUM(1)\nnew line — Zoë" in set(each["medicines"]["nickname"].dropna())
        assert each["pauses"].attrs["meanings"]["decision"]["took"] == "Took the dose"


def expected(table: Table, column: Column, row: dict[str, str], *, letters: bool) -> Any:
    """What a cell of the CSV is in a file of a statistics program."""
    cell = row[column.name]
    if cell != "":
        return column.numbers[cell] if column.numbers else float(cell)
    reason = reason_of(table, column, row)
    if not reason:
        return None
    return missing_code(reason).letter if letters else missing_code(reason).number


def test_a_table_too_large_to_be_held_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    table = next(table for table in tables() if table.name == "alert_notes")
    pulled = iter([[None] * len(table.columns)] * 9)
    with pytest.raises(
        ExportRefused, match=r"alert_notes: more than 4 rows are too many for --format sav.*--format csv"
    ):
        labelled.write(tmp_path / "x.sav", table, pulled, "sav", Counter(), most_cells=4 * len(table.columns))
    assert len(list(pulled)) == 4
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_spss_and_stata_files_have_numbers_labels_and_reasons(exports: dict[str, Export], kind: str) -> None:
    read = pyreadstat.read_sav if kind == "sav" else pyreadstat.read_dta
    for table in tables():
        rows = exports["csv"].rows(table.name)
        frame, meta = read(str(exports[kind].folder / f"{table.name}.{kind}"), user_missing=True)
        assert (list(frame.columns), len(frame)) == (list(table.names), len(rows))
        for column in table.columns:
            label = meta.column_names_to_labels[column.name]
            assert column.label["en"].startswith((label or "").removesuffix("...") or "?")
            values = [None if pandas.isna(value) else value for value in frame[column.name]]
            if column.is_numeric:
                assert values == [expected(table, column, row, letters=kind == "dta") for row in rows], column.name
                has_label = set(meta.variable_value_labels.get(column.name, {}))
                codes = {missing_code(each) for each in column.missing}
                assert {code.letter if kind == "dta" else code.number for code in codes} <= has_label
                assert set(column.numbers.values()) <= has_label
            elif column.type in ("instant", "date"):
                shown = [str(value)[:10] if value else "" for value in values]
                assert shown == [row[column.name][:10] for row in rows], column.name
    took = read(str(exports[kind].folder / f"pauses.{kind}"))[1].variable_value_labels["decision"]
    assert took[1] == "Took the dose"


def test_codes_of_lists_kept_elsewhere_have_labels_and_one_of_an_older_release_stops_nothing(bare: Study) -> None:
    person = bare.adds().enrols()
    for nature in ("both", "of_old"):
        person.logs(led(person.logs(begun(nature=nature))))
    person.logs(dose("2026-03-01T09:00:00"))
    for kind, read in (("sav", pyreadstat.read_sav), ("dta", pyreadstat.read_dta)):
        folder = bare.exports(format=kind).folder
        frame, meta = read(str(folder / f"pauses.{kind}"))
        labels = meta.variable_value_labels
        assert {labels["exercise"][value] for value in frame["exercise"]} == {"an exercise of 1 min"}
        assert {labels["nature"][value] for value in frame["nature"]} == {"Both", "of_old (of an older release)"}
        frame, meta = read(str(folder / f"doses.{kind}"))
        assert [meta.variable_value_labels["form"][value] for value in frame["form"]] == ["tablet"]
    export = bare.exports()
    assert set(loader(export).load_export(export.folder)["pauses"]["nature"]) == {"both", "of_old"}


def test_missing_codes_are_missing_in_spss_and_stata_unless_asked_for(exports: dict[str, Export]) -> None:
    given = sum(row["urge_before"] != "" for row in exports["csv"].rows("pauses"))
    for kind, read in (("sav", pyreadstat.read_sav), ("dta", pyreadstat.read_dta)):
        frame, _ = read(str(exports[kind].folder / f"pauses.{kind}"))
        assert int(frame["urge_before"].notna().sum()) == given


IN_R = """
options(warn = 2)
source(file.path(folder, "load.R"))
data <- load_export(folder)
count <- function(x) if (is.character(x)) sum(!is.na(x) & x != "") else sum(!is.na(x))
for (name in names(data)) for (column in names(data[[name]])) {
  x <- data[[name]][[column]]
  total <- if (is.numeric(x) || is.logical(x)) format(sum(x, na.rm = TRUE), digits = 15) else ""
  why <- attr(x, "reasons")
  told <- paste(ifelse(is.na(why), "", why), collapse = ",")
  cat(name, column, count(x), class(x)[1], attr(x, "label"), total, told, sep = "\\t")
  cat("\\n")
}
"""

R_CLASSES = {
    "integer": "integer",
    "decimal": "numeric",
    "boolean": "logical",
    "instant": "POSIXct",
    "date": "Date",
    "code": "factor",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_r_script_loads_the_same_from_every_format_without_a_warning(
    exports: dict[str, Export], filled: Counts, kind: str
) -> None:
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("no Rscript on this machine (Debian: r-base-core, r-cran-haven)")
    if kind != "csv" and subprocess.run([rscript, "-e", "library(haven)"], capture_output=True).returncode:
        pytest.skip("R has no haven (Debian: r-cran-haven)")
    folder = exports[kind].folder
    script = folder.parent / f"{kind}.R"
    script.write_text(f"folder <- {json.dumps(str(folder))}\n{IN_R}", encoding="utf-8")
    ran = subprocess.run([rscript, "--vanilla", str(script)], capture_output=True, text=True, timeout=120)
    assert (ran.returncode, ran.stderr) == (0, "")
    found = {(table, column): rest for table, column, *rest in csv.reader(ran.stdout.splitlines(), delimiter="\t")}
    columns = {(table.name, column.name): column for table in tables() for column in table.columns}
    assert found.keys() == columns.keys()
    by_name = {table.name: table for table in tables()}
    rows = {table.name: exports["csv"].rows(table.name) for table in tables()}
    for (table, name), (count, kind_in_r, label, total, why) in found.items():
        column = columns[table, name]
        assert int(count) == filled[table, name], (table, name)
        assert (label, kind_in_r) == (column.label["en"], R_CLASSES.get(column.type, "character")), (table, name)
        if column.type in NUMBERS:
            assert float(total) == pytest.approx(sum(float(row[name] or 0) for row in rows[table])), (table, name)
        if column.missing:
            assert why == ",".join(reason_of(by_name[table], column, row) for row in rows[table]), (table, name)


SHAPES_IN_R = """
options(warn = 2)
for (file in files) {
  rows <- read.csv(file, colClasses = "character", na.strings = "", check.names = FALSE, encoding = "UTF-8")
  cat(nrow(rows), ncol(rows), "\\n")
}
"""


def shape_of(file: Path) -> tuple[int, int]:
    with file.open(encoding="utf-8", newline="") as opened:
        header, *rows = csv.reader(opened, strict=True)
    return len(rows), len(header)


def test_codebook_questions_and_every_file_of_the_redcap_box_have_one_shape_for_all(
    study: Study, exports: dict[str, Export], tmp_path: Path
) -> None:
    beside = [exports["csv"].folder / f"{name}.csv" for name in ("codebook", "questions")]
    files = [*beside, *sorted(study.exports(format="redcap").folder.glob("*.csv"))]
    shapes = [shape_of(file) for file in files]
    assert all(rows for (rows, _), file in zip(shapes, files, strict=True) if file.stem not in MAY_BE_EMPTY), shapes
    assert [pandas.read_csv(file, dtype=str).shape for file in files] == shapes
    assert [polars.read_csv(file, infer_schema_length=0).shape for file in files] == shapes
    rscript = shutil.which("Rscript")
    if rscript is not None:
        script = tmp_path / "shapes.R"
        listed = ", ".join(json.dumps(str(file)) for file in files)
        script.write_text(f"files <- c({listed})\n{SHAPES_IN_R}", encoding="utf-8")
        ran = subprocess.run([rscript, "--vanilla", str(script)], capture_output=True, text=True, timeout=120)
        assert (ran.returncode, ran.stderr) == (0, "")
        assert [tuple(map(int, line.split())) for line in ran.stdout.splitlines()] == shapes


def test_the_same_cut_gives_the_same_bytes_in_every_format(study: Study, exports: dict[str, Export]) -> None:
    for kind, export in exports.items():
        assert study.exports(format=kind, free_text=True).digests == export.digests


def test_every_reason_for_a_blank_number_has_a_code_of_its_own() -> None:
    for table in exported(unblinded=True, free_text=True):
        for column in table.columns:
            codes = [missing_code(reason) for reason in column.missing if column.is_numeric]
            assert all(code.letter != "z" for code in codes), (table.name, column.name)
            assert len({code.letter for code in codes}) == len(codes), (table.name, column.name)


@pytest.fixture
def bare(fresh: Fresh, clock: Clock, tmp_path: Path) -> Study:
    return Study(fresh("sqlite"), clock, tmp_path)


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_an_empty_study_and_study_days_can_be_read_too(bare: Study, kind: str) -> None:
    read = pyreadstat.read_sav if kind == "sav" else pyreadstat.read_dta
    empty = bare.exports(format=kind)
    assert {len(read(str(path))[0]) for path in empty.folder.glob(f"*.{kind}")} == {0}
    bare.adds().enrols().logs(dose("2026-02-28T09:00:00"))
    frame, _ = read(str(bare.exports(format=kind, study_days=True).folder / f"doses.{kind}"))
    assert list(frame["taken_day"]) == [-2]
