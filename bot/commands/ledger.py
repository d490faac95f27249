"""`coach why`, `coach protocol`, and what `coach check --ledger` does: the books, in sentences."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from bot.commands.opening import NoDatabase, database_at_hand, load_settings, opened, refuse, using
from bot.commands.people import Json, Who, show
from bot.wordings import take_in
from content.loading import ContentRefused
from content.protocol import Protocol, shelf_in_use, shelf_of
from content.protocol import protocol as load_protocol
from coordinator import ledger
from coordinator.fitting import problems_of_people, to_look_at
from records import audit
from records.database import Database
from records.people import NoSuchParticipant
from scheduler import migrating
from scheduler.migrating import Move, MoveRefused
from study.protocol_check import Problem, problems
from study.protocol_check import diff as compared

protocol = typer.Typer(help="The protocol of the study.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(why)
    app.add_typer(protocol, name="protocol")


def why(
    study_id: Annotated[str, typer.Argument(help="The study id, such as P0007.")],
    visit: Annotated[
        str,
        typer.Argument(
            help="baseline, month_3 … month_12; a session: S1 to S8; pre_dose, practice_nudge, closing, meeting, "
            "visit_again, session_again, again, allocated, amount_check, outage, patch_assumed, check_back, travel; "
            "diary, weekly, week_picture, each also of one day: diary/2026-03-08"
        ),
    ],
) -> None:
    """Say in one sentence what was due of a check-in, a session or another thing, what went out, and how it ended."""
    with opened() as db:
        try:
            typer.echo(ledger.why(db, study_id, visit))
        except NoSuchParticipant as error:
            refuse(str(error))
        except ledger.NothingCalledSo as error:
            raise typer.BadParameter(str(error), param_hint="visit") from None


def check_ledger(*, json: bool) -> None:
    """Hold the rows against what the protocol demands; status 1 when something does not fit."""
    with opened() as db:
        found = ledger.check(db)
    show(found, json=json)
    if found:
        raise typer.Exit(1)


@protocol.command("check")
def check_protocol(
    which: Annotated[str | None, typer.Argument(help="A version, a name, or a TOML file; the one in use.")] = None,
    json: Json = False,
) -> None:
    """Refuse a protocol with place and reason: overlapping windows, prompts in quiet hours or over the cap, gaps.

    With a database, the hours and dosing times of everybody in the study are held against it too: those with no room
    for a prompt are named. Without WHICH, each person is looked at under the version they live by. Status 1 with
    anything found.
    """
    rules = _protocol(which)
    looked = _look(rules, None if which is None else rules)
    if json:
        found = [asdict(problem) for problem in looked.found]
        about = {"protocol": rules.name, "version": rules.version, "people": looked.people, "why_none": looked.why_none}
        typer.echo(json_module.dumps(about | {"problems": found}, indent=2))
    else:
        _print_problems(looked.found)
        nobody = f"no people looked at: {looked.why_none}"
        whom = nobody if looked.why_none is not None else f"{looked.people} people looked at"
        objected = f"{len(looked.found)} problems" if looked.found else "nothing to object to"
        typer.echo(f"{rules.name} {rules.version}: {objected} ({whom})", err=bool(looked.found))
    if looked.found:
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Looked:
    """What was found, among how many people; `why_none` says why nobody was looked at."""

    found: list[Problem]
    people: int
    why_none: str | None = None


def _look(rules: Protocol, for_everybody: Protocol | None) -> _Looked:
    """A protocol by itself and, where there is a database, among its people and the wordings that were imported."""
    try:
        db = database_at_hand(load_settings())
    except NoDatabase as error:
        return _Looked(problems(rules), 0, str(error))
    with using(db), db.read() as tx, Progress(transient=True, console=Console(stderr=True)) as progress:
        take_in(tx)
        rows = to_look_at(tx)
        watched = progress.track(rows, description="looking at people")
        return _Looked([*problems(rules), *problems_of_people(tx, watched, for_everybody)], len(rows))


@protocol.command("diff")
def diff(
    new: Annotated[str, typer.Argument(help="A version, a name, or a TOML file.")],
    old: Annotated[str | None, typer.Option(help="What it is compared with; the one in use.")] = None,
) -> None:
    """What changes from one protocol to another, a line each."""
    for line in compared(_protocol(old), _protocol(new)) or ["no difference"]:
        typer.echo(line)


@protocol.command("migrate")
def migrate(
    target: Annotated[str, typer.Argument(help="The version to move to, or its file beside the one in use.")],
    participant: Annotated[list[str] | None, typer.Option(help="Only this one; may be given more than once.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    who: Who = "staff",
    json: Json = False,
) -> None:
    """Move participants to another version of the protocol, with what changes for each; finished work stays finished.

    Asks the protocol check first. The version's file has to lie where the bot finds it.
    """
    rules = _on_the_shelf(_protocol(target))
    with opened() as db:
        with db.read() as tx:
            take_in(tx)
        _refuse_with_problems(rules)
        try:
            moves = _moves(db, rules, tuple(participant or ()), who, dry_run=dry_run)
        except (MoveRefused, NoSuchParticipant) as error:
            refuse(str(error))
    plain = [asdict(each) for each in moves]
    show(plain if json else [{n: _in_a_cell(v) for n, v in each.items()} for each in plain], json=json)


def _moves(db: Database, rules: Protocol, study_ids: tuple[str, ...], who: str, *, dry_run: bool) -> list[Move]:
    """Everybody is looked at before anybody is moved."""
    with db.read() as tx:
        planned = [migrating.preview(tx, row, rules) for row in migrating.to_move(tx, rules, study_ids)]
    if dry_run or not planned:
        return planned
    with db.write(who) as tx, Progress(transient=True, console=Console(stderr=True)) as progress:
        rows = migrating.to_move(tx, rules, study_ids)
        done = [migrating.move(tx, row, rules) for row in progress.track(rows, description="moving")]
        audit.note(tx, audit.STUDY, "protocol:migrated", f"{rules.name} {rules.version}: {len(done)} participants")
        return done


def _in_a_cell(value: Any) -> Any:
    return "\n".join(value) if isinstance(value, tuple) else value


def _on_the_shelf(rules: Protocol) -> Protocol:
    """The protocol as the bot will find it by its version; refused when it would not."""
    shelf = shelf_in_use()
    try:
        found = shelf.of_version(rules.version) if rules.name == shelf.name else None
    except ContentRefused:
        found = None
    if found != rules:
        refuse(f"put it beside the protocol in use, as {shelf.name}@{rules.version}.toml ({shelf.folder})")
    return rules


def _refuse_with_problems(found: Protocol) -> None:
    wrong = problems(found)
    _print_problems(wrong)
    if wrong:
        raise typer.Exit(1)


def _print_problems(found: list[Problem]) -> None:
    for problem in found:
        typer.echo(f"{problem.place}: {problem.reason}", err=True)


def _protocol(which: str | None) -> Protocol:
    """A protocol by version, name or file; the one in use without either."""
    load_settings()
    try:
        if which is None:
            return load_protocol()
        if which.endswith(".toml"):
            return shelf_of(which).in_use()
        known = shelf_in_use().versions()
        return known[which] if which in known else load_protocol(which)
    except ContentRefused as error:
        refuse(str(error))
