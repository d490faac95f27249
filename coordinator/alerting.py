"""Alerts as staff handle them: listed, acknowledged, closed with what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from content.safety_data import alerts as rules
from coordinator import calls
from records import alerts, escalations, people
from records.database import Database, Tx

URGENT = (0, 1)


class AlertLine(BaseModel):
    """One alert in a list; `told`: whom it went to, step by step; `to_do`: the task, where it is always the same."""

    model_config = ConfigDict(frozen=True)

    number: int
    tier: int
    rule: str
    label: str
    study_id: str | None
    state: str
    times: int
    event_at: datetime
    aware_at: datetime
    acknowledged_by: str | None
    notes: list[str]
    told: list[str]
    to_do: str | None


def listed(db: Database, *, closed: bool = False) -> list[AlertLine]:
    """Alerts that are not closed (or all), most urgent and oldest first."""
    with db.read() as tx:
        return [_line(tx, row) for row in alerts.listed(tx, closed=closed)]


def _line(tx: Tx, row: Any) -> AlertLine:
    rule = rules().rules.get(row.rule)
    return AlertLine(
        number=row.id,
        tier=row.tier,
        rule=row.rule,
        label=rule.label if rule is not None else row.rule,
        study_id=row.study_id,
        state=row.state,
        times=row.times,
        event_at=row.event_at,
        aware_at=row.aware_at,
        acknowledged_by=row.acknowledged_by,
        notes=[f"{at:%Y-%m-%d %H:%M} {who}: {text}" for at, who, text in alerts.notes_of(tx, row.id)],
        told=[f"{each.at:%Y-%m-%d %H:%M} {each.staff_code or 'everybody'}" for each in escalations.told(tx, row.id)],
        to_do=calls.what_to_do(tx, row) if row.state != "closed" else None,
    )


def acknowledge(db: Database, number: int, who: str) -> None:
    """Somebody has seen it; `NoSuchAlert` when it is not open."""
    with db.write(who) as tx:
        alerts.acknowledge(tx, number, who)


def close(db: Database, number: int, who: str, action: str) -> None:
    """Close it with what was done; when it was the last urgent one, the usual messages can come again."""
    with db.write(who) as tx:
        participant = alerts.close(tx, number, who, action)
        if participant is not None and not alerts.open_of(tx, participant, URGENT):
            people.change(tx, participant, "participant:calm_ended", calm_since=None)
