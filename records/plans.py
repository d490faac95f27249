"""What each plan was made from: the ledger asks the plan again with what was known at the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import delete, insert, select

from records.database import Tx
from records.tables import PlanBasis, table
from study.person import Person

basis = table(PlanBasis)
_person = TypeAdapter(Person)
NOT_PLANNED_BY = {"break_until": None}
"""What moves nothing in a plan."""


@dataclass(frozen=True)
class Basis:
    """The person as a plan saw them, from `since` until the next one."""

    since: datetime
    person: Person


def keep(tx: Tx, participant_id: int, person: Person) -> bool:
    """Note what the plan is made from now on; False when it is what it was."""
    made_from = _person.dump_python(person, mode="json") | NOT_PLANNED_BY
    mine = basis.c.participant_id == participant_id
    last = tx.first(select(basis.c.person).where(mine).order_by(basis.c.id.desc()).limit(1))
    if last is not None and last.person == made_from:
        return False
    tx.run(insert(basis), participant_id=participant_id, since=tx.now, person=made_from)
    return True


def history(tx: Tx, participant_id: int) -> list[Basis]:
    """What the plans of a participant were made from, the first one first."""
    mine = select(basis.c.since, basis.c.person).where(basis.c.participant_id == participant_id)
    return [Basis(row.since, _person.validate_python(row.person)) for row in tx.rows(mine.order_by(basis.c.id))]


def spans(tx: Tx, participant_id: int) -> list[tuple[Basis, datetime]]:
    """The same, each with the instant until which it held: the last one until now."""
    known = history(tx, participant_id)
    return list(zip(known, [*(each.since for each in known[1:]), tx.now], strict=False))


def erase(tx: Tx, participant_id: int) -> None:
    """Drop what the plans of a participant were made from."""
    tx.run(delete(basis).where(basis.c.participant_id == participant_id))
