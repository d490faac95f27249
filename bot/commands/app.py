"""All commands of `coach` together, or the one that is called: a command brings in what it needs, and no more."""

from __future__ import annotations

from importlib import import_module

import typer

COMMANDS = {
    "serving": ("run", "demo", "check"),
    "people": ("participant", "alert", "staff"),
    "mornings": ("today", "checklist"),
    "groups": ("group",),
    "export": ("export",),
    "report": ("report",),
    "importing": ("import",),
    "upkeep": ("backup", "restore", "db", "audit"),
    "ledger": ("why", "protocol"),
    "screening": ("screening",),
    "allocation": ("allocation",),
    "calculators": ("mme", "score"),
}
"""Module of this room → the commands it registers."""


def app(called: str | None = None) -> typer.Typer:
    """The command line with every command, or with those of the one module that has the command `called`."""
    coach = typer.Typer(
        name="coach",
        help="The mindful-pause coach: research software for studies under an ethics approval. Not a medical device.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    coach.callback()(lambda: None)  # without it, one command alone would go without its name
    for module in [module for module, commands in COMMANDS.items() if called in commands] or COMMANDS:
        import_module(f"bot.commands.{module}").add_to(coach)
    return coach
