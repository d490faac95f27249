"""Screenings in the records: who is looked at under which number, and every decision in revisions."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from records import audit
from records.database import Tx
from records.study_tables import Screening, ScreeningEntry
from records.tables import AuditEntry, table
from study.screening import Decided, SignedOff

REAL, TEST = "S", "ST"
ERASED = "screening:erased"
NO_REFUSAL = "none"
screenings, entries = table(Screening), table(ScreeningEntry)
numbers = select(screenings.c.number)
"""The numbers of all screenings, which name their audit chains too: a subquery."""


class NoSuchScreening(LookupError):
    """There is no screening with this number."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"no screening {number}; `coach screening list` shows them")


@dataclass(frozen=True)
class Entry:
    """The revision in force of one decision: a criterion, a refusal or a sign-off, by whom and when."""

    kind: str
    code: str
    answer: str
    met: bool | None
    at: datetime
    by: str
    why: str | None


def add(tx: Tx, *, site: str, test: bool, criteria: str, version: str) -> str:
    """A new screening; gives its number (`S0001`, tests `ST0001`). Who it is about is not kept."""
    letter = TEST if test else REAL
    last = tx.first(select(screenings.c.number).where(screenings.c.test == test).order_by(screenings.c.id.desc()))
    number = f"{letter}{(int(last.number.removeprefix(letter)) if last else 0) + 1:04d}"
    values = {"number": number, "site": site, "test": test, "criteria": criteria, "criteria_version": version}
    tx.run(insert(screenings), **values, added_at=tx.now, added_by=tx.actor)
    audit.note(tx, number, "screening:added", f"{number},site={site}")
    return number


def by_number(tx: Tx, number: str) -> Row[Any]:
    """The row of a screening; `NoSuchScreening`."""
    found: Row[Any] | None = tx.first(select(screenings).where(screenings.c.number == number))
    if found is None:
        raise NoSuchScreening(number)
    return found


def everyone(tx: Tx) -> list[Row[Any]]:
    """All screenings by number, tests too."""
    return tx.rows(select(screenings).order_by(screenings.c.number))


def write(
    tx: Tx, screening: Row[Any], kind: str, code: str, answer: str, *, met: bool | None = None, why: str | None = None
) -> None:
    """Write a decision as the next revision; a criterion has revisions of its own."""
    entity = f"{screening.number}-{code if kind == 'criterion' else kind}"
    last = tx.first(
        select(entries.c.revision).where(entries.c.entity == entity).order_by(entries.c.revision.desc()).limit(1)
    )
    revision, salt = (last.revision if last else 0) + 1, secrets.token_hex(8)
    values = {"entity": entity, "revision": revision, "kind": kind, "code": code, "answer": answer, "met": met}
    who = {"recorded_at": tx.now, "recorded_by": tx.actor, "why": why, "salt": salt}
    tx.run(insert(entries), screening_id=screening.id, **values, **who)
    hashed = audit.content_hash(salt, [kind, code, answer, met, why])
    audit.note(tx, screening.number, f"screening:{kind}", f"{entity}.{revision}", hashed)


def in_force(rows: Iterable[Row[Any]]) -> list[Entry]:
    """The last revision of each decision, of rows in the order written."""
    last = {row.entity: row for row in rows}
    return [Entry(r.kind, r.code, r.answer, r.met, r.recorded_at, r.recorded_by, r.why) for r in last.values()]


def decisions(tx: Tx, screening: Row[Any]) -> list[Entry]:
    """The decisions in force of a screening."""
    mine = select(entries).where(entries.c.screening_id == screening.id)
    return in_force(tx.rows(mine.order_by(entries.c.id)))


def criteria_of(found: Iterable[Entry]) -> dict[str, Decided]:
    """What was decided on the criteria, by code."""
    return {each.code: Decided(each.answer, bool(each.met)) for each in found if each.kind == "criterion"}


def refusal_of(found: Iterable[Entry]) -> Entry | None:
    """The refusal in force, None when there is none or it was taken back."""
    return next((each for each in found if each.kind == "refusal" and each.code != NO_REFUSAL), None)


def sign_off_of(found: Iterable[Entry]) -> tuple[SignedOff, Entry] | None:
    """The last sign-off, whether it still fits or not."""
    last = next((each for each in found if each.kind == "sign_off"), None)
    return (SignedOff(last.code, last.answer, last.by), last) if last is not None else None


def join(tx: Tx, screening: Row[Any], participant_id: int, study_id: str) -> None:
    """Link a screening to the participant it became."""
    tx.run(
        update(screenings)
        .where(screenings.c.id == screening.id)
        .values(participant_id=participant_id, joined_at=tx.now)
    )
    audit.note(tx, screening.number, "screening:joined", study_id)


def erase(tx: Tx, participant_id: int) -> int:
    """Remove the decisions about somebody whose data are removed; that there was a screening stays. Gives how many."""
    found = tx.first(select(screenings).where(screenings.c.participant_id == participant_id))
    if found is None:
        return 0
    removed = tx.run(delete(entries).where(entries.c.screening_id == found.id))
    audit.note(tx, found.number, ERASED, f"{removed} decisions")
    return removed


def altered(tx: Tx) -> Iterator[audit.Fault]:
    """Every decision whose row no longer says what, by whom and when its audit link vouches for, or that is gone."""
    links = table(AuditEntry)
    mine = links.c.chain.in_(numbers)
    vouched = {link.subject: link for link in tx.rows(select(links).where(mine, links.c.content_hash != ""))}
    erased = {row.chain for row in tx.rows(select(links.c.chain).where(mine, links.c.action == ERASED))}
    for row in tx.rows(select(entries)):
        name = f"{row.entity}.{row.revision}"
        link = vouched.pop(name, None)
        now = audit.content_hash(row.salt, [row.kind, row.code, row.answer, row.met, row.why])
        if link is None:
            yield audit.Fault("?", 0, f"screening {name} was written past the audit")
        elif (link.content_hash, link.at, link.actor) != (now, row.recorded_at, row.recorded_by):
            yield audit.Fault(link.chain, link.seq, f"screening {name} was altered")
    yield from (audit.Fault(v.chain, v.seq, f"{name} is gone") for name, v in vouched.items() if v.chain not in erased)
