"""After an outage longer than Telegram keeps messages: each active person is told once, staff get the list."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot import alarms, quiet
from bot.desk import Desk
from bot.world import World
from content import say
from content.safety_data import alerts as alert_rules
from records import alerts, due, people
from records.database import Tx
from records.due import Planned

TELEGRAM_KEEPS = timedelta(hours=24)
ITEM = "outage"
RULE = "outage"


def look_back(world: World, tx: Tx, since: datetime) -> None:
    """Plan a message to everybody enrolled when nothing was heard since `since`, and list them for staff."""
    active = [person for person in people.everyone(tx) if person.status == "enrolled" and person.completed_on is None]
    for person in active:
        # due since the gap began, so that it goes first and everything else keeps its distance to it
        due.plan(tx, Planned(person.id, ITEM, since.isoformat(), since, person.zone))
    known = alert_rules().rules[RULE]
    raised = alerts.raise_(tx, None, RULE, known.tier, known.version, since)
    listed = ", ".join(person.study_id for person in active) or "nobody is enrolled"
    alerts.add_note(tx, raised.id, f"No messages from {since:%Y-%m-%d %H:%M} UTC on: {listed}", "coach")
    alarms.tell_staff(world, tx, raised, "-")


def told_in(tx: Tx, participant_id: int, up_since: datetime) -> tuple[str, str] | None:
    """The key of the message that tells, or told, somebody of the gap before `up_since`; None when there is none."""
    row = due.newest(tx, participant_id, ITEM)
    tells = row is not None and (row.state == "pending" or (row.state == "answered" and row.final_at >= up_since))
    return (ITEM, row.occurrence) if row is not None and tells else None


def tell(desk: Desk, item_id: int, occurrence: str) -> None:
    """Tell one person; in quiet hours at their end."""
    why_not = quiet.why_not(desk)
    if why_not == quiet.QUIET_HOURS:
        due.postpone(desk.tx, item_id, quiet.ends_at(desk))
    elif why_not is not None:
        due.close(desk.tx, item_id, "skipped", why_not)
    elif quiet.waits_for_line(desk):
        due.postpone(desk.tx, item_id, desk.tx.now + timedelta(minutes=1))
    else:
        due.close(desk.tx, item_id, "answered", "sent")
        desk.send(say.talk.outage(), kind="prompt", occurrence=f"due.{item_id}", due_item=item_id)
