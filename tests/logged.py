"""Entries for the tests of what is done with them later: logged in the chat, or put on record at once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from records import alerts, facts, people
from records.fact_tables import TABLE_OF
from records.facts import Where
from records.tables import DueItem, table
from study.facts import PainRated, PracticeDone
from study.steps import Fact
from tests.clinic import START, Clinic, Patient

TOOK = "I took it, or take it now"
NOT_NEEDED = "I did not need it this time"


def wrote(clinic: Clinic, *given: Fact, study_id: str = "P0001") -> list[str]:
    """Put entries on record, a minute apart, as if they had been logged."""
    entities = []
    for fact in given:
        clinic.clock.move(minutes=1)
        with clinic.database.write() as tx:
            person = people.by_study_id(tx, study_id)
            entity = f"{type(fact).__name__}-{tx.now.isoformat()}"
            facts.write(tx, entity, fact, Where(person.id, study_id, "test"))
        entities.append(entity)
    return entities


def history(clinic: Clinic, kind: type[Fact]) -> list[tuple[int, str, str | None]]:
    rows = table(TABLE_OF[kind])
    return [(r.revision, r.state, r.why) for r in clinic.rows(select(rows).order_by(rows.c.id))]


def notes_of_alerts(clinic: Clinic) -> dict[str, list[str]]:
    with clinic.database.read() as tx:
        return {row.rule: [text for _, _, text in alerts.notes_of(tx, row.id)] for row in alerts.listed(tx)}


def due_states(clinic: Clinic, item: str) -> list[str]:
    rows = table(DueItem)
    return [r.state for r in clinic.rows(select(rows).where(rows.c.item == item).order_by(rows.c.id))]


def rated(pain: int, urge: int | None = None, minutes: int = 0) -> PainRated:
    at = START - timedelta(minutes=minutes)
    local = (at - timedelta(hours=5)).replace(tzinfo=None).isoformat()
    return PainRated(pain=pain, urge=urge, rated_at=at, rated_local=local, zone="America/New_York")


def practised(minutes: int) -> PracticeDone:
    local = "2026-03-02T09:00:00"
    return PracticeDone(exercise=None, minutes=minutes, done_at=START, done_local=local, zone="America/New_York")


async def dose(patient: Patient, *amount: str) -> None:
    await patient.does(">/dose", *(amount or ("1 tablet (usual)",)), "Now")
    patient.clinic.clock.move(minutes=20)


async def pause(patient: Patient, *end: str) -> None:
    await patient.does(">/pause", "6", "4", "Both")
    await patient.taps(next(b for b in patient.buttons if b.startswith("1 minute")))
    await patient.does("One quiet minute", *["Next"] * 5, "5", "3", *end)
    patient.clinic.clock.move(minutes=20)


async def chosen(patient: Patient, entry: str) -> None:
    """Open /fix and tap the entry that begins like this."""
    await patient.says("/fix")
    await patient.taps(next(b for b in patient.buttons if b.startswith(entry)))
