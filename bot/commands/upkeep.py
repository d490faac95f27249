"""`coach backup`, `coach restore`, `coach db upgrade`, `coach audit verify`: keeping the records whole."""

from __future__ import annotations

import json as json_module
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Timer
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, TaskID
from sqlalchemy.exc import DBAPIError

from bot.commands.opening import load_settings, open_any_database, refuse
from coordinator import backup as backups
from coordinator.backup import BackupRefused, Manifest
from records import audit as chains
from records import facts, schema
from records.audit import Fault
from records.database import Database
from records.upgrade import SchemaRefused, upgrade

SHOWN_AFTER_SECONDS = 2.0
SHOWN_FAULTS = 20
OpenDatabase = Callable[[], Database]
Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]
BackupFile = Annotated[Path, typer.Argument(help="A file that `coach backup` made.")]


class Upkeep:
    """The four commands, on the database that `open_database` gives."""

    def __init__(self, open_database: OpenDatabase) -> None:
        self.open_database = open_database

    def backup(
        self,
        out: Annotated[
            Path | None, typer.Option("--out", help="The folder to write to; otherwise COACH_BACKUP_DIR.")
        ] = None,
        json: Json = False,
    ) -> None:
        """Write a backup of this moment, from which either kind of database can be restored; the bot may go on.

        The secret key is not in it: keep COACH_SECRET_KEY elsewhere, without it a backup cannot be used.
        """
        folder = out or _backup_folder()
        with self._opened() as db, progress_of("backup") as progress:
            file = backups.backup(db, folder, progress)
            manifest = backups.check(file, db.keys)
        _say(_described(manifest) | {"file": str(file)}, f"{file}: {sum(manifest.rows.values())} rows", json=json)

    def restore(
        self,
        file: BackupFile,
        accept_faults: Annotated[
            bool, typer.Option("--accept-faults", help="Restore although the audit had faults when it was backed up.")
        ] = False,
        json: Json = False,
    ) -> None:
        """Put a backup into an empty database, all or nothing, and verify it: rows, checksums, audit."""
        with self._opened() as db, progress_of("restore") as progress:
            manifest = backups.restore(db, file, progress, accept_faults=accept_faults)
        _say(_described(manifest), f"restored: {sum(manifest.rows.values())} rows of {manifest.made_at}", json=json)

    def upgrade(self, json: Json = False) -> None:
        """Bring the tables to what this release needs. Make a backup first: there is no way back but restoring it."""
        with self._opened() as db:
            applied = upgrade(db)
        steps = f"upgraded: {', '.join(applied)}" if applied else f"nothing to do: {schema.head()}"
        _say({"applied": applied, "schema": schema.head()}, steps, json=json)

    def verify(
        self,
        against: Annotated[
            Path | None, typer.Option("--against", help="A backup: its audit heads must still be in the chains.")
        ] = None,
        json: Json = False,
    ) -> None:
        """Verify the audit: every link, every fact against its link, and every head that a backup holds."""
        with self._opened() as db, progress_of("audit"):
            anchors = backups.check(against, db.keys).heads if against else {}
            faults = _faults(db, anchors)
        _say(
            {"whole": not faults, "faults": [asdict(fault) for fault in faults]},
            "\n".join(map(_line, faults[:SHOWN_FAULTS])) or "the audit is whole",
            json=json,
        )
        if faults:
            refuse(f"faults found in the audit: {len(faults)}")

    @contextmanager
    def _opened(self) -> Iterator[Database]:
        """The database; what is refused ends the program with status 1 and one line."""
        db = self.open_database()
        try:
            yield db
        except (BackupRefused, SchemaRefused) as error:
            refuse(str(error))
        except DBAPIError as error:
            refuse(f"the database refused: {str(error.orig).splitlines()[0]}")
        finally:
            db.close()


def add_to(app: typer.Typer, open_database: OpenDatabase = open_any_database) -> None:
    """Register the commands; they work on a database of any revision, so `open_database` checks none."""
    upkeep = Upkeep(open_database)
    db = typer.Typer(help="The tables of the database.", no_args_is_help=True)
    audit = typer.Typer(help="The audit trail.", no_args_is_help=True)
    app.command("backup")(upkeep.backup)
    app.command("restore")(upkeep.restore)
    db.command("upgrade")(upkeep.upgrade)
    audit.command("verify")(upkeep.verify)
    app.add_typer(db, name="db")
    app.add_typer(audit, name="audit")


def _backup_folder() -> Path:
    folder = load_settings().backup_dir
    if not folder:
        raise typer.BadParameter("name a folder, or set COACH_BACKUP_DIR", param_hint="--out")
    return Path(folder)


def _faults(db: Database, anchors: dict[str, str]) -> list[Fault]:
    if not schema.is_current(db):
        raise SchemaRefused("the database does not fit this release; run: coach db upgrade")
    with db.read() as tx:
        return [*chains.broken_links(tx), *facts.altered(tx), *chains.lost(tx, anchors)]


def _line(fault: Fault) -> str:
    return f"chain {fault.chain}, link {fault.seq}: {fault.reason}"


def _described(manifest: Manifest) -> dict[str, Any]:
    return {name: value for name, value in asdict(manifest).items() if name != "tables"}


def _say(found: dict[str, Any], line: str, *, json: bool) -> None:
    typer.echo(json_module.dumps(found, indent=2) if json else line)


@contextmanager
def progress_of(what: str, console: Console | None = None) -> Iterator[backups.Progress]:
    """A bar on the terminal's stderr, once it takes longer than a moment; gives what is told rows done, rows in all."""
    bar = Progress(console=console or Console(stderr=True), transient=True)
    task: TaskID = bar.add_task(what, total=None)
    later = Timer(SHOWN_AFTER_SECONDS, bar.start)
    later.daemon = True
    if bar.console.is_terminal:
        later.start()
    try:
        yield lambda done, of: bar.update(task, completed=done, total=of)
    finally:
        later.cancel()
        # one that was never shown would still write an empty line
        if bar.live.is_started:
            bar.stop()
