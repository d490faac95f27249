"""`coach participant`, `coach alert`, `coach staff`: what coordinators do from the command line."""

from __future__ import annotations

import json as json_module
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console
from rich.table import Table

from bot.commands.opening import load_settings, opened, real_time, refuse
from bot.world import World
from content.medicines import forms
from coordinator import alerting, enrolling, reaching
from coordinator.calls import NoCallTask
from coordinator.checklists import NotOnTheList
from coordinator.enrolling import AddRefused
from coordinator.reaching import ContactRefused
from coordinator.screening import ScreeningRefused
from records import roster
from records.alerts import NoSuchAlert
from records.people import NoSuchParticipant
from records.roster import NoSuchStaff, Reader
from records.screening import NoSuchScreening
from study.facts import MedicineEpisode

participant = typer.Typer(help="Add, list and look after participants.", no_args_is_help=True)
alert = typer.Typer(help="Safety alerts: list, acknowledge, close.", no_args_is_help=True)
staff = typer.Typer(help="Who reads the chat, and when.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
Who = Annotated[str, typer.Option("--who", help="Your staff code, for the audit.")]
StudyId = Annotated[str, typer.Argument(help="The study id, such as P0001.")]


def add_to(app: typer.Typer) -> None:
    """Register the three groups of commands."""
    app.add_typer(participant, name="participant")
    app.add_typer(alert, name="alert")
    app.add_typer(staff, name="staff")


def show(rows: Sequence[BaseModel | dict[str, Any]], *, json: bool) -> None:
    """Print rows as a table, or as a JSON list."""
    plain = [r.model_dump(mode="json") if isinstance(r, BaseModel) else r for r in rows]
    if json:
        typer.echo(json_module.dumps(plain, indent=2, default=str))
        return
    if not plain:
        typer.echo("none")
        return
    table = Table(*plain[0].keys())
    for row in plain:
        table.add_row(*("" if v is None else str(v) for v in row.values()))
    Console().print(table)


def _bot_name() -> str:
    return load_settings().bot_username or "your_bot"


@participant.command("add")
def add(
    arm: Annotated[
        str | None, typer.Option(help="mbt or cbt, for test people and where the protocol draws nobody.")
    ] = None,
    test: Annotated[bool, typer.Option("--test", help="A test person: never in an export or a figure.")] = False,
    site: Annotated[str | None, typer.Option(help="A site of the protocol; the only one when it has one.")] = None,
    screening: Annotated[
        str | None, typer.Option(help="The screening that makes them a participant: eligible and signed.")
    ] = None,
    qr: Annotated[Path, typer.Option(help="Write the link as a QR code (PNG): the file, or its folder.")] = Path(),
    json: Json = False,
) -> None:
    """Add a participant: prints the study id, a single-use link, a code that can be typed, and writes a QR code.

    Until `coach allocation draw` their pauses only log.
    """
    if arm not in (None, "mbt", "cbt"):
        raise typer.BadParameter("the arm is mbt or cbt", param_hint="--arm")
    with opened() as db, named():
        way = enrolling.add(db, username=_bot_name(), arm=arm, test=test, site=site, qr=qr, screening=screening)
    _print_way(way, json=json)
    if not json:
        typer.echo(f"Ask for    a second way to reach them, then: coach participant contact {way.study_id}")


@participant.command("relink")
def relink(study_id: StudyId, qr: Path | None = None, json: Json = False) -> None:
    """A new phone: a new link for the same study id; the old chat gets nothing any more once it is used."""
    with opened() as db, named():
        way = enrolling.relink(db, study_id, username=_bot_name(), qr=qr)
    _print_way(way, json=json)


def _print_way(way: enrolling.Way, *, json: bool) -> None:
    if json:
        typer.echo(way.model_dump_json(indent=2))
        return
    typer.echo(f"Study id   {way.study_id}\nLink       {way.link}\nCode       {way.code}  (send /start and the code)")
    typer.echo(f"Expires    {way.expires_at}\nQR code    {way.qr or 'not written'}")


@participant.command("list")
def list_people(json: Json = False) -> None:
    """Everybody, by study id."""
    with opened() as db:
        show(enrolling.listed(db), json=json)


@participant.command("show")
def show_one(study_id: StudyId, json: Json = False) -> None:
    """One participant and the medicines on their list."""
    with opened() as db, named():
        found = enrolling.shown(db, study_id)
    if json:
        typer.echo(json_module.dumps(found, indent=2, default=str))
        return
    for name, value in found.items():
        if name != "medicines":
            text = ", ".join(value) if isinstance(value, list) else value
            typer.echo(f"{name:14} {'' if text is None else text}")
    show(found["medicines"], json=False)


@participant.command("medicine")
def medicine(
    study_id: StudyId,
    product: Annotated[str, typer.Option(help="Generic name, such as oxycodone.")],
    form: Annotated[str, typer.Option(help="tablet, er_tablet, capsule, liquid, drops, spray, patch, film …")],
    strength: Annotated[float, typer.Option(help="Of one unit, as on the label.")],
    unit: Annotated[str, typer.Option(help="mg, mcg, mg/mL, mcg/h")] = "mg",
    schedule: Annotated[str, typer.Option(help="scheduled or as_needed")] = "scheduled",
    usual: Annotated[float | None, typer.Option(help="Usual amount, in units of the form.")] = None,
    most: Annotated[float | None, typer.Option(help="Most in a day by the label.")] = None,
    times: Annotated[str, typer.Option(help="The person's own dosing times, 08:00,20:00")] = "",
    nickname: Annotated[str | None, typer.Option(help="What the person sees; the product otherwise.")] = None,
) -> None:
    """Put a medicine on a participant's list, as the clinic's record has it."""
    if form not in forms():
        raise typer.BadParameter(f"one of {', '.join(forms())}", param_hint="--form")
    for hint, number in (("--strength", strength), ("--usual", usual), ("--most", most)):
        if number is not None and number <= 0:
            raise typer.BadParameter("more than 0", param_hint=hint)
    try:
        episode = MedicineEpisode.model_validate(
            {
                "nickname": nickname or product,
                "product": product.lower(),
                "form": form,
                "strength": strength,
                "unit": unit,
                "schedule": schedule,
                "usual_count": usual,
                "max_per_day": most,
                "times": times,
                "starts_on": real_time().date(),
                "change": "started",
                "confirmed": True,
                "source": "staff",
            }
        )
    except ValidationError as error:
        raise typer.BadParameter("; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors())) from error
    with opened() as db, named():
        typer.echo(enrolling.give_medicine(db, study_id, episode))


@participant.command("confirm")
def confirm(study_id: StudyId, who: Who = "staff", json: Json = False) -> None:
    """Show what a person changed on their list of medicines, and confirm that it was seen."""
    with opened() as db, named():
        changed = enrolling.unconfirmed(db, study_id)
        enrolling.confirm(db, study_id, who)
    show(changed, json=json)


@participant.command("hold")
def hold(study_id: StudyId, reason: str, who: Who = "staff") -> None:
    """Stop coaching at once: hospital, bereavement, died, other; `none` goes on again."""
    if reason not in (*enrolling.HOLDS, "none"):
        raise typer.BadParameter(f"one of {', '.join(enrolling.HOLDS)}, none", param_hint="reason")
    with opened() as db, named():
        enrolling.hold(db, study_id, None if reason == "none" else reason, who)
    typer.echo(f"{study_id}: hold {reason}")


@participant.command("withdraw")
def withdraw(study_id: StudyId, level: str = "study", who: Who = "staff") -> None:
    """Withdraw somebody who asked for it: prompts, study, or data."""
    if level not in ("prompts", "study", "data"):
        raise typer.BadParameter("prompts, study or data", param_hint="--level")
    with opened() as db, named():
        enrolling.withdraw(db, study_id, level, who)
    typer.echo(f"{study_id}: withdrawn ({level})")


@participant.command("contact")
def contact(
    study_id: StudyId,
    forget: Annotated[bool, typer.Option("--forget", help="Remove what is kept.")] = False,
    who: Who = "staff",
) -> None:
    """Keep a second way to reach somebody, asked for at enrolment: typed after the command, sealed, never exported.

    `participant show` tells it; `coach today` says that there is one where somebody has to be reached.
    """
    with opened() as db, named():
        if forget:
            reaching.forget(db, study_id, who)
        else:
            # not an argument of the command, which would stay in the history of the shell
            reaching.keep(db, study_id, typer.prompt("Who, and how", default="", show_default=False), who)
    typer.echo(f"{study_id}: second contact {'removed' if forget else 'kept'}")


@participant.command("erase")
def erase(study_id: StudyId, yes: Annotated[bool, typer.Option("--yes")] = False, who: Who = "staff") -> None:
    """Remove what a person told us; the consents and the audit's hashes stay. Cannot be undone."""
    if not yes:
        typer.confirm(f"Remove all data of {study_id}? This cannot be undone.", abort=True)
    with opened() as db, named():
        removed = enrolling.erase(db, study_id, who)
    typer.echo(f"{study_id}: {removed} rows removed")


REFUSALS = (
    NoSuchParticipant,
    NoSuchAlert,
    NoSuchStaff,
    NoSuchScreening,
    NoCallTask,
    NotOnTheList,
    AddRefused,
    ContactRefused,
    ScreeningRefused,
)


class named:
    """Turns an unknown name, or what cannot be done, into status 1 with the reason."""

    def __enter__(self) -> None:
        """Nothing to set up."""

    def __exit__(self, kind: Any, error: BaseException | None, _: Any) -> None:
        """Refuse with the reason."""
        if isinstance(error, REFUSALS):
            refuse(str(error))


@alert.command("list")
def list_alerts(
    every: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False, json: Json = False
) -> None:
    """Alerts, most urgent and oldest first."""
    with opened() as db:
        show(alerting.listed(db, closed=every), json=json)


@alert.command("ack")
def ack(number: int, who: Who = "staff") -> None:
    """Somebody has seen an alert and takes care of it."""
    with opened() as db, named():
        alerting.acknowledge(db, number, who)
    typer.echo(f"alert {number} acknowledged")


@alert.command("close")
def close(number: int, action: Annotated[str, typer.Option(help="What was done.")], who: Who = "staff") -> None:
    """Close an alert, with what was done; the usual messages to the person can come again."""
    with opened() as db, named():
        alerting.close(db, number, who, action)
    typer.echo(f"alert {number} closed")


@staff.command("add")
def add_staff(
    code: str,
    name: Annotated[str, typer.Option(help="As participants read it, such as 'Dana, study nurse'.")],
    role: Annotated[
        str, typer.Option(help="`unblinded` may export arms, `investigator` signs screenings; all others may not.")
    ] = "coordinator",
    days: Annotated[str, typer.Option(help="ISO weekdays, 1 is Monday.")] = "12345",
    start: str = "09:00",
    end: str = "17:00",
    zone: str = "America/New_York",
    chat: Annotated[int | None, typer.Option(help="Their own chat: urgent alerts go there in turn.")] = None,
    mail: Annotated[str | None, typer.Option(help="Their own address for urgent alerts.")] = None,
) -> None:
    """Put somebody on the roster: participants read who reads the chat, and when.

    An urgent alert goes to them in the order in which they were added, who reads at that hour first, until it is taken.
    """
    _check_hours(days, start, end, zone)
    with opened() as db, db.write(code) as tx:
        if any(reader.code == code for reader in roster.everyone(tx)):
            refuse(f"{code} is or was on the roster: coach staff list; take another code")
        roster.add(tx, Reader(code, name, role, days, start, end, zone, chat=chat, mail=mail))
    typer.echo(f"{code} added")


def _check_hours(days: str, start: str, end: str, zone: str) -> None:
    if not days or not set(days) <= set("1234567"):
        raise typer.BadParameter("digits 1 (Monday) to 7", param_hint="--days")
    for hint, hour in (("--start", start), ("--end", end)):
        if not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", hour):
            raise typer.BadParameter("a time such as 09:00", param_hint=hint)
    if zone not in available_timezones():
        raise typer.BadParameter("an IANA zone such as America/New_York", param_hint="--zone")


@staff.command("list")
def list_staff(json: Json = False) -> None:
    """The roster."""
    with opened() as db, db.read() as tx:
        show([vars(reader) for reader in roster.everyone(tx)], json=json)


@staff.command("disable")
def disable_staff(code: str) -> None:
    """Take somebody off the roster."""
    with opened() as db, named(), db.write("staff") as tx:
        roster.disable(tx, code)
    typer.echo(f"{code} disabled")


def world_of_settings() -> World:
    """The world as the settings describe it, before Telegram was asked for the bot's name."""
    settings = load_settings()
    return World.of(settings, settings.bot_username, live=True)
