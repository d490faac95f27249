"""The calendar that looks back (timeline follow-back): week by week, the newest first, every day kept by itself.

A medicine at set times is asked by the week, one taken as needed by the day. The usual is suggested and never filled
in; none, another amount, not remembered and skipped are four different answers. Days on which nothing was on the list
are asked about as well: none on them is a zero that nobody else can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from content import say
from content.medicines import forms
from content.message import Message
from handlers.amounts import amount_of, label_of
from handlers.asking import Asking, ask, choose_at, tick
from study import facts, queries, reading
from study.looking_back import is_patch, usual_on_list
from study.meanwhile import DaysMeanwhile
from study.queries import Calendar
from study.steps import Ask, Conversation, NotUnderstood, Option, Record, Rows, Say
from study.view import MedicineView, ParticipantView

WEEK = timedelta(days=7)
ONE_DAY = timedelta(days=1)
AMOUNTS_WIDE = 3
MULTIPLES = (1, 2, 3, 4, 5)
PATCHES = (1, 2)


@dataclass(frozen=True)
class Said:
    """What is known of one medicine on one day."""

    status: facts.DayStatus
    count: float | None = None


NOT_KNOWN = Said("dont_remember")
SKIPPED = Said("skipped")
NONE = Said("zero", 0)
NOT_LISTED = Said("not_listed")


@dataclass(frozen=True)
class Stretch:
    """Days of one week that have no answer yet, their place among the questions, and what they are kept under."""

    about: str
    days: tuple[date, ...]
    place: int
    of: int
    key: str
    looks_to: date | None


@dataclass(frozen=True)
class Page(Stretch):
    """One medicine on such days."""

    medicine: MedicineView

    @property
    def shown(self) -> dict[str, str | int]:
        """What every question of the page says."""
        named = {"medicine": self.medicine.nickname, "label": label_of(self.medicine)}
        return {"place": self.place, "of": self.of, **named}


def pages(calendar: Calendar) -> list[tuple[MedicineView | None, tuple[date, ...]]]:
    """The pages of a calendar in the order they are asked: weeks back from the newest, each medicine of a week.

    None stands for days of the week in a row on which no medicine was on the list.
    """
    return [page for first, last in _weeks(calendar) for page in _of_week(calendar, first, last)]


def _of_week(calendar: Calendar, first: date, last: date) -> Iterator[tuple[MedicineView | None, tuple[date, ...]]]:
    for span in calendar.spans:
        if days := tuple(day for day in span.days if first <= day <= last):
            yield span.medicine, days
    for run in _runs(day for day in calendar.unlisted if first <= day <= last):
        yield None, run


def _runs(days: Iterable[date]) -> Iterator[tuple[date, ...]]:
    """Days in order, those in a row together."""
    in_a_row = groupby(enumerate(days), key=lambda numbered: numbered[1] - timedelta(days=numbered[0]))
    return (tuple(day for _, day in run) for _, run in in_a_row)


def _weeks(calendar: Calendar) -> Iterator[tuple[date, date]]:
    last = calendar.last
    while last >= calendar.first:
        yield max(calendar.first, last - WEEK + ONE_DAY), last
        last -= WEEK


def ask_calendar(me: ParticipantView, visit: str, calendar: Calendar, first: int, of: int) -> Asking[None]:
    """Ask all pages; `first` is the place of the first one among the `of` questions of the check-in."""
    asked = list(_asked(visit, calendar, first, of))
    if not asked:
        return
    zone = yield queries.look(f"{visit}.tlfb.zone", queries.ZoneNow())
    here = me.model_copy(update={"zone": zone})
    days = (calendar.last - calendar.first).days + 1
    yield Say(f"{visit}.tlfb.intro", say.tlfb.intro(n=days, first=calendar.first, last=calendar.last))
    usual = yield from _usual_amounts(visit, [page for page in asked if isinstance(page, Page)])
    whole_week: dict[str, float] = {}
    told = False
    for page in asked:
        if not isinstance(page, Page):
            told = yield from _nothing_listed(here, visit, page, told=told)
        elif page.about in usual:
            yield from _by_week(here, visit, page, usual[page.about])
        else:
            every_day = yield from _by_day(here, visit, page, whole_week.get(page.about))
            whole_week = _without(whole_week, page.about) | ({} if every_day is None else {page.about: every_day})


def _asked(visit: str, calendar: Calendar, first: int, of: int) -> Iterator[Page | Stretch]:
    answered = set(calendar.answered)
    for place, (medicine, on) in enumerate(pages(calendar), start=first):
        about = medicine.id if medicine is not None else facts.NO_MEDICINE
        left = tuple(day for day in on if (about, day) not in answered)
        stretch = (about, left, place, of, f"{visit}.tlfb.{about}.{on[-1].isoformat()}", calendar.looks_to)
        if left:
            yield Stretch(*stretch) if medicine is None else Page(*stretch, medicine)


def _without(amounts: Mapping[str, float], medicine: str) -> dict[str, float]:
    return {known: amount for known, amount in amounts.items() if known != medicine}


def _usual_amounts(visit: str, asked: Sequence[Page]) -> Asking[dict[str, float]]:
    """Units a day of each medicine taken at set times; asked where the list does not say it."""
    usual: dict[str, float] = {}
    medicines = {page.medicine.id: page.medicine for page in asked if not page.medicine.as_needed}
    for medicine in medicines.values():
        known = usual_on_list(medicine)
        if known is None:
            known = yield from _ask_usual(f"{visit}.tlfb.usual.{medicine.id}", medicine)
        if known is not None:
            usual[medicine.id] = known
    return usual


def _ask_usual(key: str, medicine: MedicineView) -> Asking[float | None]:
    differs = (Option("~differs", say.tlfb.usual_differs_button()),)
    question = say.tlfb.usual(medicine=medicine.nickname, label=label_of(medicine))
    rows = (*amounts_of_a_day(medicine), differs)
    answer = yield from choose_at(key, question, rows, reads=reading.amount)
    return None if answer.value == "~differs" else float(answer.value)


def _still_open(visit: str, page: Stretch, days: tuple[date, ...]) -> Asking[tuple[date, ...]]:
    """The days that have not been answered by another way since the talk began."""
    if not days:
        return ()
    wanted = DaysMeanwhile(visit=visit, medicine=page.about, days=days)
    told: tuple[date, ...] = yield queries.look(f"{page.key}.{days[0].isoformat()}.meanwhile", wanted)
    return tuple(day for day in days if day not in told)


# --- nothing on the list: by the week


def _nothing_listed(me: ParticipantView, visit: str, stretch: Stretch, *, told: bool) -> Asking[bool]:
    """Whether any was taken on these days; says once where it can be put on the list, and gives whether it was said."""
    stretch = replace(stretch, days=(yield from _still_open(visit, stretch, stretch.days)))
    if not stretch.days:
        return told
    n = len(stretch.days)
    options = (
        Option("none", say.tlfb.none_all_button(n=n)),
        Option("some", say.tlfb.took_some_button()),
        Option("unknown", say.tlfb.unknown_all_button(n=n)),
        Option("~skip", say.tlfb.skip_all_button()),
    )
    question = say.tlfb.unlisted_day(place=stretch.place, of=stretch.of, day=stretch.days[0])
    if n > 1:
        days = {"first": stretch.days[0], "last": stretch.days[-1]}
        question = say.tlfb.unlisted(place=stretch.place, of=stretch.of, **days)
    answer = yield from choose_at(stretch.key, question, tuple((o,) for o in options), reads=_any_taken)
    every = {"none": NONE, "some": NOT_LISTED, "unknown": NOT_KNOWN}.get(answer.value, SKIPPED)
    for day in stretch.days:
        yield from _keep(me, visit, stretch, day, every, answer.at)
    if answer.value == "some" and not told:
        yield Say(f"{visit}.tlfb.can_be_listed", say.tlfb.can_be_listed())
    return told or answer.value == "some"


def _any_taken(text: str) -> str | NotUnderstood:
    typed = text.strip().lower().rstrip(".!")
    known = dict.fromkeys(("no", "none", "nothing", "zero", "0"), "none") | dict.fromkeys(("yes", "some"), "some")
    return known.get(typed) or NotUnderstood(say.reading.choose(), keep=len(typed.split()) >= reading.SENTENCE_WORDS)


# --- at set times: by the week


def _by_week(me: ParticipantView, visit: str, page: Page, a_day: float) -> Conversation:
    page = replace(page, days=(yield from _still_open(visit, page, page.days)))
    if not page.days:
        return
    n = len(page.days)
    options = (
        Option("usual", say.tlfb.as_usual_button(n=n)),
        Option("some", say.tlfb.some_button() if n > 1 else say.tlfb.different_button()),
        Option("none", say.tlfb.none_all_button(n=n)),
        Option("unknown", say.tlfb.unknown_all_button(n=n)),
        Option("~skip", say.tlfb.skip_all_button()),
    )
    answer = yield from choose_at(page.key, _week_question(page, a_day), tuple((o,) for o in options))
    every = {"none": NONE, "unknown": NOT_KNOWN, "~skip": SKIPPED}.get(answer.value, Said("as_usual", a_day))
    different = (yield from _which(page)) if answer.value == "some" else ()
    for day in page.days:
        if day in different:
            value, at = yield from _ask_day(page, day, ())
            yield from _keep(me, visit, page, day, _meant(value, None, None, 1)[0], at)
        else:
            yield from _keep(me, visit, page, day, every, answer.at)


def _week_question(page: Page, a_day: float) -> Message:
    between = {"first": page.days[0], "last": page.days[-1]}
    if is_patch(page.medicine):
        return say.tlfb.week_patch(**page.shown, **between)
    return say.tlfb.week(**page.shown, **between, amount=amount_of(page.medicine, a_day))


def _which(page: Page) -> Asking[tuple[date, ...]]:
    if len(page.days) == 1:
        return page.days
    options = [Option(day.isoformat(), say.dates.day(day=day)) for day in page.days]
    ticked = yield from tick(f"{page.key}.which", say.tlfb.which(), options)
    return tuple(date.fromisoformat(day) for day in ticked)


# --- as needed: by the day


def _by_day(me: ParticipantView, visit: str, page: Page, week_before: float | None) -> Asking[float | None]:
    """Ask day by day, with a way to tell the rest of the week at once; gives the amount of every day, if it is one."""
    said: list[Said] = []
    left = yield from _still_open(visit, page, page.days)
    while left:
        n, before = len(left), said[-1] if said else None
        rows = _all_at_once(page, week_before, n) if before is None else _as_before(page, before, n)
        value, at = yield from _ask_day(page, left[0], rows)
        now, run = _meant(value, before, week_before, n)
        for of_run in left[:run]:
            yield from _keep(me, visit, page, of_run, now, at)
        said += [now] * run
        left = yield from _still_open(visit, page, left[run:])
    counts = [each.count for each in said]
    return counts[0] if counts and all(count == counts[0] for count in counts) else None


def _all_at_once(page: Page, week_before: float | None, left: int) -> Rows:
    """At the first day of a page: the whole page in one tap."""
    if left == 1:
        return ()
    again: Rows = ()
    if week_before:
        again = ((Option("~week", say.tlfb.week_same_button(n=left, amount=amount_of(page.medicine, week_before))),),)
    return (
        *again,
        (Option("~none_all", say.tlfb.none_all_button(n=left)),),
        (Option("~unknown_all", say.tlfb.unknown_all_button(n=left)),),
        (Option("~skip_all", say.tlfb.skip_all_button()),),
    )


def _as_before(page: Page, before: Said, left: int) -> Rows:
    """At a later day of a page: as the day before, on this day or on all that are left."""
    if before.status == "dont_remember":
        return ((Option("~unknown_all", say.tlfb.unknown_all_button(n=left)),),) if left > 1 else ()
    if before.count is None:
        return ()
    if before.count == 0:
        same, rest = say.tlfb.same_none_button(), say.tlfb.rest_none_button(n=left)
    else:
        amount = amount_of(page.medicine, before.count)
        same, rest = say.tlfb.same_button(amount=amount), say.tlfb.rest_button(n=left, amount=amount)
    rows = ((Option("~same", same),), (Option("~rest", rest),))
    return rows if left > 1 else rows[:1]


def _meant(value: str, before: Said | None, week_before: float | None, left: int) -> tuple[Said, int]:
    """What an answer says, and of how many days from this one on."""
    match value:
        case "~same" | "~rest" if before is not None:
            return before, left if value == "~rest" else 1
        case "~week" if week_before is not None:
            return Said("different", week_before), left
        case "~none_all":
            return NONE, left
        case "~unknown" | "~unknown_all":
            return NOT_KNOWN, left if value == "~unknown_all" else 1
        case "~skip" | "~skip_all":
            return SKIPPED, left if value == "~skip_all" else 1
        case _:
            return NONE if float(value) == 0 else Said("different", float(value)), 1


# --- one day


def _ask_day(page: Page, day: date, shortcuts: Rows) -> Asking[tuple[str, datetime]]:
    """How much on one day, as a number of units or the code of another button, and when that was said."""
    rows = (
        (Option("0", say.tlfb.none_button()),),
        *amounts_of_a_day(page.medicine),
        *shortcuts,
        (Option("~other", say.tlfb.other_button()),),
        (Option("~unknown", say.tlfb.unknown_button()), Option("~skip", say.button.skip())),
    )
    worded = say.tlfb.day_patch if is_patch(page.medicine) else say.tlfb.day
    key = f"{page.key}.{day.isoformat()}"
    answer = yield from choose_at(key, worded(day=day, **page.shown), rows, reads=amount_or_none)
    if answer.value == "~other":
        unit = Message(f"dose.unit_{forms()[page.medicine.form].unit_name}")
        answer = yield from ask(Ask(f"{key}.other", say.tlfb.amount(unit=unit), "amount@1", reads=amount_or_none))
    return str(answer.value), answer.at


def amount_or_none(text: str) -> float | NotUnderstood:
    """An amount as typed; none of it is 0."""
    return 0 if text.strip().lower().rstrip(".!") in ("0", "none", "nothing", "zero", "no") else reading.amount(text)


def amounts_of_a_day(medicine: MedicineView) -> Rows:
    """Amounts of a whole day: the usual one and its multiples, as far as the label goes."""
    one = medicine.usual_count or 1
    offered = [one * n for n in (PATCHES if is_patch(medicine) else MULTIPLES)]
    most = medicine.max_per_day or offered[-1]
    options = [Option(f"{count:g}", amount_of(medicine, count)) for count in offered if count <= most]
    return tuple(tuple(options[at : at + AMOUNTS_WIDE]) for at in range(0, len(options), AMOUNTS_WIDE))


def _keep(me: ParticipantView, visit: str, page: Stretch, day: date, said: Said, at: datetime) -> Asking[None]:
    kept = facts.TlfbDay(
        visit=visit,
        on=day,
        medicine=page.about,
        count=said.count,
        status=said.status,
        answered_at=at,
        answered_local=me.local(at).isoformat(timespec="seconds"),
        zone=me.zone,
        looks_to=page.looks_to,
    )
    yield Record(f"{visit}.tlfb.{day.isoformat()}.{page.about}.kept", kept)
