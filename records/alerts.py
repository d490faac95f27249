"""Safety alerts: raised, noted, acknowledged and closed; one open per person and rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from content.safety_data import alerts as alert_rules
from records import audit
from records.database import Tx
from records.tables import AlertNote, AlertRow, Participant, table

alerts, notes, people = table(AlertRow), table(AlertNote), table(Participant)

AGAIN, OPEN_AGAIN, ACKNOWLEDGED = "alert:again", "alert:open_again", "alert:acknowledged"
"""What the audit keeps of an alert each time: it was met again, met and open again though taken, taken by staff."""


class NoSuchAlert(LookupError):
    """There is no alert with this number, or it is closed."""

    def __init__(self, alert_id: int, reason: str) -> None:
        self.alert_id = alert_id
        super().__init__(f"alert {alert_id} {reason}; `coach alert list` shows the open ones")


@dataclass(frozen=True)
class Raised:
    """An alert that was raised: `new` is False when one of this rule was open and counted this one in.

    `reopened` is its number of events when somebody had taken that one already, and it is urgent: it is open again.
    """

    id: int
    tier: int
    rule: str
    new: bool
    reopened: int | None = None


def raise_(
    tx: Tx,
    participant_id: int | None,
    rule: str,
    tier: int,
    version: int,
    event_at: datetime,
    *,
    entity: str | None = None,
    study_id: str | None = None,
) -> Raised:
    """Raise an alert, or count the event into the open one of the same person and rule."""
    same = alerts.c.participant_id == participant_id if participant_id else alerts.c.participant_id.is_(None)
    open_ = tx.first(select(alerts).where(same, alerts.c.rule == rule, alerts.c.state != "closed"))
    if open_ is not None and participant_id is not None:
        urgent_again = open_.state == "acknowledged" and _escalate_at(tx, tier) is not None
        values = {"state": "open", "escalate_at": _escalate_at(tx, tier)} if urgent_again else {}
        tx.run(update(alerts).where(alerts.c.id == open_.id).values(times=open_.times + 1, **values))
        met = OPEN_AGAIN if urgent_again else AGAIN
        audit.note(tx, study_id or audit.STUDY, met, f"{open_.id} {rule}")
        return Raised(open_.id, tier, rule, False, open_.times + 1 if urgent_again else None)
    result = tx.conn.execute(
        insert(alerts),
        {
            "participant_id": participant_id,
            "tier": tier,
            "rule": rule,
            "rule_version": version,
            "event_at": event_at,
            "aware_at": tx.now,
            "entity": entity,
            "escalate_at": _escalate_at(tx, tier),
            "times": 1,
            "state": "open",
        },
    )
    alert_id = int(result.inserted_primary_key[0])  # type: ignore[index]
    audit.note(tx, study_id or audit.STUDY, "alert:raised", f"{alert_id} {rule} tier {tier}")
    return Raised(alert_id, tier, rule, True)


def _escalate_at(tx: Tx, tier: int) -> datetime | None:
    minutes = alert_rules().tiers[str(tier)].escalate_minutes
    return None if minutes is None else tx.now + timedelta(minutes=minutes)


def add_note(tx: Tx, alert_id: int, text: str, author: str) -> None:
    """Add a note to an alert; it never closes one."""
    tx.run(insert(notes), alert_id=alert_id, at=tx.now, author=author, sealed_text=tx.keys.seal(text))


def open_of(tx: Tx, participant_id: int, tiers: tuple[int, ...] = (0, 1, 2, 3)) -> list[Row[Any]]:
    """Alerts of a person that are not closed, most urgent first."""
    mine = (alerts.c.participant_id == participant_id) & (alerts.c.state != "closed") & alerts.c.tier.in_(tiers)
    return tx.rows(select(alerts).where(mine).order_by(alerts.c.tier, alerts.c.id.desc()))


def of_person(tx: Tx, participant_id: int) -> list[Row[Any]]:
    """All alerts of a person, open and closed, oldest first."""
    return tx.rows(select(alerts).where(alerts.c.participant_id == participant_id).order_by(alerts.c.id))


def by_id(tx: Tx, alert_id: int) -> Row[Any]:
    """One alert; `NoSuchAlert` when there is none with this number."""
    found: Row[Any] | None = tx.first(select(alerts).where(alerts.c.id == alert_id))
    if found is None:
        raise NoSuchAlert(alert_id, "does not exist")
    return found


def last_of(tx: Tx, rule: str) -> Row[Any] | None:
    """The newest alert of a rule, in whatever state."""
    found: Row[Any] | None = tx.first(select(alerts).where(alerts.c.rule == rule).order_by(alerts.c.id.desc()).limit(1))
    return found


def about(tx: Tx, entity: str) -> list[Row[Any]]:
    """Alerts that an entry raised."""
    return tx.rows(select(alerts).where(alerts.c.entity == entity))


def listed(tx: Tx, *, closed: bool = False) -> list[Row[Any]]:
    """Alerts with their study id, most urgent and oldest first."""
    statement = (
        select(alerts, people.c.study_id, people.c.test)
        .outerjoin(people, people.c.id == alerts.c.participant_id)
        .order_by(alerts.c.tier, alerts.c.event_at)
    )
    return tx.rows(statement if closed else statement.where(alerts.c.state != "closed"))


def notes_of(tx: Tx, alert_id: int) -> list[tuple[datetime, str, str]]:
    """Notes of an alert: when, who, what."""
    found = tx.rows(select(notes).where(notes.c.alert_id == alert_id).order_by(notes.c.id))
    return [(row.at, row.author, tx.keys.open(row.sealed_text)) for row in found]


def acknowledge(tx: Tx, alert_id: int, who: str) -> None:
    """Staff have seen an alert; `NoSuchAlert` when it is not open."""
    done = tx.run(
        update(alerts)
        .where(alerts.c.id == alert_id, alerts.c.state == "open")
        .values(state="acknowledged", acknowledged_at=tx.now, acknowledged_by=who)
    )
    if not done:
        raise NoSuchAlert(alert_id, "is not open")
    audit.note(tx, audit.STUDY, ACKNOWLEDGED, str(alert_id), actor=who)


def close(tx: Tx, alert_id: int, who: str, action: str) -> int | None:
    """Close an alert with what was done; gives the participant it was about. `NoSuchAlert` when closed already."""
    row = tx.first(select(alerts).where(alerts.c.id == alert_id, alerts.c.state != "closed"))
    if row is None:
        raise NoSuchAlert(alert_id, "is not open")
    values = {"state": "closed", "closed_at": tx.now, "closed_by": who}
    tx.run(update(alerts).where(alerts.c.id == alert_id).values(**values))
    add_note(tx, alert_id, action, who)
    audit.note(tx, audit.STUDY, "alert:closed", str(alert_id), actor=who)
    return int(row.participant_id) if row.participant_id else None


def erase_notes(tx: Tx, participant_id: int) -> int:
    """Drop what was noted on the alerts of a participant; the alerts themselves stay. Gives how many notes."""
    mine = select(alerts.c.id).where(alerts.c.participant_id == participant_id)
    return tx.run(delete(notes).where(notes.c.alert_id.in_(mine)))
