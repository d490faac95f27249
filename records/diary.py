"""The diary in the records: days that were answered, amounts that were said, and what the log holds of a day.

A day may be answered again: the answer recorded last counts.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from content.medicines import limit
from records import facts
from records.database import Tx
from study.diary import Logged, span_of
from study.facts import DiaryDay, DiaryDose, DoseTaken, PatchWear


def days(tx: Tx, participant_id: int) -> dict[date, DiaryDay]:
    """The days a participant answered the diary for."""
    return {kept.fact.on: kept.fact for kept in facts.in_force(tx, DiaryDay, participant_id)}


def day(tx: Tx, participant_id: int, on: date) -> DiaryDay | None:
    """The answer that counts for one day."""
    found = [kept.fact for kept in facts.in_force(tx, DiaryDay, participant_id, on=on)]
    return found[-1] if found else None


def amounts(tx: Tx, participant_id: int) -> dict[tuple[date, str], DiaryDose]:
    """The amounts said in the diary, by day and medicine."""
    return {(kept.fact.on, kept.fact.medicine): kept.fact for kept in facts.in_force(tx, DiaryDose, participant_id)}


def logged(tx: Tx, participant_id: int, on: date, zone: str, at: datetime) -> tuple[Logged, ...]:
    """What the log holds of a study day, by medicine; of patches those on the skin at an instant (UTC)."""
    first, after = span_of(on, zone)
    taken_at, local = facts.column(DoseTaken, "taken_at"), facts.column(DoseTaken, "taken_local")
    within = (taken_at >= first) & (taken_at < after)
    only_the_day = taken_at.is_(None) & (local == on.isoformat())
    counts: dict[str, float] = defaultdict(float)
    unclear: set[str] = set()
    for kept in facts.in_force(tx, DoseTaken, participant_id, within | only_the_day):
        dose = kept.fact
        if dose.status == "taken" and dose.count is not None:
            counts[dose.medicine] += dose.count
        elif dose.status != "missed":
            unclear.add(dose.medicine)
    for medicine in _worn(tx, participant_id, at):
        counts[medicine] += 1
    every = sorted(counts.keys() | unclear)
    return tuple(Logged(medicine=each, count=counts[each], unclear=each in unclear) for each in every)


def _worn(tx: Tx, participant_id: int, at: datetime) -> list[str]:
    usual = timedelta(hours=limit("patch_worn_hours"))
    standing = [kept.fact for kept in facts.in_force(tx, PatchWear, participant_id)]
    return [p.medicine for p in standing if p.put_on_at <= at < (p.removed_at or p.put_on_at + usual)]
