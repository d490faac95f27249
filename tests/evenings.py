"""Evenings in tests: somebody in the course of the year, with every draw the first, so that words are the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from records import facts, people
from records.facts import Where
from records.tables import DueItem, table
from scheduler import planning
from study.facts import CheckInFinished, Enrolled, MedicineEpisode
from tests.clinic import START, Clinic, Patient, clinic_over

items = table(DueItem)
MONDAY, TUESDAY, SUNDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 8)


def evening(day: date, clock: str = "18:30", *, summer: bool | None = None) -> datetime:
    """An instant by the wall clock of New York; the clocks change on 8 March 2026."""
    offset = 4 if (summer if summer is not None else day >= SUNDAY) else 5
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC) + timedelta(hours=offset)


@asynccontextmanager
async def clinic_of_evenings(url: str, at: datetime = START) -> AsyncIterator[Clinic]:
    """A clinic in which the first wording of each line is said."""
    async with clinic_over(url, at=at) as clinic:
        yield clinic


async def joined(
    clinic: Clinic, *medicines: MedicineEpisode, on: date | None = MONDAY, name: str = "Ann", arm: str | None = None
) -> Patient:
    """Somebody whose baseline is answered on a day: from the next one on the diary comes, and more with an `arm`."""
    ann = await clinic.enrolled(arm, name, *medicines)
    with clinic.database.write("study") as tx:
        person = people.by_chat(tx, ann.person.user_id)
        assert person is not None
        where = Where(person.id, person.study_id, "test")
        facts.write(tx, f"{person.study_id}-joined", Enrolled(on=tx.now.date()), where)
        facts.write(
            tx, f"{person.study_id}-baseline", CheckInFinished(visit="baseline", complete=True, at=tx.now), where
        )
        people.change(tx, person.id, "test", enrolled_on=on)
        planning.replan(tx, person.id)
    return ann


async def until(clinic: Clinic, at: datetime) -> None:
    """Live until an instant, with the nightly roll."""
    while clinic.clock() < at:
        await clinic.passes(seconds=min((at - clinic.clock()).total_seconds(), 86400))
        with clinic.database.write("study") as tx:
            planning.roll(tx)


def states(clinic: Clinic, *names: str) -> dict[str, str]:
    """`item occurrence` → state of the rows of some items."""
    rows = clinic.rows(items.select().order_by(items.c.due_at, items.c.id))
    return {f"{r.item} {r.occurrence}": r.state for r in rows if r.item in names and r.state != "pending"}


def of_days(found: list[Any]) -> dict[str, Any]:
    """Diary amounts by medicine: status, count, what the log held."""
    return {each.medicine[-2:]: (each.status, each.count, each.logged) for each in found}
