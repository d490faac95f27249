"""Due items: one row for each thing that is due, which ends in exactly one final state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from records.database import Tx
from records.prepared import Prepared
from records.tables import DueEnd, DueItem, table

due, ends = table(DueItem), table(DueEnd)
FINAL = ("answered", "answered_late", "skipped", "expired", "cancelled", "undeliverable", "superseded")
_due_now = Prepared(
    select(due)
    .where(due.c.state == literal_column("'pending'"), due.c.look_at <= bindparam("now_"))
    .order_by(due.c.look_at, due.c.id)
    .limit(bindparam("limit_"))
)
_close = Prepared(
    update(due)
    .where(due.c.id == bindparam("id_"), due.c.final_at.is_(None))
    .values(state=bindparam("state_"), final_at=bindparam("now_"), reason=bindparam("reason_"))
)
_key = ("participant_id", "item", "occurrence")
_plan_once = {
    dialect: Prepared(make(due).on_conflict_do_nothing(index_elements=_key).returning(due.c.id))
    for dialect, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_of_the_day = ~due.c.item.startswith("visit.", autoescape=True)
_one = (
    (due.c.participant_id == bindparam("id_"))
    & (due.c.item == bindparam("item_"))
    & (due.c.occurrence == bindparam("occurrence_"))
)
_cancel_one = Prepared(
    update(due)
    .where(_one, due.c.final_at.is_(None))
    .values(state="cancelled", final_at=bindparam("now_"), reason=bindparam("reason_"))
)


@dataclass(frozen=True)
class Planned:
    """Something to be due: `latest_at` says how late it may still go (None: at any time)."""

    participant_id: int
    item: str
    occurrence: str
    due_at: datetime
    zone: str
    latest_at: datetime | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    protocol_version: str = "1"


def plan(tx: Tx, planned: Planned) -> int | None:
    """Write a due item; None when that occurrence exists already."""
    new = tx.first(_plan_once[tx.connection.dialect.name], **_values(planned))
    return None if new is None else int(new.id)


def plan_all(tx: Tx, planned: Sequence[Planned], withdrawn: str) -> int:
    """Write due items; gives how many are new, or were ended unsent for the reason `withdrawn` and are wanted again."""
    once = _plan_once[tx.connection.dialect.name]
    found = tx.each(*((once, _values(each)) for each in planned))
    there = [each for each, new in zip(planned, found, strict=True) if not new]
    return len(planned) - len(there) + sum(_wanted_again(tx, each, withdrawn) for each in there)


def _wanted_again(tx: Tx, planned: Planned, withdrawn: str) -> int:
    """Open a row again that the plan or a hold had let go of unsent; nothing else that is final ever changes."""
    names = ("due_at", "look_at", "due_local", "zone", "latest_at", "payload", "protocol_version", "state")
    values = {name: value for name, value in _values(planned).items() if name in names}
    key = (
        (due.c.participant_id == planned.participant_id)
        & (due.c.item == planned.item)
        & (due.c.occurrence == planned.occurrence)
    )
    let_go = (due.c.state == "superseded") & (due.c.reason == withdrawn)
    held = (due.c.state == "cancelled") & due.c.reason.startswith("hold: ", autoescape=True)
    found = tx.first(select(due).where(key & (let_go | held) & due.c.sent_at.is_(None)))
    if found is None:
        return 0
    _keep_end(tx, found)
    return tx.run(update(due).where(due.c.id == found.id).values(**values, final_at=None, reason=None))


def _keep_end(tx: Tx, item: Row[Any]) -> None:
    """Before an end is changed: how the item stood, so that an earlier cut can be made again."""
    names = ("due_at", "due_local", "zone", "state", "final_at", "reason")
    tx.run(insert(ends), due_item_id=item.id, until=tx.now, **{name: getattr(item, name) for name in names})


def _values(planned: Planned) -> dict[str, Any]:
    local = planned.due_at.astimezone(ZoneInfo(planned.zone)).replace(tzinfo=None)
    return {
        "participant_id": planned.participant_id,
        "item": planned.item,
        "occurrence": planned.occurrence,
        "due_at": planned.due_at,
        "look_at": planned.due_at,
        "due_local": local.isoformat(timespec="seconds"),
        "zone": planned.zone,
        "latest_at": planned.latest_at,
        "payload": planned.payload,
        "protocol_version": planned.protocol_version,
        "state": "pending",
    }


def due_now(tx: Tx, limit: int) -> list[Row[Any]]:
    """Items whose time has come, earliest first."""
    return tx.rows(_due_now, now_=tx.now, limit_=limit)


def by_id(tx: Tx, item_id: int) -> Row[Any] | None:
    """One due item."""
    found: Row[Any] | None = tx.first(select(due).where(due.c.id == item_id))
    return found


def next_due_at(tx: Tx) -> datetime | None:
    """When the turn of the next item comes."""
    found: datetime | None = tx.first(select(func.min(due.c.look_at)).where(due.c.state == "pending"))[0]
    return found


def close(tx: Tx, item_id: int, state: str, reason: str | None = None) -> bool:
    """Give an item its final state; False when it has one already."""
    return tx.run(_close, id_=item_id, state_=state, now_=tx.now, reason_=reason) == 1


def sent(tx: Tx, item_id: int) -> None:
    """An item went out and now waits for its answer."""
    tx.run(update(due).where(due.c.id == item_id).values(state="sent", sent_at=tx.now))


def answered(tx: Tx, item_id: int) -> None:
    """The person answered a prompt that went out; a check-in is answered by its end instead."""
    done = {"state": "answered", "final_at": tx.now}
    tx.run(update(due).where(due.c.id == item_id, due.c.state == "sent", _of_the_day).values(**done))


def answered_late(tx: Tx, participant_id: int, visit: str) -> bool:
    """The last message of a check-in that went out ended with the window, and was answered after all; True if so."""
    message = due.c.item.startswith(f"visit.{visit}.", autoescape=True) & ~due.c.item.endswith(".call", autoescape=True)
    mine = (due.c.participant_id == participant_id) & message & due.c.sent_at.is_not(None)
    last = tx.first(select(due).where(mine).order_by(due.c.sent_at.desc(), due.c.id.desc()).limit(1))
    if last is None or last.state != "expired":
        return False
    _keep_end(tx, last)
    done = {"state": "answered_late", "final_at": tx.now, "reason": "answered after the window had closed"}
    return tx.run(update(due).where(due.c.id == last.id).values(**done)) == 1


def expire_unanswered(tx: Tx, before: datetime) -> int:
    """End prompts of the day that went out before an instant and were not answered; gives how many.

    Check-ins end with their window.
    """
    old = (due.c.state == "sent") & (due.c.sent_at < before) & _of_the_day
    return tx.run(update(due).where(old).values(state="expired", final_at=tx.now, reason="not answered"))


def postpone(tx: Tx, item_id: int, until: datetime) -> None:
    """An item that may not go yet (another talk is in front) is looked at again later."""
    tx.run(update(due).where(due.c.id == item_id, due.c.state == "pending").values(look_at=until))


def cancel(tx: Tx, participant_id: int, item: str | None, reason: str, occurrence: str | None = None) -> int:
    """Cancel open items of a participant, of one kind or all; gives how many."""
    if item is not None and occurrence is not None:
        return tx.run(_cancel_one, id_=participant_id, item_=item, occurrence_=occurrence, now_=tx.now, reason_=reason)
    mine = (due.c.participant_id == participant_id) & due.c.final_at.is_(None)
    if item is not None:
        mine &= due.c.item == item
    if occurrence is not None:
        mine &= due.c.occurrence == occurrence
    return tx.run(update(due).where(mine).values(state="cancelled", final_at=tx.now, reason=reason))


def pending_of(tx: Tx, participant_id: int) -> list[Row[Any]]:
    """Items of a participant that have not gone out, earliest first."""
    mine = (due.c.participant_id == participant_id) & (due.c.state == "pending")
    return tx.rows(select(due).where(mine).order_by(due.c.look_at, due.c.id))


def open_of(tx: Tx, participant_id: int) -> list[Row[Any]]:
    """Items of a participant without a final state, whether they went out or not."""
    mine = (due.c.participant_id == participant_id) & due.c.final_at.is_(None)
    return tx.rows(select(due).where(mine).order_by(due.c.look_at, due.c.id))


def all_of(tx: Tx, participant_id: int) -> list[Row[Any]]:
    """Every item of a participant, earliest first."""
    return tx.rows(select(due).where(due.c.participant_id == participant_id).order_by(due.c.look_at, due.c.id))


def newest(tx: Tx, participant_id: int, item: str) -> Row[Any] | None:
    """The row of one kind written last, None when there is none."""
    mine = (due.c.participant_id == participant_id) & (due.c.item == item)
    found: Row[Any] | None = tx.first(select(due).where(mine).order_by(due.c.id.desc()).limit(1))
    return found


def move(
    tx: Tx,
    item_id: int,
    due_at: datetime,
    due_local: str,
    zone: str,
    latest_at: datetime | None,
    payload: dict[str, Any],
) -> None:
    """A pending item comes at another time: the zone, the hours or the dates of the person have changed."""
    values = {"due_at": due_at, "due_local": due_local, "zone": zone, "latest_at": latest_at, "payload": payload}
    tx.run(update(due).where(due.c.id == item_id, due.c.state == "pending").values(look_at=due_at, **values))


def cancel_one(tx: Tx, participant_id: int, item: str, reason: str, occurrence: str) -> None:
    """Cancel one occurrence, if it is there and open."""
    tx.do(_cancel_one, id_=participant_id, item_=item, occurrence_=occurrence, now_=tx.now, reason_=reason)
