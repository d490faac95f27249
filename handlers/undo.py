"""Taking back the last entry: shown, asked about once, and kept in its history."""

from __future__ import annotations

from datetime import datetime

from content import say
from handlers.asking import Asking, yes_no
from handlers.decision import decide_anew
from handlers.entries import line, medicine_of
from study import facts, queries
from study.queries import Entry, look
from study.steps import Conversation, Record, Say, Void
from study.view import MedicineView, ParticipantView

BY_THE_PERSON = ("taken_off", "fell_off")


def undo(me: ParticipantView) -> Conversation:
    """Take back the last thing that was logged."""
    now = yield queries.now("undo.now")
    entries: tuple[Entry, ...] = yield look("undo.entry", queries.LastEntries(limit=1))
    if not entries:
        yield Say("nothing", say.undo.nothing())
        return
    entry = entries[0]
    if not (yield from yes_no("undo.sure", say.undo.ask(entry=line(me, entry, now)))):
        yield Say("left", say.undo.left())
    elif not (yield from is_unchanged(entry)):
        yield Say("changed_since", say.undo.changed_since())
    elif entry.kind == "PatchWear" and entry.fact["removal"] in BY_THE_PERSON:
        yield from _worn_again(me, entry)
    else:
        yield from take_back(me, entry, now, "undo")


def is_unchanged(entry: Entry) -> Asking[bool]:
    """True while an entry that was shown still stands as it was; a talk can lie aside for an hour."""
    fresh: Entry | None = yield look("fresh", queries.EntryNow(entity=entry.entity))
    return fresh == entry


def _worn_again(me: ParticipantView, entry: Entry) -> Conversation:
    """Of a patch that was taken off, only that is taken back."""
    worn = {"removed_at": None, "removed_local": None, "removal": "wearing"}
    fact = facts.PatchWear.model_validate(entry.fact | worn)
    yield Record("worn_again", fact, amends=entry.entity, why="undo")
    yield Say("still_on", say.undo.still_on(medicine=medicine_of(me, entry).nickname))


def take_back(me: ParticipantView, entry: Entry, now: datetime, why: str) -> Conversation:
    """Void an entry; the decision of the pause it belonged to is asked again."""
    ended, medicine = yield from _pause_of(me, entry)
    yield Void("void", entry.entity, why)
    shown = line(me, entry, now)
    if ended is None or medicine is None:
        yield Say("taken_back", say.undo.done(entry=shown))
        return
    asked = say.undo.decide if medicine.as_needed else say.undo.decide_scheduled
    question = asked(entry=shown, medicine=medicine.nickname)
    yield from decide_anew(me, medicine, ended, question, f"{why}: asked again")


def _pause_of(me: ParticipantView, entry: Entry) -> Asking[tuple[Entry | None, MedicineView | None]]:
    """How the pause of an entry ended, and which medicine it was about."""
    if entry.pause is None:
        return None, None
    parts: tuple[Entry, ...] = yield look("parts", queries.PauseParts(pause=entry.pause))
    ended = next((p for p in parts if p.kind == "PauseEnded"), None)
    if entry.kind in ("DoseTaken", "PatchWear"):
        return ended, medicine_of(me, entry)
    begun = next((p for p in parts if p.kind == "PauseBegun"), None)
    return ended, me.medicine(str(begun.fact["medicine"])) if begun is not None else None
