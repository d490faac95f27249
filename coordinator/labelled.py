"""Files of SPSS (.sav) and Stata (.dta): numbers, their labels, and why a value is missing, as the codebook says.

A code of a closed list is its number, the same in every export; a blank with a known reason is a number that counts as
missing in SPSS and a letter in Stata. A text that SPSS could not hold is cut. Nothing of the moment of writing is left
in a file, so that the same cut gives the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from content.export_columns import WORDY
from content.missing_codes import HIGHEST, LOWEST, missing_code
from coordinator.export_folder import ExportRefused

if TYPE_CHECKING:
    from pathlib import Path

    from content.exports import Column, Table

Kind = Literal["sav", "dta"]

SPSS_LABEL, SPSS_VALUE_LABEL, STATA_LABEL = 250, 118, 80
SPSS_TEXT = 32_767
"""Bytes of the longest text of SPSS. Files with one of over 100,000 bytes have been seen that no reader opened."""

STATA_FORMAT = 14
DECIMALS = "F12.3"
SPSS_FORMATS = {"integer": "F10.0", "boolean": "F8.0", "code": "F8.0", "instant": "DATETIME20", "date": "DATE11"}
STATA_FORMATS = {"instant": "%tc", "date": "%td"}
YES_NO = {0: "No", 1: "Yes"}
MOST_CELLS = 16_000_000
"""So much of a table is held at once, since its writer takes it whole: about 1.5 GB (measured: 1.5 kB for 16 cells)."""

LANGUAGE: Literal["en"] = "en"
OLDER = " (of an older release)"
"""What the label of a code ends with that the list of its column no longer has; the loading scripts know it."""

Retired = dict[str, dict[str, int]]
"""By column the codes that its list no longer has, with their numbers."""

WRITTEN_AT = {"sav": (92, b"01 Jan 7000:00:00"), "dta": (None, b"01 Jan 1970 00:00")}
"""Where a file says when it was written, and what stands there instead."""


def write(
    path: Path,
    table: Table,
    rows: Iterable[Sequence[Any]],
    kind: Kind,
    shortened: Counter[str],
    *,
    most_cells: int = MOST_CELLS,
) -> int:
    """Write one table; gives the number of its rows, and counts in `shortened` the texts that were cut, by column.

    `ExportRefused` where the extra `analysis` is missing, for a table too large to be held, and for two codes that
    have one number.
    """
    try:
        import pandas
        import pyreadstat
    except ImportError as error:
        raise ExportRefused(f"--format {kind} needs the extra 'analysis' ({error.name} is not installed)") from error
    retired: Retired = {column.name: {} for column in table.columns}
    cells = [_cells(column, table, kind, retired[column.name], shortened) for column in table.columns]
    values: list[list[Any]] = [[] for _ in cells]
    most = most_cells // len(cells)
    for number, row in enumerate(rows):
        if number == most:
            raise ExportRefused(
                f"{table.name}: more than {most} rows are too many for --format {kind}, which holds a table in memory; "
                "--format csv writes any number, and --site or --visit ask for less"
            )
        for each, value in zip(cells, values, strict=True):
            value.append(each(row))
    _refuse_one_number_for_two(table, retired)
    frame = pandas.DataFrame(
        {column.name: _series(pandas, column, value, kind) for column, value in zip(table.columns, values, strict=True)}
    )
    if kind == "sav":
        pyreadstat.write_sav(frame, str(path), **_for_spss(table, retired))
    else:
        pyreadstat.write_dta(frame, str(path), version=STATA_FORMAT, **_for_stata(table, retired))
    _forget_when(path, kind)
    return len(frame)


def _refuse_one_number_for_two(table: Table, retired: Retired) -> None:
    """Numbers made of letters can meet, though hardly ever."""
    for column in table.columns:
        codes: dict[int, str] = {}
        for code, number in {**column.numbers, **retired[column.name]}.items():
            if codes.setdefault(number, code) != code:
                raise ExportRefused(
                    f"{table.name}.{column.name}: {codes[number]} and {code} would both be {number} in a statistics "
                    "program; --format csv has the codes themselves"
                )


# --- cells

Cell = Callable[[Sequence[Any]], Any]


def _cells(column: Column, table: Table, kind: Kind, retired: dict[str, int], shortened: Counter[str]) -> Cell:
    """How the cell of a column is made of a row; codes its list does not have get a number in `retired`."""
    place = table.names.index(column.name)
    if kind == "sav" and column.type in WORDY and not column.is_numeric:
        return _Text(place, f"{table.name}.{column.name}", shortened).of
    if not column.is_numeric:
        return lambda row: row[place]
    reason_at = table.names.index(column.reason_in) if column.reason_in else None
    reasons = {reason: _missing(reason, kind) for reason in column.missing}
    only = next(iter(reasons.values())) if len(reasons) == 1 and column.reason_in is None else None
    if column.reason_in:  # that column is blank too: the reason is its own
        only = next((reasons[each] for each in table.column(column.reason_in).missing if each in reasons), None)
    return _Number(place, reason_at, column, column.numbers, reasons, only, retired).of


def _missing(reason: str, kind: Kind) -> float | str:
    code = missing_code(reason)
    return float(code.number) if kind == "sav" else code.letter


@dataclass(frozen=True)
class _Text:
    """A text that SPSS can hold; counts in `shortened` where one was longer."""

    place: int
    column: str
    shortened: Counter[str]

    def of(self, row: Sequence[Any]) -> Any:
        """The cell of one row."""
        text = row[self.place]
        if not isinstance(text, str) or len(text) * 4 <= SPSS_TEXT:
            return text
        cut = _cut(text, SPSS_TEXT)
        if cut != text:
            self.shortened[self.column] += 1
        return cut


@dataclass(frozen=True)
class _Number:
    """Makes a number of a cell, or what says why there is none."""

    place: int
    reason_at: int | None
    column: Column
    numbers: Mapping[str, int]
    reasons: Mapping[str, float | str]
    only: float | str | None
    retired: dict[str, int]

    def of(self, row: Sequence[Any]) -> float | str | None:
        """The cell of one row."""
        value = row[self.place]
        if value is None or value == "":
            reason = None if self.reason_at is None else row[self.reason_at]
            return self.reasons.get(reason) if reason else self.only
        if self.column.type != "code":
            return float(value)
        if value in self.numbers:
            return float(self.numbers[value])
        if value not in self.retired:  # it stops nothing, and its label says what it is
            self.retired[value] = self.column.number_of(value)
        return float(self.retired[value])


def _series(pandas: Any, column: Column, values: list[Any], kind: Kind) -> Any:
    if column.is_numeric:
        lettered = kind == "dta" and bool(column.missing)
        return pandas.Series(values, dtype=object if lettered else "float64")
    if column.type == "instant":
        return pandas.to_datetime(pandas.Series([value and value.removesuffix("Z") for value in values], dtype=object))
    if column.type == "date":
        dated = [date.fromisoformat(value) if isinstance(value, str) else value for value in values]
        empty = all(value is None for value in dated)
        return pandas.to_datetime(pandas.Series(dated, dtype=object)) if empty else pandas.Series(dated, dtype=object)
    return pandas.Series(["" if value is None else str(value) for value in values], dtype=object)


# --- what a file says about its columns


def _for_spss(table: Table, retired: Retired) -> dict[str, Any]:
    coded = [column for column in table.columns if column.is_numeric]
    return {
        "column_labels": {column.name: _cut(column.label[LANGUAGE], SPSS_LABEL) for column in table.columns},
        "variable_value_labels": dict(_value_labels(coded, "sav", retired)),
        "missing_ranges": {column.name: [{"lo": LOWEST, "hi": HIGHEST}] for column in coded if column.missing},
        "variable_format": {
            column.name: SPSS_FORMATS.get(column.type, DECIMALS)
            for column in table.columns
            if column.is_numeric or column.type in STATA_FORMATS
        },
        "file_label": _cut(table.label[LANGUAGE], 60),
    }


def _for_stata(table: Table, retired: Retired) -> dict[str, Any]:
    coded = [column for column in table.columns if column.is_numeric]
    return {
        "column_labels": {
            column.name: _cut(column.label[LANGUAGE], STATA_LABEL, bytes_too=False) for column in table.columns
        },
        "variable_value_labels": dict(_value_labels(coded, "dta", retired)),
        "missing_user_values": {
            column.name: sorted({str(_missing(reason, "dta")) for reason in column.missing})
            for column in coded
            if column.missing
        },
        "variable_format": {
            column.name: STATA_FORMATS[column.type] for column in table.columns if column.type in STATA_FORMATS
        },
        "file_label": _cut(table.label[LANGUAGE], STATA_LABEL, bytes_too=False),
    }


def _value_labels(columns: Iterable[Column], kind: Kind, retired: Retired) -> Iterator[tuple[str, dict[Any, str]]]:
    for column in columns:
        meant = {number: column.values[code] for code, number in column.numbers.items()}
        labels: dict[Any, str] = dict(YES_NO) if column.type == "boolean" else dict(meant)
        labels |= {number: f"{code}{OLDER}" for code, number in retired[column.name].items()}
        labels |= {_missing(reason, kind): meaning for reason, meaning in column.missing.items()}
        if labels:
            yield column.name, {number: _cut(label, SPSS_VALUE_LABEL) for number, label in labels.items()}


def _cut(text: str, most: int, *, bytes_too: bool = True) -> str:
    """A text of at most so many bytes (or letters), with a sign where something was cut."""
    if not bytes_too:
        return text if len(text) <= most else text[: most - len("...")] + "..."
    encoded = text.encode()
    if len(encoded) <= most:
        return text
    return encoded[: most - len("...")].decode(errors="ignore") + "..."


def _forget_when(path: Path, kind: Kind) -> None:
    """Take out of a file when it was written."""
    place, instead = WRITTEN_AT[kind]
    with path.open("r+b") as file:
        if place is None:
            head = file.read(1024)
            place = head.index(b"<timestamp>") + len(b"<timestamp>") + 1
        file.seek(place)
        file.write(instead)
