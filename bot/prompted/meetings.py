"""Meetings of a therapy group: the reminder before one, and that one is called off."""

from __future__ import annotations

from bot.prompted.prompt import Prompt
from records import due, groups


def message(prompt: Prompt) -> None:
    """Tell of the meeting as it stands now; where it is and who leads it are read in the turn that sends it."""
    tx, payload = prompt.desk.tx, prompt.row.payload
    met = groups.meeting(tx, payload["meeting"])
    starts_at = groups.planned_start(tx, payload["meeting"])
    if starts_at is None or (met.starts_at is None) != payload["off"]:
        due.close(tx, prompt.row.id, "superseded", "the meeting was set anew")
        return
    group = groups.by_number(tx, met.group)
    args = {"meeting": met.meeting, "starts_at": starts_at.isoformat(), "off": payload["off"]}
    args |= {"therapist": tx.keys.open(group.sealed_therapist), "place": tx.keys.open(group.sealed_place)}
    prompt.begin("meeting", args)
