"""The pause before a dose: how it is, an exercise of one's own length, how it is then, and what was decided.

Taking the dose is one tap away on every step, from the first question on. Nothing here advises, holds back, praises or
blames a dose; a scheduled medicine is never offered "later" or "not needed".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from content import say
from content.exercises import Exercise
from content.medicines import forms
from content.message import Message
from handlers.amounts import Taken, now_of, when_taken
from handlers.asking import Asking, choose, choose_at, rate
from handlers.dose import write_dose
from handlers.exercise import Led, choose_exercise, lead, leaving, left, record_led
from handlers.patches import log_patch
from study import facts, queries
from study.missing import without
from study.queries import Entry, look
from study.steps import Answer, Conversation, Option, Record, Rows, Say
from study.view import MedicineView, ParticipantView

NOTHING_ASKED = "pain:not_asked urge:not_asked nature:not_asked"
LOGGED = "logged"
"""How a pause before allocation goes on: nothing lies between the ratings and the decision."""

CHECK_BACKS = (15, 30, 60, 120)


@dataclass(frozen=True)
class Before:
    """What was said before the exercise; `leave` is the button that ended the questions early."""

    pain: int | None = None
    urge: int | None = None
    nature: str | None = None
    leave: str | None = None
    missing: str = ""


def mindful_pause(me: ParticipantView, medicine: str | None = None) -> Conversation:
    """The whole pause; also the CBT arm's, with its own exercises."""
    chosen = yield from _medicine(me, medicine)
    if isinstance(chosen, str):
        yield from _left_at_once(me, chosen)
        return
    before = yield from _before(chosen)
    at = yield queries.now("started")
    pause = yield Record("begun", _begun(me, chosen, before, at))
    ended = before.leave or (LOGGED if me.arm is None else None)
    if ended is None:
        exercise = yield from choose_exercise(me, chosen, before.pain, leaving(dose=True))
        ended = exercise if isinstance(exercise, str) else None
        if isinstance(exercise, Exercise):
            led = yield from lead(exercise, leaving(dose=True))
            yield from record_led(me, led, pause)
            ended = _end_of(led)
    yield from _after(me, chosen, str(pause), ended)


def _medicine(me: ParticipantView, medicine: str | None) -> Asking[MedicineView | str | None]:
    """The medicine the pause is about, None when the list is empty, or the button that leaves."""
    if medicine is not None and (known := me.medicine(medicine)) is not None:
        return known
    if not me.medicines:
        yield Say("no_medicine", say.pause.no_medicine())
        return None
    if len(me.medicines) == 1:
        return me.medicines[0]
    options: Rows = tuple((Option(m.id, m.nickname),) for m in me.medicines)
    code = yield from choose("medicine", say.pause.which(), options + leaving(dose=True))
    return me.medicine(code) or code


def _left_at_once(me: ParticipantView, how: str) -> Conversation:
    if how == "stop" or not me.medicines:
        yield Say("stopped", say.pause.stopped_nothing())
        return
    options = [Option(m.id, m.nickname) for m in me.medicines]
    medicine = me.medicine((yield from choose("medicine.taken", say.dose.which(), options)))
    at = yield queries.now("started")
    pause = yield Record("begun", _begun(me, medicine, Before(missing=NOTHING_ASKED), at))
    yield from _after(me, medicine, str(pause), "dose")


def _before(medicine: MedicineView | None) -> Asking[Before]:
    leave = leaving(dose=medicine is not None)
    pain = yield from rate("before.pain", say.pause.before(), more=leave)
    if left(pain):
        return Before(leave=str(pain), missing="pain:left urge:not_asked nature:not_asked")
    if medicine is None:
        return Before(pain, missing="urge:not_asked nature:not_asked")
    question = say.pause.urge(medicine=medicine.nickname)
    urge = yield from rate("before.urge", question, optional=not medicine.as_needed, more=leave)
    if left(urge):
        return Before(pain, leave=str(urge), missing="urge:left nature:not_asked")
    skipped = ["urge:skipped"] if urge is None else []
    nature = yield from choose("nature", say.pause.nature(), _natures() + leave)
    if left(nature):
        return Before(pain, urge, leave=nature, missing=" ".join([*skipped, "nature:left"]))
    if nature == "skip":
        return Before(pain, urge, missing=" ".join([*skipped, "nature:skipped"]))
    return Before(pain, urge, nature, missing=" ".join(skipped))


