"""Everything that is kept on one participant, for themselves: current entries, earlier versions, entries taken back."""

from __future__ import annotations

from typing import Any

from bot.desk import Desk
from records import alerts, people
from records.fact_tables import TABLE_OF
from records.facts import Kept, history
from study.steps import Fact

SETTINGS = (
    "study_id",
    "site",
    "status",
    "enrolled_on",
    "language",
    "zone",
    "quiet_from",
    "quiet_to",
    "discreet",
    "hold",
    "break_until",
    "last_heard_at",
)
ALERT = ("rule", "event_at", "aware_at", "times", "state", "closed_at")


def everything_kept(desk: Desk) -> dict[str, Any]:
    """Settings, the facts of every kind by table, and alerts without the notes of staff.

    Nothing tells the allocation, the chat's id, other people or the number in this database.
    """
    person = desk.participant
    chat = people.chat_of(desk.tx, person.id)
    you = {name: getattr(person, name) for name in SETTINGS}
    return {
        "you": you | {"chat_linked_at": chat.linked_at if chat is not None else None},
        "entries": {_section(kind): _entries(desk, kind) for kind in TABLE_OF},
        "alerts": [{name: getattr(row, name) for name in ALERT} for row in alerts.of_person(desk.tx, person.id)],
    }


def _section(kind: type[Fact]) -> str:
    return str(TABLE_OF[kind].__tablename__)


def _entries(desk: Desk, kind: type[Fact]) -> list[dict[str, Any]]:
    revisions: dict[str, list[Kept[Fact]]] = {}
    for kept in history(desk.tx, kind, desk.participant.id):
        revisions.setdefault(kept.entity, []).append(kept)
    return [_entry(of_one) for of_one in revisions.values()]


def _entry(revisions: list[Kept[Fact]]) -> dict[str, Any]:
    """One entry as it stands; of what it was before, only what was different then."""
    *earlier, now = revisions
    current = now.fact.model_dump(mode="json")
    before = [_version(kept) | _differing(kept, current) for kept in earlier]
    return {"entry": now.entity} | _version(now) | current | ({"before": before} if before else {})


def _version(kept: Kept[Fact]) -> dict[str, Any]:
    why = {"why": kept.why} if kept.why else {}
    return {"taken_back": kept.state == "voided", "written_at": kept.recorded_at} | why


def _differing(kept: Kept[Fact], current: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kept.fact.model_dump(mode="json").items() if value != current.get(name)}
