"""The evening: the diary, on Sundays with the week's questions and the week's picture in one message."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from bot import lookups
from bot.desk import Desk
from bot.prompted.prompt import Prompt
from records import diary as kept
from records import due
from records.person import person_of
from study.diary import span_of

TOGETHER = "asked together"
TO_ANSWER = timedelta(days=1)
"""How long the look back on a week can be answered, unless its rule in the protocol says otherwise."""


def diary(prompt: Prompt) -> None:
    """Ask about the day that the row is about; what joins it is asked after it, or alone when no diary is needed."""
    desk, row, week = prompt.desk, prompt.row, _week(prompt)
    ends = span_of(_on(row), row.zone)[1]
    args: dict[str, Any] = {"anchor_on": _anchor_on(prompt), "away": bool(prompt.missed)}
    if lookups.view(desk).medicines and not is_answered(desk, row.payload["on"]):
        closes_at = max(ends, row.look_at + TO_ANSWER) if week is not None else ends
        prompt.begin("diary", args | {"on": row.payload["on"], "week": week, "closes_at": closes_at.isoformat()})
    elif week is not None:
        prompt.begin("weekly", args | {"week": week, "closes_at": (row.look_at + TO_ANSWER).isoformat()})
    else:
        due.close(desk.tx, row.id, "skipped", "no medicine on the list")


def is_answered(desk: Desk, on: str) -> bool:
    """True when the diary of this day was answered."""
    return kept.day(desk.tx, desk.participant.id, date.fromisoformat(on)) is not None


def still_to_ask(desk: Desk, talk: str, args: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """What is left of a talk that was put off: of a diary answered by now the week alone, None when nothing is."""
    if talk != "diary" or not is_answered(desk, args["on"]):
        return talk, args
    if args.get("week") is None:
        return None, args
    return "weekly", {name: args[name] for name in ("week", "anchor_on", "closes_at")}


def weekly(prompt: Prompt) -> None:
    """Ask about the week that ends with the day of the row, and show its picture."""
    desk, row = prompt.desk, prompt.row
    for other in due.pending_of(desk.tx, desk.participant.id):
        if other.item == "week_picture" and other.payload["on"] == row.payload["on"]:
            due.close(desk.tx, other.id, "superseded", TOGETHER)
            prompt = Prompt(desk, prompt.rules, row, prompt.silent, (*prompt.together, other), prompt.missed)
    closes_at = row.latest_at or row.look_at + TO_ANSWER
    args = {"week": _week(prompt), "anchor_on": _anchor_on(prompt), "away": bool(prompt.missed)}
    prompt.begin("weekly", args | {"closes_at": closes_at.isoformat()})


def week_picture(prompt: Prompt) -> None:
    """Offer the picture of the week by itself."""
    prompt.begin("week_picture", {"week": _week(prompt), "anchor_on": _anchor_on(prompt)})


def _on(row: Row[Any]) -> date:
    return date.fromisoformat(row.payload["on"])


def _anchor_on(prompt: Prompt) -> str:
    """The date the person counts their year from."""
    seen = person_of(prompt.desk.tx, prompt.desk.participant)
    anchor = seen.anchor_on(prompt.rules.anchor) or seen.consented_on or _on(prompt.row)
    return anchor.isoformat()


def _week(prompt: Prompt) -> dict[str, Any] | None:
    """What is asked about the week by this prompt; None when nothing is."""
    asked = {each.item: each for each in (prompt.row, *prompt.together)}
    if not {"weekly", "week_picture"} & asked.keys():
        return None
    rules, weekly_row = prompt.rules.weekly, asked.get("weekly")
    return {
        "on": prompt.row.payload["on"],
        "visit": f"week_{weekly_row.payload['week']:02d}" if weekly_row is not None else None,
        "practice": rules.practice_minutes,
        "instruments": list(rules.instruments),
        "picture": "week_picture" in asked,
    }
