"""How a logged entry reads: what it was and when, in the words of the person who logged it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from content import say
from content.message import Message, Param
from handlers.amounts import amount_of
from study.queries import Entry
from study.view import MedicineView, ParticipantView

LOCAL = {
    "DoseTaken": "taken_local",
    "PainRated": "rated_local",
    "PracticeDone": "done_local",
    "PauseBegun": "started_local",
}
DATE_ONLY = len("2026-03-02")
PATCH = {
    "wearing": say.entries.patch_on,
    "taken_off": say.entries.patch_off,
    "fell_off": say.entries.patch_fell,
    "assumed": say.entries.patch_assumed,
}


OFF = {"taken_off": say.entries.off, "fell_off": say.entries.off_fell, "assumed": say.entries.off_assumed}


def line(me: ParticipantView, entry: Entry, now: datetime) -> Message:
    """An entry with its time, such as "1 tablet of oxy, today 10:00 AM"; a patch that is off with both times."""
    if entry.kind == "PatchWear" and entry.fact["removal"] in OFF:
        return _span(me, entry, now)
    return say.entries.line(what=what(me, entry), when=when(me, entry, now))


def _span(me: ParticipantView, entry: Entry, now: datetime) -> Message:
    worn = entry.model_copy(update={"fact": entry.fact | {"removed_local": None}})
    return say.entries.patch_span(
        medicine=medicine_of(me, entry).nickname,
        on=when(me, worn, now),
        how=OFF[entry.fact["removal"]](),
        off=when(me, entry, now),
    )


def short_line(me: ParticipantView, entry: Entry, now: datetime) -> Message:
    """The same, short enough for a button."""
    described = say.entries.pause(decision=_decision(entry)) if entry.kind == "PauseEnded" else what(me, entry)
    return say.entries.line(what=described, when=when(me, entry, now))


def when(me: ParticipantView, entry: Entry, now: datetime) -> Param:
    """When it was, by the wall clock where the person was then."""
    local, today = _local(me, entry), me.local(now).date()
    if not isinstance(local, datetime):
        return say.entries.day_only(day=local)
    if local.date() == today:
        return say.entries.today(time=local.time())
    if local.date() == today - timedelta(days=1):
        return say.entries.yesterday(time=local.time())
    return local


def _local(me: ParticipantView, entry: Entry) -> date | datetime:
    name = LOCAL.get(entry.kind)
    if entry.kind == "PatchWear":
        name = "removed_local" if entry.fact["removed_local"] else "put_on_local"
    written = str(entry.fact[name] or "") if name else ""
    if len(written) == DATE_ONLY:
        return date.fromisoformat(written)
    return datetime.fromisoformat(written) if written else me.local(entry.at)


def what(me: ParticipantView, entry: Entry) -> Message:
    """What was logged."""
    match entry.kind:
        case "DoseTaken":
            return _dose(me, entry)
        case "PatchWear":
            return PATCH[entry.fact["removal"]](medicine=medicine_of(me, entry).nickname)
        case "PracticeDone":
            return say.entries.practice(n=entry.fact["minutes"])
        case "PauseEnded":
            return _pause(entry)
        case "PauseBegun":
            return say.entries.rating_before(numbers=_numbers(entry.fact) or say.entries.not_given())
        case _:
            return say.entries.rating(numbers=_numbers(entry.fact) or say.entries.not_given())


def _dose(me: ParticipantView, entry: Entry) -> Message:
    medicine, status = medicine_of(me, entry), entry.fact["status"]
    if status == "taken":
        return say.entries.dose(amount=amount_of(medicine, entry.fact["count"]), medicine=medicine.nickname)
    worded = say.entries.dose_missed if status == "missed" else say.entries.dose_not_sure
    return worded(medicine=medicine.nickname)


def _pause(entry: Entry) -> Message:
    decision, numbers = _decision(entry), _numbers(entry.fact)
    if numbers is None:
        return say.entries.pause(decision=decision)
    return say.entries.pause_after(decision=decision, numbers=numbers)


def _decision(entry: Entry) -> Message:
    return Message(f"entries.decided_{entry.fact['decision'] or 'open'}")


def _numbers(fact: dict[str, Any]) -> Param | None:
    pain, urge = fact["pain"], fact["urge"]
    if urge is None:
        return None if pain is None else int(pain)
    return say.entries.only_wish(urge=urge) if pain is None else say.entries.both(rated=pain, urge=urge)


def medicine_of(me: ParticipantView, entry: Entry) -> MedicineView:
    """The medicine of a dose or patch: strength as logged, the rest from the list when it is still there."""
    fact = entry.fact
    as_logged = {
        "product": fact["product"],
        "form": fact.get("form", "patch"),
        "strength": fact["strength"],
        "unit": fact["unit"],
    }
    known = me.medicine(fact["medicine"])
    if known is not None:
        return known.model_copy(update=as_logged)
    # off the list: as a scheduled one it is offered neither halves nor "later"
    return MedicineView(id=fact["medicine"], nickname=fact["product"], schedule="scheduled", **as_logged)
