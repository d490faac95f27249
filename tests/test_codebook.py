"""What describes an export: the definitions, the codebook made from them, and the manifest."""

from __future__ import annotations

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest

from content import exports as content
from content.exports import Exports, exports
from content.instruments import instruments
from content.loading import ContentRefused, checked
from coordinator import codebook
from coordinator.projections import PROJECTIONS
from records.fact_tables import TABLE_OF
from tests.databases import Clock, Fresh
from tests.exported import Person, Study
from tests.samples import lived_in

KINDS_OF_EXPORT = [{}, {"unblind": True}, {"free_text": True}, {"unblind": True, "free_text": True}]


@pytest.fixture
def study(fresh: Fresh, clock: Clock, tmp_path: Path) -> Study:
    return Study(fresh("sqlite"), clock, tmp_path)


@pytest.fixture
def ann(study: Study) -> Person:
    return study.adds().enrols()


# what describes the files


@pytest.mark.parametrize("asked", KINDS_OF_EXPORT)
def test_the_codebook_has_every_column_of_the_files_and_no_other(
    study: Study, ann: Person, asked: dict[str, bool]
) -> None:
    export = study.exports(**asked)
    described = [(row["table"], int(row["place"]), row["column"]) for row in export.rows("codebook")]
    in_files = [
        (file["name"].removesuffix(".csv"), place, name)
        for file in export.manifest["files"]
        if file["rows"] is not None and file["name"] not in ("codebook.csv", "questions.csv")
        for place, name in enumerate(export.cells(file["name"].removesuffix(".csv"))[0], start=1)
    ]
    assert sorted(described) == sorted(in_files)
    assert export.cells("codebook")[0] == list(codebook.HEADER)


