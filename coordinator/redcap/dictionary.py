"""The REDCap project of this study, made from the same definitions as every other export.

Check-ins are events; each questionnaire is a form, and so are the window of a check-in and the morphine equivalents
before it. What is logged repeats, on an event of its own, so that no row of a check-in is mostly blank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from content.exports import exported
from content.instruments import Instrument, Item, instrument
from content.protocol import protocol
from content.wide import OF_MME
from coordinator.redcap.shape import RECORD_ID, Event, Field, Project

if TYPE_CHECKING:
    from content.exports import Column, Table

DIARY = "Diary"
ENROLMENT, VISIT, MME = "enrolment", "visit", "mme"
LOGS = {
    "medicines": ("medicine_list", "med"),
    "pauses": ("pause_log", "pause"),
    "doses": ("dose_log", "dose"),
    "patch_wear": ("patch_log", "patch"),
    "pain_ratings": ("pain_log", "pain"),
    "practice": ("practice_log", "practice"),
    "adverse_events": ("event_log", "event"),
}
"""Table → the form that repeats, and what its fields begin with."""

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
    return tuple(each for column in columns for each in _filled(column, form, prefix, unblinded=unblinded))


def _filled(column: Column, form: str, prefix: str, *, unblinded: bool = False) -> Iterator[Filled]:
    name, label = _named(column, prefix), column.label["en"]
    match column.type:
        case "instant":
            yield Filled(Field(name + WHEN, form, "text", f"{label} (UTC)", validation=INSTANT), column.name, _instant)
        case "local":
            by_clock = Field(name + BY_THE_CLOCK, form, "text", f"{label} (local)", validation=INSTANT)
            yield Filled(by_clock, column.name, _local)
            yield Filled(Field(name + ON, form, "text", f"{label} (local date)", validation=DATE), column.name, _date)
        case "date":
            yield Filled(Field(name + ON, form, "text", label, validation=DATE), column.name, _date)
        case "boolean":
            yield Filled(Field(name, form, "yesno", label), column.name, _plain)
        case "integer" | "decimal":
            kind = "integer" if column.type == "integer" else "number"
            limits = {"low": _number(column.low), "high": _number(column.high)}
            yield Filled(Field(name, form, "text", label, validation=kind, **limits), column.name, _plain)
        case _:
            yield Filled(_text(name, form, column, unblinded=unblinded), column.name, _plain)


def _named(column: Column, prefix: str) -> str:
    stem = column.name
    for ending in ("_at", "_local", "_on"):
        stem = stem.removesuffix(ending) if column.type in ("instant", "local", "date") else stem
    return stem if stem.startswith(f"{prefix}_") else f"{prefix}_{stem}"


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
    return " | ".join(f"{code}, {_flat(meaning)}" for code, meaning in meanings.items())


def _flat(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _plain(cell: Any) -> str:
    return str(cell)


def _instant(cell: str) -> str:
    return cell.removesuffix("Z").replace("T", " ")


def _local(cell: str) -> str:
    return cell.replace("T", " ") if "T" in cell else ""


def _date(cell: Any) -> str:
    return str(cell)[:10]


# --- questionnaires


def item_field(asked: Instrument, item: Item) -> Field:
    """The field of one item of an instrument."""
    label = _flat(item.text["en"]) if item.text else f"{asked.title['en']}, {item.code}"
    logic = " or ".join(f"[{item_name(asked, first)}] > '0'" for first in item.asked_when_above_zero)
    name = item_name(asked, item.code)
    if asked.kind == "ticks":
        return Field(name, asked.code, "yesno", label, branching=logic)
    options = item.options or asked.options
    if options:
        listed = choices({str(option.value): option.label["en"] for option in options})
        return Field(name, asked.code, "radio", label, choices=listed, branching=logic)
    low, high = str(item.low), str(item.high)
    return Field(name, asked.code, "text", label, validation="integer", low=low, high=high, branching=logic)


def item_name(asked: Instrument, item: str) -> str:
    """The name of an item's field: `peg_p`."""
    return f"{asked.code}_{item}"


