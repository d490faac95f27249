"""Screenings as they stood at the cut, their decisions, and what of them was changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from content.screening_criteria import criteria
from coordinator.projections.cut import CHUNK, included
from coordinator.projections.sql import ByBytes
from records import screening as kept
from records.screening import Entry
from records.study_tables import Screening, ScreeningEntry
from records.tables import table
from study.screening import standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Select

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from records.database import Tx

screenings, entries = table(Screening), table(ScreeningEntry)
FACT = "screening_entry"
OF_SCREENING = ("number", "site", "criteria", "criteria_version", "added_at", "joined_at")


@dataclass(frozen=True)
class _Looked:
    """One screening with the rows of its decisions by the cut, in the order written."""

    row: Row[Any]
    rows: tuple[Row[Any], ...]


def screening(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One row for each screening begun by the cut."""
    for looked in _looked(tx, cut):
        line = _line(cut, looked)
        yield [line[name] for name in wanted.names]


def _line(cut: Cut, looked: _Looked) -> dict[str, Any]:
    row, found = looked.row, kept.in_force(looked.rows)
    joined = row.joined_at is not None and row.joined_at <= cut.as_of
    refusal, signed = kept.refusal_of(found), kept.sign_off_of(found)
    sign_off = signed[0] if signed is not None else None
    rules, decided = criteria(row.criteria, row.criteria_version), kept.criteria_of(found)
    # what somebody who joined was decided to be may have been erased since
    stands = standing(rules, decided, refused=refusal is not None, joined=joined, sign_off=sign_off)
    sign: Entry | None = signed[1] if signed is not None and stands.signed else None
    return {
        "screening_no": row.number,
        "study_id": row.study_id if joined else None,
        "site": row.site,
        "criteria": f"{row.criteria} {row.criteria_version}",
        "status": stands.status,
        "not_met": ",".join(stands.not_met) or None,
        "refusal": refusal.code if refusal is not None else None,
        "signed_as": sign.code if sign is not None else None,
        "signed_by": sign.by if sign is not None else None,
        "signed_at": _written(sign.at) if sign is not None else None,
        "begun_at": _written(row.added_at),
        "joined_at": _written(row.joined_at) if joined else None,
    }


def screening_criteria(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One row for each criterion decided by the cut."""
    for looked in _looked(tx, cut):
        for entry in sorted(kept.in_force(looked.rows), key=lambda entry: entry.code.encode()):
            if entry.kind == "criterion":
                line = {"screening_no": looked.row.number, "criterion": entry.code, "answer": entry.answer}
                line |= {"met": int(bool(entry.met)), "decided_by": entry.by, "decided_at": _written(entry.at)}
                yield [line[name] for name in wanted.names]


TOLD = {"screening": ("refusal", "signed_as"), "screening_criteria": ("answer", "met")}
"""By table the columns whose changes the corrections tell."""


def changes(tx: Tx, cut: Cut) -> Iterator[dict[str, Any]]:
    """What the corrections tell of screenings: each value that a later revision changed."""
    for looked in _looked(tx, cut):
        in_order = sorted(looked.rows, key=lambda row: (row.entity.encode(), row.revision))
        for _, revisions in groupby(in_order, key=attrgetter("entity")):
            before: Row[Any] | None = None
            for row in revisions:
                if before is not None and (cut.since is None or row.recorded_at >= cut.since):
                    yield from _changed(cut, looked.row, before, row)
                before = row


def _changed(cut: Cut, of: Row[Any], before: Row[Any], row: Row[Any]) -> Iterator[dict[str, Any]]:
    criterion = row.kind == "criterion"
    common = {
        "study_id": of.study_id if of.joined_at is not None and of.joined_at <= cut.as_of else None,
        "table": "screening_criteria" if criterion else "screening",
        "row_id": f"{of.number}.{row.code}" if criterion else of.number,
        "fact": FACT,
        "entity": row.entity,
        "revision": row.revision,
        "recorded_at": _written(row.recorded_at),
        "recorded_by": row.recorded_by,
        "why": row.why if cut.free_text else None,
    }
    old, new = _values(before), _values(row)
    changed = [name for name in sorted(new) if old[name] != new[name]]
    for name in changed or ["unchanged"]:
        yield common | {"column": name, "old": old.get(name), "new": new.get(name)}


def _values(row: Row[Any]) -> Mapping[str, str | None]:
    """What a revision says, under the columns it is exported in."""
    if row.kind == "criterion":
        return {"answer": row.answer, "met": str(int(bool(row.met)))}
    if row.kind == "refusal":
        return {"refusal": row.code if row.code != kept.NO_REFUSAL else None}
    return {"signed_as": row.code}


def _looked(tx: Tx, cut: Cut) -> Iterator[_Looked]:
    """The screenings begun by the cut with their decisions, by number; trial runs are left out."""
    person = included(cut)
    joined = screenings.outerjoin(person, person.c.id == screenings.c.participant_id).outerjoin(
        entries, (entries.c.screening_id == screenings.c.id) & (entries.c.recorded_at <= cut.as_of)
    )
    columns = [screenings.c[name] for name in OF_SCREENING]
    found = (
        select(*columns, person.c.study_id, *(c for c in entries.c if c.name != "screening_id"))
        .select_from(joined)
        .where(*_real(cut))
        .order_by(ByBytes(screenings.c.number), entries.c.id)
    )
    rows: Any = tx.conn.execute(found, execution_options={"yield_per": CHUNK})
    for _, group in groupby(rows, key=attrgetter("number")):
        same = tuple(group)
        yield _Looked(same[0], tuple(row for row in same if row.entity is not None))


def looked_at(cut: Cut) -> Select[Any]:
    """The sites of the screenings begun by the cut."""
    return select(screenings.c.site).where(*_real(cut))


def _real(cut: Cut) -> list[ColumnElement[bool]]:
    found = [screenings.c.test.is_(False), screenings.c.added_at <= cut.as_of]
    return found if cut.site is None else [*found, screenings.c.site == cut.site]


def _written(at: datetime) -> str:
    return f"{at.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
