"""Fields of a REDCap form made from the columns of a table, and how each cell is written in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from coordinator.redcap.shape import Field

if TYPE_CHECKING:
    from content.exports import Column, Table

MANY_CHOICES = 5
WHEN, BY_THE_CLOCK, ON = "_utc", "_dt", "_date"
INSTANT, DATE = "datetime_seconds_ymd", "date_ymd"
Cell = Callable[[Any], str]


@dataclass(frozen=True)
class Filled:
    """A field that is filled from a column of a table: `made` writes a cell as REDCap reads it."""

    field: Field
    column: str
    made: Cell


def fields_of(
    table: Table, form: str, prefix: str, *, unblinded: bool = False, without: tuple[str, ...] = ("study_id",)
) -> tuple[Filled, ...]:
    """The fields of a form that holds the rows of a table."""
    columns = [column for column in table.columns if column.name not in without]
    called = {_stem(column): column.label["en"] for column in columns if column.type == "instant"}
    return tuple(
        each
        for column in columns
        for each in filled_from(column, form, prefix, called.get(_stem(column), ""), unblinded=unblinded)
    )


def filled_from(
    column: Column, form: str, prefix: str, moment: str = "", *, unblinded: bool = False
) -> Iterator[Filled]:
    """The fields of one column: a moment has its clock, its instant, its date each in a field of its own.

    `moment` is what the instant is called of which this column, if it is one, is the clock.
    """
    name, label = _named(column, prefix), column.label["en"]
    match column.type:
        case "instant":
            yield Filled(Field(name + WHEN, form, "text", f"{label} (UTC)", validation=INSTANT), column.name, _instant)
        case "local":
            told, note = (moment, label) if moment else (label, "")
            by_clock = Field(name + BY_THE_CLOCK, form, "text", f"{told} (local)", note=note, validation=INSTANT)
            yield Filled(by_clock, column.name, local)
            on = Field(name + ON, form, "text", f"{told} (local date)", note=note, validation=DATE)
            yield Filled(on, column.name, _date)
        case "date":
            yield Filled(Field(name + ON, form, "text", label, validation=DATE), column.name, _date)
        case "boolean":
            yield Filled(Field(name, form, "yesno", label), column.name, plain)
        case "integer" | "decimal":
            kind = "integer" if column.type == "integer" else "number"
            limits = {"low": number(column.low), "high": number(column.high)}
            counted = f"{label} ({column.unit})" if column.unit else label
            yield Filled(Field(name, form, "text", counted, validation=kind, **limits), column.name, plain)
        case _:
            yield Filled(_text(name, form, column, unblinded=unblinded), column.name, plain)


def _named(column: Column, prefix: str) -> str:
    stem = _stem(column)
    if stem == "on":
        return prefix
    return stem if stem.startswith(f"{prefix}_") else f"{prefix}_{stem}"


def _stem(column: Column) -> str:
    """The name of a moment without the ending that says how it is written; of other columns the whole name."""
    stem = column.name
    for ending in ("_at", "_local", "_on"):
        stem = stem.removesuffix(ending) if column.type in ("instant", "local", "date") else stem
    return stem


def _text(name: str, form: str, column: Column, *, unblinded: bool) -> Field:
    meanings = column.meanings(unblinded=unblinded)
    if column.free_text:
        return Field(name, form, "notes", column.label["en"])
    if column.type != "code" or not meanings:
        return Field(name, form, "text", column.label["en"])
    kind = "radio" if len(meanings) <= MANY_CHOICES else "dropdown"
    return Field(name, form, kind, column.label["en"], choices=choices(meanings))


def choices(meanings: Mapping[str, str]) -> str:
    """Choices as REDCap writes them; a label has no sign that would end it."""
    return " | ".join(f"{code}, {flat(meaning)}" for code, meaning in meanings.items())


def flat(text: str) -> str:
    """A text on one line, without the sign that parts choices."""
    return " ".join(text.replace("|", "/").split())


def number(value: float | None) -> str:
    """A limit as it is written; blank for none."""
    return "" if value is None else f"{value:g}"


def plain(cell: Any) -> str:
    """A cell as it is."""
    return str(cell)


def _instant(cell: str) -> str:
    return cell.removesuffix("Z").replace("T", " ")


def local(cell: str) -> str:
    """A wall clock with its seconds, which a meeting is set without; blank for a day without a time."""
    return datetime.fromisoformat(cell).isoformat(" ", "seconds") if "T" in cell else ""


def _date(cell: Any) -> str:
    return str(cell)[:10]
