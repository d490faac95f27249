"""An export: every table of one cut, its codebook and its manifest, written as a whole or not at all.

All is read in one transaction and streamed, so memory does not grow with the study and the bot goes on meanwhile. It
begins while nobody is writing, so that nothing the cut covers is still to come. The same cut of the same records gives
the same bytes; who asked to be removed since is not in it any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from content.analysis import Analysis, analysis
from content.export_columns import WIDE
from content.exports import VISIT, exported
from content.factors import DEFAULT, factor_sets
from content.loading import ContentRefused
from content.protocol import protocol
from content.wide import with_more
from coordinator import codebook, labelled, manifest, wordings
from coordinator.confirming import comparisons
from coordinator.csv_files import write_table, write_texts
from coordinator.described import described
from coordinator.export_folder import ExportRefused, put_in_place, refuse_if_taken, workshop
from coordinator.manifest import File, Format, Manifest
from coordinator.projections import rows_of
from coordinator.projections.changed import gone
from coordinator.projections.cut import CHUNK, Cut
from coordinator.projections.people import at_the_cut, declined_by, left_out, moved_since, sites
from coordinator.projections.sessions import meets_in_groups
from coordinator.projections.visits import answered_at
from coordinator.redcap import box
from coordinator.redcap.dictionary import answered, plan
from coordinator.redcap.places import of_items, places
from coordinator.study_days import Start, rows_without_dates, starts, without_dates
from records import audit, roster
from records.roster import UNBLINDED, NoSuchStaff
from records.waiting import Waiting

if TYPE_CHECKING:
    from content.exports import Table
    from records.database import Database, Tx

Progress = Callable[[str, int], None]
"""Called with a table's name and its rows so far."""

SCRIPTS = ("load.R", "load.py")
ANALYSIS = ("analysis.R", "analysis.py")
"""They read the CSV files of all check-ins."""

FIGURES = tuple(f"{name}.{ending}" for name in ("figures", "drawing", "showing", "pictures") for ending in ("R", "py"))
"""They also take dates, and a whole cut."""

CUT = f"cut to {labelled.SPSS_TEXT} bytes, as SPSS holds no longer text; --format csv and dta have them whole"
NO_PLAN = "no scripts of analysis, the plan does not fit the protocol"

Rows = Iterable[Sequence[Any]]


@dataclass(frozen=True)
class Request:
    """What is asked for; see `Cut`. `force` replaces a former export in `out`, and nothing else.

    `study_days`: days since enrolment stand in the place of dates, and no date is left in any file. `acting`: staff
    code of who asks; to unblind takes one whose role is `unblinded`.
    """

    out: Path
    format: Format = "csv"
    as_of: datetime | None = None
    since: datetime | None = None
    site: str | None = None
    visit: str | None = None
    unblind: bool = False
    acting: str | None = None
    free_text: bool = False
    study_days: bool = False
    force: bool = False
    factors: str = DEFAULT


def export_csv(database: Database, request: Request, *, actor: str, progress: Progress | None = None) -> Manifest:
    """Write the export as CSV; see `export`."""
    return export(database, replace(request, format="csv"), actor=actor, progress=progress)


def _nobody() -> None:
    """Tell nobody."""


def export(
    database: Database,
    request: Request,
    *,
    actor: str,
    progress: Progress | None = None,
    waiting: Callable[[], None] = _nobody,
) -> Manifest:
    """Write the export that is asked for into its folder; gives the manifest. Raises ExportRefused and Busy.

    The audit of the study notes who took which cut before the files are in their place. Either takes a moment in which
    nobody else writes: `waiting` is called each second that passes without one.
    """
    out = request.out.resolve()
    refuse_if_taken(out, force=request.force)
    in_turn = Waiting(waiting)
    with workshop(out) as folder:
        with database.settled(in_turn) as tx:
            _refuse_who_may_not(tx, request)
            cut = _cut(tx, request)
            made = _Making(tx, cut, folder, progress or _silent, request).all()
        digest = manifest.file_of(folder / manifest.FILE).sha256
        with database.write(request.acting or actor, in_turn) as tx:
            _note(tx, cut, digest)
        put_in_place(folder, out)
    return made


def _silent(table: str, rows: int) -> None:
    """Show no progress."""


def _refuse_who_may_not(tx: Tx, request: Request) -> None:
    if request.acting is None:
        if request.unblind:
            raise ExportRefused("to unblind takes somebody of the staff whose role is unblinded: --unblind --as CODE")
        return
    try:
        role = roster.role_of(tx, request.acting)
    except NoSuchStaff:
        raise ExportRefused(f"nobody on the roster has the code '{request.acting}'") from None
    if request.unblind and role != UNBLINDED:
        raise ExportRefused(f"{request.acting} may not unblind: the role is {role}, not {UNBLINDED}")


