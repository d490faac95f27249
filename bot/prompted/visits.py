"""Check-ins: a message of the ladder, the task for staff, the end of the window."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from bot import alarms
from bot.desk import Desk
from bot.prompted.prompt import Prompt, begin_for
from records import due
from records import visits as kept
from records.person import person_of, protocol_of
from study.plan import closes_at, windows_of

CALL_RULE = "missed_assessments"


def message(prompt: Prompt) -> None:
    """Invite or remind; an earlier message of the same check-in gives way."""
    desk, row = prompt.desk, prompt.row
    if _is_answered(desk, row):
        return
    _overtake(desk, row)
    due.sent(desk.tx, row.id)
    offer(desk, row, _worded_as(prompt), row.payload["form"], silent=prompt.silent, waited=prompt.waited)


def call(prompt: Prompt) -> None:
    """Staff get the task to call."""
    desk, row = prompt.desk, prompt.row
    if _is_answered(desk, row):
        return
    due.sent(desk.tx, row.id)
    alarms.raise_alert(desk, CALL_RULE, row.look_at)


def close(prompt: Prompt) -> None:
    """The window is over: what is still open of this check-in ends; answers that come later are kept and marked."""
    desk, row, visit = prompt.desk, prompt.row, prompt.row.payload["visit"]
    answered = kept.finished(desk.tx, desk.participant.id, visit) is not None
    for item in due.open_of(desk.tx, desk.participant.id):
        if item.id != row.id and item.payload.get("visit") == visit:
            due.close(desk.tx, item.id, "expired", "the window closed")
    due.close(desk.tx, row.id, "answered" if answered else "expired", "window closed")


def offer(desk: Desk, row: Row[Any], step: str, form: str, *, silent: bool = False, waited: bool = False) -> None:
    """Offer a check-in: the talk whose first question is the prompt; it says so when it had `waited`."""
    person = desk.participant
    visit = row.payload["visit"]
    rules, seen = protocol_of(person), person_of(desk.tx, person)
    window = next(w for w in windows_of(rules, seen) if w.visit == visit)
    asked = rules.visit(visit)
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
    begin_for(desk, row, "visit_offer", args | ({"waited": True} if waited else {}), silent=silent)


def _step_of(row: Row[Any]) -> str:
    return str(row.item.rsplit(".", 1)[1])


def _worded_as(prompt: Prompt) -> str:
    """The rung whose words are read: a reminder that is the first the person hears of is the invitation."""
    row, rules = prompt.row, prompt.rules
    first, item = rules.ladder(rules.visit(row.payload["visit"])).steps[0], f"visit.{row.payload['visit']}."
    rows = due.all_of(prompt.desk.tx, prompt.desk.participant.id)
    heard = any(each.item.startswith(item) and each.sent_at and each.id != row.id for each in rows)
    return first.code if not heard and first.form == row.payload["form"] else _step_of(row)


def _is_answered(desk: Desk, row: Row[Any]) -> bool:
    """True when the check-in was answered in the meantime; the row then ends here."""
    answered = kept.finished(desk.tx, desk.participant.id, row.payload["visit"]) is not None
    if answered:
        due.close(desk.tx, row.id, "superseded", "the check-in was answered")
    return answered


def _overtake(desk: Desk, row: Row[Any]) -> None:
    """An earlier message of the same check-in that was not answered gives way to this one."""
    visit = row.payload["visit"]
    for earlier in due.open_of(desk.tx, desk.participant.id):
        same = earlier.item.startswith(f"visit.{visit}.") and earlier.state == "sent"
        if same and earlier.id != row.id and not earlier.item.endswith(".call"):
            due.close(desk.tx, earlier.id, "superseded", f"overtaken by {_step_of(row)}")