class Cells(HTMLParser):
    """The texts of the first cell of each row of a page, by the heading above."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.heading, self.first, self.found = "", False, list[tuple[str, str]]()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.first = tag == "td" if tag in ("tr", "td") else self.first
        if tag == "h2":
            self.heading = str(dict(attrs)["id"])
        if tag == "tr":
            self.open = []
        if tag == "td":
            self.open.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr" and self.open:
            self.found.append((self.heading, self.open[0]))

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1] += data


@pytest.mark.parametrize("asked", KINDS_OF_EXPORT)
def test_the_page_of_the_codebook_has_the_same_columns(study: Study, ann: Person, asked: dict[str, bool]) -> None:
    export = study.exports(**asked)
    page = (export.folder / "codebook.html").read_text(encoding="utf-8")
    assert Cells(page).found == [(row["table"], row["column"]) for row in export.rows("codebook")]
    assert "http" not in page


def test_the_codebook_says_what_codes_mean_and_why_a_cell_is_blank(study: Study, ann: Person) -> None:
    rows = {(row["table"], row["column"]): row for row in study.rows("codebook")}
    count = rows["doses", "count"]
    assert "missed = Not taken" in count["missing"]
    assert count["reason_in"] == "status"
    assert rows["pauses", "exercise"]["values"].startswith("L01 = an exercise of 1 min")
    assert rows["participants", "study_id"]["key"] == "1"
    assert "took = Took the dose" in rows["pauses", "decision"]["values"]


def test_every_item_that_can_be_answered_is_explained_with_its_values(study: Study, ann: Person) -> None:
    rows = {(row["instrument"], row["item"]): row for row in study.rows("questions")}
    assert set(rows) == {(asked.code, item.code) for asked in instruments().values() for item in asked.items}
    assert rows["peg", "p"]["scores"] == "peg"
    assert rows["peg", "p"]["scoring"] == "peg-1"
    assert rows["peg", "p"]["asked_at"].split(" | ")[:2] == ["baseline", "month_3"]
    assert rows["peg", "p"]["protocol"].startswith("stamp ")
    assert rows["tlfb", "usual"]["values"].startswith("0 = None at all | 1 = Less than usual")
    assert rows["phq9", "q9"]["text"] == ""


def test_the_manifest_vouches_for_every_file(study: Study) -> None:
    lived_in(study.database)
    export = study.exports(free_text=True)
    assert export.on_disk == json.loads(json.dumps(export.manifest))
    files = {file["name"]: file for file in export.manifest["files"]}
    assert {*files, "manifest.json"} == {path.name for path in export.folder.iterdir()}
    for name, file in files.items():
        assert hashlib.sha256((export.folder / name).read_bytes()).hexdigest() == file["sha256"]
        if name.endswith(".csv"):
            header, *rows = export.cells(name.removesuffix(".csv"))
            assert (header, len(rows)) == (list(file["columns"]), file["rows"])


def test_the_manifest_names_the_cut_and_the_versions_behind_it(study: Study, ann: Person) -> None:
    study.clock.move(microseconds=123)
    manifest = study.exports(site="main").manifest
    assert (manifest["as_of"], manifest["since"], manifest["site"]) == ("2026-03-02T15:00:00.000123Z", None, "main")
    assert (manifest["blinded"], manifest["free_text"], manifest["factor_set"]) == (True, False, "cdc2022")
    versions = manifest["versions"]
    assert versions["protocol"] == ("1",)
    assert versions["scorers"]["peg"] == "peg-1"
    assert set(versions["factor_sets"]) >= {"cdc2022", "cdc2016_clinical"}
    assert re.fullmatch("[0-9a-f]{12}", versions["catalogue"])


# the definitions


def test_every_table_has_its_projection_and_every_projection_its_table() -> None:
    assert set(PROJECTIONS) == {each.name for each in exports().tables}


def test_sources_are_fields_of_facts_and_closed_lists_are_those_of_the_facts() -> None:
    kinds = {kind.__name__: kind for kind in TABLE_OF}
    kept_with_each = {"entity", "recorded_at"}
    for each in exports().tables:
        for column in each.columns:
            for kind, _, name in (source.partition(".") for source in column.source):
                if kind not in kinds or name in kept_with_each:
                    continue
                allowed = {
                    value
                    for part in (
                        kinds[kind].model_fields[name].annotation,
                        *get_args(kinds[kind].model_fields[name].annotation),
                    )
                    for value in get_args(part)
                    if isinstance(value, str)
                }
                assert not allowed or allowed <= set(column.values), (each.name, column.name)


def refused(**changed: Any) -> str:
    column = {"name": "a", "type": "text", "label": {"en": "A"}, "source": ["x"]} | changed.pop("column", {})
    one = {"name": "t", "label": {"en": "T"}, "key": ["a"], "columns": [column]} | changed
    with pytest.raises(ContentRefused) as caught:
        checked(Exports, {"version": "1", "tables": [one]}, content.FILE)
    assert caught.value.file == "exports.toml"
    return str(caught.value)


def test_a_wrong_definition_is_refused_with_its_place() -> None:
    assert "tables.0.columns.0.type" in refused(column={"type": "number"})
    assert "tables.0.columns.0.colour" in refused(column={"colour": "red"})
    assert "tables.0.columns.0.name" in refused(column={"name": "a_name_that_redcap_takes_not"}, key=["a"])
    assert "instants end in _at" in refused(column={"name": "a_at"}, key=["a_at"])
    assert "instants end in _at" in refused(column={"type": "instant"})
    assert "no reason_in" in refused(column={"missing": {"x": "X", "y": "Y"}})
    assert "no column b" in refused(key=["b"])
    assert "no column b" in refused(column={"missing": {"x": "X"}, "reason_in": "b"})
    assert "never blank" in refused(column={"missing": {"x": "X"}})
    assert "either values or values_from" in refused(column={"values": {"x": "X"}, "values_from": "forms"})
    assert "can give way to their day" in refused(column={"blinded": "day"})
    assert "no English label" in refused(column={"label": {}})
    twice = {"name": "a", "type": "text", "label": {"en": "A"}, "source": ["x"]}
    assert "column a twice" in refused(columns=[twice, twice])
