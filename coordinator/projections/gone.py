"""Who there are no data of: counted, never named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from content.protocol import protocol
from coordinator.projections.cut import in_study
from coordinator.projections.people import Person, as_it_was
from records.tables import Participant, table
from study.windows import window_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from typing import Any

    from content.exports import Table
    from content.protocol import Visit
    from coordinator.projections.cut import Cut
    from records.database import Tx

DECLINED, REMOVED = "declined", "data_removed"


def left_out(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One row a person, in the order of what is shown of them, which tells nothing of who they are."""
    shown = [name for name in wanted.names if name != "number"]
    lines = [[_line(cut, reason, person)[name] for name in shown] for reason, person in _gone(tx, cut)]
    for number, line in enumerate(sorted(lines, key=lambda line: [str(cell or "") for cell in line]), start=1):
        values = dict(zip(shown, line, strict=True)) | {"number": number}
        yield [values[name] for name in wanted.names]


def _gone(tx: Tx, cut: Cut) -> Iterator[tuple[str, Person]]:
    """Each with the reason: who had declined by the cut, and whose data were removed by now."""
    people = table(Participant)
    columns = [column for column in people.c if column.name in Person.__annotations__]
    for row in tx.rows(select(*columns).where(*in_study(cut))):
        person = Person(**row._mapping)
        if cut.as_of < tx.now:
            person = as_it_was(tx, person, cut.as_of)
        reason = REMOVED if row.status == REMOVED else person.status
        if reason in (DECLINED, REMOVED):
            yield reason, person


def _line(cut: Cut, reason: str, person: Person) -> dict[str, Any]:
    over = [visit for visit in protocol().visits if _is_over(visit, person, cut.as_of.date())]
    enrolled = int(person.enrolled_on is not None)
    return {"reason": reason, "enrolled": enrolled, "visits_due": len(over), "arm": person.arm}


def _is_over(visit: Visit, person: Person, on: date) -> bool:
    """Whether a check-in of somebody whose own windows are gone would have been over."""
    anchor = person.allocated_on if protocol().anchor_of(visit) == "allocation" else person.enrolled_on
    return person.enrolled_on is not None and anchor is not None and window_of(visit, anchor).closes_on < on
