"""Urgent alerts that nobody has taken: when the next person is told, who was told, and tries to call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, literal_column, select, text, update

from records import audit
from records.alert_tables import AlertPage, AlertTry
from records.database import Tx
from records.prepared import Prepared
from records.tables import AlertRow, table

alerts, pages, tries = table(AlertRow), table(AlertPage), table(AlertTry)
# word for word as in the index, which SQLite uses for no other condition
_is_open = (text("alert.state = 'open'"), alerts.c.state == literal_column("'open'"))
_due = Prepared(
    select(alerts.c.id).where(*_is_open, alerts.c.escalate_at <= bindparam("now_")).order_by(alerts.c.tier, alerts.c.id)
)
_next = Prepared(select(func.min(alerts.c.escalate_at).label("at")).where(*_is_open, alerts.c.escalate_at.is_not(None)))


def due(tx: Tx) -> list[int]:
    """Numbers of the open alerts whose next person is to be told by now, most urgent first."""
    return [int(row.id) for row in tx.rows(_due, now_=tx.now)]


def next_at(tx: Tx) -> datetime | None:
    """When somebody is to be told next, if nobody takes the alert."""
    found: datetime | None = tx.first(_next).at
    return found


def told(tx: Tx, alert_id: int) -> list[Row[Any]]:
    """Who was told of an alert, step by step."""
    return tx.rows(select(pages).where(pages.c.alert_id == alert_id).order_by(pages.c.step))


def tell(tx: Tx, alert_id: int, staff_code: str | None, again_at: datetime | None) -> int:
    """Write down that somebody is told now (None: everybody) and when the next one will be; gives the step, from 0."""
    step = len(told(tx, alert_id))
    tx.run(insert(pages), alert_id=alert_id, step=step, staff_code=staff_code, at=tx.now)
    tx.run(update(alerts).where(alerts.c.id == alert_id).values(escalate_at=again_at))
    audit.note(tx, audit.STUDY, "alert:told", f"{alert_id} step {step} {staff_code or 'everybody'}")
    return step


def tried(tx: Tx, alert_id: int, result: str) -> None:
    """Write down one try to call."""
    tx.run(insert(tries), alert_id=alert_id, at=tx.now, author=tx.actor, result=result)
    audit.note(tx, audit.STUDY, "alert:tried", f"{alert_id} {result}")


def tries_of(tx: Tx, alert_id: int, since: datetime | None = None) -> Sequence[Row[Any]]:
    """The tries of an alert, oldest first; those from an instant on, or all."""
    mine = tries.c.alert_id == alert_id
    found = select(tries).where(mine if since is None else mine & (tries.c.at >= since))
    return tx.rows(found.order_by(tries.c.id))
