"""Safety words come first: the fixed text, the alert, and quiet until the person is safe."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot import alarms, talking
from bot.desk import Desk
from content import say
from content.message import Message
from content.safety_data import alerts
from records import due, facts, people, post
from records import talks as stored_talks
from records.facts import Where
from study.conversation import entity_id
from study.facts import Note
from study.safety import Hit, Scan, scan
from study.view import ParticipantView

LATE = timedelta(minutes=2)
URGENT_TIERS = (0, 1)


def looked_at(desk: Desk, text: str) -> Scan:
    """What the word lists find in a text, in the person's language and in English."""
    return scan(text, (desk.language,))


def respond(desk: Desk, found: Scan, text: str, said_at: datetime | None) -> bool:
    """Answer safety words; True when the turn is over with it: tiers 0 and 1, sayings, and a death."""
    hit = found.first
    if hit is None:
        return found.idiom and _ask_only(desk)
    rule = alerts().rules[hit.rule]
    urgent, stops = hit.tier in URGENT_TIERS, rule.hold == "now"
    known = desk.person is not None and desk.person.active
    if not (stops and known):
        prefix = _late_prefix(desk, said_at)
        desk.send(Message(f"safety.{rule.text}"), kind="emergency" if urgent else "answer", prefix=prefix)
    if urgent:
        abroad = desk.text(say.safety.abroad()) + "\n"
        desk.send(_who_reads(desk), kind="emergency", prefix=abroad)
    if not known:
        return True
    keep_note(desk, text, about=hit.rule)
    _raise_all(desk, found.hits, said_at)
    if urgent:
        _quiet(desk)
    elif stops:
        _hold(desk)
    if urgent or found.idiom:
        _ask_if_safe(desk, alerted=urgent)
    return urgent or stops or found.idiom


def keep_note(desk: Desk, text: str, *, about: str | None) -> str:
    """Keep words as a note, sealed and once; gives its entity."""
    person = desk.participant
    entity = entity_id(f"{person.study_id}/update", str(desk.update_id))
    if facts.find(desk.tx, entity) is None:
        where = Where(person.id, person.study_id, "note", update_id=desk.update_id)
        facts.write(desk.tx, entity, Note(text=text, to_team=False, about=about, written_at=desk.at), where)
    return entity


def _ask_if_safe(desk: Desk, *, alerted: bool) -> None:
    if desk.participant.status in ("enrolled", "invited", "prompts_stopped"):
        talking.begin(desk, "safe_check", {"alerted": alerted})


def _hold(desk: Desk) -> None:
    """Somebody wrote that the person has died: coaching stops at once; a slip can be taken back with one tap."""
    person = desk.participant
    people.change(desk.tx, person.id, "participant:hold", hold="died")
    due.cancel(desk.tx, person.id, None, "hold: died")
    post.cancel(desk.tx, person.id, ("prompt", "step"), "hold: died")
    talking.begin(desk, "died")


def _ask_only(desk: Desk) -> bool:
    if desk.person is None or not desk.person.active:
        desk.send(say.safety.safe_check())
        return False
    talking.begin(desk, "safe_check", {})
    return True


def _raise_all(desk: Desk, hits: tuple[Hit, ...], said_at: datetime | None) -> None:
    for hit in hits:
        alarms.raise_alert(desk, hit.rule, said_at or desk.at)


def _quiet(desk: Desk) -> None:
    """Nothing unsolicited goes out until the person is safe or staff close the alert."""
    person = desk.participant
    people.change(desk.tx, person.id, "participant:calm", calm_since=desk.at)
    post.cancel(desk.tx, person.id, ("prompt", "step"), "safety words")
    front = stored_talks.front(desk.tx, person.id)
    if front is not None and front.talk == "safe_check":
        stored_talks.move(desk.tx, front.id, "ended")


def _who_reads(desk: Desk) -> Message:
    person = desk.person
    if person is None:
        return say.safety.watching_stranger()
    if person.status == "stopped":
        return say.safety.watching_left()
    return say.enrol.who_reads()


def _late_prefix(desk: Desk, said_at: datetime | None) -> str:
    if said_at is None or desk.tx.now - said_at < LATE:
        return ""
    zone = desk.person.zone if desk.person is not None else "UTC"
    local = ParticipantView(study_id="", zone=zone).local(said_at)
    return desk.text(say.safety.late(time=local.time())) + "\n\n"
