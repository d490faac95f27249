"""The rules of REDCap's data import, as a judge that names row, column and rule; pure.

I1 to I10 of redcap-fhir.md 5.4; what happens at the server (I8, I11, I12) cannot be seen in a file, so the README of
the download says it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from coordinator.redcap.lint import DATES, DECIMALS, RESERVED, SHAPES, Fault
from coordinator.redcap.shape import (
    CHOICES,
    EVENT,
    FORM,
    REPEAT_INSTANCE,
    REPEAT_INSTRUMENT,
    TYPE,
    VALIDATION,
    VARIABLE,
    Row,
    codes_of,
)

PLACE = (EVENT, REPEAT_INSTRUMENT, REPEAT_INSTANCE)


@dataclass(frozen=True)
class Setting:
    """What a data file is held against: the dictionary, forms by event (unique name), and forms that repeat there."""

    dictionary: Sequence[Row]
    forms: Mapping[str, frozenset[str]]
    repeating: Mapping[str, frozenset[str]]

    @cached_property
    def columns(self) -> dict[str, Row | None]:
        """Column of a data file → the field it belongs to; None for the state of a form."""
        found: dict[str, Row | None] = {}
        for row in self.dictionary:
            if row[TYPE] == "checkbox":
                found |= {f"{row[VARIABLE]}___{code.lower()}": row for code in codes_of(row[CHOICES])}
            elif row[TYPE] != "descriptive":
                found[row[VARIABLE]] = row
        return found | {f"{row[FORM]}_complete": None for row in self.dictionary}

    @cached_property
    def all_repeat(self) -> frozenset[str]:
        """Events at which every form repeats, so that no row can be of the event alone."""
        return frozenset(
            event for event, forms in self.forms.items() if forms and forms <= self.repeating.get(event, frozenset())
        )

    def form_of(self, column: str) -> str:
        """The form a column belongs to."""
        field = self.columns[column]
        return column.removesuffix("_complete") if field is None else field[FORM]


def data_faults(header: Sequence[str], rows: Iterable[Sequence[str]], setting: Setting) -> Iterator[Fault]:
    """I1 to I10 over a data file; each row as long as the header."""
    columns = setting.columns
    faults = list(_header(header, columns, setting))
    yield from faults
    if faults:
        return
    known = [(name, setting.form_of(name), columns[name]) if name in columns else None for name in header]
    known[0] = None
    places = {name: header.index(name) for name in (header[0], *PLACE) if name in header}
    seen: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for number, cells in enumerate(rows, start=2):
        if len(cells) != len(header):
            yield Fault("I10", number, header[-1], f"{len(cells)} cells under {len(header)} columns")
            continue
        row = {name: cells[at] for name, at in places.items()}
        yield from _place(number, row, setting, header[0])
        of_record = seen[row[header[0]], row[EVENT], row.get(REPEAT_INSTRUMENT, "")]
        if row.get(REPEAT_INSTANCE, "") in of_record:
            yield Fault("I4", number, header[0], "the same record, event, form and instance again")
        of_record.add(row.get(REPEAT_INSTANCE, ""))
        for cell, of in zip(cells, known, strict=True):
            if cell and of:
                name, form, field = of
                yield from _standing(number, name, form, row, setting)
                yield from _value(number, name, cell, field)


def _header(header: Sequence[str], columns: Mapping[str, Row | None], setting: Setting) -> Iterator[Fault]:
    record = setting.dictionary[0][VARIABLE]
    if not header or header[0] != record:
        yield Fault("I1", 1, header[0] if header else "", f"the first column is {record}")
    if EVENT not in header:
        yield Fault("I2", 1, EVENT, "a project with events has this column")
    both = {REPEAT_INSTRUMENT, REPEAT_INSTANCE}
    repeats = any(setting.repeating.values())
    if both & set(header) != (both if repeats else set()):
        yield Fault("I3", 1, REPEAT_INSTRUMENT, "both repeat columns where anything repeats, else neither")
    made_by_redcap = {EVENT, *both}
    for name in header:
        field = columns.get(name)
        if name == "":
            yield Fault("I10", 1, "", "a column without a name")
        elif name not in columns and name not in made_by_redcap:
            rule = "I9" if RESERVED.fullmatch(name) else "I1"
            yield Fault(rule, 1, name, "no field of the dictionary (a checkbox is written field___code)")
        elif field is not None and field[TYPE] == "calc":
            yield Fault("I9", 1, name, "REDCap calculates this field itself")
    for name, times in Counter(header).items():
        if times > 1 and name:
            yield Fault("I1", 1, name, "the column comes twice")


def _place(number: int, row: Row, setting: Setting, record: str) -> Iterator[Fault]:
    event, form, instance = row[EVENT], row.get(REPEAT_INSTRUMENT, ""), row.get(REPEAT_INSTANCE, "")
    if row[record] == "":
        yield Fault("I1", number, record, "no record id")
    if event not in setting.forms:
        yield Fault("I2", number, EVENT, f"{event!r} is no unique name of an event")
    if bool(form) != bool(instance):
        yield Fault("I3", number, REPEAT_INSTRUMENT, "a form that repeats and its instance stand together, or neither")
    elif not form and event in setting.all_repeat:
        yield Fault("I3", number, REPEAT_INSTRUMENT, f"every form of {event} repeats, and this row names none")
    elif form and form not in setting.repeating.get(event, ()):
        yield Fault("I3", number, REPEAT_INSTRUMENT, f"{form!r} does not repeat at {event}")
    elif instance and not re.fullmatch("[1-9][0-9]*|new", instance):
        yield Fault("I3", number, REPEAT_INSTANCE, "an instance is 1, 2 ... or new")


def _standing(number: int, name: str, form: str, row: Row, setting: Setting) -> Iterator[Fault]:
    event, repeated = row[EVENT], row.get(REPEAT_INSTRUMENT, "")
    if form not in setting.forms.get(event, ()):
        yield Fault("I5", number, name, f"its form {form!r} is not at {event}")
    elif (repeated or form in setting.repeating.get(event, ())) and form != repeated:
        yield Fault("I5", number, name, f"its form {form!r} is not the one of this row")


def _value(number: int, name: str, value: str, field: Row | None) -> Iterator[Fault]:
    if field is None:
        if value not in ("0", "1", "2"):
            yield Fault("I6", number, name, "the state of a form is 0, 1 or 2")
        return
    kind, validation = field[TYPE], field[VALIDATION]
    if value in ("TRUE", "FALSE", "True", "False") and kind != "text":
        yield Fault("I10", number, name, "1 and 0, not TRUE and FALSE")
    elif kind in ("radio", "dropdown") and value not in codes_of(field[CHOICES]):
        yield Fault("I6", number, name, f"{value!r} is no code of its choices")
    elif kind in ("checkbox", "yesno", "truefalse") and value not in ("0", "1"):
        yield Fault("I6", number, name, f"{value!r} is neither 0 nor 1")
    elif validation in DATES and not _is_written(value, DATES[validation]):
        yield Fault("I7", number, name, f"{value!r} is not written like {DATES[validation]}")
    elif (decimals := DECIMALS.fullmatch(validation)) and not re.fullmatch(rf"-?[0-9]+\.[0-9]{{{decimals[1]}}}", value):
        yield Fault("I6", number, name, f"{value!r} has not {decimals[1]} decimals")
    elif validation in SHAPES and not re.fullmatch(SHAPES[validation], value):
        yield Fault("I6", number, name, f"{value!r} is no {validation}")


def _is_written(value: str, how: str) -> bool:
    try:
        if how == DATES["date_ymd"]:
            return date.fromisoformat(value).isoformat() == value
        exact = "seconds" if how.endswith("%S") else "minutes"
        found = datetime.fromisoformat(value)
        return found.tzinfo is None and found.isoformat(" ", exact) == value
    except ValueError:
        return False
