"""The books: what protocol and anchors demand held against the rows, and one sentence of why for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from content.protocol import Protocol
from coordinator.evening_books import EVENINGS, why_evening
from coordinator.prompt_books import BECAUSE, why_prompt
from coordinator.row_books import SETTLING, Finding, check_rows, finding
from coordinator.session_books import why_session
from records import due, people, plans, visits
from records.database import Database, Tx
from records.person import person_of, protocol_of
from records.plans import Basis
from study.facts import VisitPlanned
from study.person import Person, local_at
from study.plan import Planned, is_planned, plan

PLANNED_FOR = ("enrolled", "prompts_stopped")
LATEST = timedelta(days=2)
"""A change may move what was due before it by a day at most, and rows keep the time they had."""


def check(db: Database) -> list[Finding]:
    """Missing, extra, doubled, without a letter or Telegram's id, answered by nobody, open past its window."""
    with db.read() as tx:
        return [found for number in everybody(tx) for found in check_one(tx, number)]


def everybody(tx: Tx) -> list[int]:
    """Whose books there are: everybody, those who left too."""
    return [int(row.id) for row in people.everyone(tx)]


def check_one(tx: Tx, participant_id: int) -> list[Finding]:
    """The same for one participant."""
    row = people.by_id(tx, participant_id)
    items = due.all_of(tx, row.id)
    catching_up = timedelta(hours=protocol_of(row).prompts.catch_up_hours)
    planned = list(_against_the_plan(tx, row, items)) if row.status in PLANNED_FOR else []
    return [*planned, *check_rows(tx, row, items, catching_up)]


def _against_the_plan(tx: Tx, row: Row[Any], items: Sequence[Row[Any]]) -> Iterator[Finding]:
    rules, seen = protocol_of(row), person_of(tx, row)
    began = visits.under_protocol_since(tx, row.id) or row.enrolled_at or row.created_at
    stretches = _stretches(tx, row, seen, began)
    demanded = [p for each in stretches for p in plan(rules, each.person, each.since, each.until)]
    rows = {(r.item, r.occurrence): r for r in items if is_planned(r.item)}
    yield from _missing(tx, row, demanded, rows)
    yield from _extra(row, _ever_asked(rules, stretches), rows, began, tx.now)


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


def _missing(tx: Tx, row: Any, demanded: list[Planned], rows: dict[tuple[str, str], Any]) -> Iterator[Finding]:
    """What a hold or a break keeps from going has its row all the same, which says so."""
    for planned in demanded:
        if planned.key not in rows and planned.due_at < tx.now - SETTLING:
            yield finding(row, planned.item, "missing", f"was due {planned.due_at:%Y-%m-%d %H:%M} UTC")


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
        if unasked and item.look_at < now and item.state != "superseded":
            yield finding(row, item.item, "extra", "went out, and the protocol does not ask for it")


class NothingCalledSo(LookupError):
    """Nothing that is due is called like this; the text says what can be asked for."""

    def __init__(self, asked: str, known: Sequence[str]) -> None:
        self.asked = asked
        super().__init__(f"nothing is called {asked}; ask for one of: {', '.join(known)}")


def why(db: Database, study_id: str, asked: str) -> str:
    """One sentence from the ledger: what was due of one thing, what went out, and how it ended.

    Raises NoSuchParticipant; NothingCalledSo.
    """
    with db.read() as tx:
        row = people.by_study_id(tx, study_id)
        for told_by in (why_session, why_evening, why_prompt):
            if (told := told_by(tx, row, asked)) is not None:
                return told
        try:
            return why_visit(tx, row, asked)
        except KeyError:
            raise NothingCalledSo(asked, askable(protocol_of(row))) from None


def askable(rules: Protocol) -> list[str]:
    """Everything that can be asked for: check-ins, sessions, and the names of items."""
    sessions = sorted({each.code for arm in rules.arms.values() for each in arm.sessions})
    return [*(visit.code for visit in rules.visits), *sessions, *EVENINGS, *BECAUSE]


def why_visit(tx: Tx, row: Any, visit: str) -> str:
    """The same of one check-in of a participant; `KeyError` for one the protocol does not have."""
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
    return f"{opening}; {told}{_end(tx, row, window)}."


def _told(row: Any) -> str:
    step = row.item.rsplit(".", 1)[-1]
    when = f"{row.due_local.replace('T', ' ')[:16]}"
    sent = " went out" if row.sent_at is not None else ""
    reason = f" ({row.reason})" if row.reason else ""
    return f"{step} {when}{sent} → {row.state}{reason}"


def _end(tx: Tx, row: Row[Any], window: VisitPlanned) -> str:
    done = visits.finished(tx, row.id, window.visit)
    if done is None:
        return ""
    late = ", late" if local_at(done.at, row.zone).date() > window.closes_on else ""
    return f"; answered {done.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {'whole' if done.complete else 'in part'}{late}"
