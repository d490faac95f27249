"""Which shipped wordings a site has compared with their published form: by whom, when, and taken back when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from records import audit
from records.database import Tx
from records.staff_tables import ConfirmedWording
from records.tables import table

confirmed = table(ConfirmedWording)


@dataclass(frozen=True)
class Confirmed:
    """A confirmation: of which words (SHA-256), when and by whom."""

    sha256: str
    at: datetime
    by: str


def confirm(tx: Tx, instrument: str, sha256: str) -> bool:
    """Keep that somebody has compared the wording; False when these very words are confirmed already."""
    standing = in_force(tx).get(instrument)
    if standing is not None and standing.sha256 == sha256:
        return False
    _end(tx, instrument)
    tx.run(insert(confirmed), instrument=instrument, sha256=sha256, confirmed_at=tx.now, confirmed_by=tx.actor)
    audit.note(tx, audit.STUDY, "instrument:confirmed", instrument, sha256)
    return True


def take_back(tx: Tx, instrument: str) -> bool:
    """The wording counts as not compared again; False when nothing was confirmed."""
    if not _end(tx, instrument):
        return False
    audit.note(tx, audit.STUDY, "instrument:confirmation_withdrawn", instrument)
    return True


def _end(tx: Tx, instrument: str) -> int:
    mine = (confirmed.c.instrument == instrument) & confirmed.c.withdrawn_at.is_(None)
    return tx.run(update(confirmed).where(mine).values(withdrawn_at=tx.now, withdrawn_by=tx.actor))


def in_force(tx: Tx, at: datetime | None = None) -> dict[str, Confirmed]:
    """The confirmation of each instrument that has one, now or as it was at an instant."""
    found = select(confirmed).order_by(confirmed.c.id)
    if at is None:
        found = found.where(confirmed.c.withdrawn_at.is_(None))
    else:
        ended = confirmed.c.withdrawn_at.is_not(None) & (confirmed.c.withdrawn_at <= at)
        found = found.where(confirmed.c.confirmed_at <= at, ~ended)
    return {row.instrument: Confirmed(row.sha256, row.confirmed_at, row.confirmed_by) for row in tx.rows(found)}
