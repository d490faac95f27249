"""`coach run`, `coach demo` and `coach check`: the processes, and what is missing before the first can begin."""

from __future__ import annotations

import asyncio
import json as json_module
from typing import Annotated

import typer
from telegram.error import BadRequest, InvalidToken

from bot import logs, readiness
from bot.commands.ledger import check_ledger
from bot.commands.opening import database_of, load_settings, open_any_database, refuse
from bot.commands.people import world_of_settings
from bot.demo import demo as run_demo
from bot.running import run as run_node
from bot.standby import AlreadyRunning, LockLost
from content.analysis import analysis
from content.check import problems as content_problems
from content.loading import ContentRefused
from content.protocol import protocol, shelf_in_use
from coordinator import alert_tests, confirming
from records.database import Database
from records.person import versions_lost
from records.schema import is_current
from study.protocol_check import problems as protocol_problems

HOW_TO_TEST = "mend the channel or find who should have answered, then: coach alert test"


def add_to(app: typer.Typer) -> None:
    """Register the three commands."""
    app.command()(run)
    app.command()(demo)
    app.command()(check)


def run() -> None:
    """Run the bot on Telegram with COACH_TELEGRAM_TOKEN, until the process is told to end."""
    settings = load_settings()
    logs.set_up(settings.log_level)
    if not settings.telegram_token.get_secret_value():
        refuse("COACH_TELEGRAM_TOKEN is not set; @BotFather gives one. Without a token, try: coach demo")
    if settings.webhook_url and not settings.webhook_secret.get_secret_value():
        refuse("COACH_WEBHOOK_SECRET is not set; a webhook needs one (1-256 letters, digits, _ or -)")
    database = database_of(settings)
    for lost in _protocols_lost(database):
        refuse(f"{lost['what']}; {lost['how']}")
    for gap in readiness.missing(world_of_settings()):
        typer.echo(f"not set: {gap.what}; {gap.how}. Until then only test people can join.", err=True)
    try:
        asyncio.run(run_node(settings, database))
    except AlreadyRunning as error:
        refuse(str(error))
    except LockLost:
        refuse("the connection to the database broke; another node may have taken over")
    except InvalidToken:
        # its own words hold the token
        refuse("Telegram does not know COACH_TELEGRAM_TOKEN; @BotFather shows the right one")
    except BadRequest as error:
        refuse(f"Telegram refused: {error}")
    except OSError as error:
        refuse(f"{settings.host} port {settings.port} cannot be used ({error.strerror}); set COACH_HOST and COACH_PORT")


def demo(
    host: Annotated[str, typer.Option(help="Where the studio listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the studio.")] = 8080,
) -> None:
    """The studio: the real bot on a pretend Telegram in your browser. No token, nothing leaves this machine."""
    logs.set_up("WARNING")
    try:
        asyncio.run(run_demo(host, port))
    except OSError as error:
        refuse(f"port {port} cannot be used ({error.strerror}); try: coach demo --port 8090")
    except KeyboardInterrupt:
        typer.echo("")


def check(
    json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
    books: Annotated[bool, typer.Option("--ledger", help="Hold what went out against the protocol instead.")] = False,
) -> None:
    """Say what is missing before real people can join; status 1 while something is."""
    if books:
        check_ledger(json=json)
        return
    found = [{"what": gap.what, "how": gap.how} for gap in readiness.missing(world_of_settings())]
    try:
        found += [{"what": f"content: {p}", "how": "see CONTRIBUTING.md"} for p in content_problems()]
    except ContentRefused as error:
        found.append({"what": f"content: {error}", "how": "mend the file named"})
    database, waiting, unsure = open_any_database(), list[readiness.Missing](), list[readiness.Missing]()
    if not is_current(database):
        found.append({"what": "database", "how": "run: coach db upgrade"})
    else:
        found += _protocols_lost(database)
        with database.read() as tx:
            found += [{"what": f"alert test: {line}", "how": HOW_TO_TEST} for line in alert_tests.failures(tx)]
            waiting = readiness.not_asked(world_of_settings(), tx)
            unsure = [_not_compared(each.instrument) for each in confirming.waiting(tx)]
    database.close()
    waiting += _no_plan()
    # after the wordings of this database were taken in: an instrument they bring is one that can be asked
    found += [{"what": f"protocol: {p.place}: {p.reason}", "how": "mend it"} for p in protocol_problems(protocol())]
    if json:
        idle, open_ = ([{"what": e.what, "how": e.how} for e in rows] for rows in (waiting, unsure))
        report = {"ready": not found, "missing": found, "not_asked": idle, "not_compared": open_}
        typer.echo(json_module.dumps(report, indent=2))
    else:
        for each in (*waiting, *unsure):
            typer.echo(f"{each.what}; {each.how}")
        for gap in found:
            typer.echo(f"missing: {gap['what']}; {gap['how']}")
        typer.echo("ready" if not found else f"{len(found)} missing: only test people can join")
    if found:
        raise typer.Exit(1)


def _not_compared(code: str) -> readiness.Missing:
    how = f"compare it, then: coach import instrument --confirm {code} --who CODE"
    return readiness.Missing(f"{code}: nobody has compared its words with the published form", how)


def _no_plan() -> list[readiness.Missing]:
    """What of the plan of analysis does not fit the protocol; people can join without one."""
    try:
        analysis()
    except ContentRefused as why:
        how = f'before a report, write one beside {shelf_in_use().file} and name it there: analysis = "plan.toml"'
        return [readiness.Missing(f"plan of analysis: {why}", how)]
    return []


def _protocols_lost(database: Database) -> list[dict[str, str]]:
    """Versions of the protocol that people live by and no file has."""
    with database.read() as tx:
        lost = versions_lost(tx)
    how = f"put the file back beside COACH_PROTOCOL, as {shelf_in_use().name}@"
    return [
        {"what": f"protocol {version} of {', '.join(who[:5])}", "how": f"{how}{version}.toml"}
        for version, who in lost.items()
    ]