def _natures() -> Rows:
    return (
        (Option("back_or_leg", say.pause.nature_back_button()), Option("pull", say.pause.nature_pull_button())),
        (Option("both", say.pause.nature_both_button()), Option("usual_time", say.pause.nature_time_button())),
        (Option("worry", say.pause.nature_worry_button()), Option("skip", say.button.skip())),
    )


def _begun(me: ParticipantView, medicine: MedicineView | None, before: Before, at: datetime) -> facts.PauseBegun:
    return facts.PauseBegun(
        medicine=medicine.id if medicine is not None else None,
        pain=before.pain,
        urge=before.urge,
        nature=before.nature,
        missing=before.missing,
        started_at=at,
        started_local=me.local(at).isoformat(timespec="seconds"),
        zone=me.zone,
    )


def _end_of(led: Led) -> str | None:
    return None if led.completed else led.ended


def _after(me: ParticipantView, medicine: MedicineView | None, pause: str, ended: str | None) -> Conversation:
    """Ratings after, unless the person left; then the decision, unless it is clear; then what follows from it."""
    after = After(missing="pain:not_asked urge:not_asked")
    if ended is None:
        after = yield from _ratings_after(medicine)
        ended = after.leave
    if ended == "stop" and medicine is None:
        yield Say("stopped", say.pause.stopped())
        return
    if medicine is None:
        at = yield queries.now("ended_at")
        yield Record("ended", _ended(pause, after, None, at))
        yield Say("done", say.pause.ended_rather_not())
        return
    if ended == "stop":
        yield Say("stopping", say.pause.exercise_stopped())
    decided = yield from _decided(me, medicine, ended)
    yield Record("ended", _ended(pause, after, decided.value, decided.at))
    yield from follow(me, medicine, pause, decided)


@dataclass(frozen=True)
class After:
    """What was said after the exercise; `leave` is the button that ended the questions early."""

    pain: int | None = None
    urge: int | None = None
    leave: str | None = None
    missing: str = ""


def _ended(pause: str, after: After, decision: str | None, at: datetime) -> facts.PauseEnded:
    missing = after.missing if decision else f"{after.missing} decision:not_asked".strip()
    ended = {"pain": after.pain, "urge": after.urge, "decision": decision, "missing": missing}
    return facts.PauseEnded.model_validate({"pause": pause, "ended_at": at} | ended)


def _ratings_after(medicine: MedicineView | None) -> Asking[After]:
    leave = leaving(dose=medicine is not None)
    pain = yield from rate("after.pain", say.pause.after(), optional=True, more=leave)
    if left(pain):
        return After(leave=str(pain), missing="pain:left urge:not_asked")
    skipped = ["pain:skipped"] if pain is None else []
    if medicine is None:
        return After(pain, missing=" ".join([*skipped, "urge:not_asked"]))
    urge = yield from rate("after.urge", say.pause.after_urge(), optional=True, more=leave)
    if left(urge):
        return After(pain, leave=str(urge), missing=" ".join([*skipped, "urge:left"]))
    return After(pain, urge, missing=" ".join(skipped if urge is not None else [*skipped, "urge:skipped"]))


def _decided(me: ParticipantView, medicine: MedicineView, ended: str | None) -> Asking[Answer]:
    if ended == "dose":
        at = yield queries.now("took_at")
        return Answer("took", at)
    return (yield from ask_decision("decision", medicine))


def ask_decision(key: str, medicine: MedicineView, question: Message | None = None) -> Asking[Answer]:
    """What was decided; a scheduled medicine or patch is offered neither "later" nor "not needed"."""
    took = Option("took", say.pause.took_button())
    silent = Option("rather_not_say", say.button.rather_not_say())
    later = Option("later", say.pause.later_button())
    not_needed = Option("not_needed", say.pause.not_needed_button())
    options = [took, later, not_needed, silent] if medicine.as_needed else [took, silent]
    asked = say.pause.decision if medicine.as_needed else say.pause.decision_scheduled
    return (yield from choose_at(key, question or asked(medicine=medicine.nickname), options))


