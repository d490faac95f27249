"""`coach today`, `coach checklist`, `coach alert try`, `coach alert test`: a coordinator's morning."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import alert_test
from bot.commands.opening import opened
from bot.commands.people import Json, StudyId, Who, alert, named, show, world_of_settings
from coordinator import calls, checklists
from coordinator import today as mornings
from coordinator.today import Need


def add_to(app: typer.Typer) -> None:
    """Register the commands; two of them belong to `coach alert`."""
    app.command()(today)
    app.command()(checklist)
    alert.command("try")(note_try)
    alert.command("test")(send_test)


def today(json: Json = False) -> None:
    """Who needs what today: alerts, calls, check-ins, people not reached, lists to confirm, messages that were lost."""
    with opened() as db:
        found = mornings.today(db)
    if json:
        typer.echo(found.model_dump_json(indent=2))
        return
    _listed("Participants", found.participants)
    if found.test_people:
        _listed("Test people", found.test_people)
    if found.installation:
        _listed("The installation", found.installation)


def _listed(title: str, needs: list[Need]) -> None:
    typer.echo(title)
    show(needs, json=False)


def checklist(
    study_id: StudyId,
    done: Annotated[str | None, typer.Option("--done", help="An item that was talked about.")] = None,
    who: Who = "staff",
    json: Json = False,
) -> None:
    """What was said at the beginning and is to be talked about: no alert was raised for it."""
    with opened() as db, named():
        if done is not None:
            checklists.done(db, study_id, done, who)
        show(checklists.of(db, study_id), json=json)


def note_try(
    number: int,
    result: Annotated[str, typer.Option(help="no answer, voicemail, spoke, wrong number or other.")],
    note: Annotated[str | None, typer.Option(help="What else is worth knowing; kept with the alert, sealed.")] = None,
    who: Who = "staff",
) -> None:
    """Note a try to call somebody, and say when to try next."""
    with opened() as db, named():
        typer.echo(calls.tried(db, number, result, who, note))


def send_test(who: Who = "staff") -> None:
    """Send a test alert through every channel now; acknowledge it with: coach alert ack."""
    world = world_of_settings()
    with opened() as db, db.write(who) as tx:
        raised = alert_test.send_test(world, tx)
    typer.echo(f"test alert {raised.id} is on its way; whoever reads it: coach alert ack {raised.id} --who CODE")
