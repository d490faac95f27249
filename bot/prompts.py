"""Planned items in their turn: decided again in the transaction that sends them, at most one message to a person.

Everything that is due for the person is settled together; each row ends in exactly one final state, now or later.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from bot import alarms, talking
from bot.desk import Desk
from content import say
from content.protocol import Protocol
from records import due, meta, visits
from records import talks as stored_talks
from records.person import person_of, protocol_of
from records.tables import DueItem, Outbox, table
from scheduler import planning
from study.person import Person, local_at
from study.plan import Planned, closes_at, recalled, windows_of
from study.prompting import Decision, Traffic, silent_days
from study.settling import Outcome, settle, tells_by_itself
from study.view import instant_of

CALL_RULE = "missed_assessments"
outbox, items = table(Outbox), table(DueItem)


def take(desk: Desk, item: Row[Any], *, reachable: bool) -> None:
    """The turn of one planned item, with everything else that is due for the same person."""
    if item.due_at > desk.tx.now:
        return
    person, tx = desk.participant, desk.tx
    rules, seen = protocol_of(person), person_of(tx, person)
    rows = {(r.item, r.occurrence): r for r in due.pending_of(tx, person.id) if planning.is_planned(r.item)}
    planned = {key: _recalled(rules, row) for key, row in rows.items()}
    now_due = [p for p in planned.values() if p.due_at <= tx.now]
    coming = [p for p in planned.values() if p.due_at > tx.now]
    outcomes = settle(rules, tx.now, now_due, seen, traffic(desk, seen), coming)
    for outcome in outcomes:
        _act(desk, rules, rows[outcome.planned.key], outcome, reachable=reachable)
    if reachable and tells_by_itself(outcomes):
        first = rows[outcomes[0].planned.key]
        desk.send(say.visit.away(), kind="prompt", occurrence=f"away.{first.id}")


def _recalled(rules: Protocol, row: Row[Any]) -> Planned:
    return recalled(rules, row.item, row.occurrence, row.due_at, row.zone, row.latest_at, row.payload)


def traffic(desk: Desk, person: Person) -> Traffic:
    """What has happened with a person up to now, as the policy wants to know it."""
    tx, row = desk.tx, desk.participant
    mine = (outbox.c.participant_id == row.id) & (outbox.c.kind == "prompt") & (outbox.c.state != "cancelled")
    today = local_at(tx.now, row.zone).date()
    midnight = instant_of(datetime.combine(today, time()), row.zone)
    sent = tx.first(select(func.count()).select_from(outbox).where(mine, outbox.c.created_at >= midnight))[0]
    last = tx.first(select(func.max(outbox.c.created_at)).where(mine))[0]
    unanswered = mine & (outbox.c.created_at > row.last_heard_at) if row.last_heard_at is not None else mine
    first = tx.first(select(func.min(outbox.c.created_at)).where(unanswered))[0]
    front = stored_talks.front(tx, row.id)
    since = meta.get(tx, meta.UP_SINCE)
    return Traffic(
        sent_today=int(sent),
        last_sent_at=last,
        silent_days=silent_days(today, local_at(first, row.zone).date() if first is not None else None),
        talk_touched_at=front.touched_at if front is not None and front.talk != "visit_offer" else None,
        calm=row.calm_since is not None,
        up_since=datetime.fromisoformat(since) if since else None,
    )


def _act(desk: Desk, rules: Protocol, row: Row[Any], outcome: Outcome, *, reachable: bool) -> None:
    decision = outcome.decision
    match decision.kind:
        case "send":
            _send(desk, rules, row, decision, reachable=reachable)
        case "wait":
            due.postpone(desk.tx, row.id, decision.until or desk.tx.now + timedelta(hours=1))
        case "hand_over":
            due.close(desk.tx, row.id, "expired", decision.reason)
            alarms.raise_alert(desk, CALL_RULE, row.due_at)
        case _:
            due.close(desk.tx, row.id, decision.final_state or "skipped", decision.reason)


def _send(desk: Desk, rules: Protocol, row: Row[Any], decision: Decision, *, reachable: bool) -> None:
    visit, _, step = row.item.removeprefix("visit.").partition(".")
    if step == "close":
        _close(desk, row, visit)
    elif visits.finished(desk.tx, desk.participant.id, visit) is not None:
        due.close(desk.tx, row.id, "superseded", "the check-in was answered")
    elif step == "call":
        due.sent(desk.tx, row.id)
        alarms.raise_alert(desk, CALL_RULE, row.due_at)
    elif not reachable:
        due.close(desk.tx, row.id, "undeliverable", "no chat, or blocked")
    else:
        _overtake(desk, visit, row)
        due.sent(desk.tx, row.id)
        desk.silent = decision.silent
        offer(desk, row, step, row.payload["form"])


def _overtake(desk: Desk, visit: str, row: Row[Any]) -> None:
    """An earlier message of the same check-in that was not answered gives way to this one."""
    for earlier in due.open_of(desk.tx, desk.participant.id):
        same = earlier.item.startswith(f"visit.{visit}.") and earlier.state == "sent"
        if same and earlier.id != row.id and not earlier.item.endswith(".call"):
            due.close(desk.tx, earlier.id, "superseded", f"overtaken by {row.item.rsplit('.', 1)[1]}")


def _close(desk: Desk, row: Row[Any], visit: str) -> None:
    """The window is over: what is still open of this check-in ends; answers that come later are kept and marked."""
    answered = visits.finished(desk.tx, desk.participant.id, visit) is not None
    for item in due.open_of(desk.tx, desk.participant.id):
        if item.id != row.id and item.payload.get("visit") == visit:
            due.close(desk.tx, item.id, "expired", "the window closed")
    due.close(desk.tx, row.id, "answered" if answered else "expired", "window closed")


def offer(desk: Desk, row: Row[Any], step: str, form: str) -> None:
    """Offer a check-in: the talk whose first question is the prompt."""
    person = desk.participant
    visit = row.payload["visit"]
    rules, seen = protocol_of(person), person_of(desk.tx, person)
    window = next(w for w in windows_of(rules, seen) if w.visit == visit)
    asked = rules.visit(visit)
    desk.prompting = row.id
    args = {
        "visit": visit,
        "step": step,
        "form": form,
        "closes_at": closes_at(window, seen).isoformat(),
        "anchor_on": window.anchor_on.isoformat(),
        "target_on": window.target_on.isoformat(),
        "instruments": list(asked.instruments),
        "core": list(asked.core),
    }
    talking.begin(desk, "visit_offer", args)
    desk.prompting = None
