"""Small values of the installation: fence numbers, when we last heard from Telegram, where a studio clock stands."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from records.database import Tx
from records.prepared import Prepared
from records.tables import Meta, table

values = table(Meta)
UP_SINCE = "up_since"
"""Since when we have looked at what is due without a gap."""
_change = Prepared(update(values).where(values.c.name == bindparam("name_")).values(value=bindparam("value_")))


def get(tx: Tx, name: str) -> str | None:
    """A value by name."""
    row = tx.first(select(values.c.value).where(values.c.name == name))
    return None if row is None else str(row.value)


def put(tx: Tx, name: str, value: str) -> None:
    """Keep a value under a name."""
    if not tx.run(_change, name_=name, value_=value):
        tx.run(insert(values), name=name, value=value)


def next_fence(tx: Tx, bot: str) -> int:
    """A number no process of this bot had before; leases carry it."""
    fence = int(get(tx, f"fence.{bot}") or 0) + 1
    put(tx, f"fence.{bot}", str(fence))
    return fence


def polled(tx: Tx, bot: str) -> None:
    """We heard from Telegram now."""
    put(tx, f"polled.{bot}", tx.now.isoformat())


def last_poll_at(tx: Tx, bot: str) -> datetime | None:
    """When we last heard from Telegram, also in an earlier life."""
    value = get(tx, f"polled.{bot}")
    return datetime.fromisoformat(value) if value else None
