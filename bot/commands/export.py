"""`coach export`: the data of the study as files, with codebook and manifest."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.commands.calculators import OneLineCommand, refuse
from bot.commands.opening import open_database, using
from content.exports import exported
from content.factors import DEFAULT, factor_sets
from coordinator.export import Request
from coordinator.export import export as write_export
from coordinator.export_folder import ExportRefused
from coordinator.manifest import Format, written

if TYPE_CHECKING:
    from coordinator.export import Progress as Report
    from coordinator.manifest import Manifest
    from records.database import Database

ACTOR = "staff"
FactorSet = Annotated[
    str, typer.Option("--factors", help=f"Factors of the morphine equivalents: {', '.join(factor_sets())}.")
]
INSTANT = "An instant with its zone (2026-03-01T08:00:00Z), or a date: its first moment, UTC."


def add_to(app: typer.Typer, open_database: Callable[[], Database] = open_database) -> None:
    """Register the command; `open_database` is called once for each export, and what it gives is closed after it."""

    @app.command(cls=OneLineCommand)
    def export(
        out: Annotated[Path, typer.Option("--out", help="Folder to write to: a new one, or an empty one.")],
        format: Annotated[
            Format, typer.Option("--format", help="Kind of files: sav is SPSS, dta Stata, redcap a project.")
        ] = "csv",
        unblind: Annotated[
            bool, typer.Option("--unblind", help="Show arms, and exercises by name; only with --as.")
        ] = False,
        acting: Annotated[
            str | None,
            typer.Option("--as", help="Your staff code, for the audit; to unblind, one of role `unblinded`."),
        ] = None,
        free_text: Annotated[
            bool, typer.Option("--free-text", help="Add nicknames, notes and descriptions; they may say anything.")
        ] = False,
        as_of: Annotated[str | None, typer.Option("--as-of", help=f"The data as they stood then. {INSTANT}")] = None,
        since: Annotated[
            str | None,
            typer.Option(
                "--since",
                help=f"Only rows new or changed since, and which are gone; people and days stay whole. {INSTANT}",
            ),
        ] = None,
        site: Annotated[str | None, typer.Option("--site", help="Of one site only.")] = None,
        visit: Annotated[
            str | None, typer.Option("--visit", help="Of one check-in only: the people, and the tables of check-ins.")
        ] = None,
        study_days: Annotated[
            bool, typer.Option("--study-days", help="Days since enrolment in the place of dates; no date is left.")
        ] = False,
        factors: FactorSet = DEFAULT,
        force: Annotated[bool, typer.Option("--force", help="Replace a former export in the folder.")] = False,
        json: Annotated[bool, typer.Option("--json", help="Print the manifest.")] = False,
    ) -> None:
        """The data of the study as files, with codebook, manifest and loading scripts; blinded by default."""
        request = Request(
            out=out,
            format=format,
            as_of=instant("export", "--as-of", as_of),
            since=instant("export", "--since", since),
            site=site,
            visit=visit,
            study_days=study_days,
            unblind=unblind,
            acting=acting,
            free_text=free_text,
            force=force,
            factors=factors,
        )
        made, cut_at = _made(open_database, request)
        for remark in made.remarks:
            typer.echo(f"coach export: {remark}", err=True)
        typer.echo(made.text() if json else _summary(made, cut_at, out), nl=not json)


def instant(command: str, option: str, text: str | None) -> datetime | None:
    """The instant an option names; ends the command with status 2 where it names none."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        refuse(command, f"{option}: '{text}' is neither a date nor an instant like 2026-03-01T08:00:00Z")
    if found.tzinfo is None and any(c in text for c in "T :"):
        refuse(command, f"{option}: '{text}' has no zone; write Z for UTC at its end")
    return found.replace(tzinfo=found.tzinfo or UTC)


def _made(open_database: Callable[[], Database], request: Request) -> tuple[Manifest, datetime]:
    """The manifest, and the instant of the cut, which is now unless another was asked for."""
    with using(open_database()) as database:
        as_of = request.as_of or database.clock()
        asked, waiting = replace(request, as_of=as_of), said_once("export")
        try:
            with _shown_progress(request) as report:
                return write_export(database, asked, actor=ACTOR, progress=report, waiting=waiting), as_of
        except (ExportRefused, OSError) as refused:
            _end(str(refused))


def said_once(command: str) -> Callable[[], None]:
    """Says on stderr what a command waits for, the first time it is called."""
    said: list[bool] = []

    def say() -> None:
        if not said:
            typer.echo(f"coach {command}: waiting for somebody who is writing to the database", err=True)
        said.append(True)

    return say


def _tables(request: Request) -> int | None:
    """How many tables are written of a request that was not refused; None for a project made person by person."""
    if request.format == "redcap":
        return None
    since = request.since is not None
    return len(exported(unblinded=request.unblind, free_text=request.free_text, visit=request.visit, since=since))


def _end(reason: str) -> NoReturn:
    typer.echo(f"coach export: {reason}", err=True)
    raise typer.Exit(1)


@contextmanager
def _shown_progress(request: Request) -> Iterator[Report | None]:
    """A bar on stderr when somebody looks at it: tables done, and the rows of the one being written."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # takes memory, and nobody looks at most exports
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("export", total=None)
        begun: set[str] = set()

        def report(table: str, rows: int) -> None:
            if not begun:
                bar.update(task, total=_tables(request))
            begun.add(table)
            bar.update(task, completed=len(begun) - 1, description=f"{table} {rows}")

        yield report
        bar.update(task, completed=len(begun))


def _summary(made: Manifest, as_of: datetime, out: Path) -> str:
    blinded = "blinded" if made.blinded else "NOT blinded"
    text = ", with free text" if made.free_text else ""
    lines = [f"{out}: {len(made.files) + 1} files, {blinded}{text}, as of {written(as_of)}"]
    lines += [f"  {file.name}: {file.rows} rows" for file in made.files if file.rows is not None]
    return "\n".join(lines)
