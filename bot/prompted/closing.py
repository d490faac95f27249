"""The closing talk after the last check-in."""

from __future__ import annotations

from bot.prompted.prompt import Prompt
from records.person import person_of
from study.plan import windows_of


def message(prompt: Prompt) -> None:
    """Thanks, the numbers of the year, and what stays."""
    visit = prompt.row.payload["after"]
    seen = person_of(prompt.desk.tx, prompt.desk.participant)
    window = next(each for each in windows_of(prompt.rules, seen) if each.visit == visit)
    args = {
        "visit": visit,
        "closes_on": window.closes_on.isoformat(),
        "goes_on": prompt.rules.closing.afterwards == "open",
    }
    prompt.begin("closing", args)
