"""What the watch over taken amounts looks at: days of the log and the calendar, days on hold; and what it has told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select

from content.medicines import forms, limit
from records import facts
from records.alert_tables import WatchTold
from records.database import Tx
from records.tables import AuditEntry, table
from study.days import HOURS_A_DAY, ONE_DAY, day_there, ends_at, worn_hours
from study.facts import NO_MEDICINE, DiaryDay, DiaryDose, DoseTaken, MedicineEpisode, PatchWear, TlfbDay
from study.view import study_day
from study.watching import DayUse, Episodes, is_in_force

told, audit = table(WatchTold), table(AuditEntry)
HOLD, HOLD_ENDED = "participant:hold", "participant:hold_ended"


def episodes(tx: Tx, participant_id: int) -> dict[str, MedicineEpisode]:
    """Every medicine that is or was on the list, by its id."""
    return {kept.entity: kept.fact for kept in facts.in_force(tx, MedicineEpisode, participant_id)}


def uses(tx: Tx, person: Row[Any], since: date) -> list[DayUse]:
    """What was taken on each study day from `since` on, one entry a medicine.

    An evening's diary tells of its day: by its amounts, or by the log when that was said to be all of it. Of any other
    day the calendar of a check-in is asked; a day that only has entries in the log is not complete.
    """
    listed = episodes(tx, person.id)
    evenings = {kept.fact.on: kept.fact for kept in facts.in_force(tx, DiaryDay, person.id)}
    told_of = {on: evening for on, evening in evenings.items() if evening.answer != "rather_not_say"}
    whole = {on for on, evening in told_of.items() if evening.answer == "all_logged"}
    logged = {(use.medicine, use.on): use for use in _logged(tx, person, listed, whole, told_of)}
    said = {(use.medicine, use.on): use for use in _said(tx, person, listed, told_of, logged)}
    remembered = {(use.medicine, use.on): use for use in calendar(tx, person.id) if use.on not in told_of}
    known = {on for _, on in remembered}
    log = {key: use for key, use in logged.items() if use.on in told_of or use.on not in known}
    found = {**log, **remembered, **said}
    return [found[key] for key in sorted(found) if key[1] >= since]


def _said(
    tx: Tx,
    person: Row[Any],
    listed: Episodes,
    told_of: Mapping[date, DiaryDay],
    logged: Mapping[tuple[str, date], DayUse],
) -> Iterator[DayUse]:
    """Amounts of diaries that say more than "that was all"; not complete where the log by now holds more than said.

    Of a diary answered again only what was said then: a medicine of the first time may not have been asked any more.
    """
    for kept in facts.in_force(tx, DiaryDose, person.id):
        said, evening = kept.fact, told_of.get(kept.fact.on)
        if evening is None or evening.answer == "all_logged" or said.answered_at != evening.answered_at:
            continue
        if said.medicine not in listed:
            continue
        if forms()[listed[said.medicine].form].patch:
            continue
        by_log = logged.get((said.medicine, said.on))
        held = 0.0 if by_log is None else by_log.count
        agrees = said.count is not None and held is not None and held <= said.count
        yield DayUse(said.on, said.medicine, said.count, agrees, by_log.last_local if by_log is not None else None)


def calendar(tx: Tx, participant_id: int, **of: str) -> Iterator[DayUse]:
    """The days of calendars (`visit="baseline"`: of one); of a day asked at two check-ins the later answer.

    Days on which nothing was on the list are left out: staff were told when it changed, none taken since is no news.
    """
    kept_days = facts.in_force(tx, TlfbDay, participant_id, **of)
    days = {(kept.fact.medicine, kept.fact.on): kept.fact for kept in kept_days if kept.fact.medicine != NO_MEDICINE}
    for (medicine, on), day in days.items():
        yield DayUse(on, medicine, day.count, complete=day.count is not None)


def _logged(
    tx: Tx, person: Row[Any], listed: Episodes, whole: Collection[date], told_of: Collection[date]
) -> Iterator[DayUse]:
    """What the log holds; it is complete on days said to be `whole`, of patches on any day a diary told of."""
    doses: dict[tuple[str, date], list[DoseTaken]] = defaultdict(list)
    for kept in facts.in_force(tx, DoseTaken, person.id):
        on = _day_of(kept.fact)
        if on is not None and kept.fact.status != "missed":
            doses[kept.fact.medicine, on].append(kept.fact)
    worn = _worn(tx, person.id)
    said_none = {(name, on) for on in told_of for name, each in listed.items() if is_in_force(each, on)}
    for medicine, on in sorted({*doses, *worn, *said_none}):
        if medicine in listed:
            patch = forms()[listed[medicine].form].patch
            count = worn.get((medicine, on), 0.0) if patch else _sum(doses[medicine, on])
            complete = on in (told_of if patch else whole) and count is not None
            yield DayUse(on, medicine, count, complete, None if patch else _last(doses[medicine, on]))


def _sum(taken: Iterable[DoseTaken]) -> float | None:
    """Units taken; None when one amount is not known."""
    counts = [dose.count if dose.status == "taken" else None for dose in taken]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _last(taken: Iterable[DoseTaken]) -> datetime | None:
    """The wall clock of the last dose; None when one of them has no time."""
    times = [dose.taken_local if dose.taken_at is not None else None for dose in taken]
    known = [datetime.fromisoformat(local) for local in times if local is not None]
    return max(known) if known and len(known) == len(times) else None


def _day_of(dose: DoseTaken) -> date | None:
    if dose.taken_local is None:
        return None if dose.taken_at is None else day_there(dose.taken_at, dose.zone)
    if dose.taken_at is None:
        return date.fromisoformat(dose.taken_local[:10])
    return study_day(datetime.fromisoformat(dose.taken_local), ends_at())


def _worn(tx: Tx, participant_id: int) -> dict[tuple[str, date], float]:
    """Patch-days of each patch medicine and study day."""
    found: dict[tuple[str, date], float] = defaultdict(float)
    for kept in facts.in_force(tx, PatchWear, participant_id):
        patch = kept.fact
        off = patch.removed_at or patch.put_on_at + timedelta(hours=limit("patch_worn_hours"))
        for on, hours in worn_hours(patch.put_on_at, off, patch.zone):
            found[patch.medicine, on] += float(hours) / HOURS_A_DAY
    return found


# --- days on hold


def held_days(tx: Tx, person: Row[Any], since: date) -> set[date]:
    """Study days from `since` to now on which the person was on hold, if only for a part."""
    spans, began = [], None
    mine = (audit.c.chain == person.study_id) & audit.c.action.in_((HOLD, HOLD_ENDED))
    for entry in tx.rows(select(audit.c.action, audit.c.at).where(mine).order_by(audit.c.seq)):
        if entry.action == HOLD:
            began = began or entry.at
        elif began is not None:
            spans.append((began, entry.at))
            began = None
    spans += [(began, tx.now)] if began is not None else []
    return {day for span in spans for day in _days_of(*span, person.zone) if day >= since}


def _days_of(first: datetime, last: datetime, zone: str) -> Iterator[date]:
    day, end = day_there(first, zone), day_there(last, zone)
    while day <= end:
        yield day
        day += ONE_DAY


# --- what was told


def told_on(tx: Tx, participant_id: int, rule: str) -> set[date]:
    """The study days of which staff were told by a rule of the watch."""
    mine = (told.c.participant_id == participant_id) & (told.c.rule == rule)
    return {row.on for row in tx.rows(select(told.c.on).where(mine))}


def tell(tx: Tx, participant_id: int, rule: str, days: Iterable[date]) -> None:
    """Write down that staff are told of these days, which they were not before."""
    for on in days:
        tx.run(insert(told), participant_id=participant_id, rule=rule, on=on, told_at=tx.now)


def erase(tx: Tx, participant_id: int) -> int:
    """Drop which days of a participant were told; gives how many."""
    return tx.run(delete(told).where(told.c.participant_id == participant_id))
