"""Participants moved to another version of the protocol: previewed, logged, and never asked again for finished work.

What is answered or over stays as it was under the former version, its window too; an item that ended keeps its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from content.protocol import Protocol
from records import due, facts, people, visits
from records.database import Tx
from records.facts import Where
from records.person import person_of
from scheduler import planning
from study.facts import ProtocolMoved
from study.person import GONE, Person, local_at
from study.plan import windows_of


class MoveRefused(Exception):
    """A participant who cannot be moved to a version; the text says why."""


@dataclass(frozen=True)
class Move:
    """What a move to another version changes for one participant; items as `item day hour`."""

    study_id: str
    from_version: str
    to_version: str
    added: tuple[str, ...]
    moved: tuple[str, ...]
    superseded: tuple[str, ...]
    windows: tuple[str, ...]


def to_move(tx: Tx, rules: Protocol, study_ids: tuple[str, ...]) -> list[Row[Any]]:
    """Those who are to be moved: the ones named or everybody in the study, without who is on the version already."""
    rows = [people.by_study_id(tx, study_id) for study_id in study_ids] if study_ids else people.everyone(tx)
    taking_part = [row for row in rows if row.status not in GONE - {"invited"}]
    if len(taking_part) < len(study_ids):
        gone = sorted({row.study_id for row in rows} - {row.study_id for row in taking_part})
        raise MoveRefused(f"{', '.join(gone)}: not in the study any more")
    return [row for row in taking_part if row.protocol_version != rules.version]


def preview(tx: Tx, row: Row[Any], rules: Protocol) -> Move:
    """What a move would change, from now on; nothing is written. Raises MoveRefused."""
    person = person_of(tx, row)
    _may_move(tx, row, rules)
    changes = planning.compared(tx, row, rules, person)
    done = {visit for visit in visits.windows(tx, row.id) if visits.finished(tx, row.id, visit) is not None}
    return Move(
        row.study_id,
        row.protocol_version,
        rules.version,
        tuple(_said(p.item, p.due_local) for p in changes.added if p.payload.get("visit") not in done),
        tuple(f"{_said(p.item, p.due_local)} (was {_clock(r.due_local)})" for r, p in changes.moved),
        tuple(_said(r.item, r.due_local) for r in changes.gone),
        (*_windows(tx, row, rules, person, done), *(f"{visit}: no longer" for visit in _dropped(tx, row, rules))),
    )


def _windows(tx: Tx, row: Row[Any], rules: Protocol, person: Person, done: set[str]) -> Iterator[str]:
    """The windows that come to lie otherwise; one that was answered or is over stays."""
    standing, today = visits.windows(tx, row.id), local_at(tx.now, person.zone).date()
    for now in windows_of(rules, person):
        was = standing.get(now.visit)
        if was is not None and (now.visit in done or was.closes_on < today):
            continue
        if was is None or (was.opens_on, was.target_on, was.closes_on) != (now.opens_on, now.target_on, now.closes_on):
            yield f"{now.visit}: {now.opens_on} to {now.closes_on}"


def move(tx: Tx, row: Row[Any], rules: Protocol) -> Move:
    """Move one participant: the fact, the audit, windows that are still to come, and their plan. Raises MoveRefused."""
    planned = preview(tx, row, rules)
    fact = ProtocolMoved(from_version=row.protocol_version, to_version=rules.version, at=tx.now)
    where = Where(row.id, row.study_id, "coach protocol migrate")
    facts.write(tx, f"{row.study_id}-protocol", fact, where, why=f"protocol {row.protocol_version} to {rules.version}")
    people.change(tx, row.id, "participant:protocol", protocol_version=rules.version)
    for visit in _dropped(tx, row, rules):
        visits.drop(tx, row.id, row.study_id, visit, f"not in protocol {rules.version}")
        for item in due.open_of(tx, row.id):
            if item.payload.get("visit") == visit:
                due.close(tx, item.id, "superseded", f"not in protocol {rules.version}")
    if row.status != "invited":
        planning.replan(tx, row.id)
    return planned


def _may_move(tx: Tx, row: Row[Any], rules: Protocol) -> None:
    if row.site not in {site.code for site in rules.sites}:
        raise MoveRefused(f"{row.study_id}: protocol {rules.version} has no site {row.site}")
    if row.arm is not None and row.arm not in rules.arms:
        raise MoveRefused(f"{row.study_id}: protocol {rules.version} does not have the person's arm")
    today = local_at(tx.now, row.zone).date()
    known = {visit.code for visit in rules.visits}
    begun = [w.visit for w in visits.windows(tx, row.id).values() if w.visit not in known and w.opens_on <= today]
    if begun:
        raise MoveRefused(f"{row.study_id}: {begun[0]} has begun, and protocol {rules.version} does not have it")


def _dropped(tx: Tx, row: Row[Any], rules: Protocol) -> list[str]:
    known = {visit.code for visit in rules.visits}
    return [visit for visit in visits.windows(tx, row.id) if visit not in known]


def _said(item: str, local: Any) -> str:
    return f"{item} {_clock(local)}"


def _clock(local: Any) -> str:
    """Day and hour of a wall-clock time, as text or not."""
    said = local if isinstance(local, str) else local.isoformat()
    return said.replace("T", " ")[:16]
