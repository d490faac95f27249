"""Why somebody got a prompt before a dose, a reminder of practice or the closing talk: one sentence from the ledger."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Row

from records import due
from records.database import Tx

BECAUSE = {
    "pre_dose": "chosen by the person for this medicine and its usual times",
    "practice_nudge": "the protocol reminds of practice in these weeks",
    "closing": "the last check-in has closed",
}


def why_prompt(tx: Tx, row: Row[Any], asked: str) -> str | None:
    """What became of one (`practice_nudge/2026-03-08`) or of all so far (`pre_dose`); None for anything else."""
    item, _, occurrence = asked.partition("/")
    if item not in BECAUSE:
        return None
    known = [each for each in due.all_of(tx, row.id) if each.item == item and each.due_at <= tx.now]
    found = [each for each in known if each.occurrence.startswith(occurrence)]
    if not found:
        return f"{row.study_id} {asked}: nothing was due ({BECAUSE[item]})."
    ends = Counter(each.state for each in found)
    counted = ", ".join(f"{count} {state}" for state, count in sorted(ends.items(), key=lambda e: (-e[1], e[0])))
    last = found[-1]
    went_out = " went out" if last.sent_at is not None else ""
    reason = f" ({last.reason})" if last.reason else ""
    when = last.due_local.replace("T", " ")[:16]
    return (
        f"{row.study_id} {asked}: {BECAUSE[item]}; {len(found)} due so far: {counted}; "
        f"the last {when}{went_out} → {last.state}{reason}."
    )
