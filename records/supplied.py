"""Wordings that a site has imported: kept as they were brought, the newest of each instrument in force."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import func, insert, select, update

from records import audit
from records.database import Tx
from records.tables import SuppliedText, table

texts = table(SuppliedText)


def keep(tx: Tx, instrument: str, body: str) -> bool:
    """Keep a wording; False when it is the one in force already."""
    if in_force(tx).get(instrument) == body:
        return False
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    tx.run(insert(texts), instrument=instrument, body=body, sha256=sha256, imported_at=tx.now, imported_by=tx.actor)
    audit.note(tx, audit.STUDY, "import:instrument", instrument, sha256)
    return True


def withdraw(tx: Tx, instrument: str) -> bool:
    """Take the wording of an instrument back: it is asked no more. False when there is none in force."""
    if instrument not in in_force(tx):
        return False
    mine = (texts.c.instrument == instrument) & texts.c.withdrawn_at.is_(None)
    tx.run(update(texts).where(mine).values(withdrawn_at=tx.now, withdrawn_by=tx.actor))
    audit.note(tx, audit.STUDY, "import:instrument_withdrawn", instrument)
    return True


def in_force(tx: Tx, at: datetime | None = None) -> dict[str, str]:
    """The text of the wording in force of each instrument that has one, now or as it was at an instant."""
    found = select(texts).order_by(texts.c.id)
    if at is None:
        found = found.where(texts.c.withdrawn_at.is_(None))
    else:
        ended = texts.c.withdrawn_at.is_not(None) & (texts.c.withdrawn_at <= at)
        found = found.where(texts.c.imported_at <= at, ~ended)
    return {row.instrument: row.body for row in tx.rows(found)}


def stamp(tx: Tx) -> tuple[int, int]:
    """Two numbers that are others once a wording was imported or withdrawn."""
    row = tx.first(select(func.coalesce(func.max(texts.c.id), 0), func.count(texts.c.withdrawn_at)))
    return int(row[0]), int(row[1])
