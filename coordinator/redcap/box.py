"""Writes the files of a REDCap project, once our own judge has found no fault in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from coordinator import manifest
from coordinator.csv_files import write_rows
from coordinator.export_folder import ExportRefused
from coordinator.redcap import lint, lint_data
from coordinator.redcap.data import Progress, Rows
from coordinator.redcap.dictionary import plan
from coordinator.redcap.lint import Fault
from coordinator.redcap.lint_data import Setting
from coordinator.redcap.shape import ARMS_HEADER, EVENTS_HEADER, HEADER, MAPPING_HEADER, Project

if TYPE_CHECKING:
    from pathlib import Path

    from coordinator.manifest import File
    from coordinator.projections.cut import Cut
    from records.database import Tx

ARMS, EVENTS, DICTIONARY, MAPPING, DATA = (
    "1_arms.csv",
    "2_events.csv",
    "3_dictionary.csv",
    "4_mapping.csv",
    "5_data.csv",
)
README = "README.txt"
FAULTS_SHOWN = 5


def write(tx: Tx, cut: Cut, folder: Path, progress: Progress) -> Iterator[File]:
    """Write the five files and what to click; `ExportRefused` names the faults when there are any."""
    made = plan(unblinded=cut.unblinded, free_text=cut.free_text)
    project, columns = made.project, made.project.columns()
    data = [[row.get(name, "") for name in columns] for row in Rows(tx, cut, made, progress).all()]
    _refuse_faults(EVENTS, event_faults(project))
    _refuse_faults(DICTIONARY, lint.dictionary_faults(project.dictionary()))
    _refuse_faults(DATA, lint_data.data_faults(columns, data, setting(project)))
    yield _file(folder / ARMS, ARMS_HEADER, project.arms())
    yield _file(folder / EVENTS, EVENTS_HEADER, project.event_rows())
    yield _file(folder / DICTIONARY, HEADER, ([row[name] for name in HEADER] for row in project.dictionary()))
    yield _file(folder / MAPPING, MAPPING_HEADER, project.mapping())
    yield _file(folder / DATA, columns, data)
    (folder / README).write_bytes(readme(project).encode())
    yield manifest.file_of(folder / README)


def _file(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> File:
    count = write_rows(path, header, rows)
    return manifest.file_of(path, rows=count, columns=tuple(header))


def setting(project: Project) -> Setting:
    """What the data of a project are held against."""
    forms = {event.unique_name: frozenset(event.forms) for event in project.events}
    repeating = {event.unique_name: frozenset(event.forms) for event in project.events if event.repeating}
    return Setting(project.dictionary(), forms, repeating)


def event_faults(project: Project) -> Iterator[Fault]:
    """Faults of events and mapping."""
    forms = list(dict.fromkeys(field.form for field in project.fields))
    mapping = [(event, form) for _, event, form in project.mapping()]
    return lint.event_faults((event.name for event in project.events), mapping, forms)


def _refuse_faults(name: str, faults: Iterator[Fault]) -> None:
    shown = list(islice(faults, FAULTS_SHOWN))
    if shown:
        more = "; and more" if next(faults, None) else ""
        raise ExportRefused(f"{name}: {'; '.join(str(fault) for fault in shown)}{more}")


def readme(project: Project) -> str:
    """What to click, in which order."""
    diary = next(event for event in project.events if event.repeating)
    repeating = "\n".join(f"       [x] {form}" for form in diary.forms)
    return README_TEXT.format(
        arms=ARMS, events=EVENTS, dictionary=DICTIONARY, mapping=MAPPING, data=DATA, diary=diary.name, forms=repeating
    )


README_TEXT = """A REDCap project in a box
=========================

Five files make the project and fill it. Try it in a test project first: they are held against REDCap's
published rules and fixtures and against real exports, but no REDCap was at hand to import them into.

A new project, while it is in development:

  1. Project Setup: turn on "Use longitudinal data collection with defined events".
  2. Define My Events, Upload or download arms/events: {arms}, then {events}.
     REDCap makes the unique event names itself; they come out as {mapping} and {data} name them.
  3. Designer, Data Dictionary, Upload: {dictionary}.
  4. Designate Instruments for My Events, Upload instrument-event mappings: {mapping}.
     It replaces the whole map.
  5. By hand, since REDCap takes no CSV for it in the browser:
     Project Setup, Enable optional modules, Repeating instruments and events: Enable (or Modify).
     At the event "{diary}" choose "Repeat Instruments (repeat independently of each other)", and tick
{forms}
     At all other events leave "not repeating". Save.
  6. Data Import Tool: {data} (format YYYY-MM-DD; blank values are ignored).

Later downloads: only step 6. An entry keeps its record, event and instance, so what changed is changed in
place. One that was taken back since is not in the file: it stays in REDCap until you delete it there.

What you find

  One arm in REDCap's sense, on purpose: an arm there is a schedule of events, and everybody has the same
  one. The group a person was allocated to is rand_group, and only in a download that was made unblinded.
  Blank is missing, never zero: <form>_missing lists the items without a value, each with the reason, and
  <score>_why says why there is no score.
  _dt is the clock where the person was, _utc the instant, _date a date. Yes and no are 1 and 0.
  <form>_complete is 2 (complete) or 0.
  An import sends no mail and fires no alert or trigger in REDCap.
"""
