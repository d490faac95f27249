"""A decision of a pause that is open again: asked anew, written as a further revision, and followed."""

from __future__ import annotations

from content import say
from content.medicines import forms
from content.message import Message
from handlers.asking import Asking
from handlers.dose import write_dose
from handlers.patches import log_patch
from handlers.pause import ask_decision, follow
from study import facts, queries
from study.missing import without
from study.queries import Entry, look
from study.steps import Answer, Conversation, Record, Say
from study.view import MedicineView, ParticipantView


def decide_anew(
    me: ParticipantView, medicine: MedicineView, ended: Entry, question: Message | None, why: str
) -> Conversation:
    """Ask what was decided in the pause that `ended` closes; a dose that was taken is logged with its time."""
    decided: Answer = yield from ask_decision("decision", medicine, question)
    since: Entry | None = yield look("ended_since", queries.EntryNow(entity=ended.entity))
    yield from write_decision(since or ended, decided, why)
    pause = str(ended.fact["pause"])
    if decided.value == "took":
        yield from log_again(me, medicine, pause)
    elif decided.value == "later":
        yield Say("done", say.pause.ended_later())
    else:
        yield from follow(me, medicine, pause, decided)


def write_decision(ended: Entry, decided: Answer, why: str) -> Asking[None]:
    """Write another decision of a pause; when it ended, and the ratings then, stay."""
    reasons = without(str(ended.fact["missing"]), "decision")
    fact = facts.PauseEnded.model_validate(ended.fact | {"decision": decided.value, "missing": reasons})
    yield Record("decided", fact, amends=ended.entity, why=why)


def log_again(me: ParticipantView, medicine: MedicineView, pause: str) -> Conversation:
    """Log the dose or patch of a pause that is over; the time is asked, for it may be long ago."""
    if forms()[medicine.form].patch:
        yield from log_patch(me, medicine, pause)
    else:
        yield from write_dose(me, medicine, pause)
