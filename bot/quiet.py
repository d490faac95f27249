"""When nothing unsolicited may go out: left, on hold, on a break, not safe, in quiet hours."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.desk import Desk
from content.medicines import limit
from records import post
from records import talks as stored_talks
from study.view import ParticipantView, instant_of

QUIET_HOURS = "quiet hours"


def why_not(desk: Desk, *, asked_for: bool = False) -> str | None:
    """Why no prompt may go to this person now, or None. What the person asked for may go in quiet hours."""
    person = desk.participant
    if person.completed_on is not None and not asked_for:
        return "the year is over"
    if person.status != "enrolled" and not (asked_for and person.status == "prompts_stopped"):
        return f"status {person.status}"
    if person.hold:
        return f"on hold: {person.hold}"
    if person.calm_since is not None:
        return "after an alert"
    if asked_for:
        return None
    if person.break_until is not None and person.break_until > desk.tx.now:
        return "on a break"
    local = ParticipantView(study_id="", zone=person.zone).local(desk.tx.now).time()
    if in_quiet_hours(local, person.quiet_from, person.quiet_to):
        return QUIET_HOURS
    return None


def busy(desk: Desk) -> bool:
    """True while the person is in the middle of a talk, or an earlier prompt has not reached them yet."""
    if waits_for_line(desk):
        return True
    front = stored_talks.front(desk.tx, desk.participant.id)
    idle = timedelta(minutes=limit("idle_minutes"))
    return front is not None and desk.tx.now - front.touched_at < idle


def waits_for_line(desk: Desk) -> bool:
    """True while an earlier prompt to the person has not reached Telegram; nothing piles up behind it."""
    return post.undelivered_since(desk.tx, desk.world.bot, desk.participant.id, "prompt") is not None


def ends_at(desk: Desk) -> datetime:
    """The instant at which the quiet hours of this person are over next."""
    person = desk.participant
    local = ParticipantView(study_id="", zone=person.zone).local(desk.tx.now)
    end = datetime.combine(local.date(), time.fromisoformat(person.quiet_to))
    return instant_of(end if end > local else end + timedelta(days=1), person.zone)


def begins_at(desk: Desk) -> datetime | None:
    """The instant at which the quiet hours of this person begin next; None while they last, and without any."""
    person = desk.participant
    local = ParticipantView(study_id="", zone=person.zone).local(desk.tx.now)
    if person.quiet_from == person.quiet_to or in_quiet_hours(local.time(), person.quiet_from, person.quiet_to):
        return None
    begin = datetime.combine(local.date(), time.fromisoformat(person.quiet_from))
    return instant_of(begin if begin > local else begin + timedelta(days=1), person.zone)


def in_quiet_hours(local: time, quiet_from: str, quiet_to: str) -> bool:
    """True when a wall-clock time lies in the quiet hours, which may go over midnight."""
    start, end = time.fromisoformat(quiet_from), time.fromisoformat(quiet_to)
    return start <= local < end if start <= end else local >= start or local < end
