"""A second way to reach a participant: sealed, one for each person, for staff alone. Nothing exports it."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from records import audit
from records.database import Tx
from records.staff_tables import SecondContact
from records.tables import table

contacts = table(SecondContact)


def keep(tx: Tx, participant_id: int, study_id: str, text: str) -> None:
    """Keep how else somebody can be reached, in place of what was kept before; the audit holds only that it was."""
    erase(tx, participant_id)
    values = {"participant_id": participant_id, "kept_at": tx.now, "kept_by": tx.actor}
    tx.run(insert(contacts), sealed_text=tx.keys.seal(text), **values)
    audit.note(tx, study_id, "second_contact:kept", study_id)


def forget(tx: Tx, participant_id: int, study_id: str) -> bool:
    """Remove what was kept; False when there was nothing."""
    if not erase(tx, participant_id):
        return False
    audit.note(tx, study_id, "second_contact:removed", study_id)
    return True


def of(tx: Tx, participant_id: int) -> str | None:
    """How else somebody can be reached, as staff wrote it; None when nothing is kept."""
    row = tx.first(select(contacts.c.sealed_text).where(contacts.c.participant_id == participant_id))
    return None if row is None else tx.keys.open(row.sealed_text)


def is_kept(tx: Tx, participant_id: int) -> bool:
    """Whether a second way is known, without opening it."""
    return tx.first(select(contacts.c.kept_at).where(contacts.c.participant_id == participant_id)) is not None


def erase(tx: Tx, participant_id: int) -> int:
    """Remove what was kept, together with everything else of a participant; gives how many."""
    return tx.run(delete(contacts).where(contacts.c.participant_id == participant_id))
