"""The codebook against the files of an export: what stands in a column is what the codebook says can stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import delete

from bot.dues import TAKEN
from content.due_items import due_items
from content.export_columns import LISTED
from content.export_lists import listed
from content.exports import exports
from handlers.book import talks
from records.fact_tables import TABLE_OF
from records.tables import table
from study.facts import Attendance, GroupAssigned
from study.plan import plan
from tests.databases import START, Clock, Fresh, Shelf
from tests.exported import Export, Study, begun, dose, ended, led, medicine, remembered, said, used
from tests.plans import STAMP, someone
from tests.samples import lived_in
from tests.simulated import live

WORDS = {
    "screening_criteria.answer": "yes, no or a number",
    "medicines.product": "typed", "patch_wear.product": "typed", "doses.product": "typed",
    "medicines.times": "times of day",
    "pauses.status": "words of the column's list, put together",
    "due_items.reason": "a sentence of the programme",
    "corrections.old": "as in the column that changed", "corrections.new": "as in the column that changed",
    "corrections.why": "typed, or a sentence of the programme",
}  # fmt: skip
"""Columns that hold words without being free text, and what they hold. No other column has the type `text`."""


@pytest.fixture(scope="module")
def made(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Export]]:
    """A study of two arms that has something in every table, as each kind of export shows it."""
    clock = Clock()
    fresh = Fresh(shelf, clock)
    study = Study(fresh("sqlite"), clock, tmp_path_factory.mktemp("codebook"))
    lived_in(study.database)
    for each in live(study, 7, 6, months=3):
        listed_as = each.logs(medicine())
        again = each.logs(dose(medicine=listed_as))
        each.logs(dose("2026-03-02", None, status="not_sure"), again, why="changed")
        pause = each.logs(begun(listed_as, pain=None, missing="pain:not_asked"))
        each.logs(led(pause))
        each.logs(ended(pause))
        each.logs(begun(nature=None, missing="urge:skipped nature:left", urge=None))
        each.logs(said("g", None, "month_9"))
        each.logs(remembered(START.date(), listed_as, None))
        each.logs(used(START.date(), listed_as, None))
    exports = {
        "unblinded": study.exports(unblind=True, free_text=True),
        "unblinded box": study.exports(unblind=True, free_text=True, format="redcap"),
    }
    with study.database.write("test") as tx:  # a blinded export of a study with groups leaves whole tables out
        for kind in (GroupAssigned, Attendance):
            tx.run(delete(table(TABLE_OF[kind])))
    yield exports | {
        "blinded": study.exports(),
        "blinded box": study.exports(format="redcap"),
        "days": study.exports(study_days=True),
    }
    fresh.close()


def columns(export: Export) -> Iterator[tuple[dict[str, str], list[dict[str, str]]]]:
    """Each row of the codebook, with the rows of the file it describes."""
    for row in export.rows("codebook"):
        yield row, export.rows(row["table"])


def coded(text: str) -> dict[str, str]:
    return dict(part.split(" = ", 1) for part in text.split(" | ")) if text else {}


def codes_of(row: dict[str, str]) -> dict[str, str]:
    return coded(row["values"])


@pytest.mark.parametrize("kind", ["blinded", "unblinded", "days"])
def test_every_code_that_stands_in_a_file_is_listed_in_its_codebook(made: dict[str, Export], kind: str) -> None:
    unlisted, with_values = [], set[str]()
    for row, lines in columns(made[kind]):
        if row["type"] not in LISTED:
            continue
        cells = {line[row["column"]] for line in lines} - {""}
        found = {code for cell in cells for code in (cell.split(",") if row["type"] == "open_codes" else [cell])}
        with_values |= {f"{row['table']}.{row['column']}"} if found else set()
        unlisted += [(row["table"], row["column"], code) for code in sorted(found - set(codes_of(row)))]
        assert codes_of(row), row
    assert unlisted == []
    assert with_values >= {"responses.item", "scores.score", "sessions.session", "corrections.column", "screening.site"}
    assert with_values >= {"due_items.item", "conversations.talk"}


def test_a_column_of_words_is_free_text_or_says_why_no_list_could_hold_it() -> None:
    words = {
        f"{each.name}.{column.name}": column.free_text
        for each in exports().tables
        for column in each.columns
        if column.type == "text"
    }
    assert {name for name, free in words.items() if not free} == set(WORDS)


@pytest.mark.parametrize("kind", ["blinded", "unblinded", "days"])
def test_a_blank_has_its_reason_and_a_number_its_limits(made: dict[str, Export], kind: str) -> None:
    holes = set()
    why_blank = {(row["table"], row["column"]): coded(row["missing"]) for row in made[kind].rows("codebook")}
    for row, lines in columns(made[kind]):
        reasons = why_blank[row["table"], row["column"]]
        own = why_blank.get((row["table"], row["reason_in"]), {})
        for line in lines:
            cell = line[row["column"]]
            said_why = {line[row["reason_in"]]} if line.get(row["reason_in"]) else set(own)
            if cell == "" and (not reasons or (row["reason_in"] and not said_why & set(reasons))):
                holes.add((row["table"], row["column"], *said_why))
            if cell and row["low"] and float(cell) < float(row["low"]):
                holes.add((row["table"], row["column"], cell))
            if cell and row["high"] and float(cell) > float(row["high"]):
                holes.add((row["table"], row["column"], cell))
    assert holes == set()


def test_the_words_of_a_status_put_together_are_those_of_its_list(made: dict[str, Export]) -> None:
    known = next(codes_of(row) for row in made["blinded"].rows("codebook") if row["label"] and row["column"] == "status"
                 and row["table"] == "pauses")  # fmt: skip
    for line in made["blinded"].rows("pauses"):
        whole, *reasons = line["status"].split("; ")
        said_why = {part.split(":")[1] for reason in reasons for part in re.findall(r"\w+:\w+", reason)}
        assert {whole, *said_why} <= set(known), line["status"]


def test_lists_are_those_the_chat_works_with() -> None:
    planned = plan(STAMP, someone(), START - timedelta(days=30), START + timedelta(days=500))
    assert {each.item for each in planned} <= set(listed("due_items"))
    assert set(due_items().unplanned) == set(TAKEN)
    assert set(listed("talks")) == set(talks())


def test_lists_and_labels_can_be_read_back(made: dict[str, Export]) -> None:
    for row in made["unblinded"].rows("codebook"):
        assert row["label"], row
        assert all(code and meaning for code, meaning in codes_of(row).items()), row
    items = codes_of(next(r for r in made["blinded"].rows("codebook") if r["column"] == "item"))
    assert items["worst"] == "Item of bpi, nrs4"


def test_nothing_in_a_blinded_codebook_tells_an_arm(made: dict[str, Export]) -> None:
    for name in ("codebook.csv", "codebook.html"):
        text = (made["blinded"].folder / name).read_text(encoding="utf-8").lower()
        assert not re.findall(r"\b(?:mbt|cbt|mindful\w*|cognitive|therapy_group)\b", text), name


def test_the_limits_are_the_ones_the_chat_asks_within(made: dict[str, Export]) -> None:
    rows = {(row["table"], row["column"]): (row["low"], row["high"]) for row in made["blinded"].rows("codebook")}
    assert rows["pauses", "pain_before"] == ("0", "10") or rows["pauses", "pain_before"] == ("0.0", "10.0")


# --- the same values in REDCap


def in_redcap(export: Export) -> dict[tuple[str, str], tuple[list[str], str]]:
    """Table and column → its fields and their event, as the codebook has them."""
    return {
        (row["table"], row["column"]): (row["redcap_field"].split(" | "), row["redcap_event"])
        for row in export.rows("codebook")
        if row["redcap_field"]
    }


@pytest.mark.parametrize("kind", ["blinded", "unblinded"])
def test_each_field_of_the_redcap_box_is_named_by_the_columns_it_comes_from(made: dict[str, Export], kind: str) -> None:
    told, box = in_redcap(made[kind]), made[f"{kind} box"]
    dictionary = {(row["Form Name"], row["Variable / Field Name"]) for row in box.rows("3_dictionary")}
    from_columns: dict[str, set[tuple[str, str]]] = {}
    for at, (fields, _) in told.items():
        for field in fields:
            from_columns.setdefault(field, set()).add(at)
    assert {tuple(field.split(".")) for field in from_columns} == dictionary

    in_files = {(row["table"], row["column"]) for row in made[kind].rows("codebook")}
    sources = {f"{row['form']}.{row['field']}": (row["table"], row["column"]) for row in box.rows("fields")}
    record_id = from_columns.pop("enrolment.record_id")
    assert {table for table, column in record_id if column == "study_id"} == {
        table for table, _ in sources.values()
    } | {"wide"}
    for field, columns_of_it in from_columns.items():
        assert sources[field] in in_files
        long = {at for at in columns_of_it if at[0] != "wide"}
        assert long == {sources[field]}, field


@pytest.mark.parametrize("kind", ["blinded", "unblinded"])
def test_a_value_of_a_column_stands_in_the_redcap_field_that_the_codebook_names(
    made: dict[str, Export], kind: str
) -> None:
    """The wide file, cell by cell: each figure is in its field at its event, and a field has nothing else."""
    told, box, data = in_redcap(made[kind]), made[f"{kind} box"], dict[tuple[str, str], dict[str, str]]()
    for row in box.rows("5_data"):
        if row["redcap_repeat_instrument"] == "":
            data[row["record_id"], row["redcap_event_name"]] = row
    compared = 0
    for line in made[kind].rows("wide"):
        for (table_name, column), (fields, event) in told.items():
            if table_name != "wide" or len(fields) > 1 or column == "study_id":
                continue
            row = data.get((line["study_id"], event), {})
            cell = row.get(fields[0].split(".")[1], "")
            assert cell in (line[column], line[column].removesuffix("Z").replace("T", " ")), (column, fields)
            compared += cell != ""
    assert compared > 100
    mapping = {(row["unique_event_name"], row["form"]) for row in box.rows("4_mapping")}
    assert {(event, f.split(".")[0]) for fields, event in told.values() if event for f in fields} <= mapping


def test_each_question_names_its_redcap_fields(made: dict[str, Export]) -> None:
    asked = {(row["instrument"], row["item"]): row["redcap_field"] for row in made["blinded"].rows("questions")}
    assert asked["peg", "p"].split(" | ")[0] == "peg.peg_p"
    sources = [row for row in made["blinded box"].rows("fields") if row["column"] == "value" and "item=" in row["rows"]]
    named = {field for fields in asked.values() for field in fields.split(" | ") if field}
    assert named == {f"{row['form']}.{row['field']}" for row in sources}


def test_an_export_without_dates_names_no_field_for_a_day(made: dict[str, Export]) -> None:
    told = in_redcap(made["days"])
    assert ("doses", "count") in told
    days = {(r["table"], r["column"]) for r in made["days"].rows("codebook") if "days since enrolment" in r["label"]}
    assert days
    assert not days & told.keys()
