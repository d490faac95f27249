"""The files of an export: how they are written, where they go, and what the audit notes of them."""

from __future__ import annotations

import gc
import hashlib
import json
import re
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from content.exports import exported
from coordinator.export import Request, export_csv
from coordinator.export_folder import ExportRefused
from records import audit, facts
from records.fact_tables import TABLE_OF
from records.sealed import WrongKey
from records.tables import AuditEntry, table
from study.facts import DoseTaken, Note
from tests.databases import START, Clock, Fresh, url_of
from tests.exported import Person, Study, dose, medicine, only
from tests.samples import lived_in

KINDS_OF_EXPORT = [{}, {"unblind": True}, {"free_text": True}, {"unblind": True, "free_text": True}]


@pytest.fixture
def study(fresh: Fresh, clock: Clock, tmp_path: Path) -> Study:
    return Study(fresh("sqlite"), clock, tmp_path)


@pytest.fixture
def ann(study: Study) -> Person:
    return study.adds().enrols()


# how a file is written

ODD_TEXTS = (
    "plain",
    'quo"ted, with; commas',
    "two\nlines",
    "old\rmac and dos\r\nlines",
    "Zoë 🙂 日本語 \u202e\u0000"[:-1],
    " spaces kept ",
    "",
)


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_any_text_comes_back_from_a_reader_as_it_was(study: Study, ann: Person, text: str) -> None:
    ann.logs(Note(text=text, to_team=True, written_at=START))
    export = study.exports(free_text=True)
    assert only(export.rows("notes"))["text"] == text
    assert export.manifest["apostrophes"] == {}


FORMULAS = ("=1+1", "+1", "-1", "@sum", "\t=1", '=HYPERLINK("http://x","y")', "'=1", "''@x")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_looks_like_a_formula_gets_an_apostrophe_that_can_be_taken_off(
    study: Study, ann: Person, text: str
) -> None:
    ann.logs(medicine(unit="'tis fine", nickname=text))
    export = study.exports(free_text=True)
    row = only(export.rows("medicines"))
    assert (row["nickname"], row["unit"]) == (f"'{text}", "'tis fine")
    assert export.manifest["apostrophes"] == {"medicines.nickname": 1}


def test_values_in_the_history_are_made_harmless_too(study: Study, ann: Person) -> None:
    ann.logs(medicine(unit="=2"), ann.logs(medicine(unit="=1")))
    export = study.exports()
    assert (only(export.rows("corrections"))["old"], only(export.rows("corrections"))["new"]) == ("'=1", "'=2")
    assert export.manifest["apostrophes"] == {"corrections.new": 1, "corrections.old": 1, "medicines.unit": 1}


def test_the_codebook_and_the_questions_have_nothing_that_a_spreadsheet_reckons_with(study: Study, ann: Person) -> None:
    export = study.exports()
    assert export.manifest["apostrophes"] == {}
    listed = {(row["table"], row["column"]): row["missing_codes"] for row in export.rows("codebook")}
    assert listed["scores", "value"].startswith(".")
    for name in ("codebook", "questions"):
        texts = [cell for row in export.cells(name) for cell in row if not cell.removeprefix("-").isdigit()]
        assert [text for text in texts if text[:1] in tuple("=+-@\t")] == [], name


def test_files_are_utf_8_without_bom_and_rows_end_in_a_line_feed(study: Study, ann: Person) -> None:
    lived_in(study.database)
    export = study.exports(free_text=True)
    for path in export.folder.glob("*.csv"):
        raw = path.read_bytes()
        assert not raw.startswith(b"\xef\xbb\xbf")
        assert raw.endswith(b"\n")
        assert b"\r" not in raw
        raw.decode("utf-8")


@pytest.mark.parametrize("asked", KINDS_OF_EXPORT)
def test_every_file_is_sorted_by_its_key_and_has_each_key_once(study: Study, asked: dict[str, bool]) -> None:
    lived_in(study.database)
    export = study.exports(**asked)
    for each in exported(unblinded="unblind" in asked, free_text="free_text" in asked):
        numbers = {column.name for column in each.columns if column.type == "integer"}
        keys = [
            tuple(int(row[name]) if name in numbers else row[name].encode() for name in each.key)
            for row in export.rows(each.name)
        ]
        assert keys == sorted(set(keys)), each.name


def test_cells_are_of_the_type_and_range_that_the_codebook_says(study: Study) -> None:
    lived_in(study.database)
    export = study.exports(unblind=True)
    shapes = {
        "integer": r"-?[0-9]+",
        "decimal": r"[0-9]+\.[0-9]+",
        "boolean": "[01]",
        "instant": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z",
        "local": r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]{8})?",
        "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    }
    for each in exported(unblinded=True):
        for column in each.columns:
            cells = {row[column.name] for row in export.rows(each.name)} - {""}
            shape = shapes.get(column.type, "(?s).+")
            assert [cell for cell in cells if not re.fullmatch(shape, cell)] == [], (each.name, column.name)
            if column.low is not None:
                assert all(float(cell) >= column.low for cell in cells)


# where the files go


def test_files_appear_together_when_they_are_complete(study: Study, ann: Person) -> None:
    out, seen = study.folder / "out", []
    export_csv(study.database, Request(out=out), actor="staff", progress=lambda *_: seen.append(out.exists()))
    assert set(seen) == {False}
    assert [path.name for path in study.folder.iterdir() if path.is_dir()] == ["out"]


