"""`coach why`, `coach protocol`, and what `coach check --ledger` does: the books, in sentences."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.commands.opening import opened, refuse
from bot.commands.people import show
from content.loading import ContentRefused
from content.protocol import protocol as load_protocol
from coordinator import ledger
from records.people import NoSuchParticipant
from study.protocol_check import problems

protocol = typer.Typer(help="The protocol of the study.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(why)
    app.add_typer(protocol, name="protocol")


def why(
    study_id: Annotated[str, typer.Argument(help="The study id, such as P0007.")],
    visit: Annotated[str, typer.Argument(help="baseline, month_3 … month_12; pre_dose, practice_nudge or closing")],
) -> None:
    """Say in one sentence what was due of a check-in, what went out, and how it ended."""
    with opened() as db:
        try:
            typer.echo(ledger.why(db, study_id, visit))
        except NoSuchParticipant as error:
            refuse(str(error))
        except KeyError:
            raise typer.BadParameter(f"the protocol has no check-in {visit}", param_hint="visit") from None


def check_ledger(*, json: bool) -> None:
    """Hold the rows against what the protocol demands; status 1 when something does not fit."""
    with opened() as db:
        found = ledger.check(db)
    show(found, json=json)
    if found:
        raise typer.Exit(1)


@protocol.command("check")
def check_protocol(name: Annotated[str, typer.Argument()] = "stamp") -> None:
    """Refuse a protocol with place and reason: overlapping windows, prompts in quiet hours or over the cap, gaps."""
    try:
        found = problems(load_protocol(name))
    except ContentRefused as error:
        refuse(str(error))
    for problem in found:
        typer.echo(f"{problem.place}: {problem.reason}", err=True)
    if found:
        raise typer.Exit(1)
    typer.echo(f"{name}: nothing to object to")
