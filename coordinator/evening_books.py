"""Why somebody got a diary, the questions of a week or its picture, or why not: one sentence from the ledger."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Row

from records import due
from records.database import Tx

EVENINGS = ("diary", "weekly", "week_picture")


def why_evening(tx: Tx, row: Row[Any], asked: str) -> str | None:
    """What became of one day's item (`diary/2026-03-08`) or of all so far (`diary`); None for anything else."""
    item, _, on = asked.partition("/")
    if item not in EVENINGS:
        return None
    rows = [each for each in due.all_of(tx, row.id) if each.item == item and each.look_at <= tx.now]
    found = [each for each in rows if not on or each.occurrence == on]
    if not found:
        return f"{row.study_id} {asked}: nothing was due."
    last = f"{_told(found[-1])}."
    if on:
        return f"{row.study_id} {asked}: planned by protocol {found[-1].protocol_version}; {last}"
    ends = Counter(each.state for each in found)
    counted = ", ".join(f"{ends[state]} {state}" for state in sorted(ends, key=lambda state: (-ends[state], state)))
    since = found[0].occurrence
    return (
        f"{row.study_id} {item}: {len(found)} due since {since} ({counted}); the last, {found[-1].occurrence}: {last}"
    )


def _told(row: Row[Any]) -> str:
    sent = ", went out" if row.sent_at is not None else ", did not go out by itself"
    reason = f" ({row.reason})" if row.reason else ""
    return f"{row.due_local.replace('T', ' ')[:16]}{sent} → {row.state}{reason}"
