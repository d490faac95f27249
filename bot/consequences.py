"""What follows from a fact in the turn that writes it: settings move, alerts are raised, due items planned."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot import alarms, lookups, watching
from bot.desk import Desk
from content.due_items import session_item
from content.medicines import limit
from content.safety_data import alerts as alert_rules
from records import alerts, due, facts, holding, leaving, people, post, sessions, talks, visits
from records.due import Planned
from records.facts import Where
from scheduler import planning, travelling
from study import facts as kinds
from study.missing import because
from study.plan import is_planned
from study.steps import Fact

UNSOLICITED = ("prompt",)


def carry_out(desk: Desk, entity: str, fact: Fact, revision: int, *, voided: bool = False) -> None:
    """Do what a fact asks for; one that was changed or voided annotates the alerts it raised."""
    if voided:
        _annotate(desk, entity, "The entry behind this alert was taken back.")
        undo = _UNDONE.get(type(fact))
        if undo is not None:
            undo(desk, entity, fact, revision)
        return
    act = _FOLLOWS.get(type(fact))
    if act is not None:
        act(desk, entity, fact)
    if revision > 1:
        _annotate(desk, entity, "The entry behind this alert was changed.")
        changed = _CHANGED.get(type(fact))
        if changed is not None:
            changed(desk, entity, fact, revision)


def _annotate(desk: Desk, entity: str, text: str) -> None:
    """Add a note to the alerts an entry raised, and to open ones it was counted into."""
    own = {row.id for row in alerts.about(desk.tx, entity)}
    if desk.person is not None:
        about = facts.column(kinds.AlertRaised, "about") == entity
        rules = {k.fact.rule for k in facts.in_force(desk.tx, kinds.AlertRaised, desk.person.id, about)}
        own |= {row.id for row in alerts.open_of(desk.tx, desk.person.id) if row.rule in rules} if rules else set()
    for alert_id in sorted(own):
        alerts.add_note(desk.tx, alert_id, text, desk.tx.actor)


def refresh(desk: Desk) -> None:
    """Read the participant again after a change, so that the rest of the turn uses it."""
    if desk.person is not None:
        person = people.by_id(desk.tx, desk.person.id)
        desk.person, desk.language, desk.discreet = person, person.language, person.discreet
        desk.ambient = alarms.ambient(desk.world, desk.tx, person.zone)


def _change(desk: Desk, action: str, **values: Any) -> None:
    people.change(desk.tx, desk.participant.id, action, **values)
    refresh(desk)


def _consented(desk: Desk, entity: str, fact: kinds.ConsentGiven) -> None:
    if fact.answer != "agreed":
        _forget(desk)
        _change(desk, "participant:declined", status="declined")


def _forget(desk: Desk) -> None:
    """Nothing that was entered stays of somebody who declines; the answer itself does, and what alerts say."""
    person = desk.participant
    facts.erase(desk.tx, person.id)
    post.erase(desk.tx, person.id)
    talks.forget_others(desk.tx, person.id)
    due.cancel(desk.tx, person.id, None, "declined")
    people.unlink(desk.tx, person.id)


def _settings(desk: Desk, entity: str, fact: kinds.SettingsChanged) -> None:
    values = {name: value for name, value in fact.model_dump().items() if value is not None}
    if values:
        _change(desk, "participant:settings", **values)
        _planned_again(desk, entity, fact)
    if fact.discreet is not None:
        desk.list_commands()


def _enrolled(desk: Desk, entity: str, fact: kinds.Enrolled) -> None:
    """The set-up is over; the day of enrolment is the one on which the baseline will have been answered."""
    _change(desk, "participant:enrolled", status="enrolled", enrolled_at=desk.at)
    planning.replan(desk.tx, desk.participant.id)


def _break(desk: Desk, entity: str, fact: kinds.BreakTaken) -> None:
    _change(desk, "participant:break", break_until=fact.until if fact.days else None)


def _stopped(desk: Desk, entity: str, fact: kinds.Stopped) -> None:
    leaving.leave(desk.tx, desk.participant.id, fact.level, f"participant:stopped:{fact.level}")
    refresh(desk)
    alarms.raise_alert(desk, "data_removal" if fact.level == "data" else "leave_study", desk.at, entity)


def _stop_undone(desk: Desk, entity: str, fact: kinds.Stopped, revision: int) -> None:
    joined = desk.participant.enrolled_at is not None
    _change(desk, "participant:resumed", status="enrolled" if joined else "invited")
    _planned_again(desk, entity, fact)


def _held(desk: Desk, entity: str, fact: kinds.Held) -> None:
    """As when staff put somebody on hold, and when they lift it."""
    if fact.reason:
        holding.hold(desk.tx, desk.participant.id, fact.reason)
        refresh(desk)
        return
    holding.lift(desk.tx, desk.participant.id)
    refresh(desk)
    _planned_again(desk, entity, fact)


def _check_back(desk: Desk, entity: str, fact: kinds.CheckBack) -> None:
    person = desk.participant
    payload = {"medicine": fact.medicine, "pause": fact.pause}
    latest = fact.due_at + timedelta(minutes=30)
    due.plan(desk.tx, Planned(person.id, "check_back", entity, fact.due_at, person.zone, latest, payload))


def _patch(desk: Desk, entity: str, fact: kinds.PatchWear) -> None:
    person = desk.participant
    if fact.removal == "wearing":
        when = fact.put_on_at + timedelta(hours=limit("patch_worn_hours"))
        due.plan(desk.tx, Planned(person.id, "patch_assumed", entity, when, person.zone, payload={"patch": entity}))
    else:
        due.cancel(desk.tx, person.id, "patch_assumed", "removed", entity)


def _patch_changed(desk: Desk, entity: str, fact: kinds.PatchWear, revision: int) -> None:
    """A patch whose times were changed is assumed off at another time; one said to be still on gets its time anew."""
    _cancel_assumed(desk, entity, revision, "changed")
    if fact.removal != "wearing":
        return
    person, hours = desk.participant, timedelta(hours=limit("patch_worn_hours"))
    since = fact.put_on_at if fact.put_on_at + hours > desk.at else desk.at
    occurrence, payload = f"{entity}.{revision}", {"patch": entity}
    due.plan(desk.tx, Planned(person.id, "patch_assumed", occurrence, since + hours, person.zone, payload=payload))


def _patch_undone(desk: Desk, entity: str, fact: kinds.PatchWear, revision: int) -> None:
    _cancel_assumed(desk, entity, revision, "taken back")
    _dose_undone(desk, entity, fact, revision)


def _cancel_assumed(desk: Desk, entity: str, revision: int, reason: str) -> None:
    for occurrence in (entity, *(f"{entity}.{n}" for n in range(2, revision + 1))):
        due.cancel(desk.tx, desk.participant.id, "patch_assumed", reason, occurrence)


def _check_back_undone(desk: Desk, entity: str, fact: Fact, revision: int) -> None:
    due.cancel(desk.tx, desk.participant.id, "check_back", "taken back", entity)


def _decision_changed(desk: Desk, entity: str, fact: kinds.PauseEnded, revision: int) -> None:
    if fact.decision != "later":
        _no_check_back(desk, entity, fact, revision)


def _no_check_back(desk: Desk, entity: str, fact: kinds.PauseEnded, revision: int) -> None:
    """A check-back belongs to the decision "later"; without it none is sent."""
    person, of_pause = desk.participant, facts.column(kinds.CheckBack, "pause") == fact.pause
    for kept in facts.in_force(desk.tx, kinds.CheckBack, person.id, of_pause):
        due.cancel(desk.tx, person.id, "check_back", "another decision", kept.entity)


def _alert(desk: Desk, entity: str, fact: kinds.AlertRaised) -> None:
    raised = alarms.raise_alert(desk, fact.rule, fact.event_at, fact.about or entity)
    if fact.detail:
        alerts.add_note(desk.tx, raised.id, fact.detail, desk.tx.actor)
    if alert_rules().rules[fact.rule].blocks_unsolicited:
        _change(desk, "participant:calm", calm_since=desk.at)
        post.cancel(desk.tx, desk.participant.id, (*UNSOLICITED, "step"), "after an alert")


def _note(desk: Desk, entity: str, fact: kinds.Note) -> None:
    if fact.to_team:
        raised = alarms.raise_alert(desk, "message_to_team", fact.written_at, entity)
        if not raised.new:
            alerts.add_note(desk.tx, raised.id, "Another message was written.", desk.tx.actor)


def _adverse(desk: Desk, entity: str, fact: kinds.AdverseEvent) -> None:
    alarms.raise_alert(desk, "serious_event" if fact.serious else "adverse_event", fact.aware_at, entity)


def _safe(desk: Desk, entity: str, fact: kinds.SafeAgain) -> None:
    _change(desk, "participant:safe", calm_since=None)


def _dose_undone(desk: Desk, entity: str, fact: kinds.DoseTaken | kinds.PatchWear, revision: int) -> None:
    """The decision of the pause this dose belonged to is open again."""
    person = desk.person
    if fact.pause is None or person is None:
        return
    condition = facts.column(kinds.PauseEnded, "pause") == fact.pause
    for kept in list(facts.in_force(desk.tx, kinds.PauseEnded, person.id, condition)):
        ended = kept.fact
        where = Where(person.id, person.study_id, "dose undone", update_id=desk.update_id)
        reasons = because(ended.missing, "decision", "taken_back")
        open_again = ended.model_copy(update={"decision": None, "missing": reasons})
        facts.write(desk.tx, kept.entity, open_again, where, why="the dose was taken back")


def _planned_again(desk: Desk, entity: str, fact: Fact) -> None:
    """The plan of the participant may have changed: dates, hours, zone or medicines did."""
    if desk.participant.status in ("enrolled", "prompts_stopped"):
        planning.replan(desk.tx, desk.participant.id)


def _finished(desk: Desk, entity: str, fact: kinds.CheckInFinished) -> None:
    """A check-in was answered: its reminders stop; that of a baseline, gone through to its end, is enrolment."""
    person = desk.participant
    window = visits.windows(desk.tx, person.id).get(fact.visit)
    late = window is not None and lookups.view_local(fact.at, person.zone).date() > window.closes_on
    for item in due.open_of(desk.tx, person.id):
        named = item.payload.get("visit") == fact.visit and not item.item.endswith(".close")
        if named and (is_planned(item.item) or item.item == "visit_again"):
            state = ("answered_late" if late else "answered") if item.sent_at is not None else "superseded"
            due.close(desk.tx, item.id, state, "the check-in was answered")
    if late:
        due.answered_late(desk.tx, person.id, fact.visit)
    if fact.visit == "baseline" and person.enrolled_on is None:
        on = lookups.view_local(fact.at, person.zone).date()
        given = {"allocated_on": on} if person.arm is not None else {}
        _change(desk, "participant:baseline", enrolled_on=on, **given)
    planning.replan(desk.tx, person.id)
    watching.watch_one(desk.world, desk.tx, desk.participant)


def _diary_answered(desk: Desk, entity: str, fact: kinds.DiaryDay) -> None:
    """The diary of a day was answered: no prompt of it comes any more, and the watch knows one day more."""
    for item in due.open_of(desk.tx, desk.participant.id):
        if item.item == "diary" and item.payload.get("on") == fact.on.isoformat():
            due.close(desk.tx, item.id, "answered", "the diary was answered")
    watching.watch_one(desk.world, desk.tx, desk.participant)


def _remind_me(desk: Desk, entity: str, fact: kinds.RemindMe) -> None:
    person = desk.participant
    kind = "session" if fact.visit in {each.code for each in sessions.sessions_of(person)} else "visit"
    latest = fact.due_at + timedelta(days=1)
    item = Planned(person.id, f"{kind}_again", entity, fact.due_at, person.zone, latest, {kind: fact.visit})
    due.plan(desk.tx, item)


def _part_done(desk: Desk, entity: str, fact: kinds.SessionPartDone) -> None:
    """The first part of a first session may be what check-ins count from."""
    if not sessions.any_before(desk.tx, desk.participant.id, entity):
        _planned_again(desk, entity, fact)


def _session_done(desk: Desk, entity: str, fact: kinds.SessionDone) -> None:
    """A session was gone through: nothing about it is to come."""
    for item in due.open_of(desk.tx, desk.participant.id):
        if item.payload.get("session") == fact.session and item.item in (session_item(fact.session), "session_again"):
            due.close(desk.tx, item.id, "answered", "the session was done")


def _put_off(desk: Desk, entity: str, fact: kinds.PutOff) -> None:
    person = desk.participant
    args = json.loads(fact.args)
    latest = fact.due_at + timedelta(hours=limit("put_off_late_hours"))
    if args.get("closes_at"):
        latest = min(latest, datetime.fromisoformat(args["closes_at"]))
    payload = {"talk": fact.talk, "args": args}
    due.plan(desk.tx, Planned(person.id, "again", entity, fact.due_at, person.zone, latest, payload))


def _travel(desk: Desk, entity: str, fact: kinds.TravelPlanned, revision: int = 1) -> None:
    """The zone of today holds from this moment on, and what is planned moves with it."""
    travelling.settle(desk.tx, desk.participant.id)
    refresh(desk)
    _planned_again(desk, entity, fact)


_FOLLOWS: dict[type[Fact], Callable[[Desk, str, Any], None]] = {
    kinds.ConsentGiven: _consented,
    kinds.SettingsChanged: _settings,
    kinds.Enrolled: _enrolled,
    kinds.BreakTaken: _break,
    kinds.Stopped: _stopped,
    kinds.Held: _held,
    kinds.CheckBack: _check_back,
    kinds.CheckInFinished: _finished,
    kinds.MedicineEpisode: _planned_again,
    kinds.DiaryDay: _diary_answered,
    kinds.DosePrompts: _planned_again,
    kinds.PreferencesSet: _planned_again,
    kinds.TravelPlanned: _travel,
    kinds.PutOff: _put_off,
    kinds.RemindMe: _remind_me,
    kinds.SessionPartDone: _part_done,
    kinds.SessionDone: _session_done,
    kinds.PatchWear: _patch,
    kinds.AlertRaised: _alert,
    kinds.Note: _note,
    kinds.AdverseEvent: _adverse,
    kinds.SafeAgain: _safe,
}

_CHANGED: dict[type[Fact], Callable[[Desk, str, Any, int], None]] = {
    kinds.PatchWear: _patch_changed,
    kinds.PauseEnded: _decision_changed,
}

_UNDONE: dict[type[Fact], Callable[[Desk, str, Any, int], None]] = {
    kinds.TravelPlanned: _travel,
    kinds.DoseTaken: _dose_undone,
    kinds.PatchWear: _patch_undone,
    kinds.PauseEnded: _no_check_back,
    kinds.CheckBack: _check_back_undone,
    kinds.Stopped: _stop_undone,
}
