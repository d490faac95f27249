"""Planned items in their turn: decided again in the transaction that sends them, at most one message to a person.

Everything that is due for the person is settled together; each row ends in exactly one final state, now or later.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from bot import alarms, outage, quiet
from bot.desk import Desk
from bot.prompted import SENDERS, visits
from bot.prompted.prompt import Prompt
from content import say
from content.protocol import Protocol
from records import due, meta, post
from records import talks as stored_talks
from records.person import person_of, protocol_of
from records.prepared import Prepared
from records.tables import Outbox, table
from study.person import Person, local_at
from study.plan import Planned, family_of, is_planned, recalled
from study.prompting import OUTAGE, Traffic, silent_days
from study.settling import OVERTAKEN, TOGETHER, Outcome, settle, tells_by_itself
from study.view import instant_of

outbox = table(Outbox)
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_prompted = Prepared(
    select(
        func.count().filter(outbox.c.created_at >= bindparam("midnight_")).label("today"),
        func.max(outbox.c.created_at).label("last_at"),
        func.min(outbox.c.created_at).filter(outbox.c.created_at > bindparam("heard_")).label("unanswered_at"),
    ).where(outbox.c.participant_id == bindparam("person_"), outbox.c.kind == "prompt", outbox.c.state != "cancelled")
)


def take(desk: Desk, item: Row[Any], *, reachable: bool) -> None:
    """The turn of one planned item, with everything else that is due for the same person."""
    if item.look_at > desk.tx.now:
        return
    person, tx = desk.participant, desk.tx
    rules, seen = protocol_of(person), person_of(tx, person)
    rows = {(r.item, r.occurrence): r for r in due.pending_of(tx, person.id) if is_planned(r.item)}
    planned = {key: _recalled(rules, row) for key, row in rows.items()}
    now_due = [p for p in planned.values() if p.due_at <= tx.now]
    coming = [p for p in planned.values() if p.due_at > tx.now]
    happened = traffic(desk, seen)
    outcomes = settle(rules, tx.now, now_due, seen, happened, coming)
    told_until = happened.up_since if happened.told_in is not None else None
    put_off = frozenset(key for key, row in rows.items() if _was_put_off(row, told_until))
    for outcome in outcomes:
        _act(desk, rules, rows, outcome, outcomes, put_off, reachable=reachable)
    if reachable and tells_by_itself(outcomes):
        first = rows[outcomes[0].planned.key]
        desk.send(say.visit.away(), kind="prompt", occurrence=f"away.{first.id}", not_after=quiet.begins_at(desk))


def _recalled(rules: Protocol, row: Row[Any]) -> Planned:
    return recalled(rules, row.item, row.occurrence, row.look_at, row.zone, row.latest_at, row.payload)


def traffic(desk: Desk, person: Person) -> Traffic:
    """What has happened with a person up to now, as the policy wants to know it."""
    tx, row = desk.tx, desk.participant
    today = local_at(tx.now, row.zone).date()
    midnight = instant_of(datetime.combine(today, time()), row.zone)
    prompted = tx.first(_prompted, person_=row.id, midnight_=midnight, heard_=row.last_heard_at or BEFORE_ALL)
    first = prompted.unanswered_at
    front = stored_talks.front(tx, row.id)
    since = meta.get(tx, meta.UP_SINCE)
    up_since = datetime.fromisoformat(since) if since else None
    return Traffic(
        sent_today=prompted.today,
        last_sent_at=prompted.last_at,
        silent_days=silent_days(today, local_at(first, row.zone).date() if first is not None else None),
        talk_touched_at=front.touched_at if front is not None and front.talk != "visit_offer" else None,
        calm=row.calm_since is not None,
        up_since=up_since,
        told_in=outage.told_in(tx, row.id, up_since) if up_since is not None else None,
        on_its_way=post.undelivered_since(tx, desk.world.bot, row.id, "prompt") is not None,
    )


def _was_put_off(row: Row[Any], told_until: datetime | None) -> bool:
    """True for a row that was to go on an earlier day than it was put off to, and no message of an outage tells of."""
    planned = datetime.fromisoformat(row.due_local)
    told = told_until is not None and instant_of(planned, row.zone) < told_until
    return not told and local_at(row.look_at, row.zone).date() > planned.date()


def _act(
    desk: Desk,
    rules: Protocol,
    rows: dict[tuple[str, str], Row[Any]],
    outcome: Outcome,
    outcomes: Sequence[Outcome],
    put_off: Set[tuple[str, str]],
    *,
    reachable: bool,
) -> None:
    decision, row = outcome.decision, rows[outcome.planned.key]
    match decision.kind:
        case "send" if not reachable and outcome.planned.unsolicited:
            due.close(desk.tx, row.id, "undeliverable", "no chat, or blocked")
        case "send":
            along = [each for each in outcomes if each.decision.into == outcome.planned.key]
            together = tuple(rows[each.planned.key] for each in along if each.decision.reason == TOGETHER)
            missed = tuple(rows[each.planned.key] for each in along if each.decision.reason == OUTAGE)
            stands_for = {each.planned.key for each in along if each.decision.reason == OVERTAKEN}
            waited = not put_off.isdisjoint({outcome.planned.key} | stands_for)
            SENDERS[family_of(rules, row.item)](Prompt(desk, rules, row, decision.silent, together, missed, waited))
        case "wait":
            due.postpone(desk.tx, row.id, decision.until or desk.tx.now + timedelta(hours=1))
        case "hand_over":
            due.close(desk.tx, row.id, "expired", decision.reason)
            alarms.raise_alert(desk, visits.CALL_RULE, row.look_at)
        case _:
            due.close(desk.tx, row.id, decision.final_state or "skipped", decision.reason)
