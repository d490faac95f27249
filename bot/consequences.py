"""What follows from a fact in the turn that writes it: settings move, alerts are raised, due items planned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot import alarms
from bot.desk import Desk
from content.medicines import limit
from records import alerts, due, facts, people, post
from records.due import Planned
from records.facts import Where
from study import facts as kinds
from study.steps import Fact

UNSOLICITED = ("prompt",)


def carry_out(desk: Desk, entity: str, fact: Fact, *, voided: bool = False) -> None:
    """Do what a fact asks for; a voided one annotates the alerts it raised."""
    if voided:
        for alert in alerts.about(desk.tx, entity):
            alerts.add_note(desk.tx, alert.id, "The entry behind this alert was taken back.", desk.tx.actor)
        undo = _UNDONE.get(type(fact))
        if undo is not None:
            undo(desk, entity, fact)
        return
    act = _FOLLOWS.get(type(fact))
    if act is not None:
        act(desk, entity, fact)


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
        _change(desk, "participant:declined", status="declined")
        people.unlink(desk.tx, desk.participant.id)


def _settings(desk: Desk, entity: str, fact: kinds.SettingsChanged) -> None:
    values = {name: value for name, value in fact.model_dump().items() if value is not None}
    if values:
        _change(desk, "participant:settings", **values)


def _enrolled(desk: Desk, entity: str, fact: kinds.Enrolled) -> None:
    _change(desk, "participant:enrolled", status="enrolled", enrolled_on=fact.on, enrolled_at=desk.at)


def _break(desk: Desk, entity: str, fact: kinds.BreakTaken) -> None:
    _change(desk, "participant:break", break_until=fact.until if fact.days else None)


STATUS_OF = {"prompts": "prompts_stopped", "study": "stopped", "data": "stopped"}


def _stopped(desk: Desk, entity: str, fact: kinds.Stopped) -> None:
    person = desk.participant
    _change(desk, f"participant:stopped:{fact.level}", status=STATUS_OF[fact.level])
    due.cancel(desk.tx, person.id, None, f"stopped: {fact.level}")
    post.cancel(desk.tx, person.id, UNSOLICITED, "stopped")
    alarms.raise_alert(desk, "leave_study", desk.at, entity)


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


def _patch_undone(desk: Desk, entity: str, fact: Fact) -> None:
    due.cancel(desk.tx, desk.participant.id, "patch_assumed", "taken back", entity)


def _check_back_undone(desk: Desk, entity: str, fact: Fact) -> None:
    due.cancel(desk.tx, desk.participant.id, "check_back", "taken back", entity)


def _alert(desk: Desk, entity: str, fact: kinds.AlertRaised) -> None:
    raised = alarms.raise_alert(desk, fact.rule, fact.event_at, fact.about or entity)
    if fact.detail:
        alerts.add_note(desk.tx, raised.id, fact.detail, desk.tx.actor)


def _note(desk: Desk, entity: str, fact: kinds.Note) -> None:
    if fact.to_team:
        alarms.raise_alert(desk, "message_to_team", fact.written_at, entity)


def _adverse(desk: Desk, entity: str, fact: kinds.AdverseEvent) -> None:
    alarms.raise_alert(desk, "adverse_event", fact.aware_at, entity)


def _safe(desk: Desk, entity: str, fact: kinds.SafeAgain) -> None:
    _change(desk, "participant:safe", calm_since=None)


def _dose_undone(desk: Desk, entity: str, fact: kinds.DoseTaken) -> None:
    """The decision of the pause this dose belonged to is open again."""
    person = desk.person
    if fact.pause is None or person is None:
        return
    condition = facts.column(kinds.PauseEnded, "pause") == fact.pause
    for kept in list(facts.in_force(desk.tx, kinds.PauseEnded, person.id, condition)):
        ended = kept.fact
        where = Where(person.id, person.study_id, "dose undone", update_id=desk.update_id)
        open_again = ended.model_copy(update={"decision": None})
        facts.write(desk.tx, kept.entity, open_again, where, why="the dose was taken back")


_FOLLOWS: dict[type[Fact], Callable[[Desk, str, Any], None]] = {
    kinds.ConsentGiven: _consented,
    kinds.SettingsChanged: _settings,
    kinds.Enrolled: _enrolled,
    kinds.BreakTaken: _break,
    kinds.Stopped: _stopped,
    kinds.CheckBack: _check_back,
    kinds.PatchWear: _patch,
    kinds.AlertRaised: _alert,
    kinds.Note: _note,
    kinds.AdverseEvent: _adverse,
    kinds.SafeAgain: _safe,
}

_UNDONE: dict[type[Fact], Callable[[Desk, str, Any], None]] = {
    kinds.DoseTaken: _dose_undone,
    kinds.PatchWear: _patch_undone,
    kinds.CheckBack: _check_back_undone,
}
