"""Which items of a participant's checklist staff have gone through with them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, insert, select

from records import audit
from records.alert_tables import ChecklistDone
from records.database import Tx
from records.tables import table

rows = table(ChecklistDone)


def done_of(tx: Tx, participant_id: int) -> dict[str, Row[Any]]:
    """Item → who went through it, and when."""
    return {row.item: row for row in tx.rows(select(rows).where(rows.c.participant_id == participant_id))}


def done(tx: Tx, participant_id: int, study_id: str, item: str) -> bool:
    """Note that an item was gone through by who acts; False when it was already."""
    if item in done_of(tx, participant_id):
        return False
    tx.run(insert(rows), participant_id=participant_id, item=item, done_at=tx.now, done_by=tx.actor)
    audit.note(tx, study_id, "checklist:done", item)
    return True


def erase(tx: Tx, participant_id: int) -> int:
    """Drop what was gone through with a participant; gives how many items."""
    return tx.run(delete(rows).where(rows.c.participant_id == participant_id))
