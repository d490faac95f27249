"""Changing one of the last entries: a value, a time, the medicine; or taking it out. The history stays."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from content import say
from content.medicines import limit
from handlers.asking import Asking, choose, yes_no
from handlers.changes import Change, Changed, changes_of
from handlers.decision import log_again, write_decision
from handlers.dose import checked_amount, over_label
from handlers.entries import line, medicine_of, short_line
from handlers.pause import ask_decision
from handlers.undo import is_unchanged, take_back
from study import facts, queries
from study.queries import Entry, look
from study.steps import Conversation, Fact, Option, Record, Say, Void
from study.view import ParticipantView, study_day

KINDS: dict[str, type[Fact]] = {
    kind.__name__: kind
    for kind in (
        facts.DoseTaken,
        facts.PatchWear,
        facts.PainRated,
        facts.PracticeDone,
        facts.PauseBegun,
        facts.PauseEnded,
    )
}
NOT_ME = "The person says that somebody else had their phone and logged this: {kind} {entity}. It was taken out."


def fix(me: ParticipantView) -> Conversation:
    """One of the last entries, and what is to be changed in it."""
    now = yield queries.now("fix.now")
    entries: tuple[Entry, ...] = yield look("fix.entries", queries.LastEntries(limit=int(limit("undo_list"))))
    if not entries:
        yield Say("nothing", say.fix.nothing())
        return
    entry = yield from _which(me, entries, now)
    if entry is None:
        yield Say("left", say.fix.left())
        return
    parts: tuple[Entry, ...] = ()
    if entry.kind == "PauseEnded":
        # named by the entry: after Back another pause may be chosen, and look-ups are kept
        parts = yield look(f"fix.parts.{entry.entity}", queries.PauseParts(pause=str(entry.pause)))
    begun = next((p for p in parts if p.kind == "PauseBegun"), None)
    changes = changes_of(me, entry, begun)
    what = yield from choose("fix.what", say.fix.change(entry=line(me, entry, now)), _options(changes))
    change = next((c for c in changes if c.code == what), None)
    if what == "leave":
        yield Say("left", say.fix.left())
    elif change is None:
        yield from _take_out(me, entry, parts, now, not_me=what == "not_me")
    elif change.code == "decision" and begun is not None:
        yield from _decision(me, entry, begun, parts, now)
    else:
        target = begun if change.at_beginning and begun is not None else entry
        yield from _change(me, target, change, now)


def _which(me: ParticipantView, entries: tuple[Entry, ...], now: datetime) -> Asking[Entry | None]:
    options = [Option(f"e{place}", short_line(me, entry, now)) for place, entry in enumerate(entries)]
    options.append(Option("leave", say.fix.leave_button()))
    chosen = yield from choose("fix.which", say.fix.which(), options)
    return None if chosen == "leave" else entries[int(chosen[1:])]


def _options(changes: list[Change]) -> list[Option]:
    return [
        *(Option(c.code, c.label) for c in changes),
        Option("delete", say.fix.delete_button()),
        Option("not_me", say.fix.not_me_button()),
        Option("leave", say.fix.leave_button()),
    ]


def _change(me: ParticipantView, entry: Entry, change: Change, now: datetime) -> Conversation:
    """Ask for the new value, write it as a further revision, and show both."""
    changed: Changed = yield from change.ask(me, entry)
    right = "fine"
    if entry.kind == "DoseTaken" and _may_go_over(me, entry, changed):
        changed, right = yield from _checked(me, entry, changed)
    fact = KINDS[entry.kind].model_validate(entry.fact | changed)
    plain = fact.model_dump(mode="json")
    if not changed:
        yield Say("left", say.fix.left())
    elif plain == entry.fact:
        yield Say("same", say.fix.same())
    elif not (yield from is_unchanged(entry)):
        yield Say("changed_since", say.fix.changed_since())
    else:
        yield Record("fixed", fact, amends=entry.entity, why=f"fix: {change.code}")
        after = entry.model_copy(update={"fact": plain})
        yield Say("changed", say.fix.changed(before=line(me, entry, now), after=line(me, after, now)))
        if right == "over":
            yield from over_label(entry.entity, _instant(plain["taken_at"]))


def _may_go_over(me: ParticipantView, entry: Entry, changed: Changed) -> bool:
    """True when a change adds to some day: more of it, another medicine, or another study day."""
    after = entry.fact | changed
    if after["status"] != "taken" or after["count"] is None:
        return False
    more: bool = after["count"] > (entry.fact["count"] or 0)
    other: bool = after["medicine"] != entry.fact["medicine"]
    return more or other or _day(me, after["taken_at"]) != _day(me, entry.fact["taken_at"])


def _day(me: ParticipantView, at: Any) -> Any:
    instant = _instant(at)
    return study_day(me.local(instant), time(int(limit("study_day_ends_at_hour")))) if instant is not None else None


def _instant(at: Any) -> datetime | None:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


def _checked(me: ParticipantView, entry: Entry, changed: Changed) -> Asking[tuple[Changed, str]]:
    after = entry.model_copy(update={"fact": entry.fact | changed})
    at = _instant(after.fact["taken_at"])
    medicine = medicine_of(me, after)
    count, right = yield from checked_amount(medicine, after.fact["count"], at, without=entry.entity)
    return changed | {"count": count}, right


def _take_out(
    me: ParticipantView, entry: Entry, parts: tuple[Entry, ...], now: datetime, *, not_me: bool
) -> Conversation:
    """Take an entry out, a pause with everything rated in it; staff are told when it was somebody else."""
    shown = line(me, entry, now)
    question = say.fix.not_me_sure(entry=shown) if not_me else say.fix.delete_sure(entry=shown)
    if not (yield from yes_no("fix.sure", question)):
        yield Say("left", say.fix.left())
    elif not (yield from is_unchanged(entry)):
        yield Say("changed_since", say.fix.changed_since())
    elif not_me:
        yield from _void(entry, parts, "not me")
        at = yield queries.now("fix.told_at")
        text = NOT_ME.format(kind=entry.kind, entity=entry.entity)
        yield Record("told", facts.Note(text=text, to_team=True, about="not_me", written_at=at), barrier=True)
        yield Say("not_me", say.fix.not_me_done())
    elif entry.kind in ("DoseTaken", "PatchWear"):
        yield from take_back(me, entry, now, "fix: taken out")
    else:
        yield from _void(entry, parts, "fix: taken out")
        yield Say("deleted", say.fix.deleted(entry=shown))


def _void(entry: Entry, parts: tuple[Entry, ...], why: str) -> Conversation:
    rated = [p for p in parts if p.kind in ("ExerciseLed", "PauseBegun")]
    for place, part in enumerate((entry, *rated)):
        yield Void(f"fix.void{place}", part.entity, why)


def _decision(me: ParticipantView, entry: Entry, begun: Entry, parts: tuple[Entry, ...], now: datetime) -> Conversation:
    """Another decision; a dose that was logged with the old one may be taken out with it."""
    medicine = me.medicine(str(begun.fact["medicine"]))
    assert medicine is not None  # noqa: S101 - only then is a decision offered for change
    asked = say.fix.decide if medicine.as_needed else say.fix.decide_scheduled
    decided = yield from ask_decision("decision", medicine, asked(medicine=medicine.nickname))
    if decided.value == entry.fact["decision"]:
        yield Say("same", say.fix.same())
    elif not (yield from is_unchanged(entry)):
        yield Say("changed_since", say.fix.changed_since())
    else:
        doses = [p for p in parts if p.kind in ("DoseTaken", "PatchWear")]
        if decided.value != "took":
            yield from _doses_too(me, doses, now)
        yield from write_decision(entry, decided, "fix: decision")
        after = entry.model_copy(update={"fact": entry.fact | {"decision": decided.value}})
        yield Say("changed", say.fix.changed(before=line(me, entry, now), after=line(me, after, now)))
        if decided.value == "took" and not doses:
            yield from log_again(me, medicine, str(entry.pause))


def _doses_too(me: ParticipantView, doses: list[Entry], now: datetime) -> Conversation:
    """Whether what was logged as taken goes out too; before the decision, which would else be open again."""
    for place, dose in enumerate(doses):
        if (yield from yes_no(f"fix.dose{place}", say.fix.dose_too(entry=line(me, dose, now)))):
            yield Void(f"fix.dose{place}.void", dose.entity, "fix: decision")
