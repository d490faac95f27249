"""CSV as every reader takes it: UTF-8, no BOM, RFC 4180 with LF, and no text a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TextIO

from content.exports import WORDY

if TYPE_CHECKING:
    from pathlib import Path

    from content.exports import Table

RISKY = frozenset("=+-@\t'")
FORMULA = re.compile(r"'*[=+\-@\t]")


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
    written = itertools.count()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(_LineFeeds(file))
        writer.writerow(header)
        writer.writerows(row for row, _ in zip(rows, written, strict=False))
    return next(written)


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
