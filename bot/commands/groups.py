"""`coach group`: therapist-led groups, their members, meetings and attendance."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated
from zoneinfo import available_timezones

import typer

from bot.commands.opening import opened, refuse
from bot.commands.people import Json, StudyId, Who, show
from coordinator import grouping
from coordinator.grouping import STATUSES
from records.database import Database
from records.groups import NoSuchGroup
from records.people import NoSuchParticipant
from scheduler.planning import replan

group = typer.Typer(help="Therapist-led groups: members, meetings, attendance.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The code of the group, such as G1; it does not tell the arm.")]
Unblind = Annotated[bool, typer.Option("--unblind", help="Show the arm.")]
Why = Annotated[str | None, typer.Option("--why", help="Why, for a correction.")]


def add_to(app: typer.Typer) -> None:
    """Register the group of commands."""
    app.add_typer(group, name="group")


@contextmanager
def _opened() -> Iterator[Database]:
    """The database; what a group cannot have ends the program with the reason."""
    with opened() as db:
        try:
            yield db
        except (NoSuchGroup, NoSuchParticipant, grouping.Refused) as error:
            refuse(str(error))


@group.command("add")
def add(
    code: Code,
    arm: Annotated[str, typer.Option(help="mbt or cbt")],
    therapist: Annotated[str, typer.Option(help="As members read it, such as 'Dr Lee'.")],
    place: Annotated[str, typer.Option(help="Where it meets: a room, or a link.")],
    site: str = "main",
    who: Who = "staff",
) -> None:
    """Add a group of one arm and site."""
    if arm not in ("mbt", "cbt"):
        raise typer.BadParameter("the arm is mbt or cbt", param_hint="--arm")
    with _opened() as db:
        grouping.add(db, code, site=site, arm=arm, therapist=therapist, place=place, who=who)
    typer.echo(f"{code} added")


@group.command("list")
def list_groups(unblind: Unblind = False, json: Json = False) -> None:
    """All groups, with the next meeting of each."""
    with _opened() as db:
        found = [each.model_dump() for each in grouping.listed(db, unblind=unblind)]
    show([_seen(each, unblind=unblind) for each in found], json=json)


def _seen(line: dict[str, object], *, unblind: bool) -> dict[str, object]:
    return line if unblind else {name: value for name, value in line.items() if name != "arm"}


@group.command("show")
def show_group(code: Code, unblind: Unblind = False, json: Json = False) -> None:
    """One group with its members and meetings, and who came."""
    with _opened() as db:
        found = _seen(grouping.shown(db, code, unblind=unblind), unblind=unblind)
    if json:
        typer.echo(json_module.dumps(found, indent=2))
        return
    for name, value in found.items():
        if name != "meetings":
            typer.echo(f"{name:14} {', '.join(value) if isinstance(value, list) else '' if value is None else value}")
    meetings = found["meetings"]
    assert isinstance(meetings, list)  # noqa: S101 - made by `grouping.shown`
    show([{**each, "attendance": _came(each["attendance"])} for each in meetings], json=False)


def _came(attendance: dict[str, str]) -> str:
    return ", ".join(f"{study_id} {status}" for study_id, status in attendance.items())


@group.command("assign")
def assign(code: Code, study_id: StudyId, who: Who = "staff", why: Why = None) -> None:
    """Put a participant into a group of their own arm and site; `none` takes them out of theirs."""
    with _opened() as db:
        grouping.assign(db, None if code == "none" else code, study_id, who=who, replan=replan, why=why)
    typer.echo(f"{study_id}: {code}")


@group.command("meeting")
def meeting(
    code: Annotated[str, typer.Argument(help="The group, or with --move and --cancel the number of the meeting.")],
    session: Annotated[str, typer.Option(help="What it is about: S1 to S8.")] = "",
    at: Annotated[str, typer.Option(help="Date and wall-clock time, such as '2026-03-10 17:00'.")] = "",
    zone: Annotated[str, typer.Option(help="The zone of that clock; without it, the site's.")] = "",
    move: Annotated[bool, typer.Option("--move", help="Another time for a meeting that was set.")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Call a meeting off; its members are told.")] = False,
    who: Who = "staff",
) -> None:
    """Set, move or call off a meeting; members are reminded as the protocol says."""
    starts = None if cancel else _local(at)
    if move or cancel:
        if (move and cancel) or not code.isdigit():
            raise typer.BadParameter("the number of a meeting, with either --move or --cancel", param_hint="code")
        with _opened() as db:
            grouping.move(db, int(code), starts, who=who, replan=replan)
        typer.echo(f"meeting {code} {'called off' if cancel else 'moved'}")
        return
    if zone and zone not in available_timezones():
        raise typer.BadParameter("an IANA zone such as America/New_York", param_hint="--zone")
    assert starts is not None  # noqa: S101 - only a meeting called off has none
    with _opened() as db:
        number = grouping.meet(db, code, session, starts, zone, who=who, replan=replan)
    typer.echo(f"meeting {number}")


def _local(text: str) -> datetime:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("a date and a time such as '2026-03-10 17:00'", param_hint="--at") from None
    if local.tzinfo is not None:
        raise typer.BadParameter("a wall-clock time without an offset; --zone says whose", param_hint="--at")
    return local


@group.command("attendance")
def attendance(number: int, study_id: StudyId, status: str, who: Who = "staff", why: Why = None) -> None:
    """Write down whether somebody came: present, absent, excused; entered again, it corrects."""
    if status not in STATUSES:
        raise typer.BadParameter(f"one of {', '.join(STATUSES)}", param_hint="status")
    with _opened() as db:
        revision = grouping.attend(db, number, study_id, status, who=who, replan=replan, why=why)
    typer.echo(f"meeting {number}, {study_id}: {status}{' (corrected)' if revision > 1 else ''}")
