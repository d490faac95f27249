"""`coach allocation`: lists loaded or made, one draw for each person after the baseline, unblinding with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel

from bot.commands.opening import opened, refuse
from bot.commands.people import Json, StudyId, Who, show
from coordinator import allocating
from coordinator.allocating import DrawRefused
from records import people
from records.allocation import ListTampered
from records.people import NoSuchParticipant
from scheduler import planning
from study.allocation import ListRefused

allocation = typer.Typer(help="Who comes into which arm: sealed lists, draws, unblinding.", no_args_is_help=True)

By = Annotated[str | None, typer.Option("--by", help="Who is shown an arm: a staff code, for the audit.")]
Why = Annotated[str | None, typer.Option("--why", help="The reason, for the audit.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(allocation, name="allocation")


@contextmanager
def _refused() -> Iterator[None]:
    """Turns a refusal into status 1 with its reason."""
    try:
        yield
    except (DrawRefused, ListRefused, ListTampered, NoSuchParticipant) as error:
        refuse(str(error))


def _print(found: BaseModel, line: str, *, json: bool) -> None:
    typer.echo(found.model_dump_json(indent=2) if json else line)


@allocation.command("load")
def load(
    file: Annotated[Path, typer.Argument(help="CSV with the header sequence,stratum,arm; a stratum is a site.")],
    sha256: Annotated[str | None, typer.Option(help="The checksum its maker told; another one is refused.")] = None,
    who: Who = "staff",
    json: Json = False,
) -> None:
    """Keep a concealed list sealed, once it was checked: complete, without gaps, known sites and arms.

    Tells its SHA-256: note it down. Delete the file from this machine afterwards.
    """
    try:
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{file}: cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'})")
    with opened() as db, _refused(), db.write(who) as tx:
        loaded = allocating.load(tx, text, sha256)
    _print(loaded, _told(loaded), json=json)


@allocation.command("permute")
def permute(
    places: Annotated[int, typer.Option(min=1, max=10_000, help="At least so many places for each site.")],
    site: Annotated[list[str] | None, typer.Option(help="Only for this site; may be given more than once.")] = None,
    who: Who = "staff",
    json: Json = False,
) -> None:
    """Make a list of permuted blocks by site, with the block sizes of the protocol, and keep it sealed unseen."""
    with opened() as db, _refused(), db.write(who) as tx:
        loaded = allocating.permute(tx, places, tuple(site or ()))
    _print(loaded, _told(loaded), json=json)


def _told(loaded: allocating.Loaded) -> str:
    places = ", ".join(f"{site} {count}" for site, count in loaded.places.items())
    return f"List {loaded.number} ({loaded.made}), places: {places}\nSHA-256 {loaded.sha256}"


@allocation.command("draw")
def draw(
    study_id: StudyId,
    wrong_stratum: Annotated[
        str | None, typer.Option(help="Why the person was entered at a wrong site; needs --site.")
    ] = None,
    site: Annotated[str | None, typer.Option(help="The right site, with --wrong-stratum.")] = None,
    who: Who = "staff",
    json: Json = False,
) -> None:
    """Draw the next place of a person's site, once, after the baseline; the arm is not told here.

    With --wrong-stratum the site is put right: somebody drawn already keeps place and arm, and the place stays used.
    """
    if (wrong_stratum is None) != (site is None):
        raise typer.BadParameter("--wrong-stratum and --site go together", param_hint="--wrong-stratum")
    with opened() as db, _refused(), db.write(who) as tx:
        if wrong_stratum is not None and site is not None:
            place = allocating.correct_stratum(tx, study_id, site, wrong_stratum)
        else:
            place = allocating.draw(tx, study_id)
        planning.replan(tx, people.by_study_id(tx, study_id).id)
    where = f"list {place.list}, {place.stratum}, place {place.sequence}"
    _print(place, f"{study_id}: allocated on {place.allocated_on} ({where}), site {place.site}", json=json)


@allocation.command("show")
def show_lists(
    unblind: Annotated[bool, typer.Option("--unblind", help="Arms of the places used too; needs --by, --why.")] = False,
    by: By = None,
    why: Why = None,
    json: Json = False,
) -> None:
    """How far each list is used, by site. What is to come is never shown."""
    if unblind and not (by and why):
        raise typer.BadParameter("--by and --why are needed", param_hint="--unblind")
    with opened() as db, _refused():
        if unblind and by and why:
            with db.write(by) as tx:
                allocating.note_unblinding(tx, "counts", why)
                found = allocating.shown(tx, unblinded=True)
        else:
            with db.read() as tx:
                found = allocating.shown(tx)
    show([each.model_dump(exclude_none=True) for each in found], json=json)


@allocation.command("verify")
def verify(json: Json = False) -> None:
    """Hold lists, seeds, draws and arms against each other and the audit; status 1 when something does not fit."""
    with opened() as db:
        found = allocating.verify(db)
    if json:
        show([{"finding": each} for each in found], json=True)
    for each in found if not json else []:
        typer.echo(each, err=True)
    if found:
        raise typer.Exit(1)
    if not json:
        typer.echo("lists, draws and arms fit together")


@allocation.command("unblind")
def unblind(
    study_id: StudyId,
    by: Annotated[str, typer.Option("--by", help="Who is shown the arm: a staff code, for the audit.")],
    why: Annotated[str, typer.Option("--why", help="The reason, for the audit.")],
    json: Json = False,
) -> None:
    """Show the arm of one person; the audit notes who asked, and why."""
    with opened() as db, _refused(), db.write(by) as tx:
        arm = allocating.unblind(tx, study_id, why)
    if json:
        show([{"study_id": study_id, "arm": arm}], json=True)
    else:
        typer.echo(f"{study_id}: {arm}")