def _cut(tx: Tx, request: Request) -> Cut:
    as_of = request.as_of or tx.now
    if as_of > tx.now:
        raise ExportRefused(f"as-of lies ahead: it is {manifest.written(tx.now)}")
    if request.since is not None and request.since > as_of:
        raise ExportRefused("since lies after the cut")
    if request.study_days and request.free_text:
        raise ExportRefused("free text may name dates: ask for study days without it")
    if request.study_days and request.format == "redcap":
        raise ExportRefused("REDCap's fields are dates: ask for study days in another format")
    moved = moved_since(tx, as_of)
    _refuse_unknown("participants at site", request.site, sites(tx, moved))
    _refuse_unknown("check-in", request.visit, [visit.code for visit in protocol().visits])
    _refuse_unknown("factor set", request.factors, list(factor_sets()))
    return Cut(
        as_of=as_of,
        since=request.since,
        site=request.site,
        unblinded=request.unblind,
        free_text=request.free_text,
        factors=request.factors,
        visit=request.visit,
        declined=declined_by(tx, as_of),
        moved=moved,
    )


def _refuse_unknown(what: str, asked: str | None, known: Sequence[str]) -> None:
    if asked is not None and asked not in known:
        raise ExportRefused(f"no {what} '{asked}': {', '.join(known) or 'there are none at all'}")


