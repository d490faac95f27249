"""Days and weeks of a participant in tests: lived second by second, with the nightly roll and a look at the books."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from coordinator import ledger
from records import facts, meta, people
from records.facts import Where
from records.tables import DueItem, Outbox, table
from scheduler import planning
from study.facts import CheckInFinished, DosePrompts, Enrolled, MedicineEpisode
from tests.clinic import Clinic, Patient

items, letters = table(DueItem), table(Outbox)
MONDAY = date(2026, 3, 2)


async def joined(clinic: Clinic, *medicines: MedicineEpisode, arm: str | None = "mbt", since: int = 0) -> Patient:
    """Somebody whose baseline was answered `since` days ago, with prompts chosen before the doses of every medicine."""
    ann = await clinic.enrolled(arm, "Ann", *medicines)
    with clinic.database.write("study") as tx:
        person, on = people.by_study_id(tx, "P0001"), tx.now.date() - timedelta(days=since)
        where = Where(person.id, "P0001", "test")
        facts.write(tx, "joined", Enrolled(on=on), where)
        people.change(tx, person.id, "test", enrolled_on=on, allocated_on=on if arm is not None else None)
        facts.write(tx, "baseline-done", CheckInFinished(visit="baseline", complete=True, at=tx.now), where)
        for kept in list(facts.in_force(tx, MedicineEpisode, person.id)):
            wanted = DosePrompts(medicine=kept.entity, wanted=True, at=tx.now)
            facts.write(tx, f"wants-{kept.entity}", wanted, where)
        planning.replan(tx, person.id)
    return ann


async def until(clinic: Clinic, at: datetime, writes: Patient | None = None) -> None:
    """Live until an instant, day by day, with the nightly roll; somebody who `writes` is heard from every day."""
    while clinic.clock() < at:
        if writes is not None:
            await writes.says("/help")
        await clinic.passes(seconds=min((at - clinic.clock()).total_seconds(), 86400))
        await clinic.node.roll()
        with clinic.database.write("study") as tx:
            meta.polled(tx, clinic.node.world.bot)


async def days(clinic: Clinic, count: int, writes: Patient | None = None) -> None:
    """Live so many days."""
    await until(clinic, clinic.clock() + timedelta(days=count), writes)


def rows_of(clinic: Clinic, item: str) -> list[Any]:
    """The due items of one kind, by when they are due."""
    found = clinic.rows(items.select().order_by(items.c.due_at, items.c.id))
    return [row for row in found if row.item == item or row.item.startswith(f"{item}.")]


def prompts_sent(clinic: Clinic, key: str = "") -> list[Any]:
    """The prompts that reached the chat, of one catalogue (`pre_dose.`) or of all."""
    sent = letters.select().where(letters.c.kind == "prompt", letters.c.state == "sent").order_by(letters.c.id)
    return [row for row in clinic.rows(sent) if row.message_key.startswith(key)]


def books(clinic: Clinic) -> list[str]:
    """What does not fit in the books, a line each."""
    return [f"{f.item}: {f.what}: {f.detail}" for f in ledger.check(clinic.database)]
