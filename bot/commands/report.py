"""`coach report`: what the data say, as a page and a PDF, beside the export they were made from."""

from __future__ import annotations

import json as to_json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from bot.commands.calculators import OneLineCommand
from bot.commands.export import ACTOR, INSTANT, FactorSet, instant, said_once
from bot.commands.opening import open_database, using
from content.factors import DEFAULT
from coordinator.export_folder import ExportRefused
from coordinator.manifest import written
from coordinator.report.making import Asked, make

if TYPE_CHECKING:
    from records.database import Database


def add_to(app: typer.Typer, open_database: Callable[[], Database] = open_database) -> None:
    """Register the command; `open_database` is called once for each report, and what it gives is closed after it."""

    @app.command(cls=OneLineCommand)
    def report(
        out: Annotated[Path, typer.Option("--out", help="Folder to write to: a new one, or an empty one.")],
        as_of: Annotated[str | None, typer.Option("--as-of", help=f"The data as they stood then. {INSTANT}")] = None,
        site: Annotated[str | None, typer.Option("--site", help="Of one site only.")] = None,
        by_arm: Annotated[bool, typer.Option("--by-arm", help="Arms side by side; only with --unblind.")] = False,
        unblind: Annotated[bool, typer.Option("--unblind", help="Show arms in the data; only with --as.")] = False,
        acting: Annotated[
            str | None, typer.Option("--as", help="Your staff code; to unblind, one of role `unblinded`.")
        ] = None,
        factors: FactorSet = DEFAULT,
        force: Annotated[bool, typer.Option("--force", help="Replace a former report in the folder.")] = False,
        json: Annotated[bool, typer.Option("--json", help="Print the cut and the files.")] = False,
    ) -> None:
        """What the data say: report.html and report.pdf, pictures first, beside their export; all arms together."""
        cut = instant("report", "--as-of", as_of)
        with using(open_database()) as database:
            asked = Asked(out, cut or database.clock(), site, unblind, acting, by_arm, force, factors)
            try:
                with _shown_progress() as progress:
                    files = make(database, asked, actor=ACTOR, progress=progress, waiting=said_once("report"))
            except (ExportRefused, OSError) as refused:
                typer.echo(f"coach report: {refused}", err=True)
                raise typer.Exit(1) from refused
        found = {"as_of": written(asked.as_of), "by_arm": by_arm, "blinded": not unblind, "files": [*map(str, files)]}
        typer.echo(to_json.dumps(found) if json else "\n".join(map(str, files)))


@contextmanager
def _shown_progress() -> Iterator[Callable[[str], None]]:
    """What is being worked on, on stderr when somebody looks at it."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Console(stderr=True).status("report") as status:
        yield lambda stage: status.update(f"report: {stage}")
