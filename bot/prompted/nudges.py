"""The reminder of home practice, which from some week on may bring a booster."""

from __future__ import annotations

from bot.prompted.prompt import Prompt
from handlers.book import talks

DAILY = 7
BOOSTER, PRACTICE = "booster", "practice_led"


def message(prompt: Prompt) -> None:
    """Ask whether some practice fits; a booster is begun where there is one."""
    week = prompt.row.payload["week"]
    booster = bool(prompt.row.payload["booster"]) and BOOSTER in talks()
    nudges = (n for n in prompt.rules.practice.nudges if n.from_week <= week <= n.to_week)
    args = {
        "leads_to": BOOSTER if booster else PRACTICE,
        "week": week,
        "daily": any(len(each.on) == DAILY for each in nudges),
        "booster": booster,
    }
    prompt.begin("practice_nudge", args)