def test_an_export_that_fails_leaves_nothing_behind_and_is_in_no_audit(study: Study, ann: Person, fresh: Fresh) -> None:
    ann.logs(medicine())
    other_key = fresh.open(url_of(study.database), key="another key than the one it was sealed with")
    with pytest.raises(WrongKey):
        export_csv(other_key, Request(out=study.folder / "out", free_text=True), actor="staff")
    assert list(study.folder.iterdir()) == []
    assert exports_noted(study) == []


def test_a_folder_that_is_not_empty_is_refused(study: Study, ann: Person) -> None:
    (study.folder / "mine").mkdir()
    (study.folder / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(ExportRefused, match="not empty and holds no former export"):
        export_csv(study.database, Request(out=study.folder / "mine", force=True), actor="staff")
    assert [path.name for path in (study.folder / "mine").iterdir()] == ["thesis.txt"]


def test_a_file_in_the_place_of_the_folder_is_refused(study: Study) -> None:
    (study.folder / "mine").write_text("years of work")
    with pytest.raises(ExportRefused, match="is a file"):
        export_csv(study.database, Request(out=study.folder / "mine", force=True), actor="staff")


def test_a_former_export_is_replaced_only_when_forced_and_other_files_stay(study: Study, ann: Person) -> None:
    export = study.exports(unblind=True, free_text=True)
    (export.folder / "script.R").write_text("read.csv")
    ann.logs(dose())
    with pytest.raises(ExportRefused, match="give --force to replace it"):
        export_csv(study.database, Request(out=export.folder), actor="staff")
    made = export_csv(study.database, Request(out=export.folder, force=True), actor="staff")
    names = {path.name for path in export.folder.iterdir()}
    assert names == {file.name for file in made.files} | {"manifest.json", "script.R"}
    assert len(export.rows("doses")) == 1
    assert export.on_disk["blinded"] is True


def test_a_former_manifest_makes_nothing_outside_the_folder_go(study: Study, ann: Person) -> None:
    outside = study.folder / "outside.csv"
    outside.write_text("years of work")
    export = study.exports()
    (export.folder / "manifest.json").write_text(json.dumps({"files": [{"name": "../outside.csv"}]}))
    export_csv(study.database, Request(out=export.folder, force=True), actor="staff")
    assert outside.exists()


def test_an_empty_folder_and_one_whose_parents_are_missing_will_do(study: Study, ann: Person) -> None:
    (study.folder / "empty").mkdir()
    for out in (study.folder / "empty", study.folder / "a" / "b" / "c"):
        export_csv(study.database, Request(out=out), actor="staff")
        assert (out / "manifest.json").exists()


def test_a_site_nobody_is_at_is_refused_with_those_there_are(study: Study, ann: Person) -> None:
    with pytest.raises(ExportRefused, match="no participants at site 'mian': main"):
        study.exports(site="mian")


def test_an_empty_study_is_exported_as_headers(study: Study) -> None:
    export = study.exports()
    assert all(len(export.cells(name)) == 1 for name in export.tables)


# memory


@pytest.mark.slow
def test_a_large_table_is_streamed(study: Study) -> None:
    rows = table(TABLE_OF[DoseTaken])
    persons = [study.adds().enrols() for _ in range(40)]
    study.exports()  # content that is read once is not what is measured
    usual = dose(unit="x" * 2500).model_dump() | {
        "revision": 1,
        "state": "recorded",
        "step": "dose",
        "recorded_at": START,
        "recorded_by": "participant",
        "salt": "0" * 16,
    }
    with study.database.write() as tx:
        tx.conn.execute(
            insert(rows), [usual | {"entity": f"{n:020x}", "participant_id": persons[n % 40].id} for n in range(5_000)]
        )
    out = study.folder / "large"

    def tidied(_: str, rows: int) -> None:
        """What waits for the garbage collector of a long test run is not what is measured."""
        if rows == 0:
            gc.collect()

    tracemalloc.start()
    try:
        export_csv(study.database, Request(out), actor="staff", progress=tidied)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (out / "doses.csv").stat().st_size > 12_000_000
    assert peak < 8_000_000


# the audit


def exports_noted(study: Study) -> list[Any]:
    entries = table(AuditEntry)
    with study.database.read() as tx:
        assert list(audit.broken_links(tx)) == []
        noted = tx.rows(entries.select().where(entries.c.chain == audit.STUDY).order_by(entries.c.seq))
    return [row for row in noted if row.action.startswith("export:")]


def test_the_audit_notes_who_took_which_cut(study: Study, ann: Person) -> None:
    study.exports(site="main")
    unblinded = study.exports(unblind=True, free_text=True)
    first, second = exports_noted(study)
    assert (first.action, second.action, second.actor) == ("export:blinded", "export:unblinded", "UB")
    assert first.subject == "as_of=2026-03-02T15:00:00Z since=None site=main free_text=0"
    manifest = (unblinded.folder / "manifest.json").read_bytes()
    assert second.content_hash == hashlib.sha256(manifest).hexdigest()


def test_an_export_leaves_the_facts_as_the_audit_vouches_for_them(study: Study, ann: Person) -> None:
    ann.logs(dose())
    study.exports(unblind=True)
    with study.database.read() as tx:
        assert [fault for fault in facts.altered(tx) if fault.chain != audit.STUDY] == []
