"""Why somebody got what is neither check-in nor session nor evening: one sentence from the ledger."""

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
    "meeting": "members of a group are told before each meeting, and when one is called off",
    "visit_again": "the person chose a time to be asked for a check-in again",
    "session_again": "the person chose a time to be asked for a session again",
    "again": "the person put a prompt off to a time of their own",
    "check_back": "the person decided on later in a pause, and when to be asked",
    "allocated": "who is allocated is told when the sessions begin",
    "amount_check": "who took much less than before is asked what changed",
    "outage": "after more than a day away each person is told that messages may be lost",
    "patch_assumed": "a patch nobody took off is noted as taken off after the time it is worn",
    "travel": "the zone changes at the midnight at which a travel begins or ends",
}


def why_prompt(tx: Tx, row: Row[Any], asked: str) -> str | None:
    """What became of one (`practice_nudge/2026-03-08`) or of all so far (`pre_dose`); None for anything else."""
    item, _, occurrence = asked.partition("/")
    if item not in BECAUSE:
        return None
    mine = [each for each in due.all_of(tx, row.id) if each.item == item and each.occurrence.startswith(occurrence)]
    found = [each for each in mine if each.look_at <= tx.now or each.state != "pending"]
    coming = [f"the next {_when(each)}" for each in mine if each not in found][:1]
    if not found:
        return f"{row.study_id} {asked}: {'; '.join(['nothing was due so far', *coming])} ({BECAUSE[item]})."
    ends = Counter(each.state for each in found)
    counted = ", ".join(f"{count} {state}" for state, count in sorted(ends.items(), key=lambda e: (-e[1], e[0])))
    last = found[-1]
    went_out = " went out" if last.sent_at is not None else ""
    reason = f" ({last.reason})" if last.reason else ""
    told = [f"{len(found)} due so far: {counted}", f"the last {_when(last)}{went_out} → {last.state}{reason}", *coming]
    return f"{row.study_id} {asked}: {BECAUSE[item]}; {'; '.join(told)}."


def _when(item: Row[Any]) -> str:
    return str(item.due_local.replace("T", " ")[:16])
