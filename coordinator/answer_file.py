"""The CSV of answers that staff took down: its columns, an empty one to fill in, and reading it line by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from content.instruments import instrument
from content.medicines import limit
from study.taken_down import allowed, names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from content.instruments import Instrument
    from content.protocol import Protocol


@dataclass(frozen=True)
class Columns:
    """The columns a file may have, those it needs, and the command that prints one to fill in.

    `label` and `allowed` help to fill it in; nothing in them is read.
    """

    every: tuple[str, ...]
    needed: tuple[str, ...]
    printed_by: str


ANSWERS = Columns(
    every=(
        "study_id",
        "visit",
        "instrument",
        "item",
        "value",
        "status",
        "version",
        "answered_on",
        "answered_at",
        "mode",
        "taken_by",
        "allowed",
    ),
    needed=("study_id", "visit", "instrument", "item", "value", "answered_on", "mode", "taken_by"),
    printed_by="coach import template",
)
SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong: the line (the header is 1), the column, the reason with what is allowed."""

    line: int
    column: str
    problem: str


class FileRefused(Exception):
    """A file of which nothing was taken over; carries everything that is wrong with it, by line."""

    def __init__(self, file: str, wrong: Sequence[Wrong]) -> None:
        self.file = file
        self.wrong = tuple(sorted(wrong, key=lambda each: each.line))
        super().__init__(f"{file}: {len(self.wrong)} wrong; nothing was imported")

    @property
    def lines(self) -> tuple[str, ...]:
        """Each as `file:line:column: reason`."""
        return tuple(f"{self.file}:{each.line}:{each.column}: {each.problem}" for each in self.wrong)


@dataclass(frozen=True)
class Line:
    """One line of the file: its number and its cells by column, without spaces around them."""

    number: int
    cells: Mapping[str, str]


def read(file: Path, columns: Columns = ANSWERS) -> tuple[Line, ...]:
    """The lines of a file; `FileRefused` when it cannot be read as such a table at all."""
    text = _text(file)
    first = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        numbered = list(_numbered(rows))
    except csv.Error as error:
        raise FileRefused(file.name, [Wrong(rows.line_num, "-", f"this is no CSV: {error}")]) from error
    header = [name.strip().lower() for name in numbered[0][1]] if numbered else []
    _check_header(file.name, header, columns)
    _check_length(file.name, len(numbered))
    wrong = [
        Wrong(number, "-", f"{len(cells)} cells where the header has {len(header)}")
        for number, cells in numbered[1:]
        if len(cells) != len(header)
    ]
    if wrong:
        raise FileRefused(file.name, wrong)
    pairs = ((number, zip(header, (c.strip() for c in cells), strict=True)) for number, cells in numbered[1:])
    return tuple(Line(number, dict(found)) for number, found in pairs)


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise FileRefused(file.name, [Wrong(line, "-", "this is not UTF-8; save the file as CSV UTF-8")]) from error
    except OSError as error:
        raise FileRefused(file.name, [Wrong(0, "-", f"the file cannot be read: {error.strerror}")]) from error


def _numbered(rows: csv.Reader) -> Iterator[tuple[int, list[str]]]:  # type: ignore[name-defined]
    before = 0
    for cells in rows:
        if any(cell.strip() for cell in cells):
            yield before + 1, cells
        before = rows.line_num


def _check_header(file: str, header: Sequence[str], columns: Columns) -> None:
    missing = [name for name in columns.needed if name not in header]
    named = [name for name in header if name]
    strange = [name for name in dict.fromkeys(named) if name not in columns.every]
    twice = [name for name in dict.fromkeys(named) if named.count(name) > 1]
    nameless = ", ".join(str(place) for place, name in enumerate(header, start=1) if not name)
    told = "without a name in the header: delete it, in a text editor the separator at the end of each line"
    wrong = [Wrong(1, nameless, f"column {nameless} is {told}")] if nameless else []
    wrong += [Wrong(1, name, f"this column is missing; `{columns.printed_by}` prints all") for name in missing]
    wrong += [Wrong(1, name, f"there is no such column; allowed: {', '.join(columns.every)}") for name in strange]
    wrong += [Wrong(1, name, "this column comes twice") for name in twice]
    if wrong:
        raise FileRefused(file, wrong)


def _check_length(file: str, lines: int) -> None:
    most = int(limit("import_most_lines"))
    if lines > most:
        reason = f"over {most} lines, for which the bot would have to wait too long; split the file"
        raise FileRefused(file, [Wrong(most + 1, "-", reason)])


def template(
    protocol: Protocol, visits: Sequence[str], instruments: Sequence[str], people: Sequence[str]
) -> Iterator[str]:
    """The lines of a file to fill in, the header first.

    Without names, all check-ins of the protocol and what each asks. `KeyError` for a check-in or an instrument there is
    none of.
    """
    yield written(ANSWERS.every)
    for study_id in people or [""]:
        for visit in visits or [each.code for each in protocol.visits]:
            asked = dict.fromkeys(name.split(".")[0] for name in instruments or protocol.visit(visit).instruments)
            for each in map(instrument, asked):
                if visit not in each.not_at:
                    yield from _to_fill_in(study_id, visit, each)


def _to_fill_in(study_id: str, visit: str, asked: Instrument) -> Iterator[str]:
    for name in names(asked):
        cells = {"study_id": study_id, "visit": visit, "instrument": asked.code, "item": name}
        cells["allowed"] = allowed(asked, name)
        yield written([cells.get(column, "") for column in ANSWERS.every])


def written(cells: Sequence[str]) -> str:
    """One line of a CSV, without its end."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="").writerow(cells)
    return buffer.getvalue()