def score_names(asked: Instrument, score: str) -> tuple[str, str, str]:
    """The fields of a score: its value, items without a value, why there is none."""
    name = f"{score}_score" if score == asked.code else score
    return name, f"{score}_nmiss", f"{score}_why"


def _questionnaire(asked: Instrument, modes: str) -> Iterator[Field]:
    form = asked.code
    yield from (item_field(asked, item) for item in asked.items)
    yield Field(f"{form}_missing", form, "text", "Items without a value, with the reason of each")
    yield Field(f"{form}{BY_THE_CLOCK}", form, "text", "When the last item was answered (local)", validation=INSTANT)
    yield Field(f"{form}_mode", form, "radio", "How it was answered", choices=modes)
    for score in asked.scores:
        value, missing, why = score_names(asked, score.name)
        limits = {"low": _number(score.low), "high": _number(score.high)}
        yield Field(value, form, "text", f"{score.name}: score", validation="number", **limits)
        yield Field(missing, form, "text", f"{score.name}: items without a value", validation="integer", low="0")
        yield Field(why, form, "text", f"{score.name}: why there is no score")


def asked_at(visit: str) -> tuple[Instrument, ...]:
    """The questionnaires of a check-in, in the order of the protocol."""
    entries = protocol().visit(visit).instruments
    found = dict.fromkeys(instrument(entry.partition(".")[0]).code for entry in entries)
    return tuple(instrument(code) for code in found if visit not in instrument(code).not_at)


# --- the whole


@dataclass(frozen=True)
class Plan:
    """The project, and which columns of which table fill its forms; logs by table."""

    project: Project
    people: tuple[Filled, ...]
    visit: tuple[Filled, ...]
    mme: Mapping[str, tuple[Filled, ...]]
    logs: Mapping[str, tuple[Filled, ...]]


def plan(*, unblinded: bool = False, free_text: bool = False) -> Plan:
    """The project for what may be seen."""
    tables = {table.name: table for table in exported(unblinded=unblinded, free_text=free_text)}
    people = fields_of(tables["participants"], ENROLMENT, "who", without=("study_id", "arm"))
    people += _allocation(tables["participants"])
    visit = fields_of(tables["visits"], VISIT, "visit", without=("study_id", "visit"))
    mme = {source: tuple(_of_mme(tables["mme_summary"], source)) for source in _sources(tables["mme_summary"])}
    logs = {name: fields_of(tables[name], form, prefix, unblinded=unblinded) for name, (form, prefix) in LOGS.items()}
    asked = dict.fromkeys(each.code for at in protocol().visits for each in asked_at(at.code))
    fields = [Field(RECORD_ID, ENROLMENT, "text", "Study id"), *(each.field for each in (*people, *visit))]
    modes = choices(tables["visits"].column("mode").values)
    fields += [field for code in asked for field in _questionnaire(instrument(code), modes)]
    fields += [each.field for source in mme.values() for each in source]
    fields += [each.field for log in logs.values() for each in log]
    return Plan(Project(tuple(fields), tuple(_events())), people, visit, mme, logs)


def _sources(summary: Table) -> Iterator[str]:
    yield from summary.column("source").values


def _of_mme(summary: Table, source: str) -> Iterator[Filled]:
    for name, here in OF_MME.items():
        (each,) = _filled(summary.column(name).model_copy(update={"name": f"{source}_{here}"}), MME, "mme")
        yield Filled(each.field, name, each.made)


def _allocation(people: Table) -> tuple[Filled, ...]:
    if "arm" not in people.names:
        return ()
    column = people.column("arm")
    field = Field("rand_group", ENROLMENT, "radio", column.label["en"], choices=choices(column.values))
    return (Filled(field, "arm", _plain),)


def _events() -> Iterator[Event]:
    first, *_ = protocol().visits
    for visit in protocol().visits:
        forms = (VISIT, *(asked.code for asked in asked_at(visit.code)), MME)
        yield Event(visit.code.replace("_", " ").capitalize(), (ENROLMENT, *forms) if visit is first else forms)
    yield Event(DIARY, tuple(form for form, _ in LOGS.values()), repeating=True)


def event_of(visit: str) -> str:
    """The unique name of a check-in's event."""
    return Event(visit.replace("_", " ").capitalize(), ()).unique_name
