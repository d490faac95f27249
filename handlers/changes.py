"""What can be changed in a logged entry, kind by kind: the buttons, and what each asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count as counting
from typing import Any

from content import say
from content.medicines import forms
from content.message import Message
from handlers.amounts import Taken, how_much, when_taken
from handlers.asking import Asking, choose, rate, typed
from handlers.entries import medicine_of
from study import queries, reading
from study.queries import Entry
from study.steps import Option
from study.view import MedicineView, ParticipantView

Changed = dict[str, Any]
"""Fields of the fact with their new values; empty when nothing was to be changed."""


@dataclass(frozen=True)
class Change:
    """One thing that can be changed: its button, what is asked, and whether the beginning of the pause has it."""

    code: str
    label: Message
    ask: Callable[[ParticipantView, Entry], Asking[Changed]]
    at_beginning: bool = False


def changes_of(me: ParticipantView, entry: Entry, begun: Entry | None) -> list[Change]:
    """What can be changed in an entry; `begun` is how its pause began."""
    match entry.kind:
        case "DoseTaken":
            return _of_dose(me, entry)
        case "PatchWear":
            return _of_patch(me, entry)
        case "PracticeDone":
            return [Change("minutes", say.fix.minutes_button(), _minutes), Change("time", say.fix.time_button(), _done)]
        case "PauseEnded":
            return _of_pause(me, entry, begun)
        case _:
            return [*_of_rating(entry), Change("time", say.fix.time_button(), _rated)]


def _of_dose(me: ParticipantView, entry: Entry) -> list[Change]:
    amount = Change("amount", say.fix.amount_button(), _amount)
    time = Change("time", say.fix.time_button(), _taken)
    other = [Change("medicine", say.fix.medicine_button(), _medicine)] if _others(me, entry) else []
    return [amount, time, *other]


def _of_patch(me: ParticipantView, entry: Entry) -> list[Change]:
    on = [Change("put_on", say.fix.put_on_button(), _put_on)]
    if entry.fact["removal"] != "wearing":
        on.append(Change("taken_off", say.fix.taken_off_button(), _taken_off))
        on.append(Change("still_on", say.fix.still_on_button(), _still_on))
    other = [Change("medicine", say.fix.medicine_button(), _medicine)] if _others(me, entry) else []
    return on + other


def _of_rating(entry: Entry) -> list[Change]:
    pain = [Change("pain", say.fix.pain_button(), _pain)]
    wish = [Change("wish", say.fix.wish_button(), _wish)] if entry.fact["urge"] is not None else []
    return pain + wish


def _of_pause(me: ParticipantView, entry: Entry, begun: Entry | None) -> list[Change]:
    decision, before = [], []
    if begun is not None and me.medicine(str(begun.fact["medicine"])) is not None:
        decision.append(Change("decision", say.fix.decision_button(), _nothing))
    if begun is not None:
        before.append(Change("before_pain", say.fix.before_pain_button(), _pain, at_beginning=True))
    if begun is not None and begun.fact["urge"] is not None:
        before.append(Change("before_wish", say.fix.before_wish_button(), _wish, at_beginning=True))
    after = [Change("pain", say.fix.after_pain_button(), _pain)]
    if entry.fact["urge"] is not None:
        after.append(Change("wish", say.fix.after_wish_button(), _wish))
    return decision + before + after


def _nothing(_: ParticipantView, __: Entry) -> Asking[Changed]:
    """The decision is asked by the talk itself: a dose may follow from it."""
    yield from ()
    return {}


def _pain(_: ParticipantView, __: Entry) -> Asking[Changed]:
    return {"pain": (yield from rate("fix.pain", say.fix.rate_pain()))}


def _wish(_: ParticipantView, __: Entry) -> Asking[Changed]:
    return {"urge": (yield from rate("fix.wish", say.fix.rate_wish()))}


def _minutes(_: ParticipantView, __: Entry) -> Asking[Changed]:
    return {"minutes": (yield from typed("fix.minutes", say.fix.minutes(), reading.minutes, "minutes@1"))}


def _rated(me: ParticipantView, _: Entry) -> Asking[Changed]:
    return (yield from _at(me, say.fix.when_rated(), "rated"))


def _done(me: ParticipantView, _: Entry) -> Asking[Changed]:
    return (yield from _at(me, say.fix.when_rated(), "done"))


def _at(me: ParticipantView, question: Message, name: str) -> Asking[Changed]:
    taken = yield from _when(me, question)
    if taken.at is None:
        return {}
    return {f"{name}_at": taken.at, f"{name}_local": taken.local, "zone": me.zone}


def _when(me: ParticipantView, question: Message, key: str = "fix.when") -> Asking[Taken]:
    at = yield queries.now(f"{key}.now")
    return (yield from when_taken(key, me, at, question))


def _taken(me: ParticipantView, entry: Entry) -> Asking[Changed]:
    missed = entry.fact["status"] == "missed"
    taken = yield from _when(me, say.dose.when_missed() if missed else say.dose.when())
    return {
        "taken_at": taken.at,
        "taken_local": taken.local or taken.day.isoformat(),
        "zone": me.zone,
        "time_quality": taken.quality,
    }


def _amount(me: ParticipantView, entry: Entry) -> Asking[Changed]:
    count = yield from how_much("fix.amount", medicine_of(me, entry), missed=entry.pause is None)
    return {"count": count, "status": "missed" if count is None else "taken"}


def _others(me: ParticipantView, entry: Entry) -> list[MedicineView]:
    """The other medicines that this entry could be about: worn ones for a patch, taken ones for a dose."""
    worn = entry.kind == "PatchWear"
    return [m for m in me.medicines if forms()[m.form].patch == worn and m.id != entry.fact["medicine"]]


def _medicine(me: ParticipantView, entry: Entry) -> Asking[Changed]:
    options = [Option(m.id, m.nickname) for m in _others(me, entry)]
    chosen = me.medicine((yield from choose("fix.medicine", say.fix.which_medicine(), options)))
    assert chosen is not None  # noqa: S101 - one of the list was chosen
    changed = {"medicine": chosen.id, "product": chosen.product, "strength": chosen.strength, "unit": chosen.unit}
    if entry.kind == "PatchWear":
        return changed
    changed["form"] = chosen.form
    if entry.fact["status"] == "taken" and not _same_units(entry, chosen):
        changed["count"] = yield from how_much("fix.amount", chosen, missed=False)
    return changed


def _same_units(entry: Entry, medicine: MedicineView) -> bool:
    """True when the amount can stand: both are counted alike, and a half stays possible."""
    was, now = forms()[entry.fact["form"]], forms()[medicine.form]
    return was.unit_name == now.unit_name and (now.halves or float(entry.fact["count"]).is_integer())


def _put_on(me: ParticipantView, entry: Entry) -> Asking[Changed]:
    off = entry.fact["removed_at"]
    return (yield from _patch_time(me, say.fix.when_put_on(), "put_on", before=off))


def _taken_off(me: ParticipantView, entry: Entry) -> Asking[Changed]:
    changed = yield from _patch_time(me, say.fix.when_off(), "removed", after=entry.fact["put_on_at"])
    assumed = entry.fact["removal"] == "assumed"
    return changed | ({"removal": "taken_off"} if changed and assumed else {})


def _still_on(_: ParticipantView, __: Entry) -> Asking[Changed]:
    yield from ()
    return {"removed_at": None, "removed_local": None, "removal": "wearing"}


def _patch_time(
    me: ParticipantView, question: Message, name: str, *, before: str | None = None, after: str | None = None
) -> Asking[Changed]:
    """A time of a patch; one that would end before it began is asked again."""
    for n in counting(1):
        taken = yield from _when(me, question, f"fix.when{n}")
        if taken.at is None:
            return {}
        late = before is not None and taken.at > datetime.fromisoformat(before)
        early = after is not None and taken.at < datetime.fromisoformat(after)
        if not (late or early):
            return {f"{name}_at": taken.at, f"{name}_local": taken.local}
        question = say.fix.patch_order()
    raise AssertionError  # pragma: no cover - counting never ends
