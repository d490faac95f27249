"""The judge reads the five files themselves, as they would be uploaded: what is handed over is what was judged."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coordinator.csv_files import CHUNK
from coordinator.redcap import lint, lint_schedule
from coordinator.redcap.lint import Fault
from coordinator.redcap.lint_data import Setting, data_faults
from coordinator.redcap.shape import ARMS_HEADER, EVENTS_HEADER, FORM, HEADER, MAPPING_HEADER

if TYPE_CHECKING:
    from pathlib import Path

CELL = r'(?:"[^"]*+(?:""[^"]*+)*+"|[^",\r\n]*)'
RECORD = re.compile(rf"{CELL}(?:,{CELL})*+[\r\n]*")
"""A row as it is written: a cell with a quote in it stands in quotes, and has it doubled."""

Cells = Sequence[str]
Report = Callable[[int], None]


@dataclass(frozen=True)
class Files:
    """The files of a project, and the forms that are to repeat at an event (unique name): no file says that."""

    arms: Path
    events: Path
    dictionary: Path
    mapping: Path
    data: Path
    repeating: Mapping[str, frozenset[str]]

    def faults(self, report: Report = lambda _: None) -> Iterator[tuple[str, Fault]]:
        """The name of a file and a fault in it, file by file; a file that cannot be read is judged no further.

        `report` is called with the rows of data judged so far.
        """
        arms, events, dictionary, mapping = (
            _Sheet(path, header)
            for path, header in (
                (self.arms, ARMS_HEADER),
                (self.events, EVENTS_HEADER),
                (self.dictionary, HEADER),
                (self.mapping, MAPPING_HEADER),
            )
        )
        for sheet in (arms, events, dictionary, mapping):
            yield from ((sheet.path.name, fault) for fault in sheet.faults)
        if arms.faults or events.faults or dictionary.faults or mapping.faults:
            return
        fields = [dict(zip(HEADER, row, strict=True)) for row in dictionary.rows]
        forms = list(dict.fromkeys(field[FORM] for field in fields))
        scheduled = lint_schedule.arms_of(events.rows)
        at_event = {
            name: frozenset(form for _, event, form in mapping.rows if event == name)
            for name in dict.fromkeys((*scheduled, *(event for _, event, _ in mapping.rows)))
        }
        setting = Setting(fields, {event: found for event, found in at_event.items() if found}, self.repeating)
        for sheet, faults in (
            (arms, lint_schedule.arm_faults(arms.rows)),
            (events, lint_schedule.event_faults(events.rows, {arm for arm, _ in arms.rows})),
            (mapping, lint_schedule.mapping_faults(mapping.rows, scheduled, forms)),
            (dictionary, lint.dictionary_faults(fields, {event: at_event[event] for event in scheduled})),
        ):
            yield from ((sheet.path.name, fault) for fault in faults)
        if fields:
            yield from ((self.data.name, fault) for fault in _data(self.data, setting, report))


class _Sheet:
    """A small file: its rows without the header, or what is wrong with it as a file."""

    def __init__(self, path: Path, header: Cells) -> None:
        self.path, self.faults = path, list(_bytes(path))
        found: Cells = ()
        self.rows: list[list[str]] = []
        if not self.faults:
            found, *self.rows = [*_read(path, self.faults)] or [[]]
        if not self.faults:
            self.faults += _shape(found, self.rows, header)


def _shape(found: Cells, rows: Sequence[Cells], header: Cells) -> Iterator[Fault]:
    if tuple(header) == HEADER:
        yield from lint.header_faults(found)
    elif tuple(found) != tuple(header):
        yield Fault("E1", 1, "(header)", f"the columns are {', '.join(header)}")
    rule = "D1" if tuple(header) == HEADER else "E1"
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            yield Fault(rule, number, header[-1], f"{len(row)} cells under {len(header)} columns")


def _bytes(path: Path) -> Iterator[Fault]:
    with path.open("rb") as file:
        yield from lint.text_faults(file)


def _read(path: Path, broken: list[Fault]) -> Iterator[list[str]]:
    """The rows with their header; a quote that is not doubled or not closed is noted, and may end them."""
    read = 0
    lines: list[str] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            for cells in csv.reader(_kept(file, lines), strict=True):
                read += 1
                written = "".join(lines)
                if '"' in written and not RECORD.fullmatch(written):
                    broken.append(Fault("D12", read, "(file)", "a cell with a quote is quoted, and has it doubled"))
                lines.clear()
                yield cells
        except csv.Error as error:
            broken.append(Fault("D12", read + 1, "(file)", f"quotes are doubled and closed: {error}"))


def _kept(file: Iterable[str], lines: list[str]) -> Iterator[str]:
    for line in file:
        lines.append(line)
        yield line


def _data(path: Path, setting: Setting, report: Report) -> Iterator[Fault]:
    faults = list(_bytes(path))
    yield from faults
    if not any(fault.reason == "not UTF-8" for fault in faults):
        broken: list[Fault] = []
        rows = _read(path, broken)
        yield from data_faults(next(rows, []), _reported(rows, report), setting)
        yield from broken


def _reported(rows: Iterator[list[str]], report: Report) -> Iterator[list[str]]:
    for number, row in enumerate(rows, start=1):
        if number % CHUNK == 0:
            report(number)
        yield row
