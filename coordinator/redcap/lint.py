"""The rules of REDCap's data dictionary, D1 to D12, as a judge that names row, column and rule; pure.

Those of arms, events and mapping stand in `lint_schedule`, those of the data file in `lint_data`; `logic` reads
branching logic and `lint_files` the files. Rows are counted as a spreadsheet does: the header is row 1. Source:
redcap-fhir.md 5.2.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from coordinator.redcap.logic import Known
from coordinator.redcap.shape import (
    ALIGNMENT,
    BRANCHING,
    CHOICES,
    FORM,
    GROUP,
    HEADER,
    HIGH,
    IDENTIFIER,
    LOW,
    RANKING,
    REQUIRED,
    TYPE,
    VALIDATION,
    VARIABLE,
    Row,
)

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST_NAME = 26
RESERVED = re.compile(r".*_complete|.*_timestamp|redcap_.*")
TYPES = frozenset(
    ("text", "notes", "dropdown", "radio", "checkbox", "calc", "file", "descriptive", "slider", "yesno", "truefalse")
)
CHOSEN = frozenset(("dropdown", "radio", "checkbox"))
CODE = re.compile(r"-?[A-Za-z0-9_.]+")
MATRIX = frozenset(("radio", "checkbox"))
DATES = {
    "date_ymd": "%Y-%m-%d",
    "date_mdy": "%Y-%m-%d",
    "date_dmy": "%Y-%m-%d",
    "datetime_ymd": "%Y-%m-%d %H:%M",
    "datetime_mdy": "%Y-%m-%d %H:%M",
    "datetime_dmy": "%Y-%m-%d %H:%M",
    "datetime_seconds_ymd": "%Y-%m-%d %H:%M:%S",
    "datetime_seconds_mdy": "%Y-%m-%d %H:%M:%S",
    "datetime_seconds_dmy": "%Y-%m-%d %H:%M:%S",
}
"""How each is written in a file, whatever the field shows."""

SHAPES = {
    "time": r"([01][0-9]|2[0-3]):[0-5][0-9]",
    "time_hh_mm_ss": r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]",
    "time_mm_ss": r"[0-5][0-9]:[0-5][0-9]",
    "integer": r"-?[0-9]+",
    "number": r"-?[0-9]+(\.[0-9]+)?([eE]-?[0-9]+)?",
    "email": r"[^@\s]+@[^@\s]+",
    "phone": r"[0-9()+. -]+",
    "zipcode": r"[0-9]{5}(-[0-9]{4})?",
    "alpha_only": r"[A-Za-z]+",
}
DECIMALS = re.compile(r"number_([1-4])dp")
NUMBERS = ("integer", "number")
TIMES = ("time", "time_hh_mm_ss", "time_mm_ss")


@dataclass(frozen=True)
class Fault:
    """One breach of a rule."""

    rule: str
    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        """The fault as one line."""
        return f"row {self.row}, {self.column}: {self.reason} ({self.rule})"


def header_faults(header: Sequence[str]) -> Iterator[Fault]:
    """D1: the header is REDCap's, column for column."""
    if tuple(header) != HEADER:
        found, wanted = [*header, ""], [*HEADER, ""]
        place = next((at for at, pair in enumerate(zip(found, wanted, strict=False)) if pair[0] != pair[1]), 0)
        yield Fault("D1", 1, found[place] or "(end)", f"here stands {wanted[place]!r} in a data dictionary")


def dictionary_faults(rows: Sequence[Row], events: Mapping[str, Collection[str]]) -> Iterator[Fault]:
    """D1 to D11 over the rows of a data dictionary; `events` are those logic may name, with the forms at each."""
    yield from _first_field(rows)
    yield from _names(rows)
    yield from _contiguous(rows)
    known = Known({row[VARIABLE]: row for row in rows}, events)
    for number, row in enumerate(rows, start=2):
        yield from _type_and_choices(number, row)
        yield from _validation(number, row)
        yield from _flags(number, row)
        yield from (Fault("D9", number, BRANCHING, reason) for reason in known.faults(row[BRANCHING]))
    yield from _matrices(rows)


def _first_field(rows: Sequence[Row]) -> Iterator[Fault]:
    if not rows or rows[0][TYPE] != "text":
        yield Fault("D1", 2, TYPE, "the record id comes first, and is a text")


def _names(rows: Sequence[Row]) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, row in enumerate(rows, start=2):
        for column in (VARIABLE, FORM):
            name = row[column]
            if not NAME.fullmatch(name):
                yield Fault("D2", number, column, f"{name!r} is not lower-case letters, digits and single underscores")
            elif len(name) > LONGEST_NAME:
                yield Fault("D2", number, column, f"{name!r} is longer than {LONGEST_NAME} characters")
        if row[VARIABLE] in seen:
            yield Fault("D2", number, VARIABLE, f"{row[VARIABLE]!r} comes twice")
        if RESERVED.fullmatch(row[VARIABLE]):
            yield Fault("D11", number, VARIABLE, f"{row[VARIABLE]!r} is made by REDCap itself")
        seen.add(row[VARIABLE])


