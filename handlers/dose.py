"""Logging a dose in at most three taps; the entry is checked, never judged."""

from __future__ import annotations

from datetime import datetime, timedelta

from content import say
from content.medicines import forms, limit
from content.message import Message
from handlers.amounts import Taken, amount_of, how_much, when_taken
from handlers.asking import Asking, choose
from handlers.patches import log_patch
from study import facts, queries
from study.queries import Entry, look
from study.steps import Conversation, Option, Record, Say
from study.view import MedicineView, ParticipantView


def log_dose(me: ParticipantView, medicine: str | None = None) -> Conversation:
    """Which medicine, how much, when: then written down."""
    chosen = yield from pick_medicine(me, medicine)
    if chosen is None:
        yield Say("no_medicine", say.dose.no_medicine())
    elif forms()[chosen.form].patch:
        yield from log_patch(me, chosen)
    else:
        yield from write_dose(me, chosen, pause=None)


def pick_medicine(me: ParticipantView, medicine: str | None = None) -> Asking[MedicineView | None]:
    """The medicine this is about; asked only when there is more than one."""
    if medicine is not None or len(me.medicines) < 2:
        return me.medicine(medicine) if medicine else next(iter(me.medicines), None)
    options = [Option(m.id, m.nickname) for m in me.medicines]
    return me.medicine((yield from choose("medicine", say.dose.which(), options)))


def write_dose(
    me: ParticipantView, medicine: MedicineView, pause: str | None, taken: Taken | None = None
) -> Asking[str | None]:
    """Amount and time of one dose, checked and recorded; gives its entity, None when nothing was added."""
    at = yield queries.now("began")
    count = yield from how_much("count", medicine, missed=pause is None and taken is None)
    if taken is None:
        question = say.dose.when_missed() if count is None else say.dose.when()
        taken = yield from when_taken("when", me, at, question)
    if count is None:
        return (yield from _write_missed(me, medicine, taken))
    if (yield from _is_the_same(me, medicine, taken)):
        return None
    count, right = yield from checked_amount(medicine, count, taken.at)
    dose = yield Record("dose", dose_fact(me, medicine, count, taken, pause))
    if right == "over":
        yield from over_label(dose, taken.at)
    else:
        yield Say("logged", _logged(medicine, count, taken))
    return str(dose)


def dose_fact(
    me: ParticipantView, medicine: MedicineView, count: float | None, taken: Taken, pause: str | None
) -> facts.DoseTaken:
    """The fact of one dose; no count means that it was missed."""
    return facts.DoseTaken.model_validate(
        {
            "medicine": medicine.id,
            "product": medicine.product,
            "form": medicine.form,
            "strength": medicine.strength,
            "unit": medicine.unit,
            "count": count,
            "status": "missed" if count is None else "taken",
            "taken_at": taken.at,
            "taken_local": taken.local or taken.day.isoformat(),
            "zone": me.zone,
            "time_quality": taken.quality,
            "pause": pause,
        }
    )


def _write_missed(me: ParticipantView, medicine: MedicineView, taken: Taken) -> Asking[str]:
    dose = yield Record("dose", dose_fact(me, medicine, None, taken, None))
    time = taken.written if taken.at else taken.day
    yield Say("logged", say.dose.logged_missed(medicine=medicine.nickname, time=time))
    return str(dose)


def _is_the_same(me: ParticipantView, medicine: MedicineView, taken: Taken) -> Asking[bool]:
    """True when a dose logged within minutes turns out to be this very one."""
    last: Entry | None = yield look("last", queries.LastDoseOf(medicine=medicine.id))
    near = timedelta(minutes=limit("same_dose_within_minutes"))
    if last is None or taken.at is None or abs(taken.at - last.at) > near:
        return False
    time, amount = me.local(last.at), amount_of(medicine, last.fact["count"])
    question = say.dose.same_or_another(amount=amount, medicine=medicine.nickname, time=time.time())
    options = (Option("same", say.dose.same_button()), Option("another", say.dose.another_button()))
    if (yield from choose("same", question, options)) == "another":
        return False
    yield Say("kept_same", say.dose.kept_same(time=time.time()))
    return True


def checked_amount(
    medicine: MedicineView, count: float, at: datetime | None, *, without: str | None = None
) -> Asking[tuple[float, str]]:
    """The amount, asked about once when the day's sum is over the label; `without` leaves the entry itself out."""
    if medicine.max_per_day is None:
        return count, "fine"
    at = at or (yield queries.now("day"))
    # named by the time: after Back another day may be chosen, and look-ups are kept
    before: float = yield look(f"sum.{at:%Y%m%d%H%M}", queries.CountOnDay(medicine=medicine.id, at=at, without=without))
    if before + count <= medicine.max_per_day:
        return count, "fine"
    question = say.dose.is_it_right(
        amount=amount_of(medicine, before + count),
        medicine=medicine.nickname,
        most=amount_of(medicine, medicine.max_per_day),
    )
    options = (Option("right", say.dose.right_button()), Option("change", say.dose.change_amount_button()))
    if (yield from choose("right", question, options)) == "change":
        count = (yield from how_much("count_again", medicine, missed=False)) or count
    return count, "over" if before + count > medicine.max_per_day else "fine"


def over_label(dose: str, at: datetime | None) -> Asking[None]:
    """What is said about an entry over the label that is right, and the alert to staff."""
    at = at or (yield queries.now("over_at"))
    yield Record("alert", facts.AlertRaised(rule="dose_excess", event_at=at, about=dose), barrier=True)
    yield Say("over_label", say.dose.over_label())


def _logged(medicine: MedicineView, count: float, taken: Taken) -> Message:
    amount = amount_of(medicine, count)
    if taken.at is None:
        return say.dose.logged_no_time(amount=amount, medicine=medicine.nickname, day=taken.day)
    return say.dose.logged(amount=amount, medicine=medicine.nickname, time=taken.written)
