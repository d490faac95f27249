"""The books: what protocol and anchors demand held against the rows, and one sentence of why for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select

from content.protocol import Protocol
from coordinator.evening_books import why_evening
from coordinator.prompt_books import why_prompt
from coordinator.session_books import why_session
from records import due, meta, people, plans, visits
from records.database import Database, Tx
from records.person import person_of, protocol_of
from records.plans import Basis
from records.tables import DueItem, Outbox, table
from study.person import Person
from study.plan import Planned, is_planned, plan

items, outbox = table(DueItem), table(Outbox)
ANSWERED_WITHIN = timedelta(days=2)
"""A prompt of the day that went out is ended by the first nightly roll after a day without an answer."""
SETTLING = timedelta(minutes=5)
"""What has just come due may still be on its way."""
LATEST = timedelta(days=2)
"""A change may move what was due before it by a day at most, and rows keep the time they had."""


MOVED = timedelta(days=1)
"""How far another zone or another hour can move what went out already."""


class Finding(BaseModel):
    """One thing in the books that does not fit."""

    model_config = ConfigDict(frozen=True)

    study_id: str
    item: str
    what: str
    detail: str


def check(db: Database) -> list[Finding]:
    """Missing, extra, doubled, sent without Telegram's id, answered without an answer, open past its window."""
    with db.read() as tx:
        found = list(_doubled(tx))
        for row in people.everyone(tx):
            if row.status in ("enrolled", "prompts_stopped"):
                found += _of_person(tx, row)
    return found


def _of_person(tx: Tx, row: Any) -> list[Finding]:
    rules, seen = protocol_of(row), person_of(tx, row)
    began = visits.under_protocol_since(tx, row.id) or row.enrolled_at or row.created_at
    stretches = _stretches(tx, row, seen, began)
    demanded = [p for each in stretches for p in plan(rules, each.person, each.since, each.until)]
    rows = {(r.item, r.occurrence): r for r in due.all_of(tx, row.id) if is_planned(r.item)}
    return [
        *_missing(tx, row, demanded, rows, seen),
        *_extra(row, _ever_asked(rules, stretches), rows, began, tx.now),
        *_open_too_long(tx, row, rows, timedelta(hours=rules.prompts.catch_up_hours)),
        *_unanswered(tx, row, rows),
    ]


@dataclass(frozen=True)
class _Stretch:
    """Some time of a person, and what their plan was made from in it."""

    person: Person
    since: datetime
    until: datetime


def _stretches(tx: Tx, row: Any, seen: Person, began: datetime) -> list[_Stretch]:
    """What was demanded from `began` on: before a change, what was known before it."""
    bases = plans.history(tx, row.id) or [Basis(began, seen)]
    starts = [row.enrolled_at or row.created_at, *(each.since for each in bases[1:])]
    ends = [*starts[1:], tx.now]
    spans = zip(bases, starts, ends, strict=True)
    return [_Stretch(each.person, max(since, began), until) for each, since, until in spans if until > began]


def _ever_asked(rules: Protocol, stretches: list[_Stretch]) -> dict[tuple[str, str], datetime]:
    """Since when each thing was asked for, whatever changed afterwards."""
    asked: dict[tuple[str, str], datetime] = {}
    for each in stretches:
        for planned in plan(rules, each.person, each.since - LATEST, each.until + LATEST):
            asked.setdefault(planned.key, each.since)
    return asked


def _missing(
    tx: Tx, row: Any, demanded: list[Planned], rows: dict[tuple[str, str], Any], seen: Person
) -> Iterator[Finding]:
    for planned in demanded:
        if planned.key not in rows and planned.due_at < tx.now - SETTLING and seen.hold is None:
            yield _finding(row, planned.item, "missing", f"was due {planned.due_at:%Y-%m-%d %H:%M} UTC")


def _extra(
    row: Any,
    asked: dict[tuple[str, str], datetime],
    rows: dict[tuple[str, str], Any],
    began: datetime,
    now: datetime,
) -> Iterator[Finding]:
    for key, item in rows.items():
        # what went out before a move to another version was asked for by the former one
        went_out = item.sent_at is not None and item.sent_at >= began
        unasked = went_out and not asked.get(key, now) <= item.sent_at
        if unasked and item.due_at < now and item.state != "superseded":
            yield _finding(row, item.item, "extra", "went out, and the protocol does not ask for it")


