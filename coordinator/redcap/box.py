"""Writes the files of a REDCap project; they are handed over when our own judge has found no fault in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from coordinator import manifest
from coordinator.csv_files import write_rows
from coordinator.export_folder import ExportRefused
from coordinator.redcap import readme, sources
from coordinator.redcap.data import Progress, Row, Rows
from coordinator.redcap.dictionary import answered, plan
from coordinator.redcap.lint_files import Files
from coordinator.redcap.shape import (
    ARMS_HEADER,
    EVENT,
    EVENTS_HEADER,
    HEADER,
    MAPPING_HEADER,
    RECORD_ID,
    REPEAT_INSTANCE,
    REPEAT_INSTRUMENT,
    Project,
)

if TYPE_CHECKING:
    from pathlib import Path

    from coordinator.manifest import File
    from coordinator.projections.cut import Cut
    from coordinator.redcap.lint import Fault
    from records.database import Tx

ARMS, EVENTS, DICTIONARY, MAPPING, DATA = (
    "1_arms.csv",
    "2_events.csv",
    "3_dictionary.csv",
    "4_mapping.csv",
    "5_data.csv",
)
FIELDS, TAKEN_BACK, README = "fields.csv", "taken_back.csv", "README.txt"
PLACE = (RECORD_ID, EVENT, REPEAT_INSTRUMENT, REPEAT_INSTANCE)
FAULTS_SHOWN = 5


def write(tx: Tx, cut: Cut, folder: Path, progress: Progress) -> Iterator[File]:
    """Write the five files, then where fields come from, what was taken back, and what to click.

    Rows go to the file as they are made. `ExportRefused` names the faults if there are any.
    """
    made = plan(unblinded=cut.unblinded, free_text=cut.free_text, beyond=answered(tx, cut))
    project, columns = made.project, made.project.columns()
    rows, counted = Rows(tx, cut, made, progress), _Counted()
    written = [
        _file(folder / ARMS, ARMS_HEADER, project.arms()),
        _file(folder / EVENTS, EVENTS_HEADER, project.event_rows()),
        _file(folder / DICTIONARY, HEADER, ([row[name] for name in HEADER] for row in project.dictionary())),
        _file(folder / MAPPING, MAPPING_HEADER, project.mapping()),
        _file(folder / DATA, columns, _in_place(columns, counted.of(rows.all()))),
    ]
    progress("checks", 0)
    _refuse_faults(files(folder, project).faults(partial(progress, "checks")))
    yield from written
    yield _file(folder / FIELDS, sources.HEADER, sources.sources(made))
    if cut.visit is None:
        yield _file(folder / TAKEN_BACK, PLACE, ([row[name] for name in PLACE] for row in rows.taken_back))
    text = readme.text(made, counted.rows, records=counted.records, whole=cut.since is None and cut.visit is None)
    (folder / README).write_bytes(text.encode())
    yield manifest.file_of(folder / README)


class _Counted:
    """Rows by form that repeats, "" for check-ins, and how many records there are."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self._records: set[str] = set()

    def of(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows as they are."""
        for row in rows:
            self.rows[row.get(REPEAT_INSTRUMENT, "")] += 1
            self._records.add(row[RECORD_ID])
            yield row

    @property
    def records(self) -> int:
        """How many people the rows are of."""
        return len(self._records)


def _in_place(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[list[str]]:
    """The cells of each row under their columns; `KeyError` for one that has none."""
    places = {name: at for at, name in enumerate(columns)}
    for row in rows:
        cells = [""] * len(columns)
        for name, cell in row.items():
            cells[places[name]] = cell
        yield cells


def _file(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> File:
    count = write_rows(path, header, rows)
    return manifest.file_of(path, rows=count, columns=tuple(header))


def files(folder: Path, project: Project) -> Files:
    """The files of a download, ready to be judged."""
    repeating = {event.unique_name: frozenset(event.forms) for event in project.events if event.repeating}
    names = (ARMS, EVENTS, DICTIONARY, MAPPING, DATA)
    arms, events, dictionary, mapping, data = (folder / name for name in names)
    return Files(arms, events, dictionary, mapping, data, repeating)


def _refuse_faults(faults: Iterator[tuple[str, Fault]]) -> None:
    shown = [f"{name}: {fault}" for name, fault in islice(faults, FAULTS_SHOWN)]
    if shown:
        more = "; and more" if next(faults, None) else ""
        raise ExportRefused(f"{'; '.join(shown)}{more}")
