"""Amounts and times of a dose: asked in at most two taps, written in words a person would use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count as counting

from content import say
from content.medicines import forms
from content.message import Message
from handlers.asking import Asking, choose, choose_at, typed
from study import reading
from study.steps import Answer, Option
from study.view import MedicineView, ParticipantView, instant_of

DAYS_BACK = 7


@dataclass(frozen=True)
class Taken:
    """When a dose was taken: the instant (UTC) and wall clock, and how well it is known."""

    at: datetime | None
    local: str | None
    day: date
    quality: str

    @property
    def written(self) -> datetime:
        """The wall clock as a value for a message."""
        return datetime.fromisoformat(self.local) if self.local else datetime.combine(self.day, datetime.min.time())


def amount_of(medicine: MedicineView, count: float) -> Message:
    """An amount in the units of the form, such as "2 tablets"."""
    n: float | int = int(count) if float(count).is_integer() else count
    return Message(f"dose.amount_{forms()[medicine.form].unit_name}", {"n": n})


def label_of(medicine: MedicineView) -> str:
    """Product and strength as they stand on the label, such as "oxycodone 5 mg"."""
    return f"{medicine.product} {medicine.strength:g} {medicine.unit}"


def how_much(key: str, medicine: MedicineView, *, missed: bool = True) -> Asking[float | None]:
    """How many units were taken: the usual amount in one tap; None when one was missed."""
    options = [Option(f"{c:g}", _amount_label(medicine, c)) for c in _offers(medicine)]
    options.append(Option("other", say.dose.other_button()))
    if missed:
        options.append(Option("missed", say.dose.missed_button()))
    question = say.dose.how_much(medicine=medicine.nickname, label=label_of(medicine))
    value = yield from choose(key, question, options, reads=reading.amount)
    if value == "missed":
        return None
    if value == "other":
        unit = Message(f"dose.unit_{forms()[medicine.form].unit_name}")
        value = yield from typed(f"{key}.other", say.dose.other_amount(unit=unit), reading.amount, "amount@1")
    return float(value)


def _offers(medicine: MedicineView) -> list[float]:
    form = forms()[medicine.form]
    usual = [medicine.usual_count] if medicine.usual_count else []
    offers = [c for c in form.offers if c not in usual]
    if medicine.schedule == "scheduled":
        offers = [c for c in offers if float(c).is_integer() or not form.halves or form.unit_name == "ml"]
    return usual + offers[:3]


def _amount_label(medicine: MedicineView, count: float) -> Message:
    amount = amount_of(medicine, count)
    return say.dose.usual_button(amount=amount) if count == medicine.usual_count else amount


def when_taken(key: str, me: ParticipantView, at: datetime, question: Message) -> Asking[Taken]:
    """When it was: now, earlier today, yesterday or another day; a tap that may be old is asked for its time."""
    today = me.local(at).date()
    options = [
        Option("now", say.dose.now_button()),
        Option("today", say.dose.earlier_button()),
        Option("yesterday", say.dose.yesterday_button(day=today - timedelta(days=1))),
        Option("other", say.dose.other_day_button()),
    ]
    answer = yield from choose_at(key, question, options)
    if answer.value == "now" and answer.delayed:
        answer = yield from choose_at(f"{key}.away", say.dose.when_away(), options[1:])
    if answer.value == "now":
        return now_of(me, answer)
    day = yield from _day(key, str(answer.value), today)
    return (yield from _time_on(key, me, day, answer.at))


def now_of(me: ParticipantView, answer: Answer) -> Taken:
    """The instant of an answer as the time a dose was taken."""
    local = me.local(answer.at).replace(microsecond=0)
    return Taken(answer.at.astimezone(UTC), local.isoformat(), local.date(), "now")


def _day(key: str, choice: str, today: date) -> Asking[date]:
    if choice == "today":
        return today
    if choice == "yesterday":
        return today - timedelta(days=1)
    days = [today - timedelta(days=n) for n in range(2, DAYS_BACK + 1)]
    options = [Option(d.isoformat(), say.dates.day(day=d)) for d in days]
    return date.fromisoformat((yield from choose(f"{key}.day", say.dose.which_day(), options)))


def _time_on(key: str, me: ParticipantView, day: date, now: datetime) -> Asking[Taken]:
    unknown = (Option("unknown", say.dose.time_unknown_button()),)
    question = say.dose.what_time(day=day)
    for n in counting(1):
        value = yield from typed(f"{key}.clock{n}", question, reading.clock_time, "clock@1", unknown)
        if value == "unknown":
            return Taken(None, None, day, "unknown")
        local = datetime.combine(day, datetime.strptime(value, "%H:%M").time())  # noqa: DTZ007
        at = instant_of(local, me.zone)
        if at <= now:
            return Taken(at, local.isoformat(), day, "said")
        question = say.dose.in_future()
    raise AssertionError  # pragma: no cover - counting never ends
