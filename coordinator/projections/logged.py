"""What people logged: doses, patches, pain, unwanted events, notes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coordinator.projections.cut import Query, facts_of, medicine_codes, shown_exercise, streamed
from records.fact_tables import TABLE_OF
from records.tables import table
from study.facts import AdverseEvent, DoseTaken, Note, PainRated, PatchWear

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from records.database import Tx
    from study.steps import Fact


def doses(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Doses taken, missed or not sure."""
    return streamed(tx, _of_medicine(DoseTaken, cut, "dose_id"), wanted)


def patch_wear(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Patches from put on to taken off; the status says how the end is known."""
    query = _of_medicine(PatchWear, cut, "patch_id")
    query.columns["status"] = table(TABLE_OF[PatchWear]).c.removal
    return streamed(tx, query, wanted)


def pain_ratings(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Ratings outside pauses."""
    return streamed(tx, facts_of(PainRated, cut, "rating_id"), wanted)


def adverse_events(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Unwanted events; what one is related to never names an exercise in a blinded export."""
    related = shown_exercise(table(TABLE_OF[AdverseEvent]).c.related_to, cut, else_=None)
    return streamed(tx, facts_of(AdverseEvent, cut, "event_id", also={"related_to": related}), wanted)


def notes(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Texts nobody asked for; made on request only."""
    return streamed(tx, facts_of(Note, cut, "note_id"), wanted)


def _of_medicine(kind: type[Fact], cut: Cut, id_name: str) -> Query:
    rows, codes = table(TABLE_OF[kind]), medicine_codes()
    query = facts_of(kind, cut, id_name, also={"medicine": codes.c.code, "pause_id": rows.c.pause})
    return replace(query, source=query.source.outerjoin(codes, codes.c.entity == rows.c.medicine))