@dataclass(frozen=True)
class _Making:
    """One export being made."""

    tx: Tx
    cut: Cut
    folder: Path
    progress: Progress
    asked: Request
    shortened: Counter[str] = field(default_factory=Counter)

    def all(self) -> Manifest:
        """Write all files, with the wordings in force at the cut; gives the manifest, which is the last of them."""
        with wordings.as_of(self.tx, self.cut.as_of) as unfit:
            return self._all(unfit)

    def _all(self, unfit: Sequence[ContentRefused]) -> Manifest:
        apostrophes: Counter[str] = Counter()
        if self.asked.format == "redcap":
            files = list(box.write(self.tx, self.cut, self.folder, self.progress))
        else:
            files = [self._table(table, apostrophes) for table in self._tables()]
            files += self._codebook([self._described(table) for table in self._tables()], apostrophes)
            files += self._scripts()
        made = self._manifest(files, apostrophes)
        if unfit:
            remarks = [f"{wordings.UNFIT}: {refused}" for refused in unfit]
            made = made.model_copy(update={"remarks": (*made.remarks, *remarks)})
        (self.folder / manifest.FILE).write_bytes(made.text().encode())
        return made

    def _tables(self) -> tuple[Table, ...]:
        cut = self.cut
        since = cut.since is not None
        tables = exported(unblinded=cut.unblinded, free_text=cut.free_text, visit=cut.visit, since=since)
        return tuple(self._wide(table) if table.name == WIDE else table for table in tables)

    def _wide(self, table: Table) -> Table:
        """The wide table, also with what was answered beside the protocol's list."""
        found = self.cut.once(("answered_at",), lambda: answered_at(self.tx, self.cut))
        visit = self.cut.visit
        return with_more(table, found if visit is None else [each for each in found if each[1] == visit])

    @cached_property
    def listed(self) -> dict[str, Table]:
        """The tables by name, with every list of codes written out."""
        return {table.name: table for table in described(self.tx, self.cut, self._tables())}

    @cached_property
    def starts(self) -> dict[str, Start]:
        """From where each person's days count."""
        return starts(at_the_cut(self.tx, self.cut))

    def _described(self, table: Table) -> Table:
        listed = self.listed[table.name]
        return without_dates(listed) if self.asked.study_days else listed

    def _rows(self, table: Table) -> Iterator[Sequence[Any]]:
        """The rows of a table as this export shows them; of those that are gone it is noted which they were."""
        return self._shown(table, rows_of(self.tx, self.cut, table, partial(self._note_gone, table)))

    def _note_gone(self, table: Table, row: Sequence[Any]) -> None:
        shown = without_dates(table) if self.asked.study_days else table
        for each in self._shown(table, [row]):
            gone(self.cut).add(shown, each)

    def _shown(self, table: Table, rows: Rows) -> Iterator[Sequence[Any]]:
        if self.cut.visit is not None and VISIT in table.names:
            place = table.names.index(VISIT)
            rows = (row for row in rows if row[place] == self.cut.visit)
        if self.asked.study_days:
            rows = rows_without_dates(table, rows, self.starts)
        return iter(rows)

    def _table(self, table: Table, apostrophes: Counter[str]) -> File:
        """Write one table as CSV or for a statistics program."""
        # what one table is read with no other needs: together they would take six megabytes
        self.tx.connection.engine.clear_compiled_cache()
        shown = self._described(table)
        path = self.folder / f"{table.name}.{self.asked.format}"
        report = partial(self.progress, table.name)
        if self.asked.format in ("sav", "dta"):
            rows = labelled.write(path, shown, _counted(self._rows(table), report), self.asked.format, self.shortened)
        else:
            rows = write_table(path, shown, self._rows(table), apostrophes, report)
        return manifest.file_of(path, rows=rows, columns=shown.names)

    def _codebook(self, tables: Sequence[Table], apostrophes: Counter[str]) -> Iterator[File]:
        cut = self.cut
        made = plan(unblinded=cut.unblinded, free_text=cut.free_text, beyond=answered(self.tx, cut))
        path, page = self.folder / "codebook.csv", self.folder / "codebook.html"
        listed = codebook.rows(tables, unblinded=cut.unblinded, redcap=places(made))
        rows = write_texts(path, codebook.HEADER, listed, apostrophes)
        yield manifest.file_of(path, rows=rows, columns=codebook.HEADER)
        path = self.folder / "questions.csv"
        compared = comparisons(self.tx, cut.as_of)
        questions = codebook.items(compared, dated=not self.asked.study_days, redcap=of_items(made))
        rows = write_texts(path, codebook.ITEMS_HEADER, questions, apostrophes)
        yield manifest.file_of(path, rows=rows, columns=codebook.ITEMS_HEADER)
        page.write_bytes(codebook.page(tables, unblinded=cut.unblinded, redcap=places(made)).encode())
        yield manifest.file_of(page)

    def _scripts(self) -> Iterator[File]:
        """The scripts that load this folder into R and into pandas, and those that analyse it, with their plan."""
        plan = self.plan if isinstance(self.plan, Analysis) else None
        for script in (*SCRIPTS, *(ANALYSIS if plan else ()), *(FIGURES if plan and self.drawn else ())):
            path = self.folder / script
            path.write_bytes(resources.files("coordinator").joinpath("scripts", script).read_bytes())
            yield manifest.file_of(path)
        if plan:
            path = self.folder / "analysis.dcf"
            on = self.cut.as_of.date() if self.drawn else None
            groups = meets_in_groups(self.tx, self.cut)
            path.write_bytes(plan.script(by_arm=self.cut.unblinded, on=on, groups=groups).encode())
            yield manifest.file_of(path)

    @property
    def drawn(self) -> bool:
        """Whether the figures of the report can be made of it: it is whole, and has dates."""
        return self.cut.since is None and not self.asked.study_days

    @cached_property
    def plan(self) -> Analysis | ContentRefused | None:
        """The plan of analysis where this export is one to analyse; why there is none where none fits the protocol."""
        if self.asked.format != "csv" or self.cut.visit is not None:
            return None
        try:
            return analysis()
        except ContentRefused as refused:
            return refused

    def _remarks(self) -> Iterator[str]:
        """What should be in the files, is not, and why."""
        if isinstance(self.plan, ContentRefused):
            yield f"{NO_PLAN}: {self.plan}"
        for column, times in sorted(self.shortened.items()):
            yield f"texts of {column} ({times}) are {CUT}"

    def _manifest(self, files: Sequence[File], apostrophes: Counter[str]) -> Manifest:
        cut = self.cut
        return Manifest(
            format=self.asked.format,
            as_of=None if self.asked.study_days else manifest.written(cut.as_of),
            since=None if self.asked.study_days or cut.since is None else manifest.written(cut.since),
            site=cut.site,
            visit=cut.visit,
            blinded=not cut.unblinded,
            free_text=cut.free_text,
            study_days=self.asked.study_days,
            factor_set=cut.factors,
            versions=manifest.versions(self.tx, cut),
            wordings={code: each.mark for code, each in comparisons(self.tx, cut.as_of).items()},
            left_out=left_out(self.tx, cut),
            analysis=f"{self.plan.name} {self.plan.version}" if isinstance(self.plan, Analysis) else None,
            remarks=tuple(self._remarks()),
            withheld=manifest.withheld(self._tables(), unblinded=cut.unblinded),
            apostrophes=dict(sorted(apostrophes.items())),
            files=tuple(files),
        )


def _counted(rows: Rows, report: Callable[[int], None]) -> Iterator[Sequence[Any]]:
    """The rows as they are, reported a chunk at a time."""
    report(0)
    for number, row in enumerate(rows, start=1):
        if number % CHUNK == 0:
            report(number)
        yield row


def _note(tx: Tx, cut: Cut, digest: str) -> None:
    """Note in the study's audit who took which cut; the link holds the checksum of the manifest."""
    action = f"export:{'unblinded' if cut.unblinded else 'blinded'}"
    since = manifest.written(cut.since) if cut.since else None
    asked = [f"as_of={manifest.written(cut.as_of)}", f"since={since}", f"site={cut.site}"]
    asked += [f"visit={cut.visit}"] if cut.visit else []
    audit.note(tx, audit.STUDY, action, " ".join([*asked, f"free_text={int(cut.free_text)}"]), digest)
