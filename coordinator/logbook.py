"""What is on record about one chat, as plain rows: the studio shows it beside the phone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from coordinator.ledger import why_visit
from records import due, facts, people, visits
from records.database import Database, Tx
from records.person import protocol_of
from records.tables import AlertRow, DueItem, table
from study import facts as kinds
from study.steps import Fact

SHOWN: dict[str, type[Fact]] = {
    "doses": kinds.DoseTaken,
    "pauses begun": kinds.PauseBegun,
    "exercises": kinds.ExerciseLed,
    "pauses ended": kinds.PauseEnded,
    "how it is": kinds.PainRated,
    "practice": kinds.PracticeDone,
    "diary": kinds.DiaryDay,
    "sessions": kinds.SessionDone,
    "patches": kinds.PatchWear,
    "medicines": kinds.MedicineEpisode,
    "notes": kinds.Note,
    "adverse events": kinds.AdverseEvent,
    "consents": kinds.ConsentGiven,
}


def of_chat(db: Database, chat_id: int | None) -> dict[str, Any]:
    """Tables of the person behind a chat (everybody's when None), and when something is due next."""
    with db.read() as tx:
        person = people.by_chat(tx, chat_id) if chat_id is not None else None
        nobody = chat_id is not None and person is None
        next_due = due.next_due_at(tx)
        tables = {} if nobody else _tables(tx, person.id if person is not None else None)
        if person is not None and (told := _check_ins(tx, person)):
            tables["check-ins"] = told
        return {
            "tables": tables,
            "next_due_at": next_due.isoformat() if next_due else None,
            "note": "Nobody in the study uses this chat yet." if nobody else "",
            "zone": person.zone if person is not None else "UTC",
        }


def _tables(tx: Tx, participant_id: int | None) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for name, kind in SHOWN.items():
        rows = [k.fact.model_dump(mode="json", exclude_none=True) for k in facts.in_force(tx, kind, participant_id)]
        if rows:
            found[name] = rows
    alerts, items = table(AlertRow), table(DueItem)
    for name, rows_of, columns in (
        ("alerts", alerts, ("tier", "rule", "state", "times", "event_at", "aware_at")),
        ("due items", items, ("item", "occurrence", "due_at", "look_at", "state", "reason")),
    ):
        statement = select(*(rows_of.c[c] for c in columns)).order_by(rows_of.c.id)
        if participant_id is not None:
            statement = statement.where(rows_of.c.participant_id == participant_id)
        listed = [{c: _plain(v) for c, v in zip(columns, row, strict=True)} for row in tx.rows(statement)]
        if listed:
            found[name] = listed[-50:]
    return found


def _check_ins(tx: Tx, person: Row[Any]) -> list[dict[str, Any]]:
    """Each check-in whose window is known, and why what went out did."""
    codes = [visit.code for visit in protocol_of(person).visits if visit.code in visits.windows(tx, person.id)]
    return [{"check_in": code, "why": why_visit(tx, person, code)} for code in codes]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
