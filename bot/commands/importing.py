"""`coach import`: answers and calendars that staff took down, empty files for them, and wordings a site may use."""

from __future__ import annotations

import json as json_module
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.commands.opening import load_settings, opened, refuse
from bot.commands.people import world_of_settings
from bot.commands.upkeep import progress_of
from bot.readiness import on_call
from bot.taken_down import follow
from bot.wordings import take_in
from content.instruments import instrument as find_instrument
from content.loading import ContentRefused
from content.protocol import protocol
from coordinator import confirming
from coordinator.answer_file import FileRefused, template, written
from coordinator.calendar_file import CALENDAR, calendar_template
from coordinator.importing import Imported, Order, import_answers, import_calendar
from coordinator.wordings import bring, take_back
from records.database import Database
from records.people import NoSuchParticipant
from study.taken_down import day_in

group = typer.Typer(
    name="import", help="Bring in answers taken down by staff, and wordings of the site.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]
NOBODY = "staff"
Who = Annotated[str, typer.Option("--who", help="Your staff code, for the audit.")]


def add_to(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="import")


@group.command("template")
def print_template(
    visit: Annotated[
        list[str] | None, typer.Option(help="Only this check-in, such as month_3; may be repeated.")
    ] = None,
    instrument: Annotated[
        list[str] | None, typer.Option(help="Only this instrument, such as odi; may be repeated.")
    ] = None,
    study_id: Annotated[
        list[str] | None, typer.Option("--study-id", help="Lines for this participant; may be repeated.")
    ] = None,
    calendar: Annotated[
        bool, typer.Option("--calendar", help="The days looked back on instead, a line for each medicine and day.")
    ] = False,
    answered_on: Annotated[
        str | None, typer.Option("--answered-on", help="Of a calendar: the day of the call or form; else today.")
    ] = None,
) -> None:
    """Print a CSV to fill in: a line for each item, with the values allowed. Lines left blank are no answers.

    With --calendar: the days before the day of the call, for `coach import calendar`.
    """
    rules, visits, names = protocol(load_settings().protocol), visit or [], instrument or []
    known = [each.code for each in rules.visits]
    for code in visits:
        if code not in known:
            raise typer.BadParameter(f"one of {', '.join(known)}", param_hint="--visit")
    if calendar:
        if names:
            raise typer.BadParameter("a calendar is of no instrument", param_hint="--instrument")
        _print_calendar(visits, study_id or [], answered_on)
        return
    if answered_on is not None:
        raise typer.BadParameter("goes with --calendar", param_hint="--answered-on")
    for name in names:
        try:
            find_instrument(name)
        except KeyError:
            raise typer.BadParameter(f"there is no instrument {name}", param_hint="--instrument") from None
    for line in template(rules, visits, [find_instrument(name).code for name in names], study_id or []):
        typer.echo(line)


def _print_calendar(visits: list[str], people: list[str], answered_on: str | None) -> None:
    if not visits or not people:
        missing = "--study-id" if visits else "--visit"
        raise typer.BadParameter("a calendar is one person's, at one check-in; name both", param_hint=missing)
    day = day_in(answered_on) if answered_on is not None else None
    if answered_on is not None and day is None:
        raise typer.BadParameter("a day such as 2026-06-02", param_hint="--answered-on")
    with opened() as db, db.read() as tx:
        try:
            lines = [line for who in people for code in visits for line in calendar_template(tx, who, code, day)]
        except NoSuchParticipant as error:
            refuse(str(error))
    typer.echo("\n".join([written(CALENDAR.every), *lines]))
    if not lines:
        typer.echo("there was no list of medicines yet on these days: there is nothing to ask", err=True)


DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; keep nothing.")]
Correct = Annotated[
    str | None,
    typer.Option("--correct", help="Replace values that are there, for this reason; they stay on record."),
]
Early = Annotated[bool, typer.Option("--early", help="Take what was answered before a check-in's window opened.")]
Late = Annotated[bool, typer.Option("--late", help="Take what was answered after a check-in's window closed.")]


@group.command("answers")
def answers(
    file: Annotated[Path, typer.Argument(help="A CSV with the columns of `coach import template`.")],
    dry_run: DryRun = False,
    correct: Correct = None,
    early: Early = False,
    late: Late = False,
    who: Who = "staff",
    json: Json = False,
) -> None:
    """Bring in answers from the phone, from paper or from a licensed form: the whole file, or nothing of it.

    What is wrong is listed as file:line:column. Answers that complete a check-in end its reminders.
    """
    _bring_in(import_answers, "answers", _order(file, who, correct, dry_run=dry_run, early=early, late=late), json=json)


@group.command("calendar")
def calendar(
    file: Annotated[Path, typer.Argument(help="A CSV with the columns of `coach import template --calendar`.")],
    dry_run: DryRun = False,
    correct: Correct = None,
    early: Early = False,
    late: Late = False,
    who: Who = "staff",
    json: Json = False,
) -> None:
    """Bring in a check-in's calendar of medicines from the phone or from paper: the whole file, or nothing of it.

    0 is none at all, blank is no answer. What is wrong is listed as file:line:column.
    """
    _bring_in(import_calendar, "days", _order(file, who, correct, dry_run=dry_run, early=early, late=late), json=json)


def _order(file: Path, who: str, correct: str | None, *, dry_run: bool, early: bool, late: bool) -> Order:
    if correct is not None and not correct.strip():
        raise typer.BadParameter("say why", param_hint="--correct")
    return Order(file, who, correct.strip() if correct else None, dry_run, early, late)


def _bring_in(into: Callable[..., Imported], what: str, order: Order, *, json: bool) -> None:
    world = world_of_settings()
    with opened() as db, progress_of("import") as progress:
        with db.read() as tx:
            staffed = on_call(world, tx)
            take_in(tx)
        try:
            done = into(db, order, follow(world), staffed=staffed, progress=progress)
        except FileRefused as error:
            _end(error, json=json)
    typer.echo(done.model_dump_json(indent=2) if json else "\n".join(_told(done, what)))


@group.command("instrument")
def instrument(
    file: Annotated[Path | None, typer.Argument(help="The wording as TOML; docs/importing.md shows its form.")] = None,
    withdraw: Annotated[
        str | None, typer.Option("--withdraw", help="Ask this instrument no more, such as gad7; its answers stay.")
    ] = None,
    confirm: Annotated[
        str | None,
        typer.Option("--confirm", help="You have compared its words with the published form, such as rmdq."),
    ] = None,
    unconfirm: Annotated[
        str | None, typer.Option("--unconfirm", help="The words of this one count as not compared again.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check the file.")] = False,
    who: Who = NOBODY,
    json: Json = False,
) -> None:
    """Bring in the wording of an instrument that the site may use: checked, then asked in the chat within a minute.

    With `--confirm` instead, somebody of the site vouches for a wording that came with the program (`--who`); `coach
    check` names those nobody has compared, and every export carries the mark.
    """
    if sum(each is not None for each in (file, withdraw, confirm, unconfirm)) != 1:
        raise typer.BadParameter(
            "name a file, or an instrument with --withdraw, --confirm or --unconfirm", param_hint="file"
        )
    if confirm is not None and who == NOBODY:
        raise typer.BadParameter("who has compared it? a staff code", param_hint="--who")
    with opened() as db:
        if confirm is not None or unconfirm is not None:
            _vouch(db, confirm, unconfirm, who, json=json)
        if withdraw is not None:
            if not take_back(db, withdraw, who):
                refuse(f"no wording of {withdraw} was imported")
            typer.echo(
                json_module.dumps({"instrument": withdraw, "asked": False}) if json else f"{withdraw}: withdrawn"
            )
        elif file is not None:
            _bring(db, file, who, dry_run=dry_run, json=json)


def _vouch(db: Database, confirm: str | None, unconfirm: str | None, who: str, *, json: bool) -> None:
    """Keep or take back that the words of an instrument were compared with the published form."""
    code = confirm or unconfirm or ""
    try:
        done = confirming.confirm(db, code, who) if confirm is not None else confirming.take_back(db, code, who)
    except confirming.NothingToConfirm as error:
        refuse(str(error))
    if unconfirm is not None and not done:
        refuse(f"nobody has confirmed {code}")
    said = "not compared" if unconfirm is not None else f"confirmed by {who}" if done else "is confirmed already"
    typer.echo(json_module.dumps({"instrument": code, "confirmed": confirm is not None}) if json else f"{code}: {said}")


def _bring(db: Database, file: Path, who: str, *, dry_run: bool, json: bool) -> None:
    with db.read() as tx:
        staffed = on_call(world_of_settings(), tx)
    try:
        brought = bring(db, file, who, staffed=staffed, dry_run=dry_run)
    except ContentRefused as error:
        for reason in error.reasons:
            typer.echo(f"{error.file}: {reason}", err=True)
        refuse(f"{error.file}: {len(error.reasons)} wrong; nothing was imported")
    asked = brought.instrument
    found = {
        "instrument": asked.code,
        "items": len(asked.items),
        "asked_at": list(asked.asked_at),
        "new": brought.new,
        "dry_run": dry_run,
    }
    what = "would be imported" if dry_run else "imported" if brought.new else "is there already"
    where = ", ".join(asked.asked_at) or "where the protocol names it"
    typer.echo(
        json_module.dumps(found) if json else f"{asked.code}: {len(asked.items)} items, {what}; asked at: {where}"
    )


def _end(error: FileRefused, *, json: bool) -> NoReturn:
    if json:
        wrong = [{"line": w.line, "column": w.column, "problem": w.problem} for w in error.wrong]
        typer.echo(json_module.dumps({"file": error.file, "imported": False, "wrong": wrong}, indent=2))
    for line in error.lines:
        typer.echo(line, err=True)
    refuse(str(error))


def _told(done: Imported, what: str) -> list[str]:
    new = done.written + done.corrected
    would = "would be " if done.dry_run else ""
    lines = [f"{done.file}: {done.written} {what} {would}written, {done.corrected} {would}corrected"]
    if done.there_already:
        lines.append(f"{done.there_already} are there already" + ("; nothing was doubled" if not new else ""))
    if done.left_blank:
        lines.append(f"{done.left_blank} lines are blank and no answers")
    for each in done.visits:
        left = f"; {each.calendar_open} days of its calendar have no answer" if each.calendar_open else ""
        lines.append(f"{each.study_id} {each.visit}: {each.status}, {each.timing}{left}")
    lines += [f"{told.study_id} {told.visit}: alert {told.rule}, tier {told.tier}" for told in done.alerts]
    return lines
