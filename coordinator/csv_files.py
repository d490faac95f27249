"""CSV as every reader takes it: UTF-8, no BOM, RFC 4180 with LF, and no text a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
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


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a CSV file; gives the number of its rows without the header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        return _write(file, header, iter(rows), lambda chunk: chunk, lambda _: None)


def write_table(path: Path, table: Table, rows: Iterable[Sequence[Any]], found: Counter[str], report: Report) -> int:
    """Write a table so that no text is taken for a formula; gives its rows, and counts in `found` what was changed.

    `report` is called with the rows so far, a chunk at a time.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        return _write(file, table.names, iter(rows), lambda chunk: harmless(chunk, table, found), report)


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


def harmless(rows: Iterable[Sequence[Any]], table: Table, apostrophes: Counter[str]) -> Iterator[Sequence[Any]]:
    """Rows whose texts no spreadsheet takes for a formula; counts where an apostrophe was put.

    A text that has apostrophes before such a sign gets one more, so that taking one off gives every text back.
    """
    places = [at for at, column in enumerate(table.columns) if column.type in WORDY]
    texts_of = itemgetter(*places, places[0])
    for row in rows:
        risky = any(text[0] in RISKY for text in texts_of(row) if text)
        yield _escaped(row, places, table, apostrophes) if risky else row


def _escaped(row: Sequence[Any], places: list[int], table: Table, apostrophes: Counter[str]) -> list[Any]:
    cells = list(row)
    for at in places:
        if cells[at] and FORMULA.match(cells[at]):
            cells[at] = f"'{cells[at]}"
            apostrophes[f"{table.name}.{table.columns[at].name}"] += 1
    return cells
