"""What is new or another than it was: the rows of a table at the cut beside those just before `since`.

Every table is a function of the instant of its cut, so comparing two of them leaves nothing out: neither what was taken
back, nor what only time changed. Both come sorted by their key and are gone through side by side; nothing is held.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING

from coordinator.projections.people import declined_by, moved_since

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from typing import IO, Any

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from records.database import Tx

    Row = Sequence[Any]
    Rows = Iterator[Row]

INSTANT = timedelta(microseconds=1)
"""The shortest time that both databases tell apart."""
IN_MEMORY = 1 << 20
MEDICINE = "medicine"


def before(tx: Tx, cut: Cut, since: datetime) -> Cut:
    """The cut of all that was there before an instant."""
    as_of = since - INSTANT
    made = replace(cut, as_of=as_of, since=None)
    return made.once(("before",), lambda: replace(made, declined=declined_by(tx, as_of), moved=moved_since(tx, as_of)))


def changed(now: Rows, then: Rows, table: Table, gone: Callable[[Row], None]) -> Rows:
    """The rows that were not there before, or are another than then; `gone` is called with each there is no more."""
    key = key_of(table)
    old = next(then, None)
    for row in now:
        if row != old:
            mine = key(row)
            while old is not None and key(old) < mine:
                gone(old)
                old = next(then, None)
            if row != old:
                yield row
            if old is None or mine < key(old):
                continue
        old = next(then, None)
    while old is not None:
        gone(old)
        old = next(then, None)


def key_of(table: Table) -> Callable[[Row], tuple[Any, ...]]:
    """The key of a row of a table, as its rows are sorted by it: M2 stands before M10."""
    places = [(table.names.index(name), name == MEDICINE) for name in table.key]
    return lambda row: tuple((len(row[at]), row[at]) if numbered else row[at] for at, numbered in places)


class Gone:
    """The rows that are there no more, in the order they were found; many of them wait on the disk."""

    def __init__(self) -> None:
        self._file: IO[str] = SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", newline="")  # noqa: SIM115 - below
        self._lines = csv.writer(self._file)

    def add(self, table: Table, row: Row) -> None:
        """Note a row, as the export shows it, under what its key says."""
        values = dict(zip(table.names, row, strict=True))
        self._lines.writerow([table.name, values.get("study_id"), ".".join(str(values[name]) for name in table.key)])

    def rows(self) -> Iterator[dict[str, Any]]:
        """What was noted, numbered; nothing can be noted any more."""
        self._file.seek(0)
        with self._file as lines:
            for number, (table, study_id, row_id) in enumerate(csv.reader(lines), start=1):
                yield {"number": number, "table": table, "study_id": study_id or None, "row_id": row_id}


def gone(cut: Cut) -> Gone:
    """Those of one export."""
    return cut.once(("gone",), Gone)


def taken_back(tx: Tx, cut: Cut, wanted: Table) -> Rows:
    """Rows of other tables that were there before `since` and are no more; to be made after those tables."""
    for row in gone(cut).rows():
        yield [row[name] for name in wanted.names]
