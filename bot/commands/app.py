"""All commands of `coach` together."""

from __future__ import annotations

import typer

from bot.commands import (
    allocation,
    calculators,
    export,
    groups,
    importing,
    ledger,
    mornings,
    people,
    report,
    screening,
    serving,
    upkeep,
)
from bot.commands.opening import open_any_database, open_database

app = typer.Typer(
    name="coach",
    help="The mindful-pause coach: research software for studies under an ethics approval. Not a medical device.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
serving.add_to(app)
people.add_to(app)
mornings.add_to(app)
groups.add_to(app)
export.add_to(app, open_database)
report.add_to(app, open_database)
importing.add_to(app)
upkeep.add_to(app, open_any_database)
ledger.add_to(app)
screening.add_to(app)
allocation.add_to(app)
calculators.add_to(app)
