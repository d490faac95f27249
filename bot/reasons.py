"""Why a person got the prompt they answer: the row it was sent for, and the dates it counts from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row

from bot.desk import Desk
from records import due, facts, groups, plans, visits
from records.person import person_of, protocol_of
from study.facts import BreakTaken
from study.person import local_at
from study.queries import Reason, WhyThis
from study.view import instant_of

DAILY = 7


def why_this(desk: Desk, _: WhyThis) -> Reason:
    """The reason of the prompt whose talk goes on in this turn; that they joined, for anything else."""
    row = due.by_id(desk.tx, desk.answering) if desk.answering is not None else None
    tell = _TOLD.get(row.item.split(".")[0]) if row is not None else None
    return tell(desk, row) if tell is not None and row is not None else Reason(kind="joined")


def _visit(desk: Desk, row: Row[Any]) -> Reason:
    visit = row.payload["visit"]
    window = visits.windows(desk.tx, desk.participant.id)[visit]
    if row.item == "visit_again":
        return Reason(kind="visit_again", visit=visit, days={"closes": window.closes_on}, times={"time": _at(row)})
    waited = _waited(desk, row)
    if waited is not None:
        return Reason(kind=f"visit_{waited}", visit=visit, days={"due": _at(row).date(), "closes": window.closes_on})
    days = {"anchor": window.anchor_on, "opens": window.opens_on, "closes": window.closes_on}
    kind = row.item.rsplit(".", 1)[1]
    return Reason(kind=f"visit_{kind}", visit=visit, days=days if kind == "invite" else {"closes": window.closes_on})


def _session(desk: Desk, row: Row[Any]) -> Reason:
    number = {"session": int(row.payload["session"][1:])}
    if row.item == "session_again":
        return Reason(kind="session_again", numbers=number, times={"time": _at(row)})
    waited, began_on = _waited(desk, row), course_begins_on(desk)
    if waited is not None:
        return Reason(kind=f"session_{waited}", numbers=number, days={"due": _at(row).date()})
    if began_on is None:
        return Reason(kind="joined")
    return Reason(kind="session", numbers=number | {"week": row.payload["week"]}, days={"anchor": began_on})


def course_begins_on(desk: Desk) -> date | None:
    """The local date on which the person's sessions begin, None before that is known."""
    rules, seen = protocol_of(desk.participant), person_of(desk.tx, desk.participant)
    anchor_on = seen.anchor_on(rules.course.anchor)
    return anchor_on + timedelta(days=rules.course.starts_after_days) if anchor_on is not None else None


def _waited(desk: Desk, row: Row[Any]) -> str | None:
    """What a message waited for that went out on a later day than planned: a break or a hold; None for neither."""
    planned_at = instant_of(_at(row), row.zone)
    sent_at = row.sent_at or desk.tx.now
    if local_at(sent_at, row.zone).date() <= _at(row).date():
        return None
    breaks = facts.in_force(desk.tx, BreakTaken, desk.participant.id)
    # the last one said before counts: a break of no days ends the one before
    said = max((kept for kept in breaks if kept.recorded_at < sent_at), key=lambda kept: kept.recorded_at, default=None)
    if said is not None and said.fact.days and said.fact.until > planned_at:
        return "after_break"
    spans = plans.spans(desk.tx, desk.participant.id)
    held = any(b.person.hold is not None and b.since < sent_at and end > planned_at for b, end in spans)
    return "after_hold" if held else None


def _meeting(desk: Desk, row: Row[Any]) -> Reason:
    starts_at = groups.planned_start(desk.tx, row.payload["meeting"])
    if starts_at is None:
        return Reason(kind="joined")
    local = local_at(starts_at, desk.participant.zone)
    return Reason(kind="meeting_off" if row.payload["off"] else "meeting", times={"time": local})


def _evening(desk: Desk, row: Row[Any]) -> Reason:
    seen, rules = person_of(desk.tx, desk.participant), protocol_of(desk.participant)
    on = date.fromisoformat(row.payload["on"])
    joined_on = seen.consented_on or seen.anchor_on(rules.anchor) or on
    return Reason(kind=row.item, days={"anchor": joined_on, "day": on})


def _practice(desk: Desk, row: Row[Any]) -> Reason:
    week = row.payload["week"]
    nudges = (n for n in protocol_of(desk.participant).practice.nudges if n.from_week <= week <= n.to_week)
    kind = "practice_daily" if any(len(each.on) == DAILY for each in nudges) else "practice_weekly"
    return Reason(kind=kind, numbers={"week": week})


def _pre_dose(desk: Desk, row: Row[Any]) -> Reason:
    minutes = protocol_of(desk.participant).pre_dose.minutes_before
    at = time.fromisoformat(row.payload["dose_local"][11:16])
    return Reason(kind="pre_dose", numbers={"minutes": minutes}, clocks={"at": at})


def _closing(desk: Desk, row: Row[Any]) -> Reason:
    window = visits.windows(desk.tx, desk.participant.id)[row.payload["after"]]
    return Reason(kind="closing", visit=window.visit, days={"closes": window.closes_on})


def _again(desk: Desk, row: Row[Any]) -> Reason:
    return Reason(kind="again", times={"time": _at(row)})


def _at(row: Row[Any]) -> datetime:
    """The wall clock a row was planned for."""
    return datetime.fromisoformat(row.due_local)


_TOLD: dict[str, Callable[[Desk, Row[Any]], Reason]] = {
    "visit": _visit,
    "visit_again": _visit,
    "session": _session,
    "session_again": _session,
    "meeting": _meeting,
    "diary": _evening,
    "weekly": _evening,
    "week_picture": _evening,
    "practice_nudge": _practice,
    "again": _again,
    "pre_dose": _pre_dose,
    "closing": _closing,
}
