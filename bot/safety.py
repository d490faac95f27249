"""Safety words come first: the fixed text, the alert, and quiet until the person is safe."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot import alarms, talking
from bot.consequences import refresh
from bot.desk import Desk
from content import say
from content.message import Message
from content.safety_data import alerts
from records import facts, holding, people, post
from records import talks as stored_talks
from records.facts import Where
from study.conversation import entity_id
from study.facts import Note
from study.person import DIED
from study.safety import Hit, Scan, scan
from study.view import ParticipantView

LATE = timedelta(minutes=2)
URGENT_TIERS = (0, 1)
LOOKING_BACK = ("check_in", "late_check_in")


def looked_at(desk: Desk, text: str) -> Scan:
    """What the word lists find in a text, in the person's language and in English."""
    return scan(text, (desk.language,))


def respond(desk: Desk, found: Scan, text: str, said_at: datetime | None) -> bool:
    """Answer safety words; True when the turn is over with it: tiers 0 and 1, sayings, and a death."""
    hit = found.first
    if hit is None:
        return found.idiom and _ask_only(desk)
    rule = alerts().rules[hit.rule]
    known = desk.person is not None and desk.person.active
    urgent, held = hit.tier in URGENT_TIERS, _hold_for(desk, found) if known else None
    if urgent or held is None or alerts().rules[held].text != rule.text:
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
    elif held is not None:
        _hold(desk, held)
    if urgent or found.idiom:
        _ask_if_safe(desk, alerted=urgent)
    return urgent or held is not None or found.idiom


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


def _hold_for(desk: Desk, found: Scan) -> str | None:
    """The rule for which coaching stops at once, None when there is none.

    A check-in that asks what happened is told so: a hospital stay of the past is an answer there.
    """
    held = [hit.rule for hit in found.hits if alerts().rules[hit.rule].hold not in (None, "offer")]
    if desk.participant.status == "invited":
        held = [rule for rule in held if alerts().rules[rule].hold == DIED]
    if held and alerts().rules[held[0]].hold == "hospital" and _is_asked_for_words(desk):
        return None
    return held[0] if held else None


def _is_asked_for_words(desk: Desk) -> bool:
    front = stored_talks.front(desk.tx, desk.participant.id)
    if front is None or front.talk not in LOOKING_BACK:
        return False
    ask = talking.open_question(desk, front)
    return ask is not None and ask.shape == "text@1"


def _hold(desk: Desk, rule: str) -> None:
    """Coaching stops at once, and the talk in front with it; one tap takes a slip back."""
    person, reason = desk.participant, str(alerts().rules[rule].hold)
    holding.hold(desk.tx, person.id, reason)
    refresh(desk)
    if reason == DIED:
        talking.begin(desk, "died")
    else:
        talking.begin(desk, "held", {"text": str(alerts().rules[rule].text)})


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
