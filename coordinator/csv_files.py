"""CSV as every reader takes it: UTF-8, no BOM, RFC 4180 with LF, and no text a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TextIO

from content.exports import WORDY

if TYPE_CHECKING:
    from pathlib import Path

    from content.exports import Table

RISKY = frozenset("=+-@\t'")
RARE = "=+@\t'\r"
MINUS_FIRST = (",-", "\n-", '"-')
"""A minus is in every date; only one at the beginning of a cell needs care."""

CHUNK = 500
"""Fewer than make the garbage collector look at them all (700); with 2,000 a million rows took a tenth longer."""

FORMULA = re.compile(r"'*[=+\-@\t]")


Report = Callable[[int], None]
"""Called with the rows so far."""


class _LineFeeds:
    """A file whose rows end in a line feed.

    The csv module quotes a lone carriage return only when its own line end has one, so it is given CR LF, and the
    row's end is put right here.
    """

    def __init__(self, file: TextIO) -> None:
        self._write = file.write

    def write(self, row: str) -> int:
        """Write one row that ends in CR LF."""
        return self._write(row[:-2] + "\n")


@dataclass(frozen=True)
class Sheet:
    """What is guarded: the name of a table, its columns, and the places of those that may hold texts."""

    name: str
    columns: Sequence[str]
    texts: Sequence[int]

    @classmethod
    def of(cls, table: Table) -> Sheet:
        """Of a table of the export."""
        places = [at for at, column in enumerate(table.columns) if column.type in WORDY]
        return cls(table.name, table.names, places)


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a CSV file; gives the number of its rows without the header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        return _write(file, header, iter(rows), lambda chunk: chunk, lambda _: None)


def write_table(path: Path, table: Table, rows: Iterable[Sequence[Any]], found: Counter[str], report: Report) -> int:
    """Write a table so that no text is taken for a formula; gives its rows, and counts in `found` what was changed.

    `report` is called with the rows so far, a chunk at a time.
    """
    return _guarded(path, Sheet.of(table), rows, found, report)


def write_texts(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]], found: Counter[str]) -> int:
    """Write a file that is about the tables in the same way; whatever of it is a text is guarded."""
    return _guarded(path, Sheet(path.stem, header, range(len(header))), rows, found, lambda _: None)


def _guarded(path: Path, sheet: Sheet, rows: Iterable[Sequence[Any]], found: Counter[str], report: Report) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        return _write(file, sheet.columns, iter(rows), lambda chunk: harmless(chunk, sheet, found), report)


Rows = Iterable[Sequence[Any]]


def _write(
    file: TextIO,
    header: Sequence[str],
    rows: Iterator[Sequence[Any]],
    made_harmless: Callable[[Rows], Rows],
    report: Report,
) -> int:
    careful = csv.writer(_LineFeeds(file))
    careful.writerow(header)
    written = 0
    report(written)
    while chunk := list(itertools.islice(rows, CHUNK)):
        text = _quickly(chunk)
        if text is None:
            careful.writerows(made_harmless(chunk))
        else:
            file.write(text)
        written += len(chunk)
        report(written)
    return written


def _quickly(chunk: Rows) -> str | None:
    """A chunk as it is written when no cell can need care; None when one may.

    A million rows hardly ever do, and looking at them cell by cell takes longer than writing them.
    """
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(chunk)
    text = written.getvalue()
    suspicious = any(sign in text for sign in RARE) or text.startswith("-") or any(pair in text for pair in MINUS_FIRST)
    return None if suspicious else text


def harmless(rows: Iterable[Sequence[Any]], sheet: Sheet, apostrophes: Counter[str]) -> Iterator[Sequence[Any]]:
    """Rows whose texts no spreadsheet takes for a formula; counts where an apostrophe was put.

    A text that has apostrophes before such a sign gets one more, so that taking one off gives every text back.
    """
    texts_of = itemgetter(*sheet.texts, sheet.texts[0])
    for row in rows:
        risky = any(text[0] in RISKY for text in texts_of(row) if text and isinstance(text, str))
        yield _escaped(row, sheet, apostrophes) if risky else row


def _escaped(row: Sequence[Any], sheet: Sheet, apostrophes: Counter[str]) -> list[Any]:
    cells = list(row)
    for at in sheet.texts:
        if isinstance(cells[at], str) and FORMULA.match(cells[at]):
            cells[at] = f"'{cells[at]}"
            apostrophes[f"{sheet.name}.{sheet.columns[at]}"] += 1
    return cells
