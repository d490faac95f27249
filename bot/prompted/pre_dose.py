"""The prompt before a dose: one for all doses of that minute, never after it, never twice."""

from __future__ import annotations

from bot.prompted.prompt import Prompt
from records import due


def message(prompt: Prompt) -> None:
    """Ask whether a pause fits; doses at the same minute are asked together."""
    desk, row = prompt.desk, prompt.row
    for other in prompt.together:
        due.close(desk.tx, other.id, "superseded", "asked together")
    medicines = dict.fromkeys(each.payload["medicine"] for each in (row, *prompt.together))
    args = {
        "medicines": list(medicines),
        "at": row.payload["dose_local"][11:16],
        "minutes": prompt.rules.pre_dose.minutes_before,
        "closes_at": row.latest_at.isoformat(),
    }
    prompt.begin("pre_dose", args, fleeting=True)
