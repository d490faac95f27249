"""The CSV export: every table of one cut, its codebook and its manifest, written as a whole or not at all.

All is read in one transaction and streamed, so memory does not grow with the study and the bot goes on meanwhile. The
same cut of the same records gives the same bytes; who asked to be removed since is not in it any more.
"""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from content.exports import WORDY, exported
from content.factors import DEFAULT, factor_sets
from coordinator import codebook, manifest
from coordinator.manifest import File, Manifest
from coordinator.projections import rows_of
from coordinator.projections.cut import CHUNK, Cut
from coordinator.projections.people import left_out, sites
from records import audit

if TYPE_CHECKING:
    from content.exports import Table
    from records.database import Database, Tx

RISKY = frozenset("=+-@\t'")
FORMULA = re.compile(r"'*[=+\-@\t]")

Progress = Callable[[str, int], None]
"""Called with a table's name and its rows so far."""


class ExportRefused(Exception):
    """An export that is not made; `reason` is one line for the person who asked."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Request:
    """What is asked for; see `Cut`. `force` replaces a former export in `out`, and nothing else."""

    out: Path
    as_of: datetime | None = None
    since: datetime | None = None
    site: str | None = None
    unblind: bool = False
    free_text: bool = False
    force: bool = False
    factors: str = DEFAULT


def export_csv(database: Database, request: Request, *, actor: str, progress: Progress | None = None) -> Manifest:
    """Write the export that is asked for into its folder; gives the manifest. Raises ExportRefused.

    The audit of the study notes who took which cut before the files are in their place.
    """
    out = request.out.resolve()
    _refuse_if_taken(out, force=request.force)
    with _workshop(out) as workshop:
        with database.read() as tx:
            made = _write_all(tx, _cut(tx, request), workshop, progress or _silent)
        _note(database, made, manifest.file_of(workshop / manifest.FILE).sha256, actor)
        _put_in_place(workshop, out)
    return made


def _silent(table: str, rows: int) -> None:
    """Show no progress."""


def _cut(tx: Tx, request: Request) -> Cut:
    as_of = request.as_of or tx.now
    if as_of > tx.now:
        raise ExportRefused(f"as-of lies ahead: it is {manifest.written(tx.now)}")
    if request.since is not None and request.since > as_of:
        raise ExportRefused("since lies after the cut")
    known = sites(tx)
    if request.site is not None and request.site not in known:
        raise ExportRefused(f"no participants at site '{request.site}': {', '.join(known) or 'there are none at all'}")
    if request.factors not in factor_sets():
        raise ExportRefused(f"no factor set '{request.factors}': {', '.join(factor_sets())}")
    return Cut(as_of, request.since, request.site, request.unblind, request.free_text, request.factors)


def _write_all(tx: Tx, cut: Cut, folder: Path, progress: Progress) -> Manifest:
    tables = exported(unblinded=cut.unblinded, free_text=cut.free_text)
    apostrophes: Counter[str] = Counter()
    files = [_write_table(tx, cut, table, folder, apostrophes, progress) for table in tables]
    files += _write_codebook(folder, tables, cut)
    made = Manifest(
        as_of=manifest.written(cut.as_of),
        since=manifest.written(cut.since) if cut.since else None,
        site=cut.site,
        blinded=not cut.unblinded,
        free_text=cut.free_text,
        factor_set=cut.factors,
        versions=manifest.versions(tx, cut),
        left_out=left_out(tx, cut),
        apostrophes=dict(sorted(apostrophes.items())),
        files=tuple(files),
    )
    (folder / manifest.FILE).write_bytes(made.text().encode())
    return made


def _write_table(tx: Tx, cut: Cut, table: Table, folder: Path, apostrophes: Counter[str], progress: Progress) -> File:
    path = folder / f"{table.name}.csv"
    tally = _Tally(partial(progress, table.name))
    rows = _harmless(rows_of(tx, cut, table), table, apostrophes)
    _write_rows(path, table.names, tally.of(rows))
    return manifest.file_of(path, rows=tally.rows, columns=table.names)


def _write_codebook(folder: Path, tables: Sequence[Table], cut: Cut) -> Iterator[File]:
    path, page = folder / "codebook.csv", folder / "codebook.html"
    rows = list(codebook.rows(tables, unblinded=cut.unblinded))
    _write_rows(path, codebook.HEADER, rows)
    yield manifest.file_of(path, rows=len(rows), columns=codebook.HEADER)
    page.write_bytes(codebook.page(tables, unblinded=cut.unblinded).encode())
    yield manifest.file_of(page)


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


def _write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV file: UTF-8, no BOM, RFC 4180 with LF."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(_LineFeeds(file))
        writer.writerow(header)
        writer.writerows(rows)


class _Tally:
    """Counts the rows that pass, and reports a chunk at a time."""

    def __init__(self, report: Callable[[int], None]) -> None:
        self.rows = 0
        self._report = report

    def of(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """The rows as they are."""
        self._report(0)
        for row in rows:
            self.rows += 1
            if self.rows % CHUNK == 0:
                self._report(self.rows)
            yield row


def _harmless(rows: Iterable[Sequence[Any]], table: Table, apostrophes: Counter[str]) -> Iterator[Sequence[Any]]:
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


def _note(database: Database, made: Manifest, digest: str, actor: str) -> None:
    """Note in the study's audit who took which cut; the link holds the checksum of the manifest."""
    action = f"export:{'blinded' if made.blinded else 'unblinded'}"
    asked = [f"as_of={made.as_of}", f"since={made.since}", f"site={made.site}", f"free_text={int(made.free_text)}"]
    with database.write(actor) as tx:
        audit.note(tx, audit.STUDY, action, " ".join(asked), digest)


def _refuse_if_taken(out: Path, *, force: bool) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise ExportRefused(f"{out} is a file, not a folder")
    if not any(out.iterdir()):
        return
    if manifest.files_of_former(out) is None:
        raise ExportRefused(f"{out} is not empty and holds no former export: name another folder")
    if not force:
        raise ExportRefused(f"{out} holds a former export: name another folder, or give --force to replace it")


@contextmanager
def _workshop(out: Path) -> Iterator[Path]:
    """A folder beside `out`, readable by its owner only, that is gone afterwards whatever happens."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise ExportRefused(f"cannot write beside {out}: {error.strerror}") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(workshop: Path, out: Path) -> None:
    """Move the files to where they belong; in a former export its own files go, the manifest first and last."""
    former = manifest.files_of_former(out) if out.exists() else None
    if former is None:
        if out.exists():
            out.rmdir()
        workshop.rename(out)
        return
    (out / manifest.FILE).unlink()
    for name in former:
        (out / name).unlink(missing_ok=True)
    for path in sorted(workshop.iterdir(), key=lambda path: path.name == manifest.FILE):
        path.replace(out / path.name)