def follow(me: ParticipantView, medicine: MedicineView, pause: str, decided: Answer) -> Conversation:
    """What follows from a decision: the dose is logged, one check-back is offered, or nothing."""
    match decided.value:
        case "took":
            yield from log_taken(me, medicine, pause, decided)
        case "later":
            yield from _check_back(me, medicine, pause, decided.at)
        case "not_needed":
            yield Say("standing", say.safety.standing())
            yield Say("done", say.pause.ended_not_needed())
        case _:
            yield Say("done", say.pause.ended_rather_not())


def log_taken(me: ParticipantView, medicine: MedicineView, pause: str, decided: Answer) -> Conversation:
    """The dose of a pause: the amount in one tap, the time that of the decision unless it may be old."""
    if forms()[medicine.form].patch:
        yield from log_patch(me, medicine, pause)
        return
    taken: Taken | None = None if decided.delayed else now_of(me, decided)
    yield from write_dose(me, medicine, pause, taken)


def _check_back(me: ParticipantView, medicine: MedicineView, pause: str, at: datetime) -> Conversation:
    options = [Option(str(m), Message(f"pause.check_{m}_button")) for m in CHECK_BACKS]
    options.append(Option("none", say.pause.check_none_button()))
    minutes = yield from choose("check_back", say.pause.check_back(), options)
    if minutes == "none":
        yield Say("done", say.pause.ended_later())
        return
    due_at = at + timedelta(minutes=int(minutes))
    yield Record("check", facts.CheckBack(medicine=medicine.id, pause=pause, due_at=due_at))
    yield Say("done", say.pause.ended_later_check(time=me.local(due_at).time()))


def check_back(me: ParticipantView, medicine: str, pause: str) -> Conversation:
    """The one check-back after "later": the same question again, and no further one."""
    known = me.medicine(medicine)
    if known is None:
        yield Say("done", say.pause.late_done())
        return
    question = say.pause.check_back_ask(medicine=known.nickname)
    decided = yield from ask_decision("decision", known, question)
    yield from decide_again(me, known, pause, decided)


def decide_again(me: ParticipantView, medicine: MedicineView, pause: str, decided: Answer) -> Conversation:
    """Write a further decision of the same pause, and do what follows from it."""
    entry: Entry | None = yield look("pause", queries.PauseOf(pause=pause))
    if entry is not None:
        changed = {"decision": decided.value, "missing": without(str(entry.fact["missing"]), "decision")}
        fact = facts.PauseEnded.model_validate(entry.fact | changed)
        yield Record("ended", fact, amends=entry.entity, why="asked again")
    if decided.value == "later":
        yield Say("done", say.pause.ended_later())
    else:
        yield from follow(me, medicine, pause, decided)


def late_pause(me: ParticipantView, log: list[dict[str, Any]], conversation: int) -> Conversation:
    """A pause from hours ago asks one thing: was it taken, and when?"""
    stored = {reply["key"]: reply for reply in log}
    begun = stored.get("begun", {}).get("value") or {}
    medicine = _medicine_of(me, stored)
    began = me.local(datetime.fromisoformat(str(stored["me"]["at"])))
    if medicine is None:
        yield Say("done", say.talk.old_button())
        return
    question = say.pause.late(time=began, medicine=medicine.nickname)
    options = (
        Option("took", say.pause.late_took_button()),
        Option("no", say.pause.late_no_button()),
        Option("rather_not_say", say.button.rather_not_say()),
    )
    answer = yield from choose_at("took", question, options)
    if answer.value != "took":
        yield Say("done", say.pause.late_done())
        return
    taken = yield from when_taken("when", me, answer.at, say.dose.when())
    yield from write_dose(me, medicine, begun.get("entity"), taken)


def _medicine_of(me: ParticipantView, stored: dict[str, Any]) -> MedicineView | None:
    named = stored.get("medicine", {}).get("value")
    return me.medicine(str(named)) if named else next(iter(me.medicines), None)
