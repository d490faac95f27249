"""What should have been due while nobody looked, when that was longer than rows are written ahead.

The rows are written as they would have been; the sweep then gives each the end that its lateness asks for, and the
person hears of it as of any outage: in one message.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from records import due, meta, people, plans, visits
from records.database import Tx
from records.person import protocol_of
from study.plan import Planned, plan

ROLLED = "rolled"


def looked(tx: Tx) -> None:
    """Everybody's plan has been looked at now."""
    meta.put(tx, ROLLED, tx.now.isoformat())


def catch_up(tx: Tx, participant_id: int, ahead: timedelta) -> int:
    """Write what was due in a gap longer than `ahead` and has no row; gives how many rows."""
    last = meta.get(tx, ROLLED)
    if last is None or tx.now - datetime.fromisoformat(last) <= ahead:
        return 0
    missed = _asked_for(tx, participant_id, datetime.fromisoformat(last))
    return sum(due.plan(tx, row_of(participant_id, planned)) is not None for planned in missed)


def _asked_for(tx: Tx, participant_id: int, since: datetime) -> Iterator[Planned]:
    """What was asked for from `since` until now, by what was known of the person at the time."""
    row = people.by_id(tx, participant_id)
    since = max(since, visits.under_protocol_since(tx, participant_id) or since)
    for basis, until in plans.spans(tx, participant_id):
        yield from plan(protocol_of(row), basis.person, max(basis.since, since), until)


def row_of(participant_id: int, planned: Planned) -> due.Planned:
    """A planned item as a row."""
    return due.Planned(
        participant_id,
        planned.item,
        planned.occurrence,
        planned.due_at,
        planned.zone,
        planned.latest_at,
        dict(planned.payload),
        planned.protocol_version,
    )