def _contiguous(rows: Sequence[Row]) -> Iterator[Fault]:
    over: set[str] = set()
    number = 2
    for form, group in groupby(rows, key=lambda row: row[FORM]):
        if form in over:
            yield Fault("D3", number, FORM, f"the form {form!r} was left and comes again")
        over.add(form)
        number += len(list(group))


def _type_and_choices(number: int, row: Row) -> Iterator[Fault]:
    kind, choices = row[TYPE], row[CHOICES]
    if kind not in TYPES:
        yield Fault("D4", number, TYPE, f"{kind!r} is no type of field")
    if kind in CHOSEN:
        yield from (Fault("D5", number, CHOICES, reason) for reason in _choice_faults(choices, kind))
    if kind == "slider" and choices and choices.count("|") != 2:
        yield Fault("D6", number, CHOICES, "a slider has three labels: left | middle | right")


def _choice_faults(choices: str, kind: str) -> Iterator[str]:
    parts = [part.strip() for part in choices.split("|")]
    if not choices.strip():
        yield "there are no choices"
        return
    codes = []
    for part in parts:
        code, comma, label = part.partition(",")
        codes.append(code.strip())
        if not comma or not label.strip():
            yield f"{part!r} is not `code, label`"
        elif not CODE.fullmatch(code.strip()) or (kind == "checkbox" and not code.strip().isdigit()):
            yield f"the code {code.strip()!r} has other signs than it may"
    if twice := [code for code, times in Counter(codes).items() if times > 1]:
        yield f"the code {twice[0]!r} comes twice"


def _validation(number: int, row: Row) -> Iterator[Fault]:
    kind, validation, low, high = row[TYPE], row[VALIDATION], row[LOW], row[HIGH]
    known = validation in DATES or validation in SHAPES or DECIMALS.fullmatch(validation)
    others = {"dropdown": ("autocomplete",), "file": ("signature",), "slider": ("number",)}
    if validation and (not known if kind == "text" else validation not in others.get(kind, ())):
        yield Fault("D7", number, VALIDATION, f"{validation!r} is no validation of a field of type {kind}")
        return
    if (low or high) and not validation and kind != "slider":
        yield Fault("D7", number, LOW if low else HIGH, "a limit without a validation")
        return
    values = {column: _limit(text, validation) for column, text in ((LOW, low), (HIGH, high)) if text}
    for column, value in values.items():
        if value is None:
            yield Fault("D7", number, column, f"the limit is no {validation or 'number'}")
    lowest, highest = values.get(LOW), values.get(HIGH)
    if lowest is not None and highest is not None and lowest > highest:
        yield Fault("D7", number, LOW, "the lowest is above the highest")


def _limit(text: str, validation: str) -> float | None:
    """A limit as a number that can be compared, or None when it is not of the kind the validation asks for."""
    try:
        if validation in DATES:
            return datetime.strptime(text, DATES[validation]).timestamp()  # noqa: DTZ007
        kind = "number" if DECIMALS.fullmatch(validation) else validation or "number"
        if kind not in (*TIMES, *NUMBERS) or not re.fullmatch(SHAPES[kind], text):
            return None
        return float(text.replace(":", ""))
    except ValueError:
        return None


def _flags(number: int, row: Row) -> Iterator[Fault]:
    for column, allowed in (
        (IDENTIFIER, ("", "y")),
        (REQUIRED, ("", "y")),
        (RANKING, ("", "y")),
        (ALIGNMENT, ("", "RV", "RH", "LV", "LH")),
    ):
        if row[column] not in allowed:
            yield Fault(
                "D8", number, column, f"{row[column]!r} is none of {', '.join(each or 'blank' for each in allowed)}"
            )


def _matrices(rows: Sequence[Row]) -> Iterator[Fault]:
    over: set[str] = set()
    number = 2
    for (group, _form), members in groupby(rows, key=lambda row: (row[GROUP], row[FORM])):
        listed = list(members)
        if group:
            if group in over:
                yield Fault("D10", number, GROUP, f"the matrix {group!r} was left and comes again, or is in two forms")
            over.add(group)
            for at, row in enumerate(listed, start=number):
                if row[TYPE] not in MATRIX or row[TYPE] != listed[0][TYPE] or row[CHOICES] != listed[0][CHOICES]:
                    yield Fault("D10", at, GROUP, "rows of a matrix are radio or checkbox and have the same choices")
        number += len(listed)


def text_faults(lines: Iterable[bytes]) -> Iterator[Fault]:
    """D12: a file is UTF-8 and text; a mark at its beginning is taken for part of the first name by some readers."""
    for number, line in enumerate(lines, start=1):
        if number == 1 and line.startswith(b"\xef\xbb\xbf"):
            yield Fault("D12", 1, "(file)", "a byte order mark stands at the beginning")
        if b"\0" in line:
            yield Fault("D12", number, "(file)", "a sign of the value zero (NUL), which no text has")
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            yield Fault("D12", number, "(file)", "not UTF-8")
            return