def _open_too_long(tx: Tx, row: Any, rows: dict[tuple[str, str], Any], catching_up: timedelta) -> Iterator[Finding]:
    since = meta.get(tx, meta.UP_SINCE)
    told_by = datetime.fromisoformat(since) + catching_up if since else None
    for item in rows.values():
        if item.final_at is not None or item.latest_at is None:
            continue
        if item.state == "pending" and told_by is not None and tx.now < item.due_at <= told_by:
            continue  # it waits to be told of by the message that follows an outage
        may_wait = ANSWERED_WITHIN if item.sent_at is not None and not item.item.startswith("visit.") else SETTLING
        if max(item.latest_at, item.sent_at or item.latest_at) < tx.now - may_wait:
            yield _finding(row, item.item, "open past its window", f"since {item.latest_at:%Y-%m-%d %H:%M} UTC")


def _unanswered(tx: Tx, row: Any, rows: dict[tuple[str, str], Any]) -> Iterator[Finding]:
    for item in rows.values():
        if item.state in ("answered", "answered_late") and item.payload.get("visit"):
            visit = item.payload["visit"]
            if visits.finished(tx, row.id, visit) is None:
                yield _finding(row, item.item, "answered without an answer", f"{visit} has no end")


def _doubled(tx: Tx) -> Iterator[Finding]:
    twice = (
        select(outbox.c.due_item_id, func.count().label("n"))
        .where(outbox.c.due_item_id.is_not(None))
        .group_by(outbox.c.due_item_id)
        .having(func.count() > 1)
    )
    for item_id, count in tx.rows(twice):
        yield from _about(tx, item_id, "doubled", f"{count} letters for one occurrence")
    nameless = select(outbox.c.due_item_id).where(
        outbox.c.due_item_id.is_not(None), outbox.c.state == "sent", outbox.c.message_id.is_(None)
    )
    for (item_id,) in tx.rows(nameless):
        yield from _about(tx, item_id, "sent without Telegram's id", "nobody can say that it arrived")


def _about(tx: Tx, item_id: int, what: str, detail: str) -> Iterator[Finding]:
    item = due.by_id(tx, item_id)
    if item is not None:
        yield _finding(people.by_id(tx, item.participant_id), item.item, what, detail)


def _finding(row: Any, item: str, what: str, detail: str) -> Finding:
    return Finding(study_id=row.study_id, item=item, what=what, detail=detail)


def why(db: Database, study_id: str, visit: str) -> str:
    """One sentence from the ledger: what was due of a check-in or evening, what went out, and how it ended.

    Raises NoSuchParticipant; `KeyError` for a check-in the protocol does not have.
    """
    with db.read() as tx:
        row = people.by_study_id(tx, study_id)
        for told_by in (why_session, why_evening, why_prompt):
            if (told := told_by(tx, row, visit)) is not None:
                return told
        return why_visit(tx, row, visit)


def why_visit(tx: Tx, row: Any, visit: str) -> str:
    """The same of one check-in of a participant."""
    protocol_of(row).visit(visit)
    window = visits.windows(tx, row.id).get(visit)
    if window is None:
        return f"{row.study_id} {visit}: nothing is due, because the day it counts from is not known yet."
    asked = [r for r in due.all_of(tx, row.id) if r.payload.get("visit") == visit]
    opening = (
        f"{row.study_id} {visit}: counted from {window.anchor_on} ({window.anchor}), open {window.opens_on} to "
        f"{window.closes_on}"
    )
    told = "; ".join(_told(r) for r in asked) or "no message is written yet"
    return f"{opening}; {told}{_end(tx, row.id, visit)}."


def _told(row: Any) -> str:
    step = row.item.rsplit(".", 1)[-1]
    when = f"{row.due_local.replace('T', ' ')[:16]}"
    sent = " went out" if row.sent_at is not None else ""
    reason = f" ({row.reason})" if row.reason else ""
    return f"{step} {when}{sent} → {row.state}{reason}"


def _end(tx: Tx, participant_id: int, visit: str) -> str:
    done = visits.finished(tx, participant_id, visit)
    if done is None:
        return ""
    return f"; answered {done.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {'whole' if done.complete else 'in part'}"
