"""Travels that begin and end: the zone a person lives by, and the row that changes it at the next such midnight."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from records import due, people
from records.database import Tx
from records.due import Planned
from records.person import person_of
from study.person import Travel
from study.view import instant_of

ITEM = "travel"
CHANGED = "the travel was changed"


def settle(tx: Tx, participant_id: int) -> bool:
    """Let a person live by the zone of today, and plan the next change; True when the zone has changed now."""
    row = people.by_id(tx, participant_id)
    seen = person_of(tx, row)
    zone = seen.zone_at(tx.now)
    moved: bool = zone != row.zone
    if moved or (zone == seen.zone) != (row.home_zone is None):
        home = seen.zone if zone != seen.zone else None
        people.change(tx, participant_id, "participant:travel", zone=zone, home_zone=home)
    _plan_next(tx, participant_id, [at for travel in seen.travels for at in _turns(travel) if at > tx.now])
    return moved


def _plan_next(tx: Tx, participant_id: int, turns: list[datetime]) -> None:
    """One row for the next midnight at which a travel begins or ends."""
    wanted = min(turns, default=None)
    for item in due.pending_of(tx, participant_id):
        if item.item == ITEM and item.look_at > tx.now and item.look_at != wanted:
            due.close(tx, item.id, "superseded", CHANGED)
    if wanted is not None:
        row = Planned(participant_id, ITEM, wanted.isoformat(), wanted, "UTC")
        due.plan_all(tx, [row], CHANGED)


def _turns(travel: Travel) -> Iterator[datetime]:
    yield _midnight(travel.from_on, travel.zone)
    if travel.back_on is not None:
        yield _midnight(travel.back_on, travel.zone)


def _midnight(day: date, zone: str) -> datetime:
    return instant_of(datetime.combine(day, time()), zone)
