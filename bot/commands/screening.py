"""`coach screening`: who is looked at under a screening number, what was decided by whom, and the sign-off."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from bot.commands.opening import opened, refuse
from bot.commands.people import Json, Who, show
from coordinator import screening as desk
from coordinator.screening import Line, ScreeningRefused
from records.screening import NoSuchScreening

screening = typer.Typer(help="Who may join: criteria, decisions, sign-off. No identity.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(help="The screening number, such as S0001.")]
By = Annotated[str, typer.Option("--by", help="Who decides or signs: a staff code, for the record.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(screening, name="screening")


@contextmanager
def _refused() -> Iterator[None]:
    """Turns a refusal into status 1 with its reason."""
    try:
        yield
    except (ScreeningRefused, NoSuchScreening) as error:
        refuse(str(error))


def _print(line: Line, *, json: bool) -> None:
    if json:
        typer.echo(line.model_dump_json(indent=2))
        return
    because = f" ({line.because})" if line.because else ""
    waiting = f", {line.unanswered} to be decided" if line.unanswered else ""
    signed = f", signed by {line.signed_by}" if line.signed_by else ", not signed"
    joined = f", joined as {line.study_id}" if line.study_id else ""
    typer.echo(f"{line.number}: {line.status}{because}{waiting}{signed}{joined}")


@screening.command("add")
def add(
    site: Annotated[str | None, typer.Option(help="A site of the protocol; the only one when it has one.")] = None,
    test: Annotated[bool, typer.Option("--test", help="A trial run: never in an export or a figure.")] = False,
    who: Who = "staff",
    json: Json = False,
) -> None:
    """Begin a screening: prints its number. Who the person is is kept elsewhere, by the site."""
    with opened() as db, _refused(), db.write(who) as tx:
        number = desk.add(tx, site, test=test)
    typer.echo(json_module.dumps({"number": number}) if json else number)


@screening.command("decide")
def decide(
    number: Number,
    by: By,
    answers: Annotated[list[str] | None, typer.Argument(help="criterion=answer, such as age=54 pregnant=no.")] = None,
    refused: Annotated[
        str | None, typer.Option(help="The person does not want to: a reason of the list, or none.")
    ] = None,
    why: Annotated[str | None, typer.Option(help="Why an answer changes.")] = None,
    json: Json = False,
) -> None:
    """Write down what was decided on criteria, or that the person does not want to take part, and why."""
    given = dict(_pair(each) for each in answers or [])
    if not given and refused is None:
        raise typer.BadParameter("criterion=answer, or --refused", param_hint="answers")
    with opened() as db, _refused(), db.write(by) as tx:
        line = desk.decide(tx, number, given, why)
        if refused is not None:
            line = desk.refuse(tx, number, refused, why)
    _print(line, json=json)


def _pair(given: str) -> tuple[str, str]:
    code, sign, answer = given.partition("=")
    if not sign or not answer.strip():
        raise typer.BadParameter(f"{given}: criterion=answer", param_hint="answers")
    return code.strip(), answer


@screening.command("sign")
def sign(number: Number, by: By, json: Json = False) -> None:
    """The investigator signs a screening, as eligible or not; a later change needs a new sign-off.

    Takes the staff code of somebody on the roster whose role is `investigator`, and who decided nothing of it.
    """
    with opened() as db, _refused(), db.write(by) as tx:
        line = desk.sign(tx, number)
    _print(line, json=json)


@screening.command("list")
def list_screenings(json: Json = False) -> None:
    """Every screening, by number."""
    with opened() as db, _refused(), db.read() as tx:
        found = desk.listed(tx)
    show(found, json=json)


@screening.command("show")
def show_one(number: Number, json: Json = False) -> None:
    """One screening: every criterion, what was decided, by whom and when."""
    with opened() as db, _refused(), db.read() as tx:
        line, decisions = desk.shown(tx, number)
    if json:
        criteria = [each.model_dump(mode="json") for each in decisions]
        typer.echo(json_module.dumps(line.model_dump(mode="json") | {"criteria": criteria}, indent=2))
        return
    _print(line, json=False)
    show(decisions, json=False)
