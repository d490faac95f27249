"""Why somebody was told of a weekly session, in one sentence from the ledger."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from records import due, sessions
from records.database import Tx
from records.person import person_of, protocol_of
from study.person import local_at
from study.plan import opened_sessions


def why_session(tx: Tx, row: Row[Any], code: str) -> str | None:
    """What was due of a session, what went out, and what was done of it; None when no session is called so.

    The sentence says nothing that differs between the arms.
    """
    rules = protocol_of(row)
    planned = {each.code: each for arm in rules.arms.values() for each in arm.sessions}.get(code)
    if planned is None:
        return None
    opening = f"{row.study_id} {code}: opens in week {planned.unlock_week}, counted from {rules.course.anchor}"
    today = local_at(tx.now, row.zone).date()
    if code not in opened_sessions(rules, person_of(tx, row), today):
        return f"{opening}; not open yet."
    told = [_told(each) for each in due.all_of(tx, row.id) if each.payload.get("session") == code]
    (stands,) = (each for each in sessions.open_to(tx, row, today) if each.code == code)
    done = "done as a whole" if stands.done else f"{len(stands.parts)} parts done"
    return f"{opening}; {'; '.join(told) or 'no message is written'}; {done}."


def _told(row: Any) -> str:
    sent = " went out" if row.sent_at is not None else ""
    reason = f" ({row.reason})" if row.reason else ""
    return f"{row.item} {row.due_local.replace('T', ' ')[:16]}{sent} → {row.state}{reason}"
